"""Project one journey on all rows, with closed facts judged by the version then in force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waypost.journeys.cells import NEVER, Cells
from waypost.journeys.project import Projection, StageFacts, Status, project
from waypost.services.journeys import JourneyVersion


def judge(cells: Cells, history: Sequence[JourneyVersion], now: int) -> Projection:
    """The projection of the last version of `history`, its closed facts judged by their own time's."""

    def amend(facts: StageFacts) -> None:
        for version in history[:-1]:
            _judge_closed(cells, facts, version, now)

    return project(cells, history[-1].journey, now, amend)


def _judge_closed(cells: Cells, facts: StageFacts, version: JourneyVersion, now: int) -> None:
    """Overwrite facts that closed while `version` was in force with what it said."""
    old_stage = version.journey.stage(facts.stage.id)
    if old_stage is None or old_stage == facts.stage:
        return
    closed = (facts.status == Status.DONE) & (facts.left != NEVER)
    if version.since is not None:
        closed &= facts.left >= version.since
    if version.until is not None:
        closed &= facts.left < version.until
    rows = np.flatnonzero(closed)
    if not len(rows):
        return
    old = project(cells.take(rows), version.journey, now).facts(old_stage.id)
    for name in ("entered", "left", "dwell", "due_yellow", "due_red", "level", "out_of_sequence"):
        getattr(facts, name)[rows] = getattr(old, name)
