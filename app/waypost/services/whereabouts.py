"""Where orders are: by the coordinates of their scans, else by the names of places, else by their vehicle."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Engine

from waypost.domain.subject import Subject
from waypost.journeys.resolve import IDX
from waypost.services.gazetteer import GAZETTEER
from waypost.services.live.view import View
from waypost.services.positions import Snapshot
from waypost.store import reads
from waypost.store.sightings import Sighting, aboard, last_sightings, sightings_after, vehicle_key, vehicles_with

MOST_BY_VEHICLE = 5_000  # orders without any place that are looked for in vehicles
F64 = NDArray[np.float64]


class Known(IntEnum):
    """By what an order's place is known; a smaller number is the better knowledge."""

    SCAN = 0
    NAME = 1
    VEHICLE = 2
    NOT = 3


class Whereabouts(NamedTuple):
    """Places of some orders of a view: latitude and longitude (NaN: unknown), by what, since when (us; 0: not told)."""

    places: IDX
    lat: F64
    lon: F64
    known: NDArray[np.int8]
    at: NDArray[np.int64]
    names: list[str]  # what the place is called; empty where nobody said


class _Seen:
    """The last sighting of one sort, by row of the subject table."""

    def __init__(self) -> None:
        self.at = np.zeros(0, dtype=np.int64)
        self.lat, self.lon = np.zeros(0), np.zeros(0)
        self.name: list[str | None] = []

    def grow(self, n: int) -> None:
        extra = n - len(self.at)
        if extra > 0:
            self.at = np.concatenate([self.at, np.zeros(extra, dtype=np.int64)])
            self.lat, self.lon = (np.concatenate([column, np.full(extra, np.nan)]) for column in (self.lat, self.lon))
            self.name.extend([None] * extra)

    def put(self, row: int, found: Sighting) -> None:
        if found.at >= self.at[row]:
            self.at[row], self.name[row] = found.at, found.place
            self.lat[row] = np.nan if found.lat is None else found.lat
            self.lon[row] = np.nan if found.lon is None else found.lon

    def forget(self, row: int) -> None:
        self.at[row], self.lat[row], self.lon[row], self.name[row] = 0, np.nan, np.nan, None


