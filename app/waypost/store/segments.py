"""Making and reading segments: event ids (SIZE * number, SIZE * (number + 1)] as columns in Arrow IPC.

Ids follow the order of commit, so a range below the newest id is complete and never grows. What
changes an event that is stored (reading words again) drops its segment in the same transaction. A
segment that is missing or does not fit its digest is read from the events instead: nothing depends on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.store.bulk import upsert
from waypost.store.columns import QUERY, Columns, of_rows
from waypost.store.engine import lock_writer, writing
from waypost.store.schema import event, setting
from waypost.store.schema_segment import segment

SIZE = 20_000  # what is behind the last full range is read as rows, a hundred times slower
_RETRACTS, _MORE = 1, 2
_CHANGES = "events_changed"
STEP = 10_000  # events made into columns in one go: other threads of the process get their turn between two
_HELD = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(segment.c.events), 0)).select_from(segment)
_COLUMNS = ("number", "events", "digest", "body", "made_at")
Progress = Callable[[int, int], None]


class Held(NamedTuple):
    """How much of the events stands in segments; `outside` are the ids of those that are read as rows."""

    segments: int
    events: int
    outside: int


def make_missing(engine: Engine, now: int, progress: Progress | None = None) -> int:
    """Make the segments of all full ranges that have none; returns how many."""
    with engine.connect() as connection:
        numbers = missing(connection)
    made = 0
    for done, number in enumerate(numbers):
        made += make(engine, number, now)
        if progress:
            progress(done + 1, len(numbers))
    return made


def missing(connection: Connection) -> list[int]:
    """The full ranges that have no segment, in order."""
    held = set(connection.scalars(sa.select(segment.c.number)))
    return [number for number in range(newest(connection) // SIZE) if number not in held]


def make(engine: Engine, number: int, now: int) -> bool:
    """Make one segment; False when words were read again meanwhile, so that it would hold what is no more.

    Events are read beside those who write; only the finished block is put away under the writer's lock.
    """
    with engine.connect() as connection:
        before, found = changes(connection), _from_events(connection, number)
    body = pack(found)
    row = (number, len(found.id), _digest(body), body, now)
    with writing(engine) as connection:
        lock_writer(connection)
        if changes(connection) != before:
            return False
        upsert(connection, segment, _COLUMNS, [row])
    return True


def held(connection: Connection) -> Held:
    """How much of the events stands in segments."""
    number, events = connection.execute(_HELD).one()
    return Held(number, int(events), newest(connection) - SIZE * number)


def drop_of(connection: Connection, event_ids: Collection[int]) -> None:
    """Forget the segments that hold any of the events; part of the transaction that changes those."""
    if not event_ids:
        return
    upsert(connection, setting, ("name", "value", "changed_at"), [(_CHANGES, str(changes(connection) + 1), 0)])
    numbers = sorted({(id_ - 1) // SIZE for id_ in event_ids})
    for start in range(0, len(numbers), 500):
        connection.execute(sa.delete(segment).where(segment.c.number.in_(numbers[start : start + 500])))


def drop_broken(engine: Engine) -> list[int]:
    """Forget the segments that do not fit their digest; returns their numbers."""
    query = sa.select(segment.c.number, segment.c.digest, segment.c.body)
    with engine.connect() as connection:
        broken = [n for n, digest, body in connection.execute(query) if not _fits(body, digest)]
    with writing(engine) as connection:
        connection.execute(sa.delete(segment).where(segment.c.number.in_(broken)))
    return broken


def changes(connection: Connection) -> int:
    """How often stored events were changed; who reads twice can tell whether both times were alike."""
    return int(connection.scalar(sa.select(setting.c.value).where(setting.c.name == _CHANGES)) or 0)


def read_all(connection: Connection, newest: int) -> Columns:
    """The facts of the events up to id `newest`, by subject and then by id; from segments where any fit."""
    return together(parts(connection, newest))


def parts(connection: Connection, newest: int) -> list[Columns]:
    """The same range by range, in the order of ids; each by subject."""
    full = newest // SIZE
    return [*_parts(connection, full), _between(connection, full * SIZE, newest)]


def together(parts: Collection[Columns]) -> Columns:
    """Columns of several ranges as one, by subject and then by id; the ranges must follow each other."""
    joined = Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    # A range's ids ascend within a subject, and so do the ranges.
    return joined.only(np.argsort(joined.subject, kind="stable"))


def pack(found: Columns) -> bytes:
    """Columns as an Arrow IPC block, compressed."""
    flags = found.retracts.astype(np.uint8) * _RETRACTS + found.more.astype(np.uint8) * _MORE
    columns = {
        "subject": found.subject,
        "id": found.id,
        "cell": found.cell.astype(np.int16),
        "at": found.at,
        "flags": flags,
    }
    batch = pa.record_batch(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(body: bytes) -> Columns:
    """The inverse of `pack`."""
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    subject, id_, cell, at, flags = (batch.column(place).to_numpy() for place in range(5))
    return Columns(subject, id_, cell.astype(np.int64), at, (flags & _RETRACTS) != 0, (flags & _MORE) != 0)


def _parts(connection: Connection, full: int) -> Iterator[Columns]:
    query = sa.select(segment.c.number, segment.c.digest, segment.c.body).order_by(segment.c.number)
    held = {n: unpack(body) for n, digest, body in connection.execute(query) if n < full and _fits(body, digest)}
    for number in range(full):
        yield held[number] if number in held else _from_events(connection, number)


def _fits(body: bytes, digest: str) -> bool:
    return _digest(body) == digest


def _digest(body: bytes) -> str:
    """Of the block and the size of ranges: what another version of Waypost has cut elsewhere does not fit."""
    return hashlib.sha256(b"%d:" % SIZE + body).hexdigest()


def _from_events(connection: Connection, number: int) -> Columns:
    last = SIZE * (number + 1)
    starts = range(SIZE * number, last, STEP)
    return together([_between(connection, start, min(start + STEP, last)) for start in starts])


def _between(connection: Connection, after: int, last: int) -> Columns:
    """The events with ids above `after`, up to and with `last`; by subject and then by id."""
    query = QUERY.where((event.c.id > after) & (event.c.id <= last)).order_by(event.c.id)
    found = of_rows(connection.execute(query))
    return found.only(np.argsort(found.subject, kind="stable"))  # quicker than a database sorts whole rows


def newest(connection: Connection) -> int:
    """The newest event's id."""
    return int(connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0)
