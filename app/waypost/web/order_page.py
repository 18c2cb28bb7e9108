"""Which order the page is about, and what of it is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound
from waypost.domain.subject import SubjectKind
from waypost.i18n import Translator
from waypost.services.export.orders import order_events_sheet
from waypost.services.live import OrderQuery
from waypost.services.order import spoken_order
from waypost.store.rows import StoredEvent
from waypost.web import cache, deps, empty, export, links, order_facts, order_tracks, personal, session
from waypost.web.format import Format
from waypost.web.order_reading import Reading

_FEW = 20


def asked() -> int | None:
    """The key of the order that the address asks for; else says so, offers a search, and gives None."""
    fmt, text = session.reader(), (links.value("id") or "").strip()
    view = cache.view()
    found = view.orders(OrderQuery(keys=cache.searched(text).keys, limit=_FEW)).rows if text else []
    exact = [row for row in found if row.subject.ref == text and row.subject.kind == SubjectKind.ORDER]
    scope = links.value("scope")
    fitting = [row for row in exact or found if scope is None or row.subject.scope == scope]
    if len(fitting) == 1:
        return fitting[0].key
    if fitting:
        st.subheader(fmt.t("Several orders belong to {id}", id=text))
    else:
        empty.not_found(fmt.t, text)
    for row in fitting:
        more = f" · {row.subject.scope}" if row.subject.scope else ""
        address = {"id": row.subject.ref, "scope": row.subject.scope}
        st.page_link(links.path("order"), label=f"{row.subject.ref}{more}", query_params=address)
    _search(fmt)
    return None


def _search(fmt: Format) -> None:
    with st.form("order.search", border=False), st.container(horizontal=True):
        label = fmt.t("Order, parcel, return or customer id; paste several at once")
        text = st.text_input(label, placeholder=label, label_visibility="collapsed", icon=":material/search:")
        if st.form_submit_button(fmt.t("Search"), type="primary") and text:
            links.go("orders", {"q": text})


def back(t: Translator) -> dict[str, Any]:
    """Arguments of the link back to the list."""
    params = session.link_language()
    return {"page": links.path("orders"), "label": t("Orders"), "icon": ":material/arrow_back:", "query_params": params}


def customers_page(who: Identity, t: Translator) -> None:
    """The link to what this order's customer sees, for those who may hand it out."""
    asked_for = {name: value for name in ("id", "scope") if (value := links.value(name))}
    if asked_for.get("id") and allows(who.role, Role.OPERATOR):
        params = {**asked_for, **session.link_language()}
        icon = ":material/share_location:"
        st.page_link(links.path("tracking"), label=t("Customer page"), icon=icon, query_params=params)


def reading(key: int, who: Identity, fmt: Format) -> Reading:
    """The order as this reader sees it; an order that is gone ends the script with a sentence."""
    view = cache.view()
    try:
        found = cache.order_journey(key)
    except NotFound:
        empty.not_found(fmt.t, "")
        st.stop()
    journey = view.journeys[found.row.journey].version.journey if found.row.journey else None
    show = personal.sees_all(who.role)
    return Reading(found, journey, deps.get().waypost.vocabulary, fmt, view.now, show)


def opened(read: Reading, selected: Any) -> tuple[str, str, Sequence[StoredEvent]]:
    """Title, remark and events of the node that is open."""
    pair = order_tracks.chosen(read, selected)
    if pair is None:
        return read.fmt.t("Nothing chosen"), "", ()
    track, node = pair
    behind = set(node.events)
    many = len(read.found.tracks) > 1
    title = order_tracks.label(node, read) + (f" · {track.subject.ref}" if many else "")
    return title, order_tracks.note(node, read), [event for event in everything(read) if event.id in behind]


def everything(read: Reading) -> list[StoredEvent]:
    """All events of the order, and those of containers and others while something of it was inside."""
    found = read.found
    if not found.carried:
        return found.events
    return sorted([*found.events, *found.carried], key=spoken_order)


def take_away(read: Reading) -> None:
    """The export of all events of the order, masked as the page is."""
    found, ref = read.found, read.found.row.subject.ref
    stem = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in ref)[:60]
    sheet = order_events_sheet(found.events, found.subjects.get, stem, show=read.show)
    note = read.fmt.t("All events of this order, with everything that was said.")
    export.offer(sheet, read.fmt, said=export.speak(sheet, read.fmt), key="order.export", note=note)


def lists(read: Reading) -> list[tuple[str, str, list[Any]]]:
    """The lists beside the events that have something in them."""
    t = read.fmt.t
    found = [
        ("promises", t("Promises and estimates"), order_facts.promises(read)),
        ("attempts", t("Failed attempts"), order_facts.attempts(read)),
        ("visits", t("Visits"), order_facts.visits(read)),
        ("lines", t("Order lines"), order_facts.lines(read)),
        ("attributes", t("Also known"), order_facts.attributes(read)),
    ]
    return [entry for entry in found if entry[2]]
