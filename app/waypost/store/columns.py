"""Events as columns, folded all at once: the quick way to rebuild the states of many subjects.

Only plain subjects take it: those that nobody took anything back of. It must give exactly what
`waypost.domain.state.fold` gives; the tests compare the two on random histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection, CursorResult

from waypost.domain.state import CREATED, NEVER, UNDATED
from waypost.domain.statement import Classifier, Evidence, Kind
from waypost.store.bulk import driver_rows
from waypost.store.schema import event

I64 = NDArray[np.int64]
IDX = NDArray[np.intp]
KEYS = 256  # slot * 4 + evidence fits into one byte
NO_CELL = -1
_RECORD = np.dtype([("key", "u1"), ("at", "<i8")])  # as `waypost.domain.state.pack_cells` writes it


class Columns(NamedTuple):
    """Events of a range of subjects, in the order they were recorded."""

    subject: I64
    id: I64
    cell: I64  # slot * 4 + evidence of an actual time, else NO_CELL
    at: I64  # us, UNDATED when not given
    retracts: NDArray[np.bool_]  # takes something back, or puts it right
    more: NDArray[np.bool_]  # says more than a cell: promise, attributes, links, repeats

    def between(self, first: int, last: int) -> Columns:
        """The events of the subjects from key `first` up to and with `last`, where they are sorted by subject."""
        start, end = np.searchsorted(self.subject, [first, last + 1]).tolist()
        return self.only(slice(start, end))

    def only(self, which: NDArray[np.bool_] | IDX | slice) -> Columns:
        """Some of the events."""
        subject, id_, cell, at, retracts, more = self
        return Columns(subject[which], id_[which], cell[which], at[which], retracts[which], more[which])


def read(connection: Connection, first: int, last: int, after: int = 0) -> Columns:
    """The events with ids above `after` of the subjects from key `first` up to and with `last`."""
    mine = event.c.subject_id.between(first, last)
    between = QUERY.where(mine & (event.c.id > after) if after else mine).order_by(event.c.subject_id, event.c.id)
    return of_rows(connection.execute(between))


def of_rows(result: CursorResult[Any]) -> Columns:
    """What `QUERY` found, as columns."""
    table = np.array(driver_rows(result), dtype=np.int64).reshape(-1, 6).T
    subject, id_, cell, at, retracts, more = table
    return Columns(subject, id_, cell, at, retracts.astype(bool), more.astype(bool))


def earliest(row: IDX, cell: I64, at: I64, n: int) -> tuple[IDX, I64]:
    """The cells that occur, ascending, and a matrix (n x cells) of each row's earliest time; NEVER where none."""
    return _scattered([(row, cell, at)], n)


def matrix_of(parts: Sequence[Columns], subjects: I64 | None = None) -> tuple[I64, IDX, I64]:
    """Subjects (sorted keys; those of the parts, if none are given), the cells that occur, and the earliest times.

    Parts are taken one after the other, as small as they come, and need not be sorted.
    """
    highest = max((int(part.subject.max()) for part in parts if len(part.subject)), default=-1)
    if subjects is None:
        seen = np.zeros(highest + 1, dtype=bool)
        for part in parts:
            seen[part.subject] = True
        subjects = np.flatnonzero(seen)
    lowest = int(subjects[0]) if len(subjects) else 0
    place = np.zeros(max(highest - lowest, -1) + 1, dtype=np.intp)
    place[subjects - lowest] = np.arange(len(subjects))
    told = [(place[part.subject - lowest], part.cell, part.at) for part in parts]
    return subjects, *_scattered(told, len(subjects))


def _scattered(parts: Sequence[tuple[IDX, I64, I64]], n: int) -> tuple[IDX, I64]:
    seen = np.zeros(KEYS + 1, dtype=bool)  # NO_CELL is its last
    for _, cell, _ in parts:
        seen[cell] = True
    cells = np.flatnonzero(seen[:KEYS])
    width = len(cells) + int(seen[NO_CELL])  # what has no cell goes beside them: quicker than picking out the others
    place = np.full(KEYS + 1, len(cells))
    place[cells] = np.arange(len(cells))
    matrix = np.full(n * width, NEVER)
    for row, cell, at in parts:
        np.minimum.at(matrix, row * width + place[cell], at)
    return cells, matrix.reshape(n, width)[:, : len(cells)]


def pack_rows(cells: IDX, matrix: I64) -> list[bytes]:
    """Each row of a matrix as packed cells."""
    there = matrix != NEVER
    counts = there.sum(axis=1)
    records = np.empty(int(counts.sum()), dtype=_RECORD)
    records["key"] = np.broadcast_to(cells.astype(np.uint8), matrix.shape)[there]
    records["at"] = matrix[there]
    data = records.tobytes()
    ends = np.cumsum(counts) * _RECORD.itemsize
    starts = ends - counts * _RECORD.itemsize
    return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def fold_cells(columns: Columns, subjects: I64) -> list[bytes]:
    """The packed cells of subjects (sorted keys, of all events), from assertions alone."""
    return pack_rows(*matrix_of([columns], subjects)[1:])


_ACTUAL = sa.and_(
    event.c.slot.is_not(None), event.c.classifier == int(Classifier.ACTUAL), event.c.evidence != int(Evidence.PREDICTED)
)
_MORE = sa.or_(
    event.c.classifier != int(Classifier.ACTUAL),
    event.c.slot == CREATED,  # says who told of the order
    event.c.attributes.is_not(None),
    event.c.links.is_not(None),
    event.c.repeats.is_not(None),
)
QUERY = sa.select(
    event.c.subject_id,
    event.c.id,
    sa.case((_ACTUAL, event.c.slot * 4 + event.c.evidence), else_=NO_CELL),
    sa.func.coalesce(event.c.at, UNDATED),
    sa.case((event.c.kind != int(Kind.ASSERT), 1), else_=0),
    sa.case((_MORE, 1), else_=0),
)
