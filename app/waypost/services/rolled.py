"""KPI figures from rollups: whole local days from the cube, the rest of a day from its rows.

Counts and sums are exact. Percentiles are placed inside their buckets, see `waypost.kpi.buckets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from waypost.journeys.cells import TIME_MASK
from waypost.journeys.document import Stage
from waypost.journeys.project import Mask, slots_of
from waypost.kpi.buckets import BEYOND, BUCKETS, bucket_of, percentiles
from waypost.kpi.summary import Summary, last_days
from waypost.services.live.cube import RED, SUMS, YELLOW, Counted, Cube, Day, N, sums_of
from waypost.services.live.journey_view import JourneyView
from waypost.services.live.judge import judge
from waypost.services.live.rollups import counted
from waypost.services.live.view import View


class Figures(NamedTuple):
    """A stage of a report: its closed rows in the range, its open ones by level, whether any was ever measured."""

    summary: Summary
    open: int
    open_yellow: int
    open_red: int
    measurable: bool


def figures(
    view: View, found: JourneyView, cube: Cube, stages: Sequence[Stage], start: int, end: int
) -> list[Figures | None]:
    """The figures of some stages over [start, end) in us; None of one that has to be counted by rows."""
    places = [found.version.journey.stages.index(stage) for stage in stages]
    asked = _Range(view, found, places, cube, start, end)
    table, told = percentiles(asked.hist), asked.hist[:, BEYOND] == 0
    result: list[Figures | None] = []
    for at, place in enumerate(places):
        opened, yellow, red = cube.opened[place].levels(view.now)
        summary = _summary(asked.sums[at].tolist(), table[at].tolist())
        measurable = bool(cube.measured[place])
        result.append(Figures(summary, opened, yellow, red, measurable) if told[at] else None)
    return result


def trend(view: View, found: JourneyView, cube: Cube, stage_id: str, days: int) -> list[tuple[date, Summary]] | None:
    """The last local days of one stage, oldest first, today last; None when it has to be counted by rows."""
    place = [stage.id for stage in found.version.journey.stages].index(stage_id)
    dates = [day for day, _, _ in last_days(view.now, days, cube.zone)]
    nothing = Day.empty(cube.stages)
    each = [cube.days.get(day.toordinal(), nothing) for day in dates]
    hist = np.stack([day.hist[place] for day in each])
    if hist[:, BEYOND].any():
        return None
    sums = [day.sums[place].tolist() for day in each]
    return list(zip(dates, map(_summary, sums, percentiles(hist).tolist()), strict=True))


def _summary(sums: list[int], shares: list[float]) -> Summary:
    if not sums[N]:
        return Summary(0, None, None, 0, 0)
    return Summary(sums[N], shares[0], shares[1], sums[YELLOW], sums[RED])


class _Range:
    """The closed rows of [start, end) of some stages: their buckets, and their sums in the order of a cube's."""

    def __init__(self, view: View, found: JourneyView, places: list[int], cube: Cube, start: int, end: int) -> None:
        self._view, self._found, self._places = view, found, np.array(places, dtype=np.intp)
        self.hist = np.zeros((len(places), BUCKETS), dtype=np.int32)
        self.sums = np.zeros((len(places), SUMS), dtype=np.int64)
        starts, ends = cube.bounds
        first, last = int(np.searchsorted(starts, start)), int(np.searchsorted(ends, end, side="right"))
        for ordinal in cube.ordinals[first:last]:
            self._add(cube.days[ordinal], slice(None))
        for at in {first - 1, last} - set(range(first, last)):
            if 0 <= at < len(starts) and max(starts[at], start) < min(ends[at], end):
                self._add_part(cube.days[cube.ordinals[at]], max(starts[at], start), min(ends[at], end))

    def _add(self, day: Day, which: slice | Mask) -> None:
        self.hist[which] += day.hist[self._places[which]]
        self.sums[which] += day.sums[self._places[which]]

    def _add_part(self, day: Day, start: int, end: int) -> None:
        """Add what was left in [start, end), a part of the day: often all of it, or nothing."""
        first, last = day.first[self._places], day.last[self._places]
        inside = (first >= start) & (last < end)
        self._add(day, inside)
        for at in np.flatnonzero(~inside & (last >= start) & (first < end)).tolist():
            rows = between(self._view, self._found, self._found.version.journey.stages[self._places[at]], start, end)
            self.hist[at] += np.bincount(bucket_of(rows.dwell), minlength=BUCKETS).astype(np.int32)
            self.sums[at] += sums_of(rows, np.zeros(len(rows.left), dtype=np.intp), 1)[0]


def between(view: View, found: JourneyView, stage: Stage, start: int, end: int) -> Counted:
    """The rows that left a stage in [start, end) in us; looked for by the milestones that may end it."""
    parcels = stage.grain == "parcel"
    cells, ways = (view.rows.units, view.rows.unit_ways) if parcels else (view.rows.orders, view.rows.ways)
    mine = found.mine_units if parcels else found.mine
    near = np.zeros(cells.n, dtype=bool)
    for slot in _ends(found, stage):
        at = cells.column(slot) & TIME_MASK
        near |= (at >= start) & (at < end)
    rows = np.flatnonzero(near & mine)
    facts = judge(cells.take(rows), found.history, view.now, ways.take(rows)).facts(stage.id)
    return counted(facts, (facts.left >= start) & (facts.left < end))


def _ends(found: JourneyView, stage: Stage) -> set[int]:
    """Slots of the milestones that end a stage in any version: a closed one is told by that of its time."""
    versions = (version.journey.stage(stage.id) for version in found.history)
    return {slot for each in versions if each is not None for slot in slots_of(each.end)}
