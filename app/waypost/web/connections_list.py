"""The list of sources put into words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from waypost.i18n import Translator
from waypost.services.connections import health
from waypost.services.connections.health import Health
from waypost.services.export.rooms import sources_sheet
from waypost.services.export.sheet import Sheet, later
from waypost.web import connections_words as words
from waypost.web import deps, export, links
from waypost.web.format import Format

PAGE = "connections"


def head(fmt: Format, may_add: bool) -> bool:
    """The title and the way to add a source; returns whether there are any, and says what to do when not."""
    t = fmt.t
    any_yet = bool(deps.get().waypost.connections.listing())
    with st.container(horizontal=True, vertical_alignment="center", key="connections.bar"):
        st.title(t("Connections"), anchor=False, width="stretch")
        if any_yet:
            export.offer(later(sources_sheet([]), _everything), fmt, key="connections.export")
        if any_yet and may_add:
            add_button(t, "connections.add")
    if not any_yet:
        nothing_yet(t, may_add)
    return any_yet


def _everything() -> Sheet:
    return sources_sheet(health.overview(deps.get().waypost.connections))


def rows(fmt: Format) -> list[Any]:
    """One row per source."""
    us = deps.get().waypost.connections
    return [_row(each, fmt, us.clock()) for each in health.overview(us)]


def _row(each: Health, fmt: Format, now: int) -> dict[str, Any]:
    source, t = each.source, fmt.t
    text, icon, tier = words.STATES[each.state]
    broken = deps.get().waypost.connections.registry_problem(source.connector)
    problem, remedy = words.error(source.last_error_code, t) if source.last_error_code else ("", "")
    if broken:
        problem, remedy = t("Its connector cannot be used: {problem}", problem=broken), t("Update or install it.")
    draft = each.state == "draft"
    return {
        "id": source.key,
        "href": links.href(PAGE, {"step": "test", "id": source.key} if draft else {"id": source.key}),
        "name": source.name,
        "system": system(source.connector, t),
        "state": t(text),
        "state_icon": icon,
        "tier": tier,
        "note": problem if tier or each.state == "waiting" else t("Go on with the test.") if draft else "",
        "remedy": remedy if tier else "",
        **figures(each, fmt, now),
        "words": fmt.count(each.unmapped),
        "words_href": links.href(PAGE, {"id": source.key, "view": "words"}) if each.unmapped else "",
        "held": fmt.count(each.quarantined),
        "held_href": links.href(PAGE, {"id": source.key, "view": "quarantine"}) if each.quarantined else "",
    }


def figures(each: Health, fmt: Format, now: int) -> dict[str, str]:
    """What the list and the page of one source have in common."""
    source = each.source
    budget = "" if source.budget is None else f" / {fmt.count(source.budget)}"
    return {
        "last": "–" if source.last_event is None else fmt.ago(source.last_event, now),
        "last_full": "" if source.last_event is None else fmt.full(source.last_event),
        "lag": fmt.duration(each.lag),
        "per_hour": fmt.count(each.per_hour),
        "budget": fmt.count(each.used) + budget,
    }


def system(connector: str, t: Translator) -> str:
    """The name of the partner system of a connector; its id when it is not installed."""
    found = [entry for entry in deps.get().waypost.connections.registry if entry.id == connector]
    return words.label(found[0], t.lang) if found else connector


def nothing_yet(t: Translator, may_add: bool) -> None:
    """No source is connected: why that matters, and the way to the wizard."""
    with st.container(border=True, key="empty"):
        st.subheader(t("No source is connected yet"))
        st.markdown(
            t(
                "Connect a shop or a carrier, and its orders come by themselves. It takes an address and a key; "
                "before anything is stored you see one of your own orders."
            )
        )
        if may_add:
            add_button(t, "connections.first")
        else:
            st.caption(t("A configurator can connect one."))


def add_button(t: Translator, key: str) -> None:
    """The way into the wizard."""
    if st.button(t("Connect a source"), type="primary", icon=":material/add:", key=key):
        links.go(PAGE, {"step": "choose"})
