"""Control tower: how the journeys are doing, what happens now, and what needs a hand."""

import streamlit as st

from components import at_risk, event_stream, kpi_cards, stage_river
from components._base import translated
from waypost.access.roles import Role
from waypost.web import cache, empty, links, returns, session, stage_dialog, tower_filters, tower_view, turns
from waypost.web.live_line import live_line
from waypost.web.tower_filters import TowerFilters

ROWS = 9


@turns.live(1.5)
def live(held: TowerFilters) -> None:
    """Everything that moves; drawn again every 1.5 s, in place: a new target must show within two seconds."""
    who, fmt = session.require(Role.VIEWER), session.reader()
    t, lang = fmt.t, fmt.lang
    found = cache.overview(held.journey.id, held.days, held.span(), held.query)
    items = cache.stream(ROWS, held.query)
    journey = cache.view().journeys[held.journey.id].version.journey
    drawn = tower_view.drawn(found, items, journey, held, fmt, who.role)
    st.html(live_line(found, items, fmt, links.href("orders", held.soon())))
    texts = translated(kpi_cards.TEXTS, t)
    kpi_cards.kpi_cards(drawn.cards, key="tower.cards", t=texts, lang=lang)
    left, right = st.columns([8, 4])
    with left:
        texts = translated(at_risk.TEXTS, t)
        n, more = found.n_at_risk, links.href("orders", held.standing())
        at_risk.at_risk(drawn.risks, key="tower.risk", t=texts, lang=lang, total=n, more_href=more)
    with right:
        texts = translated(event_stream.TEXTS, t)
        total, key = None if held.where else cache.view().version, "tower.stream"
        event_stream.event_stream(drawn.events, key=key, t=texts, now=found.now, lang=lang, rows=ROWS, total=total)
    texts = translated(stage_river.TEXTS, t)
    stage_river.stage_river(drawn.river, key="tower.river", t=texts, lang=lang)
    if back := returns.river(cache.view(), held, fmt):
        st.html(returns.line(cache.view(), held, fmt))
        stage_river.stage_river(back, key="tower.returns", t=returns.river_texts(texts, t), lang=lang)


session.require(Role.VIEWER)
reader, view = session.reader(), cache.view()
state = tower_filters.read(view)
with st.container(horizontal=True, vertical_alignment="center", key="tower.bar"):
    st.title(reader.t("Control tower"), anchor=False, width="stretch")
    if view.n:
        tower_filters.draw(state, view, reader)
        if st.button(reader.t("How long does it take?"), icon=":material/bar_chart:", key="tower.durations"):
            stage_dialog.dialog()(state)
if view.n:
    tower_filters.nothing_yet(state, view, reader)
    live(state)
else:
    empty.no_orders(reader.t)
