"""Panels that are heavy to draw: the map of a board's orders, and durations as bars. Drawn anew now and then only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from waypost.domain.geo import Point
from waypost.journeys.document import Stage
from waypost.services import kpi
from waypost.services.map import MapPicture, overview_of, picture
from waypost.web import charts, deps, links, map_deck, theme
from waypost.web.assets import tile_style
from waypost.web.board_panels import Panel, Picture, Scene, register

_KEEP_S: Final = 20
_PIXELS: Final = (640, 420)


@register("map")
def map_of(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """Where the open orders of this board were last seen."""
    look = scene.fmt.lang, st.context.theme.type == "dark"
    deck, found = _deck(_about(panel, scene), look, scene)
    n, unknown = scene.fmt.count(found.n - found.unknown), scene.fmt.count(found.unknown)
    note = scene.fmt.t("{n} on the map, {unknown} without a known place", n=n, unknown=unknown)
    href = links.href("map", {"journey": scene.journey.id, **{k: list(v) for k, v in scene.state.where}})
    alt = scene.fmt.t("Map of open orders: {orders}", orders=map_deck.tiers(found.levels, scene.fmt))
    return [Picture("map", deck, {"title": panel.title, "icon": panel.icon, "note": note, "href": href, "alt": alt})]


@register("distribution")
def distribution(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """How long the first of its stages took, as bars with the targets."""
    stages = [stage for stage in panel.stages if not stage.gate]
    if not stages:
        return [Picture("chart", {"kind": "words", "title": panel.title, "icon": panel.icon, "paragraphs": []})]
    look = scene.fmt.lang, scene.fmt.zone, st.context.theme.type == "dark"
    figure, note = _bars(_about(panel, scene), look, stages[0], scene)
    stage = stages[0].name.say(scene.fmt.lang)
    title = panel.title if panel.title == stage else f"{panel.title} · {stage}"
    return [Picture("bars", figure, {"title": title, "icon": panel.icon, "note": note})]


def _about(panel: Panel, scene: Scene) -> tuple[Any, ...]:
    store = deps.get().waypost.engine.url.render_as_string(hide_password=True)
    state = scene.state
    return store, scene.board.id, scene.version, panel.id, state.days, state.first, state.last, state.query


@st.cache_resource(ttl=_KEEP_S, max_entries=64, show_spinner=False)
def _deck(about: Any, look: tuple[str, bool], _scene: Scene) -> tuple[map_deck.CompactDeck, MapPicture]:
    waypost = deps.get().waypost
    snapshot, query = waypost.positions.snapshot(), _scene.state.query._replace(journey=_scene.journey.id)
    opened = _opened(about, _scene)
    found = picture(_scene.view, waypost.places, query, snapshot, opened[1])
    settings = deps.get().settings
    style = tile_style(settings.tile_url, settings.tile_attribution).path if settings.tile_url else None
    datum = settings.tile_datum if style else "wgs84"
    return map_deck.deck(found, None, opened, _scene.fmt, dark=look[1], style=style, datum=datum or "wgs84"), found


@st.cache_resource(max_entries=256, show_spinner=False)
def _opened(about: Any, _scene: Scene) -> tuple[Point, float]:
    """Where the map looks at first: kept, so that what somebody has turned to stays when the orders move on."""
    waypost, query = deps.get().waypost, _scene.state.query._replace(journey=_scene.journey.id)
    where = picture(_scene.view, waypost.places, query, waypost.positions.snapshot(), 3.0).where
    known = [n for n, how in enumerate(where.known.tolist()) if how != 3]
    return overview_of([Point(float(where.lat[n]), float(where.lon[n])) for n in known], *_PIXELS)


@st.cache_resource(ttl=_KEEP_S, max_entries=64, show_spinner=False)
def _bars(about: Any, look: tuple[str, str, bool], stage: Stage, _scene: Scene) -> tuple[Any, str]:
    at, t, fmt = _scene.at, _scene.fmt.t, _scene.fmt
    found = kpi.spread(_scene.view, at.journey, stage.id, at.start, at.end, at.orders)
    if not len(found.seconds):
        return None, t("Nothing was completed here in this time. Choose a longer one.")
    note = t.plural("{n} measured", "{n} measured", len(found.seconds), n=fmt.count(len(found.seconds)))
    figure = charts.spread_chart(found, fmt, theme.DARK if look[2] else theme.LIGHT, panel=True)
    return figure, note
