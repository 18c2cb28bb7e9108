"""What the map is asked to show: read from its address, changed by its widgets."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import streamlit as st

from waypost.domain.geo import Point
from waypost.services.live import OrderQuery, View
from waypost.services.map import overview_of
from waypost.web import cache, links
from waypost.web.format import Format
from waypost.web.orders_filters import LEVELS, stage_widgets, stages
from waypost.web.tower_filters import narrow_widgets
from waypost.web.words import TIERS

PAGE: Final = "map"
NARROW: Final = ("channel", "carrier")
ANY_ZOOM: Final = 3.0
_VIEW: Final = f"{PAGE}.view"
_PICK: Final = f"{PAGE}.pick"
_ON_ITS_WAY_S: Final = 4.0
_PIXELS: Final = (800, 680)
_PHONE: Final = (360, 420)
_CLOSEST: Final = 15.0


class MapFilters(NamedTuple):
    """One state of the map; `at` is the view that the address asks for, `pick` what is chosen on the map."""

    level: str | None
    stage: str | None
    journey: str | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    vehicles: bool
    at: tuple[Point, float] | None
    pick: str | None

    @property
    def query(self) -> OrderQuery:
        """The orders it shows."""
        return OrderQuery(self.journey, self.stage, self.level, "open", self.where)


def read(view: View) -> MapFilters:
    """The state that the address asks for; what it does not say, or says wrongly, is the default."""
    return MapFilters(
        links.value("level", LEVELS),
        links.value("stage", stages(view)),
        links.value("journey", view.ids),
        tuple((name, found) for name in NARROW if (found := links.values(name))),
        links.value("vehicles") != "off",
        _asked_view(),
        _picked(),
    )


def pick(what: str | None, more: Mapping[str, str] | None = None) -> None:
    """Put what was chosen into the address, with what else changes."""
    st.session_state[_PICK] = what, time.monotonic() + _ON_ITS_WAY_S
    links.put({"pick": what, **(more or {})})


def _picked() -> str | None:
    """What is chosen. A run that was asked for a moment before a click still comes with the address of before."""
    own, until = st.session_state.get(_PICK, (None, 0.0))
    chosen: str | None = own if time.monotonic() < until else links.value("pick")
    return chosen


def _asked_view() -> tuple[Point, float] | None:
    try:
        lat, lon, zoom = (float(part) for part in (links.value("at") or "").split(","))
    except ValueError:
        return None
    sound = -85 <= lat <= 85 and -180 <= lon <= 180 and 0 <= zoom <= _CLOSEST
    return (Point(lat, lon), zoom) if sound else None


def opening_view(held: MapFilters) -> tuple[Point, float]:
    """Where the map opens: as the address says, else so that nearly everything is in it.

    The second is worked out once per session. A view that changed by itself would take the map out
    of the reader's hand.
    """
    if held.at is not None:
        return held.at
    if _VIEW not in st.session_state:
        found = cache.map_picture(OrderQuery(status="open"), ANY_ZOOM)
        points = [Point(c.lat, c.lon) for c in found.clusters for _ in range(min(c.n, 50))]
        points += [position.point for position in list(cache.vehicles().last.values())[:500]]
        # The only thing that tells a phone before the page is drawn.
        phone = "Mobi" in (st.context.headers.get("User-Agent") or "")
        st.session_state[_VIEW] = overview_of(points, *(_PHONE if phone else _PIXELS))
    opened: tuple[Point, float] = st.session_state[_VIEW]
    return opened


def look_at(point: Point, zoom: float) -> dict[str, str]:
    """The change of the address that moves the map to a place."""
    return {"at": f"{point.lat:.4f},{point.lon:.4f},{min(zoom, _CLOSEST):.1f}"}


def draw(held: MapFilters, view: View, fmt: Format) -> None:
    """The widgets, side by side as far as there is room."""
    t = fmt.t
    st.segmented_control(
        t("Level"),
        LEVELS,
        format_func=lambda level: t(TIERS[level]),
        label_visibility="collapsed",
        **links.bound(PAGE, "level", held.level, forget=("pick",)),
    )
    narrowed = sum(len(words) for _, words in held.where) + bool(held.journey) + bool(held.stage)
    name = t("Filter ({n})", n=narrowed) if narrowed else t("Filter")
    with st.popover(name, icon=":material/filter_list:", key=f"{PAGE}.filter"):
        _more(held, view, fmt)
    st.toggle(t("Vehicles"), **_toggled(held.vehicles, fmt))
    if held.at is not None:
        label = t("Whole map")
        st.button(label, icon=":material/zoom_out_map:", key=f"{PAGE}.whole", on_click=links.put, args=({"at": None},))


def _toggled(held: bool, fmt: Format) -> dict[str, Any]:
    key = f"{PAGE}.vehicles.{fmt.lang}"
    if st.session_state.get(key) != held:
        st.session_state[key] = held
    return {"key": key, "on_change": lambda: links.put({"vehicles": None if st.session_state[key] else "off"})}


def _more(held: MapFilters, view: View, fmt: Format) -> None:
    stage_widgets(PAGE, held.journey, held.stage, view, fmt, of_journey=("stage", "pick"), of_stage=("pick",))
    query = OrderQuery(held.journey, held.stage, status="open")
    narrow_widgets(PAGE, NARROW, dict(held.where), query, fmt, ("pick",))
