"""Where vehicles are now: one shared picture per process, kept in the database with a thinned trail."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from waypost.domain.geo import bearing_deg, haversine_m
from waypost.domain.instants import DAY, SECOND, now_us
from waypost.domain.position import Position
from waypost.domain.statement import Classifier, Kind, Statement
from waypost.domain.subject import Subject, SubjectKind
from waypost.store import positions as stored
from waypost.store.directory import Directory

FASTEST_KMH = 1_200.0  # faster than an airliner with the wind: the receiver, or its clock, is wrong
JITTER_M = 300.0  # what a receiver may jump between two readings without having moved
TRAIL_M, TRAIL_US, STILL_M = 200.0, 30 * SECOND, 25.0
SAVE_EVERY_S, REFRESH_EVERY_S, PRUNE_EVERY_S = 5.0, 2.0, 3_600.0
MOST_TRAIL = 100_000  # points that wait for the database; then the oldest are dropped, and counted
TRAIL_DAYS = 14
_VEHICLE = SubjectKind.VEHICLE
log = logging.getLogger("waypost.positions")


class Counts(NamedTuple):
    """What became of positions since the process started."""

    taken: int = 0
    late: int = 0  # older than what is known already
    implausible: int = 0  # a jump that no vehicle makes
    dropped: int = 0  # points of a trail that the database was too slow for


class Snapshot(NamedTuple):
    """The last position of every vehicle, by subject; never changed once it is given out."""

    version: int
    last: dict[Subject, Position]
    counts: Counts


class Positions:
    """Takes positions from any thread and gives everybody the same picture of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._trail_us = engine, TRAIL_DAYS * DAY
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._directory = Directory()
        self._last: dict[Subject, Position] = {}
        self._doubted: dict[Subject, Position] = {}
        self._marked: dict[Subject, Position] = {}  # the last point of each trail
        self._changed: set[Subject] = set()
        self._trail: deque[Position] = deque()
        self._counts = Counts()
        self._version = 0
        self._snapshot: Snapshot | None = None
        self._stored_at, self._refreshed = 0, float("-inf")
        self._pruned = time.monotonic()
        self._failing = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def keep_trails(self, days: float) -> None:
        """How many days trails are kept; the default is `TRAIL_DAYS`."""
        self._trail_us = int(days * DAY)

    def take(self, found: Iterable[Position]) -> None:
        """Take readings in; what is late or implausible is left out and counted."""
        with self._lock:
            for position in found:
                self._take(position)
            self._snapshot = None
            if self._thread is None and self._changed and not self._stop.is_set():
                self._thread = threading.Thread(target=self._keep, name="positions", daemon=True)
                self._thread.start()

    def heed(self, said: Iterable[Statement]) -> None:
        """Take the positions that come as events of vehicles."""
        found = [position for s in said if s.subject.kind == _VEHICLE and (position := _position(s))]
        if found:
            self.take(found)

    def snapshot(self) -> Snapshot:
        """The present picture, shared by all who ask; other processes' positions are at most seconds old."""
        if time.monotonic() - self._refreshed > REFRESH_EVERY_S:
            self._refresh()
        held = self._snapshot
        if held is None:
            with self._lock:
                held = self._snapshot = Snapshot(self._version, dict(self._last), self._counts)
        return held

    def trail(self, vehicle: Subject, start: int, end: int) -> list[tuple[int, float, float]]:
        """Where a vehicle went in [start, end) us: (at, lat, lon), thinned."""
        self.save()
        return stored.trail(self._engine, vehicle, start, end)

    def save(self) -> None:
        """Write what is new to the database; what fails is kept for the next time."""
        with self._saving:
            with self._lock:
                last = [self._last[vehicle] for vehicle in self._changed]
                trail = [self._trail.popleft() for _ in range(len(self._trail))]
                self._changed.clear()
            try:
                stored.save(self._engine, self._directory, last, trail, now_us())
                self._failing = False
            except SQLAlchemyError as error:
                self._put_back(last, trail)
                if not self._failing:
                    log.warning("Positions cannot be stored for the moment: %s", str(error).splitlines()[0])
                self._failing = True

    def close(self) -> None:
        """Stop and write what is left."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.save()

    def _take(self, found: Position) -> None:
        held = self._last.get(found.vehicle)
        if held is not None and found.at <= held.at:
            again = (found.at, found.point) == (held.at, held.point)
            self._counts = self._counts._replace(late=self._counts.late + (not again))
            return
        if held is not None and not _believable(held, found):
            doubted = self._doubted.get(found.vehicle)
            self._doubted[found.vehicle] = found
            # One wild reading is an error; a second one that fits it says that the first position was wrong.
            if doubted is None or found.at <= doubted.at or not _believable(doubted, found):
                self._counts = self._counts._replace(implausible=self._counts.implausible + 1)
                return
        self._doubted.pop(found.vehicle, None)
        if found.course is None and held is not None:
            found = found._replace(course=_course(held, found))
        self._last[found.vehicle] = found
        self._changed.add(found.vehicle)
        self._version += 1
        self._counts = self._counts._replace(taken=self._counts.taken + 1)
        self._mark(found)

    def _mark(self, found: Position) -> None:
        """Keep a point of the trail every 200 m, or every 30 s while the vehicle moves at all."""
        held = self._marked.get(found.vehicle)
        if held is not None:
            moved = haversine_m(held.point, found.point)
            if moved < TRAIL_M and (found.at - held.at < TRAIL_US or moved < STILL_M):
                return
        self._marked[found.vehicle] = found
        self._trail.append(found)
        self._bound()

    def _bound(self) -> None:
        while len(self._trail) > MOST_TRAIL:
            self._trail.popleft()
            self._counts = self._counts._replace(dropped=self._counts.dropped + 1)

    def _put_back(self, last: list[Position], trail: list[Position]) -> None:
        with self._lock:
            self._changed.update(found.vehicle for found in last)
            self._trail.extendleft(reversed(trail))
            self._bound()

    def _refresh(self) -> None:
        """Read what other processes stored; two askers at once may both read, which does no harm."""
        self._refreshed = time.monotonic()
        found, newest = stored.load(self._engine, self._stored_at)
        with self._lock:
            # What is stored by several processes may be committed out of order, so a little is read twice.
            self._stored_at = max(0, newest - 10 * SECOND)
            for position in found:
                held = self._last.get(position.vehicle)
                if held is None or position.at > held.at:
                    self._last[position.vehicle] = position
                    self._marked.setdefault(position.vehicle, position)
                    self._version += 1
                    self._snapshot = None

    def _keep(self) -> None:
        while not self._stop.wait(SAVE_EVERY_S):
            self.save()
            if time.monotonic() - self._pruned > PRUNE_EVERY_S:
                self.prune(now_us())

    def prune(self, now: int) -> int:
        """Delete what is too old of the trails; returns how many points."""
        self._pruned = time.monotonic()
        try:
            return stored.prune(self._engine, now - self._trail_us)
        except SQLAlchemyError:  # the next hour will do
            return 0


def _course(held: Position, found: Position) -> float | None:
    """Where a vehicle heads whose device does not say so: by the way it came; a standing one keeps its nose."""
    if haversine_m(held.point, found.point) < STILL_M:
        return held.course
    return round(bearing_deg(held.point, found.point), 1)


def _believable(held: Position, found: Position) -> bool:
    """Whether a vehicle can have come from one reading to the next."""
    metres = haversine_m(held.point, found.point) - JITTER_M - (held.accuracy_m or 0) - (found.accuracy_m or 0)
    hours = (found.at - held.at) / (3_600 * SECOND)
    return metres <= 0 or metres / 1_000 <= FASTEST_KMH * hours


def _position(said: Statement) -> Position | None:
    told = said.classifier == Classifier.ACTUAL and said.kind == Kind.ASSERT
    if not told or said.at is None or said.lat is None or said.lon is None:
        return None
    return Position(said.subject, said.at, said.lat, said.lon, source=said.source, simulated=said.simulated)
