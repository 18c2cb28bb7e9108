"""Entry script of the console: who is there, in which language, and which page. Imported by nobody."""

import streamlit as st

from waypost.access.roles import Role
from waypost.api import mark
from waypost.web import frame, session

st.set_page_config(page_title="Waypost", page_icon=mark.ICON, layout="wide", initial_sidebar_state=216)
who = session.require(Role.VIEWER)
session.keep_language()
page = st.navigation(frame.pages(who), position="sidebar")
frame.draw(who)
page.run()
