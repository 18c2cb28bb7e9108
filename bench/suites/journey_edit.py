"""A target is edited on a published journey: until every order's line says so, against folding the events again.

Ours ends when the picture of all orders is there, with stages, levels and due instants by the new
target. Folding again is what a system must do whose stages are written by its consumers. The reference
does so the straightforward way, on a frame of all events that is in memory already: the earliest time
of every order and milestone, then each stage's entered and left, and the level by the new target.
Beside it: reading segments back and taking the earliest times of all cells, without stages and levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from bench.data import END, I64, Arrivals, arrivals
from bench.filled import fill
from bench.harness import Gate, Measured, measure, timed
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.document import Journey
from waypost.journeys.project import Level, Status, slots_of
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.store import segments
from waypost.store.columns import Columns, matrix_of

JOURNEY, STAGE = "marketplace-parcel", "transit"
OURS, REFOLD, CELLS = "edit to picture", "fold of all events (polars)", "segments to cells"
GATES = (Gate("journey_edit.refold", "higher", OURS, REFOLD, 5.0, 50.0),)
BESIDE = (Gate("journey_edit.segments", "higher", OURS, CELLS, None),)
TARGETS = ((3, 6), (8, 15))  # days until yellow and red
Late = tuple[int, int]


def run(events: int, rounds: int) -> Measured:
    """Measure on the orders of about `events` events."""
    found = arrivals(events)
    blocks = list(_blocks(found.facts))
    facts = found.facts
    frame = pl.DataFrame({"order": facts.order.astype(np.uint32), "slot": facts.slot, "at": facts.at})
    with TemporaryDirectory(prefix="waypost-bench-") as folder, Waypost.open(f"sqlite:///{folder}/e.db") as waypost:
        fill(waypost.engine, found)
        now = [END]
        waypost.clock = lambda: now[0]
        waypost.current()
        journey = waypost.journeys.in_force(JOURNEY).journey

        def edit(number: int) -> float:
            now[0] += 10 * SECOND
            return timed(partial(_edit, waypost, number))(number)

        for number in (0, 1):  # right before it is quick
            edit(number)
            assert _late(waypost.current()) == _refold(frame, journey, number, now[0])
        tight, wide = (sum(_refold(frame, journey, number, END)) for number in (0, 1))
        assert tight >= wide  # a tighter target makes more orders late
        times = measure(
            {
                OURS: edit,
                REFOLD: lambda number: timed(partial(_refold, frame, journey, number, now[0]))(number),
                CELLS: timed(partial(_cells, blocks)),
            },
            rounds,
        )
    figures = {"orders": found.orders, "events": facts.n, "edit_ms_median": float(np.median(times[OURS]))}
    return Measured(times, GATES, BESIDE, facts=figures)


def _edit(waypost: Waypost, number: int) -> View:
    yellow, red = (f"{days}d" for days in TARGETS[number % 2])
    waypost.journeys.set_target(JOURNEY, STAGE, yellow=yellow, red=red, by="bench")
    return waypost.current()


def _late(view: View) -> Late:
    """How many are yellow, and red, in the stage now."""
    facts, mine = view.journeys[JOURNEY].facts(STAGE)
    levels = np.bincount(facts.level[mine & (facts.status == Status.OPEN)], minlength=3)
    return int(levels[Level.YELLOW]), int(levels[Level.RED])


def _refold(frame: pl.DataFrame, journey: Journey, number: int, now: int) -> Late:
    """Fold all events and judge every stage of every order, as `_late`."""
    first = frame.group_by("order", "slot").agg(pl.col("at").min())
    wide = first.pivot("slot", index="order", values="at")
    yellow, red = TARGETS[number % 2]
    late = (0, 0)
    for place, stage in enumerate(journey.path):
        limits = (yellow * DAY, red * DAY) if stage.id == STAGE else (stage.target.yellow, stage.target.red)
        beyond = {slot for later in journey.path[place:] for slot in slots_of(later.end)}
        judged = wide.select(
            entered=_first(wide, slots_of(stage.start)),
            left=_first(wide, slots_of(stage.end)),
            beyond=_first(wide, sorted(beyond)),
        ).with_columns(age=pl.coalesce("left", pl.lit(now)) - pl.col("entered"))
        level = sum((pl.col("age") > limit).fill_null(False).cast(pl.Int8) for limit in limits if limit is not None)
        judged = judged.with_columns(level=level)
        if stage.id == STAGE:
            open_ = judged.filter(pl.col("beyond").is_null() & pl.col("entered").is_not_null())["level"]
            late = int((open_ == Level.YELLOW).sum()), int((open_ == Level.RED).sum())
    return late


def _first(wide: pl.DataFrame, slots: list[int]) -> pl.Expr:
    held = [pl.col(str(slot)) for slot in slots if str(slot) in wide.columns]
    return pl.min_horizontal(held) if held else pl.lit(None, pl.Int64)


def _blocks(found: Arrivals) -> Iterator[bytes]:
    """The events as segments hold them."""
    cell: I64 = found.slot.astype(np.int64) * 4 + found.evidence
    nothing = np.zeros(found.n, dtype=bool)
    everything = Columns(found.order, np.arange(found.n), cell, found.at, nothing, nothing)
    for start in range(0, found.n, segments.SIZE):
        yield segments.pack(segments.together([everything.only(slice(start, start + segments.SIZE))]))


def _cells(blocks: list[bytes]) -> None:
    matrix_of([segments.unpack(block) for block in blocks])
