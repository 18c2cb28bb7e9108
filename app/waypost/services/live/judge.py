"""Project one journey on all rows, with closed facts judged by the version then in force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waypost.journeys.cells import NEVER, Cells
from waypost.journeys.project import Projection, StageFacts, Status, project
from waypost.journeys.ways import Ways, same_rules
from waypost.services.journeys import JourneyVersion


def judge(cells: Cells, history: Sequence[JourneyVersion], now: int, ways: Ways | None = None) -> Projection:
    """The projection of the last version of `history`, its closed facts judged by their own time's.

    Which stages a row goes through is always said by the last version; the others only say how long a stage
    may have taken, if they led the row through it at all. A gate held nothing before there was one.
    """
    journey, known = history[-1].journey, ways or Ways()

    def amend(facts: StageFacts) -> None:
        for version in history[:-1]:
            if not same_rules(version.journey, journey, facts.stage):
                _judge_closed(cells, facts, version, now, known)

    return project(cells, journey, now, amend, known)


def _judge_closed(cells: Cells, facts: StageFacts, version: JourneyVersion, now: int, ways: Ways) -> None:
    """Overwrite facts that closed while `version` was in force with what it said."""
    old_stage = version.journey.stage(facts.stage.id)
    if old_stage is None and not facts.stage.gate:
        return
    closed = (facts.status == Status.DONE) & (facts.left != NEVER)
    if version.since is not None:
        closed &= facts.left >= version.since
    if version.until is not None:
        closed &= facts.left < version.until
    rows = np.flatnonzero(closed)
    if not len(rows):
        return
    if old_stage is None:
        facts.skip(rows)
        return
    old = project(cells.take(rows), version.journey, now, ways=ways.take(rows)).facts(old_stage.id)
    came = old.status != Status.SKIPPED
    for name in ("entered", "left", "dwell", "due_yellow", "due_red", "level", "out_of_sequence"):
        getattr(facts, name)[rows[came]] = getattr(old, name)[came]
    if facts.stage.gate:
        facts.skip(rows[~came])
