"""The journey of one order: its tracks as a map, and behind each node the raw events."""

import streamlit as st

from components._base import translated
from components.event_log import TEXTS as LOG
from components.event_log import event_log
from components.fact_list import TEXTS as LIST
from components.fact_list import fact_list
from components.journey_map import TEXTS as MAP
from components.journey_map import journey_map
from components.order_head import TEXTS as HEAD
from components.order_head import order_head
from waypost.access.roles import Role
from waypost.web import order_events, order_facts, order_gates, order_page, order_tracks, session, turns


@turns.live(1.5)
def live(key: int) -> None:
    """The whole order; its clocks run."""
    who = session.require(Role.VIEWER)
    read = order_page.reading(key, who, session.reader())
    fmt, t = read.fmt, read.fmt.t
    ref = read.found.row.subject.ref
    chips, facts, clocks = order_facts.chips(read), order_facts.facts(read), order_facts.clocks(read)
    order_head(ref, key="order.head", t=translated(HEAD, t), chips=chips, facts=facts, clocks=clocks)
    order_gates.strip(read, who)
    selected = journey_map(order_tracks.units(read), key="order.map", t=translated(MAP, t))
    left, right = st.columns([8, 4])
    with left:
        title, note, events = order_page.opened(read, selected)
        log = translated(LOG, t)
        event_log(title, order_events.lines(events, read), key="order.node", t=log, note=note, lang=fmt.lang)
        everything = order_events.lines(order_page.everything(read), read)
        event_log(t("All events"), everything, key="order.events", t=log, lang=fmt.lang)
        order_page.take_away(read)
    with right:
        for name, title, lines in order_page.lists(read):
            fact_list(title, lines, key=f"order.{name}", t=translated(LIST, t), lang=fmt.lang)


session.require(Role.VIEWER)
with st.container(horizontal=True, horizontal_alignment="distribute", key="order.bar"):
    st.page_link(**order_page.back(session.reader().t))
    order_page.customers_page(session.require(Role.VIEWER), session.reader().t)
key = order_page.asked()
if key is not None:
    live(key)
