"""All subjects that journeys look at, as they are in the store: cells, attributes and links by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sys import intern
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from waypost.domain.occurrence import Occurrence, cancellations
from waypost.domain.statement import Evidence
from waypost.domain.subject import LinkRel, Subject, SubjectKind
from waypost.journeys.cells import ABSENT, RANK_SHIFT, UNDATED_RANK, Cells, decode
from waypost.journeys.resolve import Cancelled, Links
from waypost.store.reads import LinkRow

KINDS = frozenset({SubjectKind.ORDER, SubjectKind.LINE, SubjectKind.PARCEL, SubjectKind.RETURN})
TOGETHER = frozenset({LinkRel.LINE_OF, LinkRel.CARRIES, LinkRel.REPLACES, LinkRel.EXCHANGES})

BELONGING = frozenset({LinkRel.LINE_OF, LinkRel.CARRIES, LinkRel.RETURNS, LinkRel.EXCHANGES})  # leads towards an order

_KIND = tuple(SubjectKind)
_NOTHING: dict[str, Any] = {}  # what is known of most parcels; never written into
_WORD = 32  # longer texts are hardly ever shared


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
        self.row_of: dict[int, int] = {}
        self.keys: list[int] = []
        self.subjects: list[Subject] = []
        self.attributes: list[dict[str, Any]] = []
        self.version: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.kind: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
        self.cancelled = Cancelled(np.zeros(0), np.zeros(0, dtype=np.int64))
        self.mentions: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # links in force that end at the row
        self.cells = Cells(0)
        self.links: dict[int, list[LinkRow]] = {}  # by head row
        self.near: dict[int, list[int]] = {}  # rows that must be resolved together; lists, as most hold one row
        self.returns: dict[int, list[int]] = {}  # by what is, or once was, said to come back: the rows of its returns

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, subjects: Iterable[tuple[int, Subject]]) -> None:
        """Add subjects that have no row yet."""
        for key, subject in subjects:
            if key not in self.row_of and subject.kind in KINDS:
                self.row_of[key] = len(self.keys)
                self.keys.append(key)
                self.subjects.append(subject)
                self.attributes.append(_NOTHING)
        self._grow()

    def put_states(self, states: Sequence[StateRow]) -> NDArray[np.intp]:
        """Overwrite the states of subjects; returns their rows."""
        states = [s for s in states if s.kind in KINDS]
        self.add((s.key, Subject(_KIND[s.kind], s.ref, s.scope)) for s in states if s.key not in self.row_of)
        rows = np.array([self.row_of[s.key] for s in states], dtype=np.intp)
        if len(rows):
            self.cells.put(rows, decode([s.cells for s in states], [s.promises for s in states]))
        for row, found in zip(rows.tolist(), states, strict=True):
            self.attributes[row] = _values(found.attributes) if found.attributes else _NOTHING
        self.version[rows] = [s.version for s in states]
        return rows

    def put_links(self, heads: Iterable[int], links: Iterable[LinkRow]) -> set[int]:
        """Replace all links that start at the head rows; returns the rows whose surroundings changed."""
        touched: set[int] = set()
        for head in heads:
            for held in self.links.pop(head, ()):
                touched.add(self.row_of[held.to_id])
                self.mentions[self.row_of[held.to_id]] -= 1
        for found in links:
            start, tail = self.row_of.get(found.from_id), self.row_of.get(found.to_id)
            if start is None or tail is None:
                continue
            self.links.setdefault(start, []).append(found)
            self.mentions[tail] += 1
            touched.update((start, tail))
            if found.rel in TOGETHER:
                self._join(start, tail)
            elif found.rel == LinkRel.RETURNS and start not in self.returns.setdefault(tail, []):
                self.returns[tail].append(start)
        return touched

    def _join(self, one: int, other: int) -> None:
        for row, neighbour in ((one, other), (other, one)):
            held = self.near.setdefault(row, [])
            if neighbour not in held:
                held.append(neighbour)

    def put_cancelled(self, lines: Iterable[int], occurrences: dict[int, list[Occurrence]]) -> None:
        """Set how much of each line is cancelled, and when; nothing of those without occurrences."""
        for key in lines:
            quantity, at = cancellations(occurrences.get(key, ()))
            rank, time = (UNDATED_RANK, 0) if at is None else (Evidence.DECLARED, at)
            row = self.row_of[key]
            self.cancelled.quantity[row] = quantity
            self.cancelled.at[row] = (int(rank) << RANK_SHIFT) | time if quantity else ABSENT

    def together(self, rows: Iterable[int]) -> NDArray[np.intp]:
        """The rows and everything that must be resolved with them."""
        found: set[int] = set()
        todo = list(rows)
        while todo:
            row = todo.pop()
            if row not in found:
                found.add(row)
                todo.extend(self.near.get(row, ()))
        return np.array(sorted(found), dtype=np.intp)

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
        links = self.links.get(row, ())
        named = [self.row_of[link.to_id] for link in links if link.rel in BELONGING]
        if self.kind[row] != SubjectKind.PARCEL or any(link.rel == LinkRel.CARRIES for link in links):
            whole = [r for r in named if self.kind[r] != SubjectKind.PARCEL]
            return whole or named  # a return of a shared parcel belongs to the order whose line it names
        before = [self.row_of[link.to_id] for link in links if link.rel == LinkRel.REPLACES]
        return [*named, *before, *self._replaced_by(row)]

    def _replaced_by(self, row: int) -> list[int]:
        key = self.keys[row]
        return [
            near
            for near in self.near.get(row, ())
            if any(link.rel == LinkRel.REPLACES and link.to_id == key for link in self.links.get(near, ()))
        ]

    def kinds_of(self, rows: NDArray[np.intp]) -> NDArray[np.int8]:
        """Kinds of rows; -1 of a subject of which nothing is known but a link that was taken back."""
        return np.where((self.version[rows] > 0) | (self.mentions[rows] > 0), self.kind[rows], np.int8(-1))

    def cancelled_of(self, rows: NDArray[np.intp]) -> Cancelled:
        """What has been taken off the rows."""
        return Cancelled(self.cancelled.quantity[rows], self.cancelled.at[rows])

    def links_of(self, rows: NDArray[np.intp]) -> Links:
        """The links among rows (ascending, closed under their links), in places of `rows`."""
        found = [
            (link.rel, row, self.row_of[link.to_id], np.nan if link.quantity is None else link.quantity)
            for row in (rows.tolist() if len(rows) < len(self) else self.links)
            for link in self.links.get(row, ())
            if link.rel in TOGETHER
        ]
        rel, head, tail, quantity = zip(*found, strict=True) if found else ((), (), (), ())
        start, end = (np.searchsorted(rows, np.array(ends, dtype=np.intp)) for ends in (head, tail))
        return Links(np.array(rel, dtype=np.int8), start, end, np.array(quantity, dtype=np.float64))

    def _grow(self) -> None:
        n = len(self.keys)
        if n > self.cells.n:
            start = self.cells.n
            capacity = max(n, start + start // 4 + 1024)
            self.cells = self.cells.grown(capacity)
            extra = capacity - start
            self.kind = np.concatenate([self.kind, np.full(extra, -1, dtype=np.int8)])
            self.version = np.concatenate([self.version, np.zeros(extra, dtype=np.int64)])
            self.mentions = np.concatenate([self.mentions, np.zeros(extra, dtype=np.int32)])
            self.cancelled = Cancelled(
                np.concatenate([self.cancelled.quantity, np.zeros(extra)]),
                np.concatenate([self.cancelled.at, np.full(extra, ABSENT)]),
            )
        for row in range(n - 1, -1, -1):
            if self.kind[row] >= 0:
                break
            self.kind[row] = self.subjects[row].kind


def _values(packed: str) -> dict[str, Any]:
    """The latest values of packed attributes. Words that many orders share are kept once."""
    return {
        name: intern(value) if type(value) is str and len(value) <= _WORD else value
        for name, (_, value) in orjson.loads(packed).items()
        if value is not None
    }
