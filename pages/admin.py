"""Administration: people, sessions, keys, webhooks, the audit log and the state of the installation."""

import streamlit as st

from waypost.access.roles import Role
from waypost.web import administration, session

who = session.require(Role.ADMINISTRATOR)
fmt = session.reader()
st.title(fmt.t("Administration"), anchor=False)
administration.draw(who, fmt)
