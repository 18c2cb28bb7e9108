"""From a write to the picture that shows it: 1, 100 and 10,000 events, against an insert of the same rows alone.

Ours stores events, states and what follows from them, commits, and refreshes the picture of all
orders. The reference inserts the same event rows into an equal store, with the same durability.
"""

from __future__ import annotations

import gc
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.data import END, arrivals, statements
from bench.filled import fill
from bench.harness import Candidate, Gate, Measured, measure
from waypost.domain.instants import SECOND
from waypost.domain.statement import Statement
from waypost.services.app import Waypost
from waypost.store.bulk import insert_new
from waypost.store.engine import writing
from waypost.store.rows import EVENT_COLUMNS, event_rows
from waypost.store.schema import event

SIZES = {"1": 1, "100": 100, "10k": 10_000}
TARGETS = {"1": 1.5, "100": 1.7, "10k": 1.6}
GATES = tuple(
    Gate(
        f"visible.{name}", "lower", f"{name} visible", f"{name} inserted", 40.0 if name == "1" else 12.0, TARGETS[name]
    )
    for name in SIZES
)


def run(events: int, rounds: int) -> Measured:
    """Measure on a store with the orders of about `events` events."""
    told = statements(arrivals(max(events, 24 * 12 * (rounds + 1)), seed=11, duplicate=0.0))
    with TemporaryDirectory(prefix="waypost-bench-") as folder, ExitStack() as open_:
        ours, raw = (open_.enter_context(Waypost.open(f"sqlite:///{Path(folder, name)}.db")) for name in ("o", "r"))
        now = [END]
        for waypost in (ours, raw):
            waypost.clock = lambda: now[0]
            fill(waypost.engine, arrivals(events))
        feed = _Feed(told)
        ours.current()
        candidates: dict[str, Candidate] = {}
        for name, wanted in SIZES.items():
            size = min(wanted, len(told) // (2 * rounds))
            candidates[f"{name} visible"] = _visible(ours, feed, size, now)
            candidates[f"{name} inserted"] = _inserted(raw, _Feed(told), size)
        times = measure(candidates, rounds)
    return Measured(times, GATES, facts={"orders": arrivals(events).orders})


class _Feed:
    """Statements that were never given out before."""

    def __init__(self, told: list[Statement]) -> None:
        self._told, self._next = told, 0

    def take(self, n: int) -> list[Statement]:
        """The next `n`, each with an id of its own."""
        found = [self._told[(self._next + place) % len(self._told)] for place in range(n)]
        self._next += n
        return [said._replace(event_id=f"v{self._next}-{place}") for place, said in enumerate(found)]


def _visible(waypost: Waypost, feed: _Feed, size: int, now: list[int]) -> Candidate:
    def run_(_number: int) -> float:
        said = feed.take(size)
        now[0] += SECOND
        gc.collect()
        start = time.perf_counter()
        receipt = waypost.submit(said).result()
        view = waypost.current()
        spent = (time.perf_counter() - start) * 1000
        assert receipt.outcomes == ["accepted"] * size
        assert view.version >= receipt.watermark
        return spent

    return run_


def _inserted(waypost: Waypost, feed: _Feed, size: int) -> Candidate:
    last = [1]

    def run_(_number: int) -> float:
        first = last[0] + 1
        rows = event_rows(feed.take(size), range(first, first + size), [1] * size, [1] * size, 1)
        last[0] += size
        gc.collect()
        start = time.perf_counter()
        with writing(waypost.engine) as connection:
            insert_new(connection, event, EVENT_COLUMNS, rows)
        return (time.perf_counter() - start) * 1000

    return run_
