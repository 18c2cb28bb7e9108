"""From a store's events back to the milestone matrix, and to its states: segments against rows.

Row by row means: read every event with the driver and fold it in plain Python, which is what a
program without columns does. Both end with the same states, which is asserted.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.data import arrivals, statements
from bench.harness import Gate, Measured, measure, timed
from waypost.domain.packed import pack
from waypost.domain.state import NEVER, SubjectState, fold
from waypost.services.app import Waypost
from waypost.services.verify import rebuild
from waypost.store import reads, segments
from waypost.store.bulk import driver_rows, upsert
from waypost.store.columns import NO_CELL, QUERY, matrix_of
from waypost.store.engine import lock_writer, writing
from waypost.store.refold import STATE_COLUMNS
from waypost.store.schema import event, state

BATCH = 5_000
MOST = 1_000_000
MATRIX, MATRIX_ROWS = "segments to matrix", "rows to matrix"
STATES, STATES_ROWS = "waypost rebuild", "states row by row"
GATES = (Gate("rebuild.rows", "higher", MATRIX, MATRIX_ROWS, 5.0, 20.0),)
BESIDE = (Gate("rebuild.states", "higher", STATES, STATES_ROWS, None),)


def run(events: int, rounds: int) -> Measured:
    """Measure on about `events` stored events; on MOST where there are more, as the reference takes minutes then."""
    found = arrivals(min(events, MOST))
    with TemporaryDirectory(prefix="waypost-bench-") as folder, Waypost.open(f"sqlite:///{folder}/r.db") as waypost:
        for start in range(0, found.n, BATCH):
            waypost.submit(statements(found, start, start + BATCH)).result()
        engine = waypost.engine
        made = segments.make_missing(engine, 0)
        assert _matrix(engine) == _matrix_by_rows(engine)
        _states_by_rows(engine)
        by_rows = _states(engine)
        rebuild(engine)
        assert _states(engine) == by_rows
        del by_rows
        times = measure(
            {
                MATRIX: timed(lambda: _columns(engine)),
                MATRIX_ROWS: timed(lambda: _matrix_by_rows(engine)),
                STATES: timed(lambda: rebuild(engine)),
                STATES_ROWS: timed(lambda: _states_by_rows(engine)),
            },
            rounds,
        )
        with engine.connect() as connection:
            size = connection.execute(sa.text("SELECT SUM(LENGTH(body)) FROM segment")).scalar() or 0
    bytes_per_event = round(size / (made * segments.SIZE), 2) if made else None
    return Measured(times, GATES, BESIDE, {}, {"events": found.n, "segments": made, "bytes_per_event": bytes_per_event})


def _states(engine: Engine) -> dict[int, tuple[Any, ...]]:
    """All states as they are stored."""
    columns = (state.c.subject_id, state.c.cells, state.c.promises, state.c.attributes)
    with engine.connect() as connection:
        return {row[0]: row[1:] for row in driver_rows(connection.execute(sa.select(*columns)))}


def _columns(engine: Engine) -> tuple[Any, Any, Any]:
    """Subjects, the cells that occur, and the matrix of earliest times."""
    with engine.connect() as connection:
        return matrix_of(segments.parts(connection, segments.newest(connection)))


def _matrix(engine: Engine) -> dict[int, dict[int, int]]:
    subjects, cells, matrix = _columns(engine)
    names = cells.tolist()
    return {
        key: {cell: at for cell, at in zip(names, row, strict=True) if at != NEVER}
        for key, row in zip(subjects.tolist(), matrix.tolist(), strict=True)
        if min(row) != NEVER
    }


def _matrix_by_rows(engine: Engine) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    with engine.connect() as connection:
        rows = driver_rows(connection.execute(QUERY.order_by(event.c.id)))
    for subject, _, cell, at, _, _ in rows:
        if cell != NO_CELL:
            held = found.setdefault(subject, {})
            if at < held.get(cell, NEVER):
                held[cell] = at
    return found


def _states_by_rows(engine: Engine) -> None:
    with writing(engine) as connection:
        lock_writer(connection)
        last = connection.execute(sa.select(sa.func.max(event.c.subject_id))).scalar() or 0
        for start in range(1, last + 1, BATCH):
            by_subject = reads.events_between(connection, start, start + BATCH - 1)
            rows = []
            for key, told in by_subject.items():
                folded: SubjectState = fold(told)
                rows.append((key, *pack(folded), False, told[-1].id))
            upsert(connection, state, STATE_COLUMNS, rows)
