"""The audit log: whoever tampers with it is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import audit
from waypost.store.engine import open_engine, writing
from waypost.store.schema_access import audit as log
from waypost.store.schema_access import audit_head

NOW = 1_790_000_000_000_000


def write(engine: Engine, n: int, actor: str = "mei") -> None:
    for i in range(n):
        with writing(engine) as connection:
            audit.append(connection, NOW + i, actor, "test.done", f"thing/{i}", {"n": i, "名": "值"})


def tamper(engine: Engine, statement: sa.UpdateBase) -> None:
    with writing(engine) as connection:
        connection.execute(statement)


def test_a_chain_that_nobody_touched_is_sound(engine: Engine) -> None:
    assert audit.verify(engine) == audit.AuditCheck(0, None, "")
    write(engine, 5)
    assert audit.verify(engine) == audit.AuditCheck(5, None, "")
    newest = audit.recent(engine, limit=2)
    assert [row.id for row in newest] == [5, 4]
    assert newest[0].detail == {"n": 4, "名": "值"}
    assert [row.id for row in audit.recent(engine, before=4)] == [3, 2, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW},
        {"actor": "somebody else"},
        {"action": "test.undone"},
        {"object": "thing/x"},
        {"detail": "{}"},
        {"prev_hash": audit.GENESIS},
        {"hash": audit.GENESIS},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_is_named(sqlite_engine: Engine, change: dict[str, Any]) -> None:
    write(sqlite_engine, 5)
    tamper(sqlite_engine, log.update().where(log.c.id == 3).values(**change))
    found = audit.verify(sqlite_engine)
    assert (found.ok, found.sound, found.broken_id) == (False, 2, 3)


@pytest.mark.parametrize("removed", [1, 3, 5])
def test_a_removed_row_is_named(sqlite_engine: Engine, removed: int) -> None:
    write(sqlite_engine, 5)
    tamper(sqlite_engine, log.delete().where(log.c.id == removed))
    found = audit.verify(sqlite_engine)
    assert (found.broken_id, found.sound) == (removed, removed - 1)


def test_all_rows_removed_is_found(sqlite_engine: Engine) -> None:
    write(sqlite_engine, 5)
    tamper(sqlite_engine, log.delete())
    assert audit.verify(sqlite_engine).broken_id == 1


def test_a_row_sealed_anew_by_a_forger_breaks_the_next_one(sqlite_engine: Engine) -> None:
    write(sqlite_engine, 5)
    reseal(sqlite_engine, 3)
    assert audit.verify(sqlite_engine).broken_id == 4


def test_a_last_row_sealed_anew_does_not_meet_the_head(sqlite_engine: Engine) -> None:
    write(sqlite_engine, 5)
    reseal(sqlite_engine, 5)
    assert audit.verify(sqlite_engine).broken_id == 5


def test_a_head_that_was_removed_is_found(sqlite_engine: Engine) -> None:
    write(sqlite_engine, 2)
    tamper(sqlite_engine, audit_head.delete())
    assert not audit.verify(sqlite_engine).ok


def reseal(engine: Engine, row_id: int) -> None:
    """Forge a row by writing it with the program's own code into a copy of the chain before it."""
    with engine.connect() as connection:
        before = connection.execute(sa.select(log).where(log.c.id == row_id - 1)).one()
        head = connection.execute(sa.select(audit_head)).one()
    tamper(engine, log.delete().where(log.c.id == row_id))
    tamper(engine, audit_head.update().values(last_id=before.id, last_hash=before.hash))
    with writing(engine) as connection:
        audit.append(connection, NOW, "forger", "test.done", "thing/forged")
    tamper(engine, audit_head.update().values(last_id=head.last_id, last_hash=head.last_hash))


def test_a_change_that_is_rolled_back_leaves_no_row_and_no_gap(engine: Engine) -> None:
    write(engine, 2)
    with suppress(RuntimeError), writing(engine) as connection:
        audit.append(connection, NOW, "mei", "test.failed", "thing/x")
        raise RuntimeError
    write(engine, 1)
    assert audit.verify(engine) == audit.AuditCheck(3, None, "")


def test_writers_at_the_same_time_make_one_chain(engine: Engine, store_url: str) -> None:
    # Two engines, as two processes have; none of the writers has seen the log before.
    other = open_engine(store_url)
    try:
        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(write, (engine, other)[n % 2], 20, f"writer {n}") for n in range(8)]
            for job in jobs:
                job.result()
    finally:
        other.dispose()
    assert audit.verify(engine) == audit.AuditCheck(160, None, "")
    entries = audit.recent(engine, limit=1_000)
    for n in range(8):
        own = [entry.detail["n"] for entry in reversed(entries) if entry.actor == f"writer {n}"]
        assert own == list(range(20))
