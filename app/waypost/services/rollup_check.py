"""Comparing rollups with the rows they were made of: counts must be equal, percentiles within their bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from waypost.domain.instants import DAY, SECOND
from waypost.kpi.buckets import EDGES, WITHIN_PERCENT
from waypost.services import kpi
from waypost.services.kpi_report import StageReport
from waypost.services.live import View
from waypost.services.live.cube import Cube, Day
from waypost.services.live.rollups import built

Ranges = Sequence[tuple[int, int]]
RANGES_DAYS: Ranges = ((1, 1), (7, 7), (14, 7), (30, 30), (400, 400))  # (days before now, length): what pages ask for
_SHORT_S = EDGES[2] / SECOND  # no bucket ends before, so what is shorter may be off by as much


class Difference(NamedTuple):
    """A figure that rollups and rows disagree on; `where` names the local day, the range in us, or "open"."""

    journey: str
    stage: str
    where: str
    rollup: str
    rows: str

    def __str__(self) -> str:
        return f"{self.journey}/{self.stage} {self.where}: {self.rollup} instead of {self.rows}"


class Comparison(NamedTuple):
    """How many figures were compared, and those that differ; of few orders there are no rollups to compare."""

    figures: int
    differences: list[Difference]

    def as_json(self) -> dict[str, Any]:
        """What the command line prints; ten differences at most."""
        return {"figures": self.figures, "differences": [found._asdict() for found in self.differences[:10]]}


def compare_rollups(view: View, ranges: Ranges = RANGES_DAYS) -> Comparison:
    """Count everything in the rollups of a picture again from its rows; takes seconds per million orders."""
    held = {name: cube for name in view.journeys if (cube := view.cube(name)) is not None}
    fresh = built(view) if held else {}
    pairs = [pair for name, cube in held.items() for pair in _pairs(view, name, cube, fresh[name], ranges)]
    return Comparison(len(pairs), [found for found, same in pairs if not same])


def _pairs(view: View, name: str, cube: Cube, fresh: Cube, ranges: Ranges) -> Iterator[tuple[Difference, bool]]:
    for place, stage in enumerate(view.journeys[name].version.journey.stages):
        for where, one, other, same in (*_days(cube, fresh, place), *_reports(view, name, stage.id, ranges)):
            yield Difference(name, stage.id, where, str(one), str(other)), same


def _days(cube: Cube, fresh: Cube, place: int) -> Iterator[tuple[str, Any, Any, bool]]:
    """Every local day of a stage and its open clocks, as they are and counted anew."""
    nothing = Day.empty(cube.stages)
    for ordinal in sorted(cube.days.keys() | fresh.days.keys()):
        one, other = (days.get(ordinal, nothing) for days in (cube.days, fresh.days))
        same = np.array_equal(one.hist[place], other.hist[place]) and np.array_equal(one.sums[place], other.sums[place])
        yield date.fromordinal(ordinal).isoformat(), one.sums[place].tolist(), other.sums[place].tolist(), same
    one_open, other_open = cube.opened[place], fresh.opened[place]
    same = all(np.array_equal(a, b) for a, b in zip(one_open, other_open, strict=True))
    yield "open", len(one_open.late), len(other_open.late), same


def _reports(view: View, name: str, stage: str, ranges: Ranges) -> Iterator[tuple[str, Any, Any, bool]]:
    """Reports of a stage both ways."""
    for before, length in ranges:
        start = view.now - before * DAY
        edges = start, start + length * DAY
        one, other = (kpi.stage_report(view, name, stage, *edges, exact=exact) for exact in (False, True))
        yield f"{edges}", one, other, agree(one, other)


def agree(one: StageReport, exact: StageReport) -> bool:
    """Whether a report is as good as it says: exact in all but percentiles, and in those as near as told."""
    pairs = zip(one.summary[1:3], exact.summary[1:3], strict=True)
    counts = [(s.summary.n, *s.summary[3:], s.open, s.open_yellow, s.open_red, s.measurable) for s in (one, exact)]
    return counts[0] == counts[1] and all(_near(a, b) for a, b in pairs)


def _near(value: float | None, exact: float | None) -> bool:
    if value is None or exact is None:
        return value == exact
    return bool(abs(value - exact) <= max(_SHORT_S, exact * WITHIN_PERCENT / 100) * (1 + 1e-9))
