"""Customer page: hand out links to orders, see what their customers see, and let shops embed it."""

import streamlit as st

from components._base import translated
from components.page_frame import TEXTS, page_frame
from waypost.access.roles import Role
from waypost.web import cache, empty, session, tracking_issue, tracking_links, tracking_merchants, tracking_view

who = session.require(Role.OPERATOR)
fmt = session.reader()
with st.container(horizontal=True, vertical_alignment="center", key="tracking.bar"):
    st.title(fmt.t("Customer page"), anchor=False, width="stretch")
    view = tracking_view.choose(fmt)
if view == "merchants":
    tracking_merchants.draw(who, fmt)
elif not cache.view().n:
    empty.no_orders(fmt.t)
elif view == "links":
    tracking_links.draw(who, fmt)
elif path := tracking_issue.draw(who, fmt):
    device, lang = tracking_issue.preview_choice(fmt)
    texts = translated(TEXTS, fmt.t)
    page_frame(f"{path}?lang={lang}", key="tracking.frame", t=texts, device=device)
