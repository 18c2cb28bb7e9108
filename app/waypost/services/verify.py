"""Comparing the stored states with a fold of all events from zero, and writing them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.instants import now_us
from waypost.domain.packed import Packed, pack
from waypost.domain.state import fold, standing
from waypost.store import columns, reads, segments
from waypost.store.engine import lock_writer, writing
from waypost.store.refold import rebuild_between
from waypost.store.rows import StoredEvent, occurrence_of
from waypost.store.schema import event, link, occurrence, promise, state

STEP = 2_000  # subjects that are compared at a time, so that memory stays bounded
REBUILD_STEP = 10_000  # subjects per transaction of a rebuild; other writers get their turn between two
Progress = Callable[[int, int], None]


class Verification(NamedTuple):
    """What a comparison found; `examples` name the first differing subjects."""

    subjects: int
    events: int
    differences: int
    examples: list[str]


def verify(engine: Engine, progress: Progress | None = None) -> Verification:
    """Recompute every subject from its events and compare; the store is only read."""
    subjects, events, different = 0, 0, []
    with engine.connect() as connection:
        for first, last in _ranges(connection, STEP, progress):
            by_subject = reads.events_between(connection, first, last)
            stored = _states(connection, first, last)
            keys = sorted(by_subject.keys() | stored.keys())
            subjects += len(keys)
            events += sum(len(found) for found in by_subject.values())
            kept = _kept_details(connection, first, last)
            different += [key for key in keys if _differs(by_subject.get(key, []), stored.get(key), kept.get(key))]
        names = reads.subjects_by_key(connection, different[:10])
    return Verification(subjects, events, len(different), [str(names.get(key, f"key {key}")) for key in different[:10]])


def rebuild(engine: Engine, progress: Progress | None = None) -> int:
    """Write the state of every subject anew from its events; returns how many subjects.

    Facts come from segments, which are made first; what was written meanwhile is added under the lock.
    """
    segments.drop_broken(engine)
    segments.make_missing(engine, now_us())
    with engine.connect() as connection:
        newest, changes = segments.newest(connection), segments.changes(connection)
        held = segments.read_all(connection, newest)
        ranges = list(_ranges(connection, REBUILD_STEP, None))
    subjects = 0
    for first, last in ranges:
        with writing(engine) as connection:
            lock_writer(connection)
            found = None
            if segments.changes(connection) == changes:  # else words were read again meanwhile
                later = columns.read(connection, first, last, after=newest)
                found = segments.together([held.between(first, last), later])
            subjects += rebuild_between(connection, first, last, found)
        if progress:
            progress(min(last, ranges[-1][1]), ranges[-1][1])
    return subjects


def _ranges(connection: Connection, step: int, progress: Progress | None) -> Iterator[tuple[int, int]]:
    """Ranges of subject keys, both ends included, that hold every event and every state."""
    ends = [
        connection.execute(sa.select(sa.func.min(c), sa.func.max(c))).one()
        for c in (event.c.subject_id, state.c.subject_id)
    ]
    known = [end for pair in ends for end in pair if end is not None]
    if not known:
        return
    top = max(known)
    for first in range(min(known), top + 1, step):
        yield first, first + step - 1
        if progress:
            progress(min(first + step, top), top)


def _states(connection: Connection, first: int, last: int) -> dict[int, Packed]:
    columns = (state.c.subject_id, state.c.cells, state.c.promises, state.c.attributes)
    rows = connection.execute(sa.select(*columns).where(state.c.subject_id.between(first, last)))
    return {key: Packed(bytes(cells), promises and bytes(promises), told) for key, cells, promises, told in rows}


def _differs(events: list[StoredEvent], stored: Packed | None, kept: set[tuple[str, int]] | None) -> bool:
    return stored != pack(fold(events)) or (kept or set()) != _details(events)


def _details(events: list[StoredEvent]) -> set[tuple[str, int]]:
    """Which events of a subject must have an occurrence, a promise or links."""
    wanted: set[tuple[str, int]] = set()
    for said in standing(events):
        if occurrence_of(said) is not None:
            wanted.add(("occurrence", said.id))
        if said.slot is not None and said.classifier and said.at is not None:
            wanted.add(("promise", said.id))
        if said.links:
            wanted.add(("link", said.id))
    return wanted


def _kept_details(connection: Connection, first: int, last: int) -> dict[int, set[tuple[str, int]]]:
    kept: dict[int, set[tuple[str, int]]] = {}
    tables = (
        ("occurrence", occurrence, occurrence.c.subject_id),
        ("promise", promise, promise.c.subject_id),
        ("link", link, link.c.from_id),
    )
    for name, table, column in tables:
        query = sa.select(column, table.c.event_id).where(column.between(first, last))
        for key, event_id in connection.execute(query):
            kept.setdefault(key, set()).add((name, event_id))
    return kept
