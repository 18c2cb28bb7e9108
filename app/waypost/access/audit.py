"""The audit log: append-only, each row sealed with SHA-256 over itself and the row before it.

Whoever changes, removes or inserts a row afterwards breaks every seal from there on; rows cut
off the end no longer meet the head. `verify` names the first broken row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
        rows = connection.execute(query).all()
    return [AuditEntry(r.id, r.at, r.actor, r.action, r.object, json.loads(r.detail)) for r in rows]


def verify(engine: Engine) -> AuditCheck:
    """Recompute the whole chain and name the first row that is missing, changed or cut off."""
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
        head = head or connection.execute(sa.select(audit_head)).one_or_none()
    if head is None and last_id:
        return AuditCheck(last_id, last_id + 1, "The end of the chain is not recorded.")
    if head is not None and last_id < head.last_id:
        return AuditCheck(last_id, last_id + 1, "Rows are missing at the end.")
    return AuditCheck(last_id, None, "")


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
