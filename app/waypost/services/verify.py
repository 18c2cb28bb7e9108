"""Comparing the stored states with a fold of all events from zero, and writing them anew."""

from __future__ import annotations

from collections.abc import Callable
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
EXAMPLES = 10
Progress = Callable[[int, int], None]


class Verification(NamedTuple):
    """What a comparison found; `examples` name the first differing subjects."""

    subjects: int
    events: int
    differences: int
    examples: list[str]

    def plus(self, other: Verification) -> Verification:
        """Both together."""
        subjects, events, differences, examples = other
        together = [*self.examples, *examples][:EXAMPLES]
        return Verification(self.subjects + subjects, self.events + events, self.differences + differences, together)


NOTHING = Verification(0, 0, 0, [])


def verify(engine: Engine, progress: Progress | None = None) -> Verification:
    """Recompute every subject from its events and compare; the store is only read."""
    found, ends = NOTHING, subject_keys(engine)
    for first in range(ends.start, ends.stop, STEP):
        found = found.plus(compare(engine, first, first + STEP - 1))
        if progress:
            progress(min(first + STEP, ends.stop), ends.stop)
    return found


def compare(engine: Engine, first: int, last: int) -> Verification:
    """The same for the subjects from key `first` up to and with `last`.

    Events and states are read one after the other, and servers may write in between: a difference counts when it is
    found again while nobody writes.
    """
    with engine.connect() as connection:
        found, different = _compare(connection, first, last)
    if different:
        with writing(engine) as connection:
            lock_writer(connection)
            found, different = _compare(connection, first, last)
            names = reads.subjects_by_key(connection, different[:EXAMPLES])
        found = found._replace(examples=[str(names.get(key, f"key {key}")) for key in different[:EXAMPLES]])
    return found


def subject_keys(engine: Engine) -> range:
    """The keys that hold every event and every state; empty in an empty store."""
    columns = (event.c.subject_id, state.c.subject_id)
    with engine.connect() as connection:
        ends = [connection.execute(sa.select(sa.func.min(c), sa.func.max(c))).one() for c in columns]
    known = [end for pair in ends for end in pair if end is not None]
    return range(min(known), max(known) + 1) if known else range(0)


def _compare(connection: Connection, first: int, last: int) -> tuple[Verification, list[int]]:
    by_subject = reads.events_between(connection, first, last)
    stored = _states(connection, first, last)
    kept = _kept_details(connection, first, last)
    keys = sorted(by_subject.keys() | stored.keys())
    different = [key for key in keys if _differs(by_subject.get(key, []), stored.get(key), kept.get(key))]
    return Verification(len(keys), sum(map(len, by_subject.values())), len(different), []), different


def rebuild(engine: Engine, progress: Progress | None = None, preparing: Progress | None = None) -> int:
    """Write the state of every subject anew from its events; returns how many subjects.

    Facts come from segments, which are made first (`preparing` is told of those); what was written meanwhile is
    added under the lock.
    """
    segments.drop_broken(engine)
    segments.make_missing(engine, now_us(), preparing)
    with engine.connect() as connection:
        newest, changes = segments.newest(connection), segments.changes(connection)
        held = segments.read_all(connection, newest)
    ends, subjects = subject_keys(engine), 0
    for first in range(ends.start, ends.stop, REBUILD_STEP):
        last = first + REBUILD_STEP - 1
        with writing(engine) as connection:
            lock_writer(connection)
            found = None
            if segments.changes(connection) == changes:  # else words were read again meanwhile
                later = columns.read(connection, first, last, after=newest)
                found = segments.together([held.between(first, last), later])
            subjects += rebuild_between(connection, first, last, found)
        if progress:
            progress(min(last, ends.stop - 1), ends.stop - 1)
    return subjects


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
