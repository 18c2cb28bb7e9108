"""On random histories a preview says exactly what publishing then does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.histories import START
from tests.properties import examples
from tests.spoken import STEPS, spoken
from tests.worlds import sqlite_copy
from waypost.domain.instants import DAY, SECOND
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.services.mappings import replay, tables
from waypost.services.mappings.preview import preview
from waypost.services.mappings.tables import Edits


@examples(0.5)
@given(told=spoken(), steps=STEPS)
def test_a_preview_is_kept(told: Any, steps: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Waypost(sqlite_copy(tmp_path_factory.getbasetemp())) as waypost:
        hour = [START + 5 * DAY]
        waypost.clock = lambda: hour[0]
        waypost.journeys.install_shipped(START)
        both = [told[0]._replace(event_id="first", source=source) for source in ("shop", "carrier")]
        waypost.submit([*both, *told]).result(60)
        for source, words, _ in steps:
            edits = Edits({word[:191]: code for word, code in words.items()})
            before = shown(waypost.current())
            found = preview(waypost, source, edits)
            made = tables.publish(waypost.engine, waypost.vocabulary, source, edits, by="test", now=waypost.now())
            job = replay.run(waypost.engine, waypost.vocabulary, made.job, waypost.now, lambda reached, upto: None)
            after = shown(waypost.current())
            differs = {key for key in before if before[key] != after[key]}
            assert found.standing == len(differs)
            assert {change.key for change in found.sample} == differs
            assert {c.key: (tuple(c.before), tuple(c.after)) for c in found.sample} == {
                key: (before[key], after[key]) for key in differs
            }
            assert found.events <= job.changed  # a word may be said anew without meaning something else
            hour[0] += SECOND


def shown(view: View) -> dict[int, tuple[Any, ...]]:
    """Journey, stage, tier, status and outcome of every order, as people see them."""
    found = {}
    for place in np.flatnonzero(view.known).tolist():
        row = view.row(place)
        journey = view.journeys.get(row.journey or "")
        ended = int(journey.orders.outcome[place]) if journey else -1
        outcome = journey.version.journey.exits[ended].outcome if journey and ended >= 0 else None
        stands = (row.stage, row.level) if row.status == "open" else (None, "ok")
        found[row.key] = (row.journey, *stands, row.status, outcome)
    return found
