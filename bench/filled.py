"""A store with the states of many orders, written straight: for what reads states, and needs no events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bench.data import END, FIRST_OF_PARCEL, PROMISE, SHOP, Arrivals, attributes
from waypost.domain.instants import DAY
from waypost.domain.state import Promise, pack_attributes, pack_promises, promise_key
from waypost.domain.statement import Classifier
from waypost.domain.subject import LinkRel, SubjectKind
from waypost.store.bulk import insert_new
from waypost.store.columns import earliest, pack_rows
from waypost.store.engine import writing
from waypost.store.refold import STATE_COLUMNS
from waypost.store.rows import EVENT_COLUMNS, LINK_COLUMNS
from waypost.store.schema import event, link, source, state, subject

STEP = 50_000


def fill(engine: Engine, found: Arrivals, *, parcels: bool = False) -> int:
    """Write the states that these statements lead to; returns how many subjects.

    With `parcels` the carrier's scans belong to a waybill per order. One event stands for all,
    so that the ids of later ones follow on.
    """
    n = found.orders
    with writing(engine) as connection:
        insert_new(connection, source, ("id", "name", "created_at"), [(1, SHOP, END)])
        _write(connection, subject, ("id", "kind", "scope", "ref"), _subjects(n, parcels))
        _write(connection, state, STATE_COLUMNS, _states(found, parcels))
        if parcels:
            rows = ((1, int(LinkRel.CARRIES), n + key, key, 1.0, None, None, END) for key in range(1, n + 1))
            _write(connection, link, LINK_COLUMNS, rows)
        given = {"id": 1, "source_id": 1, "event_id": "filled", "subject_id": 1, "code": "order.note_added"}
        given |= {"raw_time": "", "tz_source": 0, "recorded_at": END, "evidence": 2, "classifier": 0, "kind": 0}
        row = tuple(given.get(name) for name in EVENT_COLUMNS if name != "simulated")
        insert_new(connection, event, EVENT_COLUMNS, [(*row[:-1], False, row[-1])])
        _follow_on(connection)
    return n * (2 if parcels else 1)


def _follow_on(connection: Connection) -> None:
    """What PostgreSQL needs after that much by hand: where ids go on, and how large its tables are by now."""
    if connection.dialect.name == "postgresql":
        for table in (source, subject, event):
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(
                sa.select(sa.func.setval(sequence, sa.select(sa.func.max(table.c.id)).scalar_subquery()))
            )
        connection.exec_driver_sql("ANALYZE")


def _subjects(n: int, parcels: bool) -> Iterator[tuple[Any, ...]]:
    yield from ((place + 1, int(SubjectKind.ORDER), "", f"B{place:08d}") for place in range(n))
    if parcels:
        yield from ((n + place + 1, int(SubjectKind.PARCEL), "", f"W{place:08d}") for place in range(n))


def _states(found: Arrivals, parcels: bool) -> Iterator[tuple[Any, ...]]:
    n = found.orders
    facts = found.facts
    row = np.where(parcels & (facts.step >= FIRST_OF_PARCEL), facts.order + n, facts.order)
    cell = facts.slot.astype(np.int64) * 4 + facts.evidence
    cells = pack_rows(*earliest(row.astype(np.intp), cell, facts.at, n * (2 if parcels else 1)))
    promised = np.full(n, END)
    placed = np.full(n, END)
    promised[found.order[found.step == PROMISE]] = found.at[found.step == PROMISE]
    placed[found.order[found.step == 0]] = found.at[found.step == 0]
    for place, (day, at) in enumerate(zip(promised.tolist(), placed.tolist(), strict=True)):
        said = {name: (at, value) for name, value in attributes(place).items()}
        yield (place + 1, cells[place], _promises(day), pack_attributes(said), False, 1)
    for place in range(n, len(cells)):
        yield (place + 1, cells[place], None, None, False, 1)


def _promises(day: int) -> bytes | None:
    slot, promise = 33, Promise(day - 6 * DAY, day, day + DAY)
    keys = (promise_key(slot, Classifier.PLANNED, latest=latest) for latest in (False, True))
    return pack_promises(dict.fromkeys(keys, promise))


def _write(connection: Any, table: Any, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    while part := list(islice(rows, STEP)):
        insert_new(connection, table, columns, part)
