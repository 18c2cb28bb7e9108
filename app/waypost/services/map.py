"""The map of open orders: clusters on a grid that fits the zoom, stations, and what has no known place."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.geo import Point
from waypost.journeys.resolve import IDX
from waypost.services.live import OrderQuery, View
from waypost.services.positions import Snapshot
from waypost.services.whereabouts import Known, Places, Whereabouts

MOST_SHOWN = 3_000  # objects; a browser still draws so many smoothly when vehicles move every second
CELL_PX = 64  # so far apart circles can be told apart and hit with a finger
MOST_STATIONS = 400
_TOUCHING = 0.75  # of a cell: circles nearer to each other become one
_TILE = 512  # pixels of the world at zoom 0, as the map counts
_POLE = 85.0511
_WORLD = (Point(-35, -100), Point(58, 140))


class Cluster(NamedTuple):
    """Orders near each other: how many by level [ok, yellow, red], and where each is in the picture's arrays."""

    id: str
    lat: float
    lon: float
    n: int
    levels: tuple[int, int, int]
    members: IDX  # numbers in `MapPicture.where`
    name: str  # of the place, when all of them are in one


class Station(NamedTuple):
    """A place where open orders were last scanned."""

    id: str
    names: tuple[str, ...]
    lat: float
    lon: float
    n: int


class MapPicture(NamedTuple):
    """What the map shows of the orders at an instant (us)."""

    now: int
    n: int
    levels: tuple[int, int, int]
    by: tuple[int, int, int, int]  # orders by how their place is known: scan, name, vehicle, not
    clusters: list[Cluster]
    stations: list[Station]
    where: Whereabouts
    simulated: bool

    @property
    def unknown(self) -> int:
        """How many orders have no known place."""
        return self.by[Known.NOT]

    def cluster(self, key: str) -> Cluster | None:
        """The cluster of this id; None when it is gone."""
        return next((cluster for cluster in self.clusters if cluster.id == key), None)


def picture(view: View, held: Places, query: OrderQuery, vehicles: Snapshot, zoom: float) -> MapPicture:
    """The open orders that a query selects, clustered for a zoom."""
    places = np.flatnonzero(view.mask(query._replace(status="open"))).astype(np.intp)
    where = held.of(view, places, vehicles)
    levels = view.level[places]
    return MapPicture(
        view.now,
        len(places),
        _three(levels),
        _by(where),
        clusters(where, levels, zoom, MOST_SHOWN - min(len(vehicles.last), MOST_SHOWN // 2)),
        stations(where),
        where,
        any(position.simulated for position in vehicles.last.values()),
    )


def clusters(where: Whereabouts, levels: NDArray[np.int8], zoom: float, most: int) -> list[Cluster]:
    """Orders by cells of a grid on the map; the cells grow until at most `most` hold anything."""
    located = np.flatnonzero(where.known != Known.NOT)
    if not len(located):
        return []
    x, y = _world(where.lat[located], where.lon[located])
    size = CELL_PX / (_TILE * 2.0**zoom)  # of a cell, as a share of the world
    while True:
        columns = math.ceil(1 / size) + 1
        cells = np.floor(y / size).astype(np.int64) * columns + np.floor(x / size).astype(np.int64)
        found, member = np.unique(cells, return_inverse=True)
        if len(found) <= most:
            break
        size *= 2
    member = _joined(member, x, y, size * _TOUCHING)[member]
    line = np.argsort(member, kind="stable")
    kept, starts = np.unique(member[line], return_index=True)
    ends = [*starts.tolist()[1:], len(line)]
    scale = round(math.log2(1 / size) * 10)
    return [
        _cluster(f"{scale}.{found[n]}", located[line[start:end]], where, levels)
        for n, start, end in zip(kept.tolist(), starts.tolist(), ends, strict=True)
    ]


def _joined(member: IDX, x: NDArray[np.float64], y: NDArray[np.float64], reach: float) -> IDX:
    """Per cell the cell it joins, itself or a fuller one: neighbours on both sides of a line would cover each other."""
    n = np.bincount(member)
    east, north = np.bincount(member, x) / n, np.bincount(member, y) / n
    joins = np.arange(len(n))
    held: dict[tuple[int, int], list[int]] = {}
    for cell in np.argsort(-n, kind="stable").tolist():
        column, row = int(east[cell] // reach), int(north[cell] // reach)
        around = (held.get((column + dx, row + dy), ()) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        near = [
            other
            for others in around
            for other in others
            if (east[other] - east[cell]) ** 2 + (north[other] - north[cell]) ** 2 < reach**2
        ]
        if near:
            joins[cell] = near[0]
        else:
            held.setdefault((column, row), []).append(cell)
    return joins


def _cluster(key: str, members: IDX, where: Whereabouts, levels: NDArray[np.int8]) -> Cluster:
    names = {where.names[member] for member in members[:200].tolist()}
    lat, lon = float(where.lat[members].mean()), float(where.lon[members].mean())
    name = names.pop() if len(names) == 1 else ""
    return Cluster(key, lat, lon, len(members), _three(levels[members]), members, name)


def stations(where: Whereabouts) -> list[Station]:
    """The places of scans, those with most orders first; several names at one spot are one station."""
    spots: dict[tuple[float, float], dict[str, int]] = {}
    scanned = np.flatnonzero((where.known == Known.SCAN) | (where.known == Known.NAME))
    for member in scanned.tolist():
        if name := where.names[member]:
            spot = (round(float(where.lat[member]), 3), round(float(where.lon[member]), 3))
            held = spots.setdefault(spot, {})
            held[name] = held.get(name, 0) + 1
    found = [
        Station(f"{lat:.3f},{lon:.3f}", tuple(sorted(held, key=lambda n: -held[n])), lat, lon, sum(held.values()))
        for (lat, lon), held in spots.items()
    ]
    return sorted(found, key=lambda station: (-station.n, station.id))[:MOST_STATIONS]


def overview_of(points: list[Point], width: int, height: int) -> tuple[Point, float]:
    """Centre and zoom at which nearly all points fit into so many pixels; strays at the rims are left out."""
    if len(points) >= 20:
        lats, lons = np.array(points).T
        south, north = np.percentile(lats, [2, 98]).tolist()
        west, east = np.percentile(lons, [2, 98]).tolist()
    else:
        some = points or list(_WORLD)
        south, north = min(p.lat for p in some), max(p.lat for p in some)
        west, east = min(p.lon for p in some), max(p.lon for p in some)
    x, y = _world(np.array([south, north]), np.array([west, east]))
    spans = [max(float(abs(x[1] - x[0])), 1e-4) / width, max(float(abs(y[1] - y[0])), 1e-4) / height]
    zoom = math.log2(0.82 / (_TILE * max(spans)))
    middle = _lat_of(float(y.mean()))
    return Point(round(middle, 2), round((west + east) / 2, 2)), round(min(max(zoom, 0.3), 9.0), 1)


def _world(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Web Mercator, both from 0 to 1."""
    slope = np.radians(np.clip(lat, -_POLE, _POLE))
    y = (1 - np.arcsinh(np.tan(slope)) / math.pi) / 2
    return np.clip((lon + 180) / 360, 0, 1), np.clip(y, 0, 1)


def _lat_of(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _three(levels: NDArray[np.int8]) -> tuple[int, int, int]:
    ok, yellow, red = np.bincount(levels, minlength=3)[:3].tolist()
    return ok, yellow, red


def _by(where: Whereabouts) -> tuple[int, int, int, int]:
    scan, name, vehicle, unknown = np.bincount(where.known, minlength=4)[:4].tolist()
    return scan, name, vehicle, unknown