class Places:
    """One per process: the last sightings of open orders and what carries them, kept fresh by watermark."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._scans, self._names = _Seen(), _Seen()
        self._loaded = np.zeros(0, dtype=bool)
        self._watermark: int | None = None

    def of(self, view: View, places: IDX, vehicles: Snapshot) -> Whereabouts:
        """Where the orders at these places of the view are."""
        with self._lock:
            unit, order = _pairs(view, places)
            own, theirs = view.order_row[places], view.unit_row[unit]
            self._refresh(view, np.unique(np.concatenate([own, theirs])))
            n = len(places)
            found = Whereabouts(
                places,
                np.full(n, np.nan),
                np.full(n, np.nan),
                np.full(n, Known.NOT, dtype=np.int8),
                np.zeros(n, dtype=np.int64),
                [""] * n,
            )
            self._fill(found, own, theirs, order, self._scans, Known.SCAN)
            self._resolve_names(found, own, theirs, order)
            self._fill(found, own, theirs, order, self._names, Known.NAME)
        self._by_vehicle(found, view, unit, order, vehicles)
        return found

    def aboard(self, view: View, vehicle: Subject) -> list[int]:
        """Places of the orders that a vehicle carries at the view's instant."""
        with self._engine.connect() as connection:
            key = vehicle_key(connection, vehicle.ref, vehicle.scope)
            return [] if key is None else view.places_of(aboard(connection, key, view.now))

    def _refresh(self, view: View, rows: IDX) -> None:
        keys = view.table.keys
        n = max(len(self._loaded), int(rows.max(initial=-1)) + 1)
        self._scans.grow(n)
        self._names.grow(n)
        self._loaded = np.concatenate([self._loaded, np.zeros(n - len(self._loaded), dtype=bool)])
        with self._engine.connect() as connection:
            newest = reads.watermark(connection)
            if self._watermark is not None and newest > self._watermark:
                self._follow(view, *sightings_after(connection, self._watermark, newest))
            self._watermark = newest
            strange = rows[~self._loaded[rows]]
            if len(strange):
                self._put(view, last_sightings(connection, [keys[row] for row in strange.tolist()]))
                self._loaded[strange] = True

    def _follow(self, view: View, sightings: list[Sighting], amended: set[int]) -> None:
        n, row_of = len(self._loaded), view.table.row_of
        self._put(view, (s for s in sightings if (row := row_of.get(s.subject_id, n)) < n and self._loaded[row]))
        for key in amended:
            row = row_of.get(key, n)
            if row < n:
                self._loaded[row] = False
                self._scans.forget(row)
                self._names.forget(row)

    def _put(self, view: View, sightings: Iterable[Sighting]) -> None:
        for found in sightings:
            row = view.table.row_of[found.subject_id]
            (self._scans if found.lat is not None and found.lon is not None else self._names).put(row, found)

    def _fill(self, found: Whereabouts, own: IDX, theirs: IDX, order: IDX, seen: _Seen, known: Known) -> None:
        """Give each order that has no place yet the latest sighting of it and of its units."""
        heads = np.concatenate([np.arange(len(own)), order])
        rows = np.concatenate([own, theirs])
        usable = (found.known[heads] == Known.NOT) & ~np.isnan(seen.lat[rows])
        heads, rows = heads[usable], rows[usable]
        line = np.argsort(seen.at[rows], kind="stable")
        heads, rows = heads[line], rows[line]  # of several the last assignment stays, which is the latest
        found.lat[heads], found.lon[heads], found.at[heads] = seen.lat[rows], seen.lon[rows], seen.at[rows]
        found.known[heads] = known
        for head, row in zip(heads.tolist(), rows.tolist(), strict=True):
            found.names[head] = seen.name[row] or ""

    def _resolve_names(self, found: Whereabouts, own: IDX, theirs: IDX, order: IDX) -> None:
        """Coordinates for the names of orders that have no better place; what is not certain stays unknown."""
        lost = found.known == Known.NOT
        rows = np.unique(np.concatenate([own[lost], theirs[lost[order]]]))
        named = {row: name for row in rows.tolist() if (name := self._names.name[row])}
        points = GAZETTEER.find(named.values()) if named else {}
        for row, name in named.items():
            point = points.get(name)
            self._names.lat[row], self._names.lon[row] = (point.lat, point.lon) if point else (np.nan, np.nan)

    def _by_vehicle(self, found: Whereabouts, view: View, unit: IDX, order: IDX, vehicles: Snapshot) -> None:
        lost = np.flatnonzero(found.known[order] == Known.NOT)[:MOST_BY_VEHICLE]
        if not len(lost) or not vehicles.last:
            return
        keys = [view.table.keys[row] for row in view.unit_row[unit[lost]].tolist()]
        with self._engine.connect() as connection:
            carried = vehicles_with(connection, sorted(set(keys)), view.now)
            names = reads.subjects_by_key(connection, sorted(set(carried.values())))
        for key, head in zip(keys, order[lost].tolist(), strict=True):
            position = vehicles.last.get(names[carried[key]]) if key in carried else None
            if position is not None and found.at[head] < position.at:
                found.lat[head], found.lon[head], found.at[head] = position.lat, position.lon, position.at
                found.known[head], found.names[head] = Known.VEHICLE, position.vehicle.ref


def _pairs(view: View, places: IDX) -> tuple[IDX, IDX]:
    """(unit, number of the order among `places`) for the units of these orders."""
    number = np.full(view.n, -1, dtype=np.intp)
    number[places] = np.arange(len(places))
    unit, order = view.pairs
    mine = number[order] >= 0
    return unit[mine], number[order[mine]]
