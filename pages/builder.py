"""Board builder."""

import streamlit as st

from waypost.access.roles import Role
from waypost.web import session

session.require(Role.VIEWER)
st.title(session.reader().t("Board builder"), anchor=False)
