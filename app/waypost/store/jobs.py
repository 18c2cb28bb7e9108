"""Background jobs of several processes over one database: a lease lets one of them work, a note says what it found."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.instants import SECOND
from waypost.store.bulk import insert_new, upsert
from waypost.store.engine import writing
from waypost.store.schema_jobs import job

LEASE_S: Final = 120  # a process that dies keeps others waiting so long


class Note(NamedTuple):
    """What a job last found; `at` in us, `told` None where it has found nothing yet."""

    at: int
    told: dict[str, Any] | None


def take(engine: Engine, name: str, owner: str, now: int) -> bool:
    """Take a job, or keep it for longer; whether it is the owner's now."""
    free = sa.or_(job.c.lease_until.is_(None), job.c.lease_until <= now, job.c.lease_owner == owner)
    values = {"lease_owner": owner, "lease_until": now + LEASE_S * SECOND}
    with writing(engine) as connection:
        insert_new(connection, job, ("name",), [(name,)])
        return connection.execute(sa.update(job).where(job.c.name == name, free).values(**values)).rowcount > 0


def release(engine: Engine, name: str, owner: str) -> None:
    """Let another process take the job at once."""
    mine = (job.c.name == name, job.c.lease_owner == owner)
    with writing(engine) as connection:
        connection.execute(sa.update(job).where(*mine).values(lease_owner=None, lease_until=None))


def note(engine: Engine, name: str, told: dict[str, Any] | None, now: int) -> None:
    """Write down what a job found, in place of what it found before."""
    text = None if told is None else json.dumps(told, ensure_ascii=False)
    with writing(engine) as connection:
        upsert(connection, job, ("name", "done_at", "told"), [(name, now, text)])


def noted(connection: Connection, name: str) -> Note | None:
    """What a job last found; None when it was never begun."""
    row = connection.execute(sa.select(job.c.done_at, job.c.told).where(job.c.name == name)).one_or_none()
    if row is None or row.done_at is None:
        return None
    return Note(row.done_at, None if row.told is None else json.loads(row.told))


def noted_under(connection: Connection, prefix: str, since: int) -> dict[str, Note]:
    """What jobs of a common beginning found since an instant (us), by name."""
    mine = job.c.name.startswith(prefix, autoescape=True), job.c.done_at >= since
    rows = connection.execute(sa.select(job.c.name, job.c.done_at, job.c.told).where(*mine).order_by(job.c.name))
    return {row.name: Note(row.done_at, None if row.told is None else json.loads(row.told)) for row in rows}


def forget(engine: Engine, prefix: str, before: int) -> None:
    """Strike out what jobs of a common beginning found before an instant (us)."""
    with writing(engine) as connection:
        old = job.c.name.startswith(prefix, autoescape=True), job.c.done_at < before
        connection.execute(sa.delete(job).where(*old))
