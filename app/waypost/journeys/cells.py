"""The milestone matrix as columns: one ranked int64 per subject and milestone.

A ranked time is `rank << 60 | us`: rank 0 scanned, 1 derived, 2 declared, 3 undated; `ABSENT`
when the milestone was not reached. So the smaller number is the stronger evidence and, among
equals, the earlier time, and MIN is the merge everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from waypost.domain.state import UNDATED

I64 = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)
ABSENT = np.int64(2**63 - 1)
NEVER = np.int64(2**63 - 1)
RANK_SHIFT = 60
TIME_MASK = np.int64(2**60 - 1)
UNDATED_RANK = np.int64(3)
FEW = 24  # states; from there on columns are quicker
_CELL, _PROMISED = Struct("<Bq"), Struct("<Bqqq")  # as the records
_RECORD = np.dtype([("key", "u1"), ("at", "<i8")])
_PROMISE = np.dtype([("key", "u1"), ("stated", "<i8"), ("at", "<i8"), ("until", "<i8")])


@dataclass(slots=True)
class Cells:
    """Columns of `n` subjects: ranked times by slot, promises by key as (at, until) in us."""

    n: int
    slots: MutableMapping[int, I64] = field(default_factory=dict)
    promises: MutableMapping[int, tuple[I64, I64]] = field(default_factory=dict)

    def column(self, slot: int) -> I64:
        """Ranked times of one milestone; all ABSENT when nobody reached it."""
        held = self.slots.get(slot)
        return held if held is not None else np.full(self.n, ABSENT)

    def own(self, slot: int) -> I64:
        """The column of a milestone, made when missing, for writing into."""
        if slot not in self.slots:
            self.slots[slot] = np.full(self.n, ABSENT)
        return self.slots[slot]

    def own_promise(self, key: int) -> tuple[I64, I64]:
        """The columns (at, until) of a promise, made when missing, for writing into."""
        if key not in self.promises:
            self.promises[key] = np.full(self.n, NEVER), np.full(self.n, NEVER)
        return self.promises[key]

    def take(self, rows: NDArray[np.intp]) -> Cells:
        """The rows given, as new columns."""
        return Cells(
            len(rows),
            {slot: column[rows] for slot, column in self.slots.items()},
            {key: (at[rows], until[rows]) for key, (at, until) in self.promises.items()},
        )

    def put(self, rows: NDArray[np.intp], other: Cells) -> None:
        """Overwrite rows with those of `other`."""
        for slot in self.slots.keys() | other.slots.keys():
            self.own(slot)[rows] = other.column(slot)
        for key in self.promises.keys() | other.promises.keys():
            at, until = self.own_promise(key)
            theirs = other.promises.get(key)
            at[rows], until[rows] = theirs if theirs is not None else (NEVER, NEVER)

    def replaced(self, rows: NDArray[np.intp], other: Cells) -> Cells:
        """The same columns with rows overwritten by those of `other`; what changes is copied, never written into."""
        out = Cells(self.n, dict(self.slots), dict(self.promises))
        for slot in self.slots.keys() | other.slots.keys():
            out.slots[slot] = overwritten(self.column(slot), rows, other.column(slot))
        for key in self.promises.keys() | other.promises.keys():
            none, missing = np.full(self.n, NEVER), np.full(other.n, NEVER)
            held, theirs = self.promises.get(key, (none, none)), other.promises.get(key, (missing, missing))
            at, until = (overwritten(a, rows, b) for a, b in zip(held, theirs, strict=True))
            out.promises[key] = at, until
        return out

    def grown(self, n: int) -> Cells:
        """The same columns with room for `n` subjects."""
        extra = np.full(n - self.n, ABSENT)
        return Cells(
            n,
            {slot: np.concatenate([column, extra]) for slot, column in self.slots.items()},
            {
                k: (np.concatenate([at, extra]), np.concatenate([until, extra]))
                for k, (at, until) in self.promises.items()
            },
        )


def overwritten(column: NDArray[T], rows: NDArray[np.intp], values: NDArray[T] | T) -> NDArray[T]:
    """A column with some rows set: itself when that changes nothing, else a copy."""
    if bool((column[rows] == values).all()):
        return column
    column = column.copy()
    column[rows] = values
    return column


def decode(cells: Sequence[bytes], promises: Sequence[bytes | None]) -> Cells:
    """The columns of packed states (see waypost.domain.state), all at once."""
    out = Cells(len(cells))
    if len(cells) <= FEW:
        _decode_few(out, cells, promises)
        return out
    _decode_cells(out, cells)
    _decode_promises(out, promises)
    return out


def _decode_few(out: Cells, cells: Sequence[bytes], promises: Sequence[bytes | None]) -> None:
    """The same cell by cell, which for a handful is quicker than the many calls that sort them."""
    slots: dict[int, list[int]] = {}
    for row, blob in enumerate(cells):
        for key, at in _CELL.iter_unpack(blob):
            held = slots.get(key >> 2) or slots.setdefault(key >> 2, [int(ABSENT)] * out.n)
            held[row] = min(held[row], _ranked(key & 3, at))
    both: dict[int, tuple[list[int], list[int]]] = {}
    for row, promised in enumerate(promises):
        for key, _, at, until in _PROMISED.iter_unpack(promised or b""):
            ends = both.get(key) or both.setdefault(key, ([int(NEVER)] * out.n, [int(NEVER)] * out.n))
            ends[0][row], ends[1][row] = at, until
    out.slots.update((slot, np.array(column)) for slot, column in slots.items())
    out.promises.update((key, (np.array(at), np.array(until))) for key, (at, until) in both.items())


def _decode_cells(out: Cells, blobs: Sequence[bytes]) -> None:
    records = np.frombuffer(b"".join(blobs), dtype=_RECORD)
    if not len(records):  # subjects of which only attributes or links are known
        return
    rows = np.repeat(np.arange(len(blobs)), [len(b) // _RECORD.itemsize for b in blobs])
    order = np.argsort(records["key"], kind="stable")
    keys, at, rows = records["key"][order], records["at"][order], rows[order]
    counts = np.bincount(keys)
    ends = np.cumsum(counts)
    for key in np.flatnonzero(counts).tolist():
        start, end = int(ends[key] - counts[key]), int(ends[key])
        slot, rank = int(key) >> 2, np.int64(int(key) & 3)
        times, where = at[start:end], rows[start:end]
        ranked = np.where(times == UNDATED, (UNDATED_RANK << RANK_SHIFT) | rank, (rank << RANK_SHIFT) | times)
        column = out.own(slot)
        column[where] = np.minimum(column[where], ranked)


def _decode_promises(out: Cells, blobs: Sequence[bytes | None]) -> None:
    records = np.frombuffer(b"".join(blob for blob in blobs if blob), dtype=_PROMISE)
    counts = np.fromiter((len(blob) // _PROMISE.itemsize if blob else 0 for blob in blobs), np.intp, len(blobs))
    rows = np.repeat(np.arange(len(blobs)), counts)
    for key in np.flatnonzero(np.bincount(records["key"])).tolist():
        which = records["key"] == key
        at, until = out.own_promise(key)
        at[rows[which]], until[rows[which]] = records["at"][which], records["until"][which]


def times(ranked: I64) -> I64:
    """Plain us of ranked times; NEVER where absent or undated."""
    return np.where(ranked < (UNDATED_RANK << RANK_SHIFT), ranked & TIME_MASK, NEVER)


def ranks(ranked: I64) -> I64:
    """Evidence rank (0 scanned, 1 derived, 2 declared, 3 undated; 7 absent)."""
    return ranked >> RANK_SHIFT


def merge_state(cells: Mapping[int, int]) -> dict[int, int]:
    """Ranked times of one state's cells, for reference computations."""
    best: dict[int, int] = {}
    for key, at in cells.items():
        slot, rank = key >> 2, key & 3
        best[slot] = min(best.get(slot, int(ABSENT)), _ranked(rank, at))
    return best


def _ranked(rank: int, at: int) -> int:
    return (3 << RANK_SHIFT) | rank if at == UNDATED else (rank << RANK_SHIFT) | at
