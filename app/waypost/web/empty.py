"""What a page says when there is nothing to show: why, and what to do next."""

from __future__ import annotations

import streamlit as st

from waypost.i18n import Translator
from waypost.web import cache

_IMPORT = "waypost import orders.csv --mapping mapping.json --timezone Asia/Shanghai"
_POST = "curl -X POST http://localhost:8501/api/v1/events -H 'Authorization: Bearer KEY' -d @events.json"


def no_orders(t: Translator) -> None:
    """A store without orders; the page goes on by itself when the first one arrives."""
    with st.container(border=True, key="empty"):
        st.subheader(t("No orders yet"))
        st.markdown(t("Waypost shows orders as soon as their first events arrive. Three ways to begin:"))
        _way(t("See it with a simulated company"))
        st.code("make demo", language="sh")
        _way(t("Read your orders from a file"))
        st.code(_IMPORT, language="sh")
        _way(t("Let your systems send events"))
        st.code(_POST, language="sh", wrap_lines=True)
    _wait()


def not_found(t: Translator, text: str) -> None:
    """An order id that leads nowhere."""
    st.subheader(t("No order has the id {id}", id=text) if text else t("Which order?"))
    st.markdown(t("Search for any id: of the order, a parcel, a return or the customer."))


def _way(text: str) -> None:
    st.markdown(f"**{text}**")


@st.fragment(run_every=1.5)
def _wait() -> None:
    if cache.view().n:
        st.rerun()
