"""Keeping the snapshot fresh: states by watermark, journeys by stamp, levels by the clock."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from sqlalchemy.engine import Connection, Engine

from waypost.domain.instants import SECOND, now_us
from waypost.domain.subject import SubjectKind
from waypost.journeys.resolve import IDX
from waypost.services.journeys import Journeys, JourneyVersion
from waypost.services.live.basis import Basis
from waypost.services.live.basis_returns import basis_of_returns
from waypost.services.live.build import basis_of_orders, build_view, sum_up
from waypost.services.live.effective import Effective
from waypost.services.live.holds import Holds
from waypost.services.live.returns import ReturnBook
from waypost.services.live.summary import Summary
from waypost.services.live.table import StateRow, SubjectTable
from waypost.services.live.view import View
from waypost.store import reads
from waypost.store.reads import LinkRow

CARRIERS = frozenset({SubjectKind.UNIT, SubjectKind.VEHICLE})
CLOCK_STEP = 1 * SECOND  # how old a view may be before levels are computed again


class Live:
    """One per process; `view()` gives an immutable picture that is at most a second old."""

    def __init__(self, engine: Engine, journeys: Journeys, clock: Callable[[], int] = now_us) -> None:
        self._engine, self._journeys, self._clock = engine, journeys, clock
        self._lock = threading.Lock()
        self._table = SubjectTable()
        self._effective = Effective()
        self._book = ReturnBook()
        self._holds = Holds()
        self._version = 0
        self._stamp: tuple[int, int] | None = None
        self._summary: Summary | None = None
        self._view: View | None = None
        self._of_orders: list[list[JourneyVersion]] = []
        self._of_returns: list[list[JourneyVersion]] = []
        self._begun = 0.0  # when the last refresh began to read

    @property
    def latest(self) -> View | None:
        """The last picture that was made, however old; None before the first."""
        return self._view

    def view(self) -> View:
        """The present picture; refreshed when it is older than a second or something changed."""
        held = self._view
        if held is not None and self._age(held) < CLOCK_STEP // 4:
            return held
        if held is not None and not self._lock.acquire(blocking=False):
            return held  # somebody else is refreshing: the last picture is good enough
        if held is None:
            self._lock.acquire()
        try:
            return self._refresh()
        finally:
            self._lock.release()

    def current(self) -> View:
        """A picture of all that was committed before the call, for answers that must show what was just written."""
        asked = time.monotonic()
        with self._lock:
            if self._view is not None and self._begun > asked:
                return self._view  # whoever held the lock began to read after this was asked
            return self._refresh()

    def basis(self, subject: str = "order") -> Basis:
        """What the present picture of orders, or of returns, was made of; held still for as long as it is kept."""
        with self._lock:
            view = self._refresh()
            if subject == "return":
                return basis_of_returns(view, self._of_returns)
            return basis_of_orders(self._effective, view, self._of_orders)

    def _age(self, held: View) -> int:
        # A clock that was set back makes a picture old, too; else it would stand still until the clock caught up.
        return abs(self._clock() - held.now)

    def _refresh(self) -> View:
        self._begun = time.monotonic()
        now = self._clock()
        with self._engine.connect() as connection, _undisturbed(self._version == 0):
            changed = self._load(connection)
        stamp = self._journeys.refresh()
        held = self._view
        if held is not None and not len(changed) and stamp == self._stamp and self._age(held) < CLOCK_STEP:
            return held
        histories, of_returns = self._of_orders, self._of_returns = self._histories()
        if stamp != self._stamp or len(changed):
            self._effective.assign(histories, changed)
        # Other journeys, or a clock that was set back, change every line.
        base = self._summary if held is not None and stamp == self._stamp and now >= held.now else None
        self._stamp = stamp
        self._summary = sum_up(self._effective, base, changed, histories, now)
        returns = self._book.picture(self._table, of_returns, now)
        self._view = build_view(self._table, self._effective, self._summary, histories, self._version, now, returns)
        return self._view

    def _histories(self) -> tuple[list[list[JourneyVersion]], list[list[JourneyVersion]]]:
        """The journeys of orders, and those of returns."""
        found = self._journeys.histories()
        return tuple([h for h in found if h[-1].journey.subject == kind] for kind in ("order", "return"))  # type: ignore[return-value]

    def _hold(self, connection: Connection, carriers: list[int], keys: list[int], links: list[LinkRow]) -> set[int]:
        """Let subjects take what happened to the handling units that they were inside of; returns their rows."""
        row_of = self._table.row_of
        moved = {key: row_of[key] for key in self._holds.read(connection, carriers, keys, links) if key in row_of}
        if moved.keys() - set(keys):  # what they took before may be theirs no more, so they begin with their own
            for part in reads.states_of(connection, sorted(moved.keys() - set(keys))):
                self._table.put_states([StateRow(*row) for row in part])
        self._holds.onto(self._table.cells, {key: row_of[key] for key in {*moved, *keys} if key in row_of})
        return set(moved.values())

    def _load(self, connection: Connection) -> IDX:
        """Read what changed since the watermark; returns the places of the orders it touches."""
        first, before, newest = self._version == 0, len(self._table), self._version
        keys: list[int] = []
        lines: list[int] = []
        returns: list[int] = []
        carriers: list[int] = []
        touched: set[int] = set()
        for part in reads.states_since(connection, self._version):
            states = [StateRow(*row) for row in part]
            touched.update(self._table.put_states(states).tolist())
            keys += [s.key for s in states]
            lines += [s.key for s in states if s.kind == SubjectKind.LINE]
            returns += [s.key for s in states if s.kind == SubjectKind.RETURN]
            carriers += [s.key for s in states if s.kind in CARRIERS]
            newest = max(newest, *(s.version for s in states))
        if not keys:
            return np.zeros(0, dtype=np.intp)
        links = reads.all_links(connection) if first else reads.links_from(connection, keys)
        unseen = {k for found in links for k in (found.from_id, found.to_id)} - self._table.row_of.keys()
        if unseen:
            self._table.add(sorted(reads.subjects_by_key(connection, sorted(unseen)).items()))
        heads = (
            self._table.row_of.values() if first else (self._table.row_of[k] for k in keys if k in self._table.row_of)
        )
        touched |= self._table.put_links(list(heads), links)
        touched |= self._hold(connection, carriers, keys, links)
        if lines:
            self._table.put_cancelled(lines, reads.occurrences_of(connection, lines))
        self._book.read(connection, returns)
        touched.update(range(before, len(self._table)))
        together = np.arange(len(self._table), dtype=np.intp) if first else self._table.together(touched)
        changed = self._effective.update(self._table, together)
        self._version = newest  # only now: a load that breaks off is begun again
        return changed


@contextmanager
def _undisturbed(first: bool) -> Iterator[None]:
    """Without the collector while everything is read for the first time: it would look at each object many times."""
    collecting = gc.isenabled()
    if first:
        gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
