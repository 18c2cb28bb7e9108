"""Connections: every source with its health, the wizard that connects one, and one source in detail."""

import streamlit as st

from components import event_log, fact_list, journey_map, order_head, source_list
from components._base import translated
from waypost.access.roles import Role, allows
from waypost.web import connections_detail as detail
from waypost.web import connections_list as sources
from waypost.web import connections_sample, links, order_events, order_facts, order_tracks, session
from waypost.web import connections_wizard as wizard
from waypost.web.order_reading import Reading


@st.fragment(run_every=5)
def listed() -> None:
    """All sources; drawn again every five seconds, in place."""
    fmt = session.reader()
    rows, texts = sources.rows(fmt), translated(source_list.TEXTS, fmt.t)
    source_list.source_list(rows, key="connections.list", t=texts)


@st.fragment(run_every=5)
def figures() -> None:
    """How the source does; its clocks run."""
    fmt = session.reader()
    if each := detail.opened(fmt):
        texts, lines = translated(fact_list.TEXTS, fmt.t), detail.facts(each, fmt)
        fact_list.fact_list(fmt.t("How it does"), lines, key="connections.facts", t=texts, lang=fmt.lang)


def order(read: Reading) -> None:
    """A sample order as its own page would show it."""
    head, t, ref = translated(order_head.TEXTS, read.fmt.t), read.fmt.t, read.found.row.subject.ref
    chips, facts = order_facts.chips(read), order_facts.facts(read)
    order_head.order_head(ref, key="connections.order", t=head, chips=chips, facts=facts)
    units, texts = order_tracks.units(read), translated(journey_map.TEXTS, t)
    title, events = connections_sample.events(read, journey_map.journey_map(units, key="connections.map", t=texts))
    lines, log = order_events.lines(events, read), translated(event_log.TEXTS, t)
    event_log.event_log(title, lines, key="connections.events", t=log, lang=read.fmt.lang)


who, fmt, step = session.require(Role.VIEWER), session.reader(), wizard.step()
may_change = allows(who.role, Role.EDITOR)
if step:
    session.require(Role.EDITOR)
    if sample := wizard.draw(step, who, fmt):
        order(sample)
elif links.value("id"):
    if each := detail.opened(fmt):
        detail.head(each, who, fmt)
        left, right = st.columns([8, 4])
        with right:
            figures()
        with left:
            detail.body(each, detail.view(each, fmt), who, fmt)
        detail.watch(each)
elif sources.head(fmt, may_change):
    listed()
