"""What a published version changes: often only how long a stage may take, and then only that is worked out anew.

Which stages there are, what begins and ends them, who takes which way and whose journey an order is on make the
frame of a journey. As long as that stands, a version moves no order: it lets other clocks turn yellow and red, in
stages that can be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from waypost.journeys.cells import Cells
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Mask, reached
from waypost.journeys.ways import same_rules
from waypost.services.journeys import JourneyVersion
from waypost.services.live.effective import Effective
from waypost.services.live.summary import Histories

Edits = dict[int, list[Stage]]  # the stages that have other rules now, by the journey's place; empty: nothing changed


def edited(before: Histories, after: Histories) -> Edits | None:
    """The stages that versions published since `before` judge otherwise; None when they changed more than that."""
    if before is after:
        return {}
    if len(before) != len(after):
        return None
    found: Edits = {}
    for place, (held, now) in enumerate(zip(before, after, strict=True)):
        since = _since(held, now)
        if since is None or any(_frame(version.journey) != _frame(since[0].journey) for version in since[1:]):
            return None
        if stages := _judged_otherwise(since):
            found[place] = stages
    return found


def concerned(effective: Effective, edits: Edits) -> Mask:
    """Orders with a clock that may be running in an edited stage, or a unit that has one."""
    found = np.zeros(effective.n_orders, dtype=bool)
    for place, stages in edits.items():
        mine = np.zeros(effective.n_orders, dtype=bool)
        for stage in stages:
            mine |= _running_in(effective, stage)
        found |= mine & (effective.assigned[: effective.n_orders] == place)
    return found


def _running_in(effective: Effective, stage: Stage) -> Mask:
    if stage.grain == "order":
        return _running(effective.orders.take(slice(0, effective.n_orders)), stage)
    running = _running(effective.units.take(slice(0, effective.n_units)), stage)
    unit, order = effective.pairs().found
    found = np.zeros(effective.n_orders, dtype=bool)
    found[order[running[unit]]] = True
    return found


def _since(held: Sequence[JourneyVersion], now: Sequence[JourneyVersion]) -> list[JourneyVersion] | None:
    """The version that was in force and those published after it; None when the past is another one."""
    known = len(held)
    same = len(now) >= known and all(
        (one.journey.id, one.version, one.since) == (other.journey.id, other.version, other.since)
        for one, other in zip(held, now, strict=False)
    )
    return list(now[known - 1 :]) if same else None


def _frame(journey: Journey) -> tuple[Any, ...]:
    """All that says which orders are on a journey, and how far each of them is."""
    stages = [(s.id, s.grain, s.start, s.end, s.span, s.only, s.gate) for s in journey.stages]
    return journey.zone, journey.subject, journey.assign, journey.exits, journey.branches, stages


def _judged_otherwise(versions: list[JourneyVersion]) -> list[Stage]:
    """Stages of the last of these versions of which some two that follow each other do not say the same."""
    pairs = list(pairwise(versions))
    last = versions[-1].journey
    return [s for s in last.stages if not all(same_rules(a.journey, b.journey, s) for a, b in pairs)]


def _running(cells: Cells, stage: Stage) -> Mask:
    return reached(cells, stage.start) & ~reached(cells, stage.end)
