"""Who told of each order, put once into the states of a database that was written before states said so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.instants import now_us
from waypost.domain.state import CREATED, SOURCE, UNDATED, SubjectState, pack_attributes, unpack_attributes
from waypost.domain.statement import Classifier, Evidence
from waypost.store.bulk import driver_rows, upsert
from waypost.store.engine import lock_writer, writing
from waypost.store.refold import STATE_COLUMNS, refold_subjects
from waypost.store.schema import event, setting, source, state

DONE = "states.sources"
STEP = 20_000  # subjects per transaction; other writers get their turn between two
Progress = Callable[[int, int], None]
log = logging.getLogger("waypost.store")


def tell_sources(engine: Engine, progress: Progress | None = None) -> bool:
    """Complete the states unless that was done before; returns whether it was necessary.

    What was completed is found complete by whoever begins again, so it may be broken off at any time.
    """
    with engine.connect() as connection:
        if connection.scalar(sa.select(setting.c.value).where(setting.c.name == DONE)) is not None:
            return False
        last = connection.scalar(sa.select(sa.func.max(event.c.subject_id))) or 0
    if last:
        log.warning("States are completed once with the sources of their orders; this may take a minute.")
    for first in range(1, last + 1, STEP):
        with writing(engine) as connection:
            lock_writer(connection)
            _complete(connection, first, first + STEP - 1)
        if progress:
            progress(min(first + STEP - 1, last), last)
    with writing(engine) as connection:
        lock_writer(connection)
        if connection.scalar(sa.select(setting.c.value).where(setting.c.name == DONE)) is None:
            connection.execute(sa.insert(setting).values(name=DONE, value="1", changed_at=now_us()))
    return bool(last)


def _complete(connection: Connection, first: int, last: int) -> None:
    told: dict[int, SubjectState] = {}
    for key, name, at, stated in _creations(connection, first, last):
        told.setdefault(key, SubjectState()).merge(SubjectState(attributes={SOURCE: (stated or at or UNDATED, name)}))
    columns = [state.c[name] for name in STATE_COLUMNS]
    rows, redo = [], {}
    for row in driver_rows(connection.execute(sa.select(*columns).where(state.c.subject_id.between(first, last)))):
        key, cells, promises, attributes, refold, version = row
        held = unpack_attributes(attributes)
        if key not in told or SOURCE in held:
            continue
        if refold:  # something was taken back: only a fold of everything knows what stands
            redo[key] = version
            continue
        packed = pack_attributes({**held, **told[key].attributes})
        rows.append((key, cells, promises, packed, refold, version))
    upsert(connection, state, STATE_COLUMNS, rows)
    if redo:
        refold_subjects(connection, redo, {})


def _creations(connection: Connection, first: int, last: int) -> Iterator[tuple[int, str, int | None, int | None]]:
    query = sa.select(event.c.subject_id, source.c.name, event.c.at, event.c.stated_at)
    query = query.join_from(event, source, event.c.source_id == source.c.id)
    actual = (event.c.classifier == int(Classifier.ACTUAL)) & (event.c.evidence != int(Evidence.PREDICTED))
    query = query.where(event.c.subject_id.between(first, last), event.c.slot == CREATED, actual)
    yield from driver_rows(connection.execute(query))
