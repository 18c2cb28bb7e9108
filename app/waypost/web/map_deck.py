"""The map as layers: land, orders in circles with their tier, stations, vehicles."""

from __future__ import annotations

import base64
import math
from typing import Any, Final

import orjson
import pydeck as pdk

from waypost.domain.geo import Datum, Point, convert
from waypost.domain.instants import SECOND
from waypost.domain.position import Position
from waypost.domain.subject import Subject
from waypost.services.map import MOST_SHOWN, Cluster, MapPicture, Station
from waypost.services.positions import Snapshot
from waypost.web import assets, theme
from waypost.web.format import Format
from waypost.web.theme import Tokens

SILENT_AFTER = 30 * 60 * SECOND
# Drawn on the canvas, where no icon font is; the legend shows the same ones.
GLYPHS: Final = {"ok": "●", "yellow": "▲", "red": "■"}
CLUSTERS, VEHICLES, SILENT, STATIONS = "clusters", "vehicles", "silent", "stations"
KINDS: Final = {CLUSTERS: "orders", STATIONS: "station", VEHICLES: "vehicle", SILENT: "vehicle"}
_FONT: Final = f"{theme.FONT}"
_LARGEST = 28.0  # pixels: circles beside each other stay apart
_LABEL_PX, _LABEL_EVERY = 96, 22
_NAME = 14  # characters of a station's name
_ICONS: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="64" viewBox="0 0 128 64">'
    '<path d="M32 6 L54 56 L32 46 L10 56 Z" fill="#fff"/><circle cx="96" cy="32" r="20" fill="#fff"/></svg>'
)
_ATLAS: Final = f"data:image/svg+xml;base64,{base64.b64encode(_ICONS.encode()).decode()}"
_MAPPING: Final = {
    "a": {"x": 0, "y": 0, "width": 64, "height": 64, "mask": True},
    "d": {"x": 64, "y": 0, "width": 64, "height": 64, "mask": True},
}


class CompactDeck(pdk.Deck):  # type: ignore[misc]
    """A deck that is sent without line breaks and spaces: half the bytes at every update."""

    def to_json(self) -> str:
        """The deck as JSON."""
        return orjson.dumps(orjson.loads(super().to_json())).decode()


def name_of(vehicle: Subject) -> str:
    """A vehicle's id, with its name space where it has one."""
    return f"{vehicle.scope}:{vehicle.ref}" if vehicle.scope else vehicle.ref


def deck(
    found: MapPicture, vehicles: Snapshot | None, view: tuple[Point, float], fmt: Format, *,
    dark: bool, turn: int = 0, pick: str | None = None, style: str | None = None, datum: Datum = "wgs84",
) -> CompactDeck:  # fmt: skip
    """The whole map; `style` is the address of an own server's tiles, whose datum everything is drawn in.

    Streamlit pales everything but what was clicked, found by its number in its layer; after the next
    update that may be another vehicle. So layers get another name with each click (`turn`), by which
    nothing is paled, and what is chosen (`pick`) gets a ring.
    """
    tokens = theme.DARK if dark else theme.LIGHT
    centre, zoom = convert(view[0], "wgs84", datum), view[1]
    layers = [] if style else [_land(tokens)]
    dots, names = _stations(found.stations, zoom, tokens, datum)
    silent, heard = _vehicles(vehicles, found.now, len(found.clusters), tokens, datum)
    layers += [dots, *silent, *_circles(found.clusters, fmt, tokens, datum), names, *heard]
    for layer in layers:
        layer.id = f"{layer.id}.{turn}" if layer.id in KINDS else layer.id
    layers += _ring(found, vehicles, pick, tokens, datum)
    # A text layer without any letter asks the renderer for an empty picture of letters.
    layers = [layer for layer in layers if layer.type != "TextLayer" or layer.data]
    made = CompactDeck(
        layers=layers,
        initial_view_state=pdk.ViewState(latitude=centre.lat, longitude=centre.lon, zoom=zoom, max_zoom=16),
        map_provider=None,
        tooltip={"text": "{tip}"},
    )
    if style:
        made.map_style = style
    return made


def shown_vehicles(vehicles: Snapshot, room: int) -> list[Position]:
    """The vehicles that are drawn, always in the same order; the newest when there are too many."""
    every = list(vehicles.last.values())
    if len(every) > room:
        every = sorted(every, key=lambda position: -position.at)[:room]
    return sorted(every, key=lambda position: position.vehicle)


