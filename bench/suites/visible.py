"""From a write to the picture that shows it: 1, 100 and 10,000 events, against an insert of the same rows alone.

Ours stores events, states and what follows from them, commits, refreshes the picture of all orders,
and reads from it the line of an order that was written. The reference inserts the same event rows into
an equal store, with the same durability.
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
from bench.resident import resident
from waypost.domain.instants import SECOND
from waypost.domain.statement import Statement
from waypost.services.app import Waypost
from waypost.services.live import Live, View
from waypost.store.bulk import insert_new
from waypost.store.engine import writing
from waypost.store.reads import search_subjects
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
    filled = arrivals(events)
    told = _told(events, rounds)
    with TemporaryDirectory(prefix="waypost-bench-") as folder, ExitStack() as open_:
        ours, raw = (open_.enter_context(Waypost.open(f"sqlite:///{Path(folder, name)}.db")) for name in ("o", "r"))
        now = [END]
        for waypost in (ours, raw):
            waypost.clock = lambda: now[0]
            fill(waypost.engine, filled)
        feed = _Feed(told)
        ours.current()
        candidates: dict[str, Candidate] = {}
        for name, wanted in SIZES.items():
            size = min(wanted, len(told) // (2 * rounds))
            candidates[f"{name} visible"] = _visible(ours, feed, size, now)
            candidates[f"{name} inserted"] = _inserted(raw, _Feed(told), size)
        times = measure(candidates, rounds)
        _assert_fresh(ours)
        orders = filled.orders
        facts = {"orders": orders, "matrix": resident(f"sqlite:///{Path(folder, 'o')}.db")}
    return Measured(times, GATES, facts=facts)


def _told(events: int, rounds: int) -> list[Statement]:
    """Statements about the orders of the store, from the middle of their time; no more than are needed."""
    found = arrivals(max(events, 24 * 12 * (rounds + 1)), seed=11, duplicate=0.0)
    wanted = min(found.n, (rounds + 1) * (SIZES["10k"] + 200))
    start = (found.n - wanted) // 2
    return statements(found, start, start + wanted)


def _assert_fresh(waypost: Waypost) -> None:
    """The picture that was kept fresh says what one that is made anew says."""
    kept, anew = waypost.current(), Live(waypost.engine, waypost.journeys, waypost.clock).view()
    place = {int(key): place for place, key in enumerate(_keys(anew))}
    at = [place[key] for key in _keys(kept)]
    for name in ("level", "due", "since", "status", "current", "turns_red", "created", "delivered", "known"):
        assert (getattr(kept, name) == getattr(anew, name)[at]).all(), name


def _keys(view: View) -> list[int]:
    return [view.table.keys[row] for row in view.order_row.tolist()]


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
        about = [_key_of(waypost, said[-1])]
        now[0] += SECOND
        gc.collect()
        start = time.perf_counter()
        receipt = waypost.submit(said).result()
        view = waypost.current()
        place = view.places_of(about)[0]
        row = view.row(place)
        spent = (time.perf_counter() - start) * 1000
        assert receipt.outcomes == ["accepted"] * size
        assert view.version >= receipt.watermark
        assert row.subject == said[-1].subject
        return spent

    return run_


def _key_of(waypost: Waypost, said: Statement) -> int:
    with waypost.engine.connect() as connection:
        found = search_subjects(connection, said.subject.ref)
    return next(key for key, subject in found if subject == said.subject)


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
