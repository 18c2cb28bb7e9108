"""All subjects that journeys look at, as they are in the store: cells, attributes and links by row."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.occurrence import Occurrence, cancellations
from waypost.domain.statement import Evidence
from waypost.domain.subject import LinkRel, Subject, SubjectKind
from waypost.journeys.cells import ABSENT, RANK_SHIFT, UNDATED_RANK, Cells, decode
from waypost.journeys.resolve import IDX, Cancelled, Links
from waypost.services.live.index import RowIndex, Subjects
from waypost.services.live.links import LinkTable
from waypost.services.live.told import NOTHING, Told, latest
from waypost.store.reads import LinkColumns, LinkRow

KINDS = frozenset({SubjectKind.ORDER, SubjectKind.LINE, SubjectKind.PARCEL, SubjectKind.RETURN})
BELONGING = frozenset({LinkRel.LINE_OF, LinkRel.CARRIES, LinkRel.RETURNS, LinkRel.EXCHANGES})  # leads towards an order


class StateRow(NamedTuple):
    """A state as `waypost.store.reads.states_since` returns it."""

    key: int
    kind: int
    scope: str
    ref: str
    cells: bytes
    promises: bytes | None
    attributes: str | None
    version: int


class SubjectTable:
    """Rows of subjects; a row never moves, new ones are appended."""

    def __init__(self) -> None:
        self.row_of = RowIndex()
        self.keys = array("q")
        self.subjects = Subjects()
        self.attributes = Told()
        self.version: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.kind: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
        self.cancelled = Cancelled(np.zeros(0), np.zeros(0, dtype=np.int64))
        self.cells = Cells(0)
        self.links = LinkTable()
        self.returns: dict[int, list[int]] = {}  # by what is, or once was, said to come back: the rows of its returns

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, subjects: Iterable[tuple[int, Subject]]) -> None:
        """Add subjects that have no row yet."""
        new = {key: subject for key, subject in subjects if key not in self.row_of and subject.kind in KINDS}
        told = new.values()
        self._add(list(new), [int(s.kind) for s in told], [s.ref for s in told], [s.scope for s in told])

    def _add(self, keys: list[int], kinds: list[int], names: Sequence[str], scopes: Sequence[str]) -> None:
        if not keys:
            return
        first, numbers = len(self), np.array(keys, dtype=np.int64)
        self.reserve(first + len(keys))
        self.kind[first : first + len(keys)] = kinds
        self.subjects.extend(kinds, names, scopes)
        self.attributes.packed.extend([NOTHING] * len(keys))
        self.keys.frombytes(numbers.tobytes())
        self.row_of.put(numbers, first)

    def put_states(self, states: Sequence[tuple[Any, ...]]) -> IDX:
        """Overwrite the states of subjects (see StateRow); returns their rows."""
        states = [s for s in states if s[1] in KINDS]
        if not states:
            return np.zeros(0, dtype=np.intp)
        keys, _, _, _, cells, promises, attributes, versions = zip(*states, strict=True)
        numbers = np.array(keys, dtype=np.int64)
        rows = self.row_of.of(numbers)
        if (rows < 0).any():
            new = [states[place] for place in np.flatnonzero(rows < 0).tolist()]
            self._add([s[0] for s in new], [s[1] for s in new], [s[3] for s in new], [s[2] for s in new])
            rows = self.row_of.of(numbers)
        self.cells.put(rows, decode(cells, promises))
        told = self.attributes.packed
        for row, text in zip(rows.tolist(), attributes, strict=True):
            told[row] = latest(text) if text else NOTHING
        self.version[rows] = versions
        return rows

    def put_all_links(self, found: LinkColumns) -> None:
        """Add many links; nothing may be linked yet."""
        head, tail = self.row_of.of(found.head), self.row_of.of(found.tail)
        known = (head >= 0) & (tail >= 0)
        rel, head, tail = found.rel[known].astype(np.int8), head[known], tail[known]
        self.links.add(rel, head, tail, found.quantity[known])
        for place in np.flatnonzero(rel == LinkRel.RETURNS).tolist():
            self._comes_back(int(head[place]), int(tail[place]))

    def put_links(self, heads: Collection[int], links: Iterable[LinkRow]) -> set[int]:
        """Replace all links that start at the head rows; returns the rows whose surroundings changed."""
        touched = set(self.links.take_back(heads))
        new: list[tuple[int, int, int, float]] = []
        for found in links:
            start, tail = self.row_of.get(found.from_id), self.row_of.get(found.to_id)
            if start is None or tail is None:
                continue
            new.append((found.rel, start, tail, np.nan if found.quantity is None else found.quantity))
            touched.update((start, tail))
            if found.rel == LinkRel.RETURNS:
                self._comes_back(start, tail)
        if new:
            rel, head, end, quantity = zip(*new, strict=True)
            both = np.array(head, dtype=np.intp), np.array(end, dtype=np.intp)
            self.links.add(np.array(rel, dtype=np.int8), *both, np.array(quantity, dtype=np.float64))
        return touched

    def _comes_back(self, back: int, whole: int) -> None:
        if back not in self.returns.setdefault(whole, []):
            self.returns[whole].append(back)

    def put_cancelled(self, lines: Iterable[int], occurrences: dict[int, list[Occurrence]]) -> None:
        """Set how much of each line is cancelled, and when; nothing of those without occurrences."""
        for key in lines:
            quantity, at = cancellations(occurrences.get(key, ()))
            rank, time = (UNDATED_RANK, 0) if at is None else (Evidence.DECLARED, at)
            row = self.row_of[key]
            self.cancelled.quantity[row] = quantity
            self.cancelled.at[row] = (int(rank) << RANK_SHIFT) | time if quantity else ABSENT

    def together(self, rows: Iterable[int]) -> IDX:
        """The rows and everything that must be resolved with them."""
        return self.links.together(set(rows))

    def links_at(self, row: int) -> list[LinkRow]:
        """The links that start at a row, as the store gives them; without the intervals of stays."""
        key = self.keys[row]
        return [LinkRow(rel, key, self.keys[tail], many, None, None) for rel, tail, many in self.links.of(row)]

    def orders_of(self, row: int) -> list[int]:
        """The rows of the orders that a row belongs to: itself, or those of its line, parcel or return.

        A waybill that does not say what it carries belongs where those before and after it do.
        """
        orders: dict[int, None] = {}
        seen: set[int] = set()
        todo = [row]
        while todo:
            row = todo.pop()
            if row in seen:
                continue
            seen.add(row)
            if self.kind[row] == SubjectKind.ORDER:
                orders[row] = None
            else:
                todo += self._belongs_to(row)
        return sorted(orders)

    def _belongs_to(self, row: int) -> list[int]:
        links = self.links.of(row)
        named = [tail for rel, tail, _ in links if rel in BELONGING]
        if self.kind[row] != SubjectKind.PARCEL or any(rel == LinkRel.CARRIES for rel, _, _ in links):
            whole = [r for r in named if self.kind[r] != SubjectKind.PARCEL]
            return whole or named  # a return of a shared parcel belongs to the order whose line it names
        before = [tail for rel, tail, _ in links if rel == LinkRel.REPLACES]
        return [*named, *before, *self.links.into(row, LinkRel.REPLACES)]

    def kinds_of(self, rows: IDX) -> NDArray[np.int8]:
        """Kinds of rows; -1 of a subject of which nothing is known but a link that was taken back."""
        return np.where((self.version[rows] > 0) | (self.links.mentions[rows] > 0), self.kind[rows], np.int8(-1))

    def cancelled_of(self, rows: IDX) -> Cancelled:
        """What has been taken off the rows."""
        return Cancelled(self.cancelled.quantity[rows], self.cancelled.at[rows])

    def links_of(self, rows: IDX) -> Links:
        """The links among rows (ascending, closed under their links), in places of `rows`."""
        return self.links.among(rows, len(self))

    def reserve(self, n: int) -> None:
        """Make room for `n` rows."""
        start = self.cells.n
        if n <= start:
            return
        capacity = n + n // 16 + 1024
        self.cells = self.cells.grown(capacity)
        self.links.grow(capacity)
        extra = capacity - start
        self.kind = np.concatenate([self.kind, np.full(extra, -1, dtype=np.int8)])
        self.version = np.concatenate([self.version, np.zeros(extra, dtype=np.int64)])
        self.cancelled = Cancelled(
            np.concatenate([self.cancelled.quantity, np.zeros(extra)]),
            np.concatenate([self.cancelled.at, np.full(extra, ABSENT)]),
        )