def _land(tokens: Tokens) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        id="land",
        data=assets.land().path,
        stroked=False,  # an edge would double what is drawn at every frame
        filled=True,
        pickable=False,
        get_fill_color=_rgb(tokens.surface),
    )


def _circles(clusters: list[Cluster], fmt: Format, tokens: Tokens, datum: Datum) -> list[pdk.Layer]:
    edges = {"ok": _rgb(tokens.surface), "yellow": _rgb(tokens.yellow_edge), "red": _rgb(tokens.red_edge)}
    texts = {"yellow": _rgb(tokens.yellow_text), "red": _rgb(tokens.red_text)}
    fills = {"yellow": _rgb(tokens.yellow_fill), "red": _rgb(tokens.red_fill)}
    rows: list[dict[str, Any]] = []
    badges: list[dict[str, Any]] = []
    for cluster in clusters:
        level, place = worst(cluster.levels), _place(cluster.lat, cluster.lon, datum)
        radius = _radius(cluster)
        tip = f"{cluster.name}\n{tiers(cluster.levels, fmt)}".strip()
        rows.append(
            {"id": cluster.id, "p": place, "r": radius, "e": edges[level], "t": fmt.short(cluster.n), "tip": tip}
        )
        if level != "ok":
            count = cluster.levels[2] if level == "red" else cluster.levels[1]
            text = f"{GLYPHS[level]} {fmt.short(count)}"
            badges.append({"p": place, "o": [0, -radius - 9], "t": text, "c": texts[level], "b": fills[level]})
    circles = pdk.Layer(
        "ScatterplotLayer",
        rows,
        id=CLUSTERS,
        pickable=True,
        stroked=True,
        get_position="p",
        get_radius="r",
        radius_units=pdk.types.String("pixels"),
        get_fill_color=_rgb(tokens.accent, 225),
        get_line_color="e",
        line_width_units=pdk.types.String("pixels"),
        get_line_width=3,
    )
    plain = [{"p": row["p"], "t": row["t"]} for row in rows]
    numbers = _text("numbers", plain, get_color=_rgb(tokens.on_accent), get_size=12)
    badge = _text(
        "badges", badges, get_color="c", get_size=12, get_pixel_offset="o", background=True,
        get_background_color="b", background_padding=[5, 2],
    )  # fmt: skip
    return [circles, numbers, badge]


def _ring(
    found: MapPicture, vehicles: Snapshot | None, pick: str | None, tokens: Tokens, datum: Datum
) -> list[pdk.Layer]:
    """A ring around what is chosen, wherever it has moved to."""
    spot, size = _chosen(found, vehicles, pick)
    if spot is None:
        return []
    return [
        pdk.Layer(
            "ScatterplotLayer",
            [{"p": _place(spot.lat, spot.lon, datum)}],
            id="ring",
            pickable=False,
            filled=False,
            stroked=True,
            get_position="p",
            get_radius=size,
            radius_units=pdk.types.String("pixels"),
            get_line_color=_rgb(tokens.ink),
            line_width_units=pdk.types.String("pixels"),
            get_line_width=2.5,
        )
    ]


def _chosen(found: MapPicture, vehicles: Snapshot | None, pick: str | None) -> tuple[Point | None, float]:
    """Where the chosen thing is now, and the radius of a ring around it in pixels."""
    kind, _, key = (pick or "").partition(":")
    if kind == "orders" and (cluster := found.cluster(key)):
        return Point(cluster.lat, cluster.lon), _radius(cluster) + 6
    if kind == "station":
        return next((Point(s.lat, s.lon) for s in found.stations if s.id == key), None), 11
    if kind == "vehicle" and vehicles is not None:
        return next((p.point for vehicle, p in vehicles.last.items() if name_of(vehicle) == key), None), 14
    return None, 0


def _radius(cluster: Cluster) -> float:
    """Of a circle, in pixels."""
    return round(min(_LARGEST, 9 + 2.2 * math.log2(cluster.n)), 1)


