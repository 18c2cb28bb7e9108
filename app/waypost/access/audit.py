"""The audit log: append-only, each row sealed with SHA-256 over itself and the row before it.

Whoever changes, removes or inserts a row afterwards breaks every seal from there on; rows cut
off the end no longer meet the head. `verify` names the first broken row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.store.bulk import insert_new
from waypost.store.schema_access import audit, audit_head

GENESIS = "0" * 64
_BATCH = 5_000


@dataclass(frozen=True)
class AuditEntry:
    """One row of the log; `at` in us, `detail` parsed."""

    id: int
    at: int
    actor: str
    action: str
    object: str
    detail: dict[str, Any]


class AuditQuery(NamedTuple):
    """Which rows of the log: parts of names, an action, a time [since, until) in us; None means any."""

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class AuditCheck:
    """What `verify` found: how many rows are sound, and the first that is not."""

    sound: int
    broken_id: int | None
    problem: str

    @property
    def ok(self) -> bool:
        """Whether the whole chain is sound."""
        return self.broken_id is None


def lock(connection: Connection) -> None:
    """Make this transaction the only one that changes access or the log, until it ends.

    Call it before reading what the change depends on (is the name free, is this the last
    administrator): the row lock then also covers those answers.
    """
    if _touch_head(connection) == 0:
        insert_new(connection, audit_head, ("id", "last_id", "last_hash"), [(1, 0, GENESIS)])
        _touch_head(connection)


def append(
    connection: Connection,
    now: int,
    actor: str,
    action: str,
    object_: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one row in the caller's transaction, so that change and record stand or fall together.

    `now` in us. Returns the row's id. Never put a secret into `detail`.
    """
    lock(connection)
    head = connection.execute(sa.select(audit_head.c.last_id, audit_head.c.last_hash)).one()
    row = {
        "id": head.last_id + 1,
        "at": now,
        "actor": actor[:120],
        "action": action[:64],
        "object": object_[:191],
        "detail": _canonical(dict(detail or {})),
        "prev_hash": head.last_hash,
    }
    seal = _seal(row)
    connection.execute(audit.insert().values(**row, hash=seal))
    connection.execute(audit_head.update().values(last_id=row["id"], last_hash=seal))
    return int(row["id"])


def recent(engine: Engine, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
    """The newest rows first; `before` an id continues a listing."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    with engine.connect() as connection:
        return [_entry(row) for row in connection.execute(query)]


def search(engine: Engine, wanted: AuditQuery, limit: int = 100, offset: int = 0) -> tuple[int, list[AuditEntry]]:
    """How many rows fit, and a page of them, newest first."""
    found = _where(sa.select(audit), wanted)
    with engine.connect() as connection:
        total = connection.execute(_where(sa.select(sa.func.count()).select_from(audit), wanted)).scalar_one()
        rows = connection.execute(found.order_by(audit.c.id.desc()).limit(limit).offset(offset))
        return int(total), [_entry(row) for row in rows]


def each(engine: Engine, wanted: AuditQuery) -> Iterator[AuditEntry]:
    """All rows that fit, newest first, read in steps."""
    before: int | None = None
    while True:
        query = _where(sa.select(audit), wanted).order_by(audit.c.id.desc()).limit(_BATCH)
        with engine.connect() as connection:
            rows = connection.execute(query if before is None else query.where(audit.c.id < before)).all()
        yield from map(_entry, rows)
        if len(rows) < _BATCH:
            return
        before = rows[-1].id


def actions(engine: Engine) -> list[str]:
    """The actions that occur, by name."""
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(audit.c.action).distinct().order_by(audit.c.action)))


def verify(engine: Engine, progress: Callable[[int, int], None] | None = None) -> AuditCheck:
    """Recompute the whole chain and name the first row that is missing, changed or cut off.

    `progress` is told how many rows are sound, of how many.
    """
    last_id, last_hash = 0, GENESIS
    with engine.connect() as connection:
        # The head first: rows appended meanwhile then only make the chain longer than it.
        head = connection.execute(sa.select(audit_head)).one_or_none()
        while rows := connection.execute(_after(last_id)).mappings().all():
            for row in rows:
                problem = _problem(dict(row), last_id, last_hash)
                if problem:
                    return AuditCheck(last_id, last_id + 1, problem)
                last_id, last_hash = row["id"], row["hash"]
                if head is not None and head.last_id == last_id and head.last_hash != last_hash:
                    return AuditCheck(last_id - 1, last_id, "The row is not the one that was written last.")
            if progress is not None:
                progress(last_id, max(last_id, head.last_id if head is not None else 0))
        head = head or connection.execute(sa.select(audit_head)).one_or_none()
    if head is None and last_id:
        return AuditCheck(last_id, last_id + 1, "The end of the chain is not recorded.")
    if head is not None and last_id < head.last_id:
        return AuditCheck(last_id, last_id + 1, "Rows are missing at the end.")
    return AuditCheck(last_id, None, "")


def _where(query: sa.Select[Any], wanted: AuditQuery) -> sa.Select[Any]:
    for column, part in ((audit.c.actor, wanted.actor), (audit.c.object, wanted.object)):
        if part:
            query = query.where(column.icontains(part, autoescape=True))
    if wanted.action:
        query = query.where(audit.c.action == wanted.action)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    return query if wanted.until is None else query.where(audit.c.at < wanted.until)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.actor, row.action, row.object, json.loads(row.detail))


def _touch_head(connection: Connection) -> int:
    return connection.execute(audit_head.update().values(last_id=audit_head.c.last_id)).rowcount


def _after(last_id: int) -> sa.Select[Any]:
    return sa.select(audit).where(audit.c.id > last_id).order_by(audit.c.id).limit(_BATCH)


def _problem(row: dict[str, Any], last_id: int, last_hash: str) -> str:
    if row["id"] != last_id + 1:
        return "The row is missing."
    if row["prev_hash"] != last_hash:
        return "The row does not follow the one before it."
    if row["hash"] != _seal(row):
        return "The row was changed after it was written."
    return ""


def _seal(row: Mapping[str, Any]) -> str:
    fields = ("id", "at", "actor", "action", "object", "detail", "prev_hash")
    return hashlib.sha256(_canonical({name: row[name] for name in fields}).encode()).hexdigest()


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
