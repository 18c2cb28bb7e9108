"""What the map page does: the deck by the settings, what a click changes, the page's own styles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from waypost.domain.geo import Point
from waypost.services.map import MapPicture
from waypost.services.positions import Snapshot
from waypost.services.settings import Settings
from waypost.web import assets, links, map_deck, map_view
from waypost.web.format import Format
from waypost.web.map_filters import MapFilters, look_at

# The sea is the chart's own background; the land is drawn on it.
STYLE: Final = """<style>
[data-testid="stDeckGlJsonChart"] { border-radius: 8px; overflow: hidden; border: 1px solid var(--wp-line);
  background: light-dark(#E2E6EB, #0A0E14); }
@media (max-width: 640px) {
  [data-testid="stDeckGlJsonChart"], [data-testid="stDeckGlJsonChart"] > div { height: 420px !important; }
}
</style>"""


def drawn(
    found: MapPicture, vehicles: Snapshot | None, opened: tuple[Point, float], fmt: Format, settings: Settings
) -> map_deck.CompactDeck:
    """The deck, on the land or on the tiles of an own server."""
    style, datum = None, None
    if settings.tile_url:
        style = assets.tile_style(settings.tile_url, settings.tile_attribution).path
        datum = settings.tile_datum
    dark = st.context.theme.type == "dark"
    return map_deck.deck(found, vehicles, opened, fmt, dark=dark, style=style, datum=datum or "wgs84")


def chosen(key: str) -> Callable[[], None]:
    """What a click on the map does: what was hit goes into the address."""

    def put() -> None:
        links.put({"pick": map_view.picked(st.session_state.get(key))})

    return put


def change(act: str, found: MapPicture, held: MapFilters, zoom: float) -> dict[str, Any]:
    """What a button of the card changes in the address."""
    near = map_view.nearer(found, held, zoom) if act == "nearer" else None
    return {"pick": None, **(look_at(*near) if near else {})}


def alt(found: MapPicture, fmt: Format) -> str:
    """The map in a sentence, for who does not see it."""
    return fmt.t("Map of open orders: {orders}", orders=map_deck.tiers(found.levels, fmt))


def attribution(settings: Settings, fmt: Format) -> str:
    """Whose map it is."""
    if settings.tile_url:
        return settings.tile_attribution or fmt.t("Map tiles of your own server")
    return fmt.t("Land: Natural Earth, public domain. No borders are drawn.")
