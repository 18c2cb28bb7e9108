"""What the page about the customer's page has in common: its three views, and which order it is about."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.domain.subject import SubjectKind
from waypost.i18n import N_
from waypost.services.live import OrderQuery
from waypost.services.live.query import OrderRow
from waypost.web import cache, links
from waypost.web.format import Format

PAGE: Final = "tracking"
_VIEWS: Final = {"issue": N_("Issue a link"), "links": N_("Links"), "merchants": N_("Merchants")}
_FEW = 8


def choose(fmt: Format) -> str:
    """The view that the address asks for, with the control that changes it."""
    held = links.value("view", tuple(_VIEWS)) or "issue"
    st.segmented_control(
        fmt.t("View"),
        tuple(_VIEWS),
        required=True,
        format_func=lambda view: fmt.t(_VIEWS[view]),
        label_visibility="collapsed",
        **links.bound(PAGE, "view", held, forget=("page", "merchant")),
    )
    return held


def order(fmt: Format) -> OrderRow | None:
    """The order that the address names; a search for it stands above. None, with a word why, when there is none."""
    t = fmt.t
    text = (links.value("id") or "").strip()
    label = t("Order, parcel, return or customer id")
    st.text_input(
        label,
        placeholder=label,
        label_visibility="collapsed",
        icon=":material/search:",
        **links.bound(PAGE, "id", text),
    )
    if not text:
        st.markdown(t("Which order is the link for? Search for any of its ids, or open the order and choose its link."))
        return None
    fitting = _fitting(text)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        st.info(t("No order has the id {id}", id=text), icon=":material/search_off:")
    else:
        st.markdown(t("Several orders belong to {id}", id=text))
    for row in fitting[:_FEW]:
        more = f" · {row.subject.scope}" if row.subject.scope else ""
        address = {"id": row.subject.ref, "scope": row.subject.scope}
        key = f"{PAGE}.pick.{row.key}"
        st.button(f"{row.subject.ref}{more}", key=key, type="tertiary", on_click=links.put, args=(address,))
    return None


def _fitting(text: str) -> list[OrderRow]:
    found = cache.view().orders(OrderQuery(keys=cache.searched(text).keys, limit=_FEW)).rows
    exact = [row for row in found if row.subject.ref == text and row.subject.kind == SubjectKind.ORDER]
    scope = links.value("scope")
    return [row for row in exact or found if scope is None or row.subject.scope == scope]
