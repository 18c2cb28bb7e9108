"""Working time of a business calendar: how much of it has run, and when so much will have run.

An instant is working time when the clock on the wall of the calendar's zone shows hours of that day. So an
hour that is shown twice counts twice, and one that a change of clocks leaves out does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np

from waypost.domain.instants import DAY, SECOND, zone_of
from waypost.journeys.calendar import Calendar
from waypost.journeys.cells import I64, NEVER

MINUTE = 60 * SECOND
FIRST, LAST = 1900, 2400  # in years beyond no time runs: their instants are mistakes
_YEAR = 365 * DAY + DAY // 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400


def worked(calendar: Calendar, at: I64) -> I64:
    """Working time from a fixed beginning to instants, us; only differences mean something. NEVER stays NEVER."""
    known = at != NEVER
    if not known.any():
        return at.copy()
    return np.where(known, _table(calendar, at[known]).worked(np.where(known, at, 0)), NEVER)


def after(calendar: Calendar, at: I64, target: int) -> I64:
    """The last instants by which not more than `target` us have been worked since `at`: from there on it is late.

    NEVER stays NEVER; NEVER, too, where so much working time does not come.
    """
    known = at != NEVER
    if not known.any():
        return at.copy()
    table = _table(calendar, at[known], target)
    return np.where(known, table.instant(table.worked(np.where(known, at, 0)) + target), NEVER)


def between(calendar: Calendar | None, start: int, end: int) -> int:
    """How long a clock ran from `start` to `end` (us): in the hours of a calendar, or all the time."""
    if calendar is None:
        return end - start
    first, last = worked(calendar, np.array([start, end], dtype=np.int64)).tolist()
    return int(last - first)


class _Table:
    """Hours of some years as breakpoints: spans [start, end) and the working time before each."""

    def __init__(self, start: I64, end: I64) -> None:
        self._start, self._end = start, end
        self._before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(end - start)])

    @property
    def total(self) -> int:
        """All the working time there is."""
        return int(self._before[-1])

    def worked(self, at: I64) -> I64:
        """The working time before instants."""
        if not len(self._start):
            return np.zeros_like(at)
        place = np.searchsorted(self._start, at, side="right") - 1
        inside = np.minimum(at, self._end[place]) - self._start[place]
        return np.where(place < 0, 0, self._before[place] + inside)

    def instant(self, done: I64) -> I64:
        """The last instants before which not more than `done` was worked."""
        if not len(self._start):
            return np.full(len(done), NEVER)
        place = np.searchsorted(self._before, done, side="right") - 1
        there = np.minimum(place, len(self._start) - 1)
        return np.where(place >= len(self._start), NEVER, self._start[there] + done - self._before[there])


def _table(calendar: Calendar, at: I64, target: int = 0) -> _Table:
    """A table that holds these instants, and the working time of a target behind them."""
    first, last = (min(max(_EPOCH.year + int(us) // _YEAR, FIRST), LAST) for us in (at.min(), at.max()))
    text, ahead = calendar.model_dump_json(), 1 + target // _YEAR
    while True:
        table = _years(text, max(first - 1, FIRST), min(last + ahead, LAST))
        if last + ahead >= LAST or int(table.worked(at.max(keepdims=True))[0]) + target < table.total:
            return table
        ahead *= 2


@lru_cache(maxsize=64)
def _years(text: str, first: int, last: int) -> _Table:
    years = [_year(text, year) for year in range(first, last + 1)]
    start, end = (np.concatenate([spans[side] for spans in years]) for side in (0, 1))
    order = np.argsort(start, kind="stable")
    return _Table(start[order], end[order])


@lru_cache(maxsize=4_096)
def _year(text: str, year: int) -> tuple[I64, I64]:
    """The spans of a local year: starts and ends in us UTC."""
    calendar = Calendar.model_validate_json(text)
    day, first, last = _hours(calendar, year)
    starts, ends = [], []
    for since, until, offset in _offsets(calendar.zone, year):
        opened, closed = (np.clip(day * DAY + wall * MINUTE - offset, since, until) for wall in (first, last))
        some = closed > opened
        starts.append(opened[some])
        ends.append(closed[some])
    return np.concatenate(starts), np.concatenate(ends)


def _hours(calendar: Calendar, year: int) -> I64:
    """The spans of a year as the wall shows them: days since 1970, first and last minutes."""
    rows: list[tuple[int, int, int]] = []
    closed = set(calendar.closed) - calendar.open.keys()
    day = date(year, 1, 1)
    while day.year == year:
        hours = calendar.open.get(day) or calendar.week[0 if day in calendar.open else day.weekday()]
        if day not in closed:
            rows += [(_days(day), *span) for span in hours]
        day += timedelta(days=1)
    return np.array(rows, dtype=np.int64).reshape(-1, 3).T


@lru_cache(maxsize=1_024)
def _offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches in which a zone keeps one offset, around a local year: from, until, offset; us."""
    info = zone_of(zone)

    def offset(second: int) -> int:
        local = (_EPOCH + timedelta(seconds=second)).astimezone(info)
        return round((local.utcoffset() or timedelta()).total_seconds())

    edges = [(_days(date(year, 1, 1)) - 2) * _DAY_S]
    last = (_days(date(year + 1, 1, 1)) + 2) * _DAY_S
    for low in range(edges[0], last, _DAY_S):
        if offset(low) != offset(low + _DAY_S):
            edges.append(_change(offset, low, low + _DAY_S))
    stretches = zip(edges, [*edges[1:], last], strict=True)
    return tuple((a * SECOND, b * SECOND, offset(a) * SECOND) for a, b in stretches)


def _change(offset: Callable[[int], int], low: int, high: int) -> int:
    """The first second of the offset that holds at `high`."""
    before = offset(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return high


def _days(day: date) -> int:
    return day.toordinal() - _EPOCH.toordinal()
