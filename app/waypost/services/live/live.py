"""Keeping the snapshot fresh: states by watermark, journeys by stamp, levels by the clock."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection, Engine

from waypost.domain.instants import SECOND, now_us
from waypost.domain.subject import LinkRel, SubjectKind
from waypost.journeys.resolve import IDX
from waypost.services.journeys import Journeys, JourneyVersion
from waypost.services.live.basis import Basis
from waypost.services.live.basis_returns import basis_of_returns
from waypost.services.live.build import basis_of_orders, build_view, sum_up, sum_up_again
from waypost.services.live.edits import edited
from waypost.services.live.effective import Effective, Touched
from waypost.services.live.holds import Holds
from waypost.services.live.lines import Lines
from waypost.services.live.parts import part_at, part_of
from waypost.services.live.return_book import ReturnBook
from waypost.services.live.rollups import Rollups
from waypost.services.live.table import SubjectTable
from waypost.services.live.view import View
from waypost.store import reads
from waypost.store.engine import Turns
from waypost.store.reads import LinkRow

CARRIERS = frozenset({SubjectKind.UNIT, SubjectKind.VEHICLE})
_NOTED = CARRIERS | {SubjectKind.LINE, SubjectKind.RETURN}
KEPT_S = 5.0  # after that a picture keeps nothing by heart
PINNED_S = 900.0  # after that a picture is that of now: what led back to it is forgotten
CLOCK_STEP = 1 * SECOND  # how old a view may be before levels are computed again


class Live:
    """One per process; `view()` gives an immutable picture that is at most a second old."""

    def __init__(
        self, engine: Engine, journeys: Journeys, clock: Callable[[], int] = now_us, rollups: Rollups | None = None
    ) -> None:
        self.rollups = rollups or Rollups()
        self._engine, self._journeys, self._clock = engine, journeys, clock
        self._lock = threading.Lock()
        self._turns = Turns(engine, write=False)
        self._table = SubjectTable()
        self._effective = Effective()
        self._book = ReturnBook()
        self._holds = Holds()
        self._version = 0
        self._stamp: int | None = None  # of the journeys
        self._lines: Lines | None = None
        self._view: View | None = None
        self._past: list[tuple[float, weakref.ref[View]]] = []  # pictures and when they were made (monotonic)
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

    def close(self) -> None:
        """Give its connection back; whoever asks again has it open another."""
        with self._lock:
            self._turns.close()

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
        with self._turns.one() as connection, _undisturbed(self._version == 0):
            # Before the states: once those are read, nothing may fail until their lines are summed up.
            stamp, versions = self._journeys.histories(connection)
            touched = self._load(connection)
        held = self._view
        unchanged = touched is None and stamp == self._stamp and self._lines is not None
        if held is not None and unchanged and self._age(held) < CLOCK_STEP:
            return held
        before = self._of_orders
        histories, of_returns = self._of_orders, self._of_returns = _by_subject(versions)
        edits = {} if stamp == self._stamp else edited(before, histories)
        # Other ways and stages, or a clock that was set back, change every line.
        lines = self._lines if held is not None and edits is not None and now >= held.now else None
        self._lines = None  # should anything fail now, all is summed up anew
        self._effective.assign(histories)
        if lines is None or edits is None:
            lines = sum_up(self._effective, histories, now)
        else:
            sum_up_again(lines, self._table, self._effective, touched, histories, edits, now)
        returns = self._book.picture(self._table, of_returns, now)
        view = build_view(self._table, self._effective, lines, histories, self._version, now, returns)
        view.rolled = self.rollups.follow(view, None if touched is None else part_of(self._effective, touched))
        self._view, self._stamp, self._lines = view, stamp, lines
        self._let_go(view)
        if held is None:
            _give_back()
        return view

    def _let_go(self, newest: View) -> None:
        """Let pictures that somebody still has, such as a session that was opened long ago, hold no memory."""
        now = time.monotonic()
        past = [(made, ref, held) for made, ref in self._past if (held := ref()) is not None]
        for made, _, held in past:
            if now - made > KEPT_S:
                held.let_go(newest, for_good=now - made > PINNED_S)
        self._past = [(made, ref) for made, ref, _ in past]
        self._past.append((now, weakref.ref(newest)))

    def _hold(self, connection: Connection, carriers: list[int], keys: Collection[int], links: list[LinkRow]) -> IDX:
        """Let subjects take what happened to the handling units that they were inside of; returns their rows."""
        table = self._table
        moved = {key for key in self._holds.read(connection, carriers, keys, links) if key in table.row_of}
        if moved - set(keys):  # what they took before may be theirs no more, so they begin with their own
            for part in reads.states_of(connection, sorted(moved - set(keys))):
                table.put_states(part)
        self._holds.onto(table.cells, {key: table.row_of[key] for key in {*moved, *keys} if key in table.row_of})
        return np.array([table.row_of[key] for key in moved], dtype=np.intp)

    def _load(self, connection: Connection) -> Touched | None:
        """Read what changed since the watermark; returns what that touches, None when there is nothing."""
        first, before, table, read = self._version == 0, len(self._table), self._table, _Read(self._version)
        if first:
            table.reserve(reads.count_states(connection))
        rows = [table.put_states(read.note(part, first)) for part in reads.states_since(connection, self._version)]
        if not rows:
            return None
        if first:
            columns, links = reads.all_links(connection)
            self._add_unseen(connection, np.concatenate([columns.head, columns.tail]))
            table.put_all_links(columns)
        else:
            links = reads.links_from(connection, read.keys)
            if links:
                ends = [key for one in links for key in (one.from_id, one.to_id)]
                self._add_unseen(connection, np.array(ends, np.int64))
        heads = [row for key in read.keys if (row := table.row_of.get(key)) is not None]
        touched = table.put_links(heads, links)
        inside = {one.from_id for one in links if one.rel == LinkRel.INSIDE} if first else read.keys
        moved = self._hold(connection, read.carriers, inside, links)
        if read.lines:
            table.put_cancelled(read.lines, reads.occurrences_of(connection, read.lines))
        self._book.read(connection, read.returns)
        if first:
            together = np.arange(len(table), dtype=np.intp)
        else:
            new = range(before, len(table))
            together = table.together({*touched, *moved.tolist(), *new, *np.concatenate(rows).tolist()})
        self.rollups.begin(lambda: part_at(self._effective, together))
        found = self._effective.update(table, together)
        self._version = read.newest  # only now: a load that breaks off is begun again
        return found

    def _add_unseen(self, connection: Connection, keys: NDArray[np.int64]) -> None:
        """Give rows to subjects of which only links speak."""
        unseen = np.unique(keys[self._table.row_of.of(keys) < 0]).tolist()
        if unseen:
            self._table.add(sorted(reads.subjects_by_key(connection, unseen).items()))


def _by_subject(versions: list[list[JourneyVersion]]) -> tuple[list[list[JourneyVersion]], list[list[JourneyVersion]]]:
    """The journeys of orders, and those of returns."""
    orders, returns = ([h for h in versions if h[-1].journey.subject == kind] for kind in ("order", "return"))
    return orders, returns


class _Read:
    """The keys of the states that were read, by what must be done with them."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.keys: list[int] = []
        self.lines: list[int] = []
        self.returns: list[int] = []
        self.carriers: list[int] = []

    def note(self, states: list[tuple[Any, ...]], first: bool) -> list[tuple[Any, ...]]:
        """Take down the keys of some states (see StateRow); of all there are, not each one."""
        keys, kinds, *_, versions = zip(*states, strict=True)
        self.newest = max(self.newest, *versions)
        if not first:
            self.keys += keys
        for kind in set(kinds):
            mine = [key for key, other in zip(keys, kinds, strict=True) if other == kind] if kind in _NOTED else []
            if kind == SubjectKind.LINE:
                self.lines += mine
            elif kind == SubjectKind.RETURN:
                self.returns += mine
            else:
                self.carriers += mine
        return states


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


def _give_back() -> None:
    """Hand the memory that reading everything took back to the system, where the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
