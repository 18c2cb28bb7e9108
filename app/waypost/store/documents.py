"""Versioned configuration documents (journeys, mappings, boards): published versions never change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.errors import NotFound, WaypostError
from waypost.domain.text import storable
from waypost.store.bulk import one_row
from waypost.store.engine import writing
from waypost.store.schema import document


class Version(NamedTuple):
    """One version of a document; instants in us, `retired_at` None while it is in force."""

    id: int
    key: str
    version: int
    status: str
    body: dict[str, Any]
    comment: str | None
    created_by: str
    published_at: int | None
    retired_at: int | None


class StaleVersion(WaypostError):
    """Somebody else published in between; nothing was changed."""


def stamp(engine: Engine, kind: str) -> tuple[int, int]:
    """A value that changes whenever a document of this kind is published or retired."""
    with engine.connect() as connection:
        return stamp_in(connection, kind)


def stamp_in(connection: Connection, kind: str) -> tuple[int, int]:
    """As `stamp`, in a connection that is open."""
    highest, retired = one_row(connection, _stamp(kind))
    return highest or 0, retired


@cache
def _stamp(kind: str) -> sa.Select[Any, Any]:
    return sa.select(sa.func.max(document.c.id), sa.func.count(document.c.retired_at)).where(document.c.kind == kind)


def versions(engine: Engine, kind: str, key: str | None = None) -> list[Version]:
    """Published and retired versions, oldest first; of all documents or of one."""
    with engine.connect() as connection:
        return _versions(connection, kind, key)


def publish(
    engine: Engine,
    kind: str,
    key: str,
    body: dict[str, Any],
    *,
    by: str,
    now: int,
    base: int | None = None,
    comment: str = "",
) -> Version:
    """Publish a new version and retire the one in force, in one transaction.

    `base` is the version the author started from; when another one is in force, StaleVersion is
    raised and nothing changes.
    """
    with writing(engine) as connection:
        return publish_in(connection, kind, key, body, by=by, now=now, base=base, comment=comment)


def publish_in(
    connection: Connection,
    kind: str,
    key: str,
    body: dict[str, Any],
    *,
    by: str,
    now: int,
    base: int | None = None,
    comment: str = "",
) -> Version:
    """As `publish`, inside a transaction of the caller, so that what follows from it stands or falls with it."""
    held = _versions(connection, kind, key)
    current = held[-1].version if held else 0
    if base is not None and base != current:
        raise StaleVersion(
            f"Version {current} of '{key}' was published meanwhile. Reload it and apply your change again."
        )
    connection.execute(
        sa.update(document)
        .where(document.c.kind == kind, document.c.key == key, document.c.status == "published")
        .values(status="retired", retired_at=now)
    )
    row = {
        "kind": kind,
        "key": key,
        "version": current + 1,
        "status": "published",
        "body": storable(json.dumps(body, ensure_ascii=False)),
        "comment": comment,
        "created_at": now,
        "created_by": by,
        "published_at": now,
    }
    try:
        connection.execute(sa.insert(document).values(row))
    except sa.exc.IntegrityError:  # of two at the same instant one is first
        raise StaleVersion(f"Another version of '{key}' was published meanwhile. Reload it.") from None
    return _versions(connection, kind, key)[-1]


def retire_in(connection: Connection, kind: str, key: str, now: int) -> Version | None:
    """Take the version in force out of force, in the caller's transaction; None when there is none."""
    held = newest(connection, kind, key)
    if held is None or held.status != "published":
        return None
    connection.execute(sa.update(document).where(document.c.id == held.id).values(status="retired", retired_at=now))
    return held._replace(status="retired", retired_at=now)


def newest(connection: Connection, kind: str, key: str) -> Version | None:
    """The last version of a document, in force or retired; None when it never had one."""
    found = _versions(connection, kind, key)
    return found[-1] if found else None


def one_in(connection: Connection, kind: str, key: str, version: int) -> Version | None:
    """A version by its number, in the caller's transaction; None when there is none."""
    return next((held for held in _versions(connection, kind, key) if held.version == version), None)


def keys_in(connection: Connection, kinds: Sequence[str]) -> set[str]:
    """The keys of all documents of these kinds, in the caller's transaction."""
    return set(connection.scalars(sa.select(document.c.key).where(document.c.kind.in_(kinds)).distinct()))


def in_force(engine: Engine, kind: str, key: str) -> Version:
    """The published version. Errors: NotFound."""
    found = [v for v in versions(engine, kind, key) if v.status == "published"]
    if not found:
        raise NotFound(f"There is no published {kind} '{key}'.")
    return found[-1]


def _versions(connection: Connection, kind: str, key: str | None) -> list[Version]:
    query = sa.select(document).where(document.c.kind == kind, document.c.status.in_(("published", "retired")))
    if key is not None:
        query = query.where(document.c.key == storable(key))
    rows = connection.execute(query.order_by(document.c.key, document.c.version))
    return [
        Version(
            r.id, r.key, r.version, r.status, json.loads(r.body), r.comment, r.created_by, r.published_at, r.retired_at
        )
        for r in rows
    ]
