"""A target is edited on a published journey: until every order's line says so, against folding the events again.

Ours ends when the picture of all orders is there, with stages, levels and due instants by the new
target. Folding again is what a system must do whose stages are written by its consumers: read the
events back, here from segments as quickly as we can, and take the earliest time of every cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryDirectory

import numpy as np

from bench.data import END, I64, Arrivals, arrivals
from bench.filled import fill
from bench.harness import Gate, Measured, measure, timed
from waypost.domain.instants import SECOND
from waypost.journeys.project import Level
from waypost.services.app import Waypost
from waypost.store import segments
from waypost.store.columns import Columns, earliest

JOURNEY, STAGE = "marketplace-parcel", "transit"
OURS, REFOLD = "edit to picture", "fold of all events"
GATES = (Gate("journey_edit.refold", "higher", OURS, REFOLD, None, 50.0),)
TARGETS = (("3d", "6d"), ("8d", "15d"))


def run(events: int, rounds: int) -> Measured:
    """Measure on the orders of about `events` events."""
    found = arrivals(events).facts
    cell = found.slot.astype(np.int64) * 4 + found.evidence
    blocks = list(_blocks(found, cell))
    with TemporaryDirectory(prefix="waypost-bench-") as folder, Waypost.open(f"sqlite:///{folder}/e.db") as waypost:
        fill(waypost.engine, arrivals(events))
        now = [END]
        waypost.clock = lambda: now[0]
        late: list[int] = []

        def edit(number: int) -> float:
            now[0] += 10 * SECOND
            yellow, red = TARGETS[number % 2]
            run_ = timed(lambda: _edit(waypost, yellow, red, late))
            return run_(number)

        waypost.current()
        edit(0)
        edit(1)
        assert late[0] >= late[1], late  # a tighter target makes more orders late
        times = measure({OURS: edit, REFOLD: timed(lambda: _refold(blocks))}, rounds)
    return Measured(times, GATES, facts={"orders": found.orders, "edit_ms_median": float(np.median(times[OURS]))})


def _blocks(found: Arrivals, cell: I64) -> Iterator[bytes]:
    """The events as segments hold them."""
    nothing = np.zeros(found.n, dtype=bool)
    everything = Columns(found.order, np.arange(found.n), cell, found.at, nothing, nothing)
    for start in range(0, found.n, segments.SIZE):
        yield segments.pack(segments.together([everything.only(slice(start, start + segments.SIZE))]))


def _refold(blocks: list[bytes]) -> None:
    together = segments.together([segments.unpack(block) for block in blocks])
    subjects, row = segments.rows_of(together.subject)
    earliest(row, together.cell, together.at, len(subjects))


def _edit(waypost: Waypost, yellow: str, red: str, late: list[int]) -> None:
    waypost.journeys.set_target(JOURNEY, STAGE, yellow=yellow, red=red, by="bench")
    view = waypost.current()
    late.append(int((view.level >= Level.YELLOW).sum()))
