"""Map: where open orders, stations and vehicles are; what is chosen opens beside it."""

import streamlit as st

from components import map_panel
from components._base import translated
from waypost.access.roles import Role
from waypost.web import cache, empty, map_filters, map_page, map_view, session, turns
from waypost.web.map_filters import MapFilters

KEY = "map.deck"


def live() -> None:
    """The map and its panel; drawn again every second while vehicles move, in place."""
    session.require(Role.VIEWER)
    fmt, view = session.reader(), cache.view()
    held: MapFilters = map_filters.read(view)
    opened = map_filters.opening_view(held)
    vehicles = cache.vehicles()
    found = cache.map_picture(held.query, opened[1])
    shown = vehicles if held.vehicles else None
    left, right = st.columns([9, 4])
    with left:
        deck = map_page.drawn(found, shown, opened, held, fmt)
        st.pydeck_chart(deck, height=680, key=KEY, on_select=map_page.chosen(KEY), alt=map_page.alt(found, fmt))
        st.caption(map_page.attribution(found, fmt))
    with right:
        signs, card = map_view.legend(found, shown, fmt), map_view.card(found, vehicles, view, held, fmt)
        texts, notes = translated(map_panel.TEXTS, fmt.t), map_view.notes(found, shown, fmt)
        act = map_panel.map_panel(signs, card, key="map.panel", t=texts, notes=notes)
    if act and held.pick:
        map_page.act(act, found, held, opened[1])


session.require(Role.VIEWER)
reader, now = session.reader(), cache.view()
state = map_filters.read(now)
st.html(map_page.STYLE)
with st.container(horizontal=True, vertical_alignment="center", key="map.bar"):
    st.title(reader.t("Map"), anchor=False, width="stretch")
    if now.n:
        map_filters.draw(state, now, reader)
if now.n or cache.vehicles().last:
    turns.live(1 if state.vehicles else 5)(live)()
else:
    empty.no_orders(reader.t)
