"""One journey's closed stages by local day, and what is open by due instant: figures without rows.

A cube is never written into. `Draft` makes the next one from it and copies the days it touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import DAY, day_bounds, from_us, zone_of
from waypost.journeys.cells import I64, NEVER
from waypost.journeys.project import Level
from waypost.kpi.buckets import BUCKETS, bucket_of
from waypost.kpi.summary import FAR_AWAY

N, YELLOW, RED, DWELL_US = range(4)
SUMS: Final = 4
_HALF: Final = 24  # a double adds numbers of so many bits exactly for as many rows as there can be


class Counted(NamedTuple):
    """The closed rows of a stage (left and dwell in us), and the due instants of its open ones."""

    left: I64
    dwell: I64
    level: NDArray[np.int8]
    warned: I64  # when an open row turns yellow, or red if that comes first; NEVER where it does not
    late: I64  # when it turns red


@dataclass(slots=True)
class Day:
    """A local day: counts and buckets per stage, and bounds of when its rows were left (us)."""

    hist: NDArray[np.int32]
    sums: I64
    first: I64
    last: I64

    @classmethod
    def empty(cls, stages: int) -> Day:
        """A day on which nothing was left."""
        return cls(
            np.zeros((stages, BUCKETS), dtype=np.int32),
            np.zeros((stages, SUMS), dtype=np.int64),
            np.full(stages, NEVER),
            np.full(stages, -NEVER),
        )

    def copy(self) -> Day:
        """The same for writing into."""
        return Day(self.hist.copy(), self.sums.copy(), self.first.copy(), self.last.copy())

    def clear(self, stage: int) -> None:
        """Take all rows of a stage out."""
        self.hist[stage] = self.sums[stage] = 0
        self.first[stage], self.last[stage] = NEVER, -NEVER


class Open(NamedTuple):
    """The open rows of a stage: when they turn yellow or red, and when red, each sorted; us."""

    warned: I64
    late: I64

    def levels(self, now: int) -> tuple[int, int, int]:
        """How many are open, yellow and red at an instant (us)."""
        red = int(np.searchsorted(self.late, now))
        return len(self.late), int(np.searchsorted(self.warned, now)) - red, red


_NOTHING: Final = Open(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Cube:
    """The figures of a journey by local day of its zone; stages in the order of its document."""

    zone: str
    stages: int
    days: Mapping[int, Day] = field(default_factory=dict)  # by ordinal of the date
    opened: tuple[Open, ...] = ()

    @classmethod
    def empty(cls, zone: str, stages: int) -> Cube:
        """Of a journey without rows."""
        return cls(zone, stages, {}, (_NOTHING,) * stages)

    @cached_property
    def ordinals(self) -> list[int]:
        """The days that rows were left on, ascending."""
        return sorted(self.days)

    @cached_property
    def bounds(self) -> tuple[I64, I64]:
        """Starts and ends of these days, us."""
        found = np.array([(start_of(n, self.zone), start_of(n + 1, self.zone)) for n in self.ordinals])
        return (found[:, 0], found[:, 1]) if len(found) else (np.zeros(0, dtype=np.int64),) * 2

    @cached_property
    def measured(self) -> I64:
        """How many closed rows each stage has in all."""
        found: I64 = sum((day.sums[:, N] for day in self.days.values()), np.zeros(self.stages, dtype=np.int64))
        return found


class Draft:
    """The next cube while it is made."""

    def __init__(self, cube: Cube) -> None:
        self._cube, self._days, self._opened = cube, dict(cube.days), list(cube.opened)
        self._own: set[int] = set()

    def put(self, stage: int, counted: Counted, sign: int = 1) -> None:
        """Add rows of a stage, or take them away (sign -1)."""
        if len(counted.left):
            self._put_closed(stage, counted, sign)
        change = _with if sign > 0 else _without
        held = self._opened[stage]
        self._opened[stage] = Open(change(held.warned, counted.warned), change(held.late, counted.late))

    def anew(self, stage: int, counted: Counted) -> None:
        """Forget all rows of a stage and add these."""
        for ordinal in [*self._days]:
            if self._days[ordinal].sums[stage, N]:
                self._day(ordinal).clear(stage)
        self._opened[stage] = _NOTHING
        self.put(stage, counted)

    def done(self) -> Cube:
        """The cube that it has become."""
        return Cube(self._cube.zone, self._cube.stages, self._days, tuple(self._opened))

    def _put_closed(self, stage: int, counted: Counted, sign: int) -> None:
        ordinals, place = days_of(counted.left, self._cube.zone)
        n = len(ordinals)
        hist = np.bincount(place * BUCKETS + bucket_of(counted.dwell), minlength=n * BUCKETS).reshape(n, BUCKETS)
        sums = sums_of(counted, place, n)
        first, last = np.full(n, NEVER), np.full(n, -NEVER)
        np.minimum.at(first, place, counted.left)
        np.maximum.at(last, place, counted.left)
        for at, ordinal in enumerate(ordinals.tolist()):
            day = self._day(ordinal)
            day.hist[stage] += (sign * hist[at]).astype(np.int32)
            day.sums[stage] += sign * sums[at]
            day.first[stage] = min(day.first[stage], first[at])  # taking away leaves them: bounds, no more
            day.last[stage] = max(day.last[stage], last[at])

    def _day(self, ordinal: int) -> Day:
        if ordinal not in self._own:
            held = self._days.get(ordinal)
            self._days[ordinal] = Day.empty(self._cube.stages) if held is None else held.copy()
            self._own.add(ordinal)
        return self._days[ordinal]


def sums_of(counted: Counted, place: NDArray[np.intp], n: int) -> I64:
    """Exact sums of closed rows by place: a row each, with columns N, YELLOW, RED, DWELL_US."""
    found = np.zeros((n, SUMS), dtype=np.int64)
    found[:, N] = np.bincount(place, minlength=n)
    for column, level in ((YELLOW, Level.YELLOW), (RED, Level.RED)):
        found[:, column] = np.bincount(place[counted.level == level], minlength=n)
    high, low = counted.dwell >> _HALF, counted.dwell & ((1 << _HALF) - 1)
    highs, lows = (np.bincount(place, part, minlength=n).astype(np.int64) for part in (high, low))
    found[:, DWELL_US] = (highs << _HALF) + lows
    return found


def _with(held: I64, more: I64) -> I64:
    if not len(held):
        return np.sort(more)
    more = np.sort(more)
    return np.insert(held, np.searchsorted(held, more), more) if len(more) else held


def _without(held: I64, gone: I64) -> I64:
    if not len(gone):
        return held
    gone = np.sort(gone)
    nth = np.arange(len(gone)) - np.searchsorted(gone, gone)  # of equal ones each takes one away
    return np.delete(held, np.searchsorted(held, gone) + nth)


def days_of(left: I64, zone: str) -> tuple[I64, NDArray[np.intp]]:
    """The local days of instants (us): their ordinals, ascending, and each row's place among them."""
    left = np.clip(left, -FAR_AWAY, FAR_AWAY)  # a wrong year must not break calendars
    around = np.unique(left // DAY)
    dates = np.array([from_us(int(day) * DAY).toordinal() for day in around], dtype=np.int64)
    candidates = np.unique(np.concatenate([dates - 1, dates, dates + 1]))
    starts = np.array([start_of(int(day), zone) for day in candidates])
    place = np.searchsorted(starts, left, side="right") - 1
    used = np.bincount(place, minlength=len(candidates)) > 0
    return candidates[used], (np.cumsum(used) - 1)[place]


@lru_cache(maxsize=20_000)
def start_of(ordinal: int, zone: str) -> int:
    """The first instant of a local day, us."""
    return day_bounds(date.fromordinal(ordinal), zone_of(zone))[0]