def _stations(stations: list[Station], zoom: float, tokens: Tokens, datum: Datum) -> tuple[pdk.Layer, pdk.Layer]:
    rows = [{"id": s.id, "p": _place(s.lat, s.lon, datum), "tip": "\n".join(s.names[:6])} for s in stations]
    labels = [{"p": _place(s.lat, s.lon, datum), "t": s.names[0][:_NAME]} for s in _uncrowded(stations, zoom)]
    dots = pdk.Layer(
        "ScatterplotLayer",
        rows,
        id=STATIONS,
        pickable=True,
        stroked=True,
        get_position="p",
        get_radius=4,
        radius_units=pdk.types.String("pixels"),
        get_fill_color=_rgb(tokens.surface),
        get_line_color=_rgb(tokens.muted),
        line_width_units=pdk.types.String("pixels"),
        get_line_width=2,
    )
    names = _text("names", labels, get_color=_rgb(tokens.muted), get_size=11, get_pixel_offset=[0, 36])
    return dots, names


def _vehicles(
    vehicles: Snapshot | None, now: int, taken: int, tokens: Tokens, datum: Datum
) -> tuple[list[pdk.Layer], list[pdk.Layer]]:
    """Layers of the silent vehicles, to lie below the orders, and of the others; none where they are not wanted."""
    if vehicles is None:
        return [], []
    heard: list[dict[str, Any]] = []
    silent: list[dict[str, Any]] = []
    for found in shown_vehicles(vehicles, MOST_SHOWN - min(taken, MOST_SHOWN // 2)):
        row: dict[str, Any] = {"tip": name_of(found.vehicle), "p": _place(found.lat, found.lon, datum), "i": "d"}
        if found.course is not None:
            row |= {"i": "a", "a": -round(found.course)}
        (heard if now - found.at < SILENT_AFTER else silent).append(row)
    return [_icons(SILENT, silent, _rgb(tokens.muted, 170))], [_icons(VEHICLES, heard, _rgb(tokens.ink))]


def _icons(name: str, rows: list[dict[str, Any]], colour: list[int]) -> pdk.Layer:
    return pdk.Layer(
        "IconLayer",
        rows,
        id=name,
        pickable=True,
        icon_atlas=pdk.types.String(_ATLAS),
        icon_mapping=_MAPPING,
        get_icon="i",
        get_position="p",
        get_angle="a",
        get_size=18,
        get_color=colour,
    )


def _text(name: str, rows: list[dict[str, Any]], **more: Any) -> pdk.Layer:
    return pdk.Layer(
        "TextLayer",
        rows,
        id=name,
        pickable=False,
        get_position="p",
        get_text="t",
        font_family=pdk.types.String(_FONT),
        font_weight=600,
        character_set=pdk.types.String("auto"),
        **more,
    )


def _uncrowded(stations: list[Station], zoom: float) -> list[Station]:
    """Those whose names do not run into each other where the map opens, the busiest first."""
    held: set[tuple[int, int]] = set()
    found = []
    for station in stations:
        x = (station.lon + 180) / 360 * 512 * 2**zoom
        slope = math.radians(max(-85.0, min(85.0, station.lat)))
        y = (1 - math.asinh(math.tan(slope)) / math.pi) / 2 * 512 * 2**zoom
        cell = int(x // _LABEL_PX), int(y // _LABEL_EVERY)
        near = {(cell[0] + dx, cell[1] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        if not near & held:
            held.add(cell)
            found.append(station)
    return found


def worst(levels: tuple[int, int, int]) -> str:
    """The worst tier among some orders."""
    return "red" if levels[2] else "yellow" if levels[1] else "ok"


def tiers(levels: tuple[int, int, int], fmt: Format) -> str:
    """How many orders are in each tier, in words; tiers without any are left out."""
    t = fmt.t
    parts = [
        t.plural("{n} order", "{n} orders", sum(levels), n=fmt.count(sum(levels))),
        t("{n} blocked", n=fmt.count(levels[2])) if levels[2] else "",
        t("{n} warned", n=fmt.count(levels[1])) if levels[1] else "",
    ]
    return " · ".join(part for part in parts if part)


def _place(lat: float, lon: float, datum: Datum) -> list[float]:
    point = Point(lat, lon) if datum == "wgs84" else convert(Point(lat, lon), "wgs84", datum)
    return [round(point.lon, 5), round(point.lat, 5)]


def _rgb(colour: str, alpha: int = 255) -> list[int]:
    return [int(colour[n : n + 2], 16) for n in (1, 3, 5)] + ([alpha] if alpha < 255 else [])
