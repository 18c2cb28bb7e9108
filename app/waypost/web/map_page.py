"""What the map page does: the deck by the settings, what a click changes, the page's own styles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from waypost.domain.geo import Point
from waypost.services.map import MapPicture
from waypost.services.positions import Snapshot
from waypost.web import assets, deps, map_deck, map_filters, map_view
from waypost.web.format import Format
from waypost.web.map_filters import MapFilters, look_at

_TURN: Final = "map.turn"  # how often something was clicked
# The sea is the chart's own background; the land is drawn on it.
STYLE: Final = """<style>
[data-testid="stDeckGlJsonChart"] { border-radius: 8px; overflow: hidden; border: 1px solid var(--wp-line);
  background: light-dark(#D9DFE6, #0A0E14); }
@media (max-width: 640px) {
  .st-key-map-deck { height: 420px !important; flex-basis: 420px !important; }
  .st-key-map-deck [data-testid="stDeckGlJsonChart"] { height: 420px !important; }
}
</style>"""


def drawn(
    found: MapPicture, vehicles: Snapshot | None, opened: tuple[Point, float], held: MapFilters, fmt: Format
) -> map_deck.CompactDeck:
    """The deck, on the land or on the tiles of an own server."""
    style, datum = None, None
    settings = deps.get().settings
    if settings.tile_url:
        style = assets.tile_style(settings.tile_url, settings.tile_attribution).path
        datum = settings.tile_datum
    dark = st.context.theme.type == "dark"
    turn: int = st.session_state.get(_TURN, 0)
    return map_deck.deck(
        found, vehicles, opened, fmt, dark=dark, turn=turn, pick=held.pick, style=style, datum=datum or "wgs84"
    )


def chosen(key: str) -> Callable[[], None]:
    """What a click on the map does: what was hit goes into the address."""

    def put() -> None:
        pick = map_view.picked(st.session_state.get(key))
        # Nothing: the browser only tells that the layer of the last click has got its new name.
        if pick is not None:
            st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
            map_filters.pick(pick)

    return put


def act(what: str, found: MapPicture, held: MapFilters, zoom: float) -> None:
    """Do what a button of the card asks for: close it, or go nearer to what it is about."""
    near = map_view.nearer(found, held, zoom) if what == "nearer" else None
    map_filters.pick(None, look_at(*near) if near else {})
    st.rerun()


def alt(found: MapPicture, fmt: Format) -> str:
    """The map in a sentence, for who does not see it."""
    return fmt.t("Map of open orders: {orders}", orders=map_deck.tiers(found.levels, fmt))


def attribution(found: MapPicture, fmt: Format) -> str:
    """Whose map it is, and whether what it shows is simulated."""
    settings, t = deps.get().settings, fmt.t
    if settings.tile_url:
        whose = settings.tile_attribution or t("Map tiles of your own server")
    else:
        whose = t("Land: Natural Earth, public domain. No borders are drawn.")
    return " · ".join([t("Simulated positions"), whose]) if found.simulated else whose
