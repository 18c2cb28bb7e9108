"""Drafts of boards: rows under a lock, with every revision that somebody may still start from.

What changes a draft reads it by `locked` first, in the same transaction: of two at once the second one waits and
sees what the first one wrote. Who also writes the audit log locks that before the draft, so nobody waits in a ring.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.errors import NotFound
from waypost.domain.instants import SECOND
from waypost.domain.text import storable
from waypost.store.bulk import upsert
from waypost.store.engine import writing
from waypost.store.schema_boards import draft, presence, remark, revision

OPEN = ("draft", "review", "approved")
REVISIONS = 200  # kept per draft
_TOUCH_US = 5 * SECOND
_ID = re.compile(r"[a-z0-9]{1,16}")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is read for another


class Row(NamedTuple):
    """One draft as it stands; instants in us, `version` None until it is published."""

    id: str
    board: str
    status: str
    rev: int
    body: dict[str, Any]
    base_version: int
    base_journey: int
    version: int | None
    approved_by: str | None
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str


class Revision(NamedTuple):
    """That a draft was changed; `how` is started, saved, merged, restored or caught_up; `at` in us."""

    rev: int
    how: str
    at: int
    by: str


class Remark(NamedTuple):
    """What somebody said about a draft, or did with it; `block` empty: about the whole; `at` in us."""

    id: int
    rev: int
    block: str
    kind: str
    body: str
    at: int
    by: str


class Present(NamedTuple):
    """Somebody who has a draft open; `seen_at` in us, `block` where on it."""

    who: str
    block: str
    seen_at: int


def add(
    connection: Connection, board: str, body: dict[str, Any], base: tuple[int, int], by: str, now: int, how: str
) -> Row:
    """A new draft at revision 1; `base` are the versions of board and journey that it starts from."""
    draft_id, text = "".join(secrets.choice(_LETTERS) for _ in range(8)), _text(body)
    row = {
        "id": draft_id,
        "board": board,
        "status": "draft",
        "rev": 1,
        "body": text,
        "base_version": base[0],
        "base_journey": base[1],
        "created_at": now,
        "created_by": by[:120],
        "updated_at": now,
        "updated_by": by[:120],
    }
    connection.execute(sa.insert(draft).values(row))
    _remember(connection, draft_id, 1, text, how, by, now)
    return _row(connection.execute(sa.select(draft).where(draft.c.id == draft_id)).one())


def one(engine: Engine, draft_id: str) -> Row:
    """A draft as it stands. Errors: NotFound."""
    with engine.connect() as connection:
        return _found(connection, sa.select(draft), draft_id)


def locked(connection: Connection, draft_id: str) -> Row:
    """A draft as it stands, and nobody else changes it until the transaction ends. Errors: NotFound."""
    return _found(connection, sa.select(draft).with_for_update(), draft_id)


def listing(engine: Engine, board: str | None = None, states: Sequence[str] = OPEN) -> list[Row]:
    """Drafts, the one changed last first; of one board or of all."""
    query = sa.select(draft).where(draft.c.status.in_(states))
    if board is not None:
        query = query.where(draft.c.board == storable(board))
    with engine.connect() as connection:
        return [_row(row) for row in connection.execute(query.order_by(draft.c.updated_at.desc(), draft.c.id))]


def counts(engine: Engine) -> dict[str, int]:
    """How many open drafts each board has."""
    query = sa.select(draft.c.board, sa.func.count()).where(draft.c.status.in_(OPEN)).group_by(draft.c.board)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def keys(connection: Connection) -> set[str]:
    """The boards that open drafts are of."""
    return set(connection.scalars(sa.select(draft.c.board).where(draft.c.status.in_(OPEN)).distinct()))


def change(connection: Connection, held: Row, body: dict[str, Any], by: str, now: int, how: str, **others: Any) -> Row:
    """Write a new revision of a draft that this transaction has locked; `others` are columns that change with it."""
    rev, text = held.rev + 1, _text(body)
    values = {"rev": rev, "body": text, "updated_at": now, "updated_by": by[:120], **others}
    connection.execute(sa.update(draft).where(draft.c.id == held.id).values(values))
    _remember(connection, held.id, rev, text, how, by, now)
    if rev > REVISIONS:  # exactly one row by its key: a range would also lock the gaps beside it
        old = sa.and_(revision.c.draft_id == held.id, revision.c.rev == rev - REVISIONS)
        connection.execute(sa.delete(revision).where(old))
    return held._replace(**{**values, "body": body})


def mark(connection: Connection, held: Row, status: str, **others: Any) -> Row:
    """Move a draft that this transaction has locked to another status; `others` are columns that change with it."""
    connection.execute(sa.update(draft).where(draft.c.id == held.id).values(status=status, **others))
    return held._replace(status=status, **others)


def body_at(connection: Connection, draft_id: str, rev: int) -> dict[str, Any] | None:
    """The body of a revision; None when it is not kept any more."""
    query = sa.select(revision.c.body).where(revision.c.draft_id == draft_id, revision.c.rev == rev)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else dict(json.loads(found))


def revisions(engine: Engine, draft_id: str) -> list[Revision]:
    """The revisions that are kept, newest first."""
    columns = (revision.c.rev, revision.c.how, revision.c.at, revision.c.by)
    query = sa.select(*columns).where(revision.c.draft_id == draft_id).order_by(revision.c.rev.desc())
    with engine.connect() as connection:
        return [Revision(*row) for row in connection.execute(query)]


def say(connection: Connection, held: Row, kind: str, body: str, by: str, now: int, block: str = "") -> Remark:
    """Keep what somebody said about a draft, or did with it."""
    row = {"rev": held.rev, "block": block, "kind": kind, "body": body, "at": now, "by": by[:120]}
    made = connection.execute(sa.insert(remark).values(draft_id=held.id, **row)).inserted_primary_key
    return Remark(int(made[0]) if made else 0, held.rev, block, kind, body, now, by[:120])


def remarks(engine: Engine, draft_id: str) -> list[Remark]:
    """What was said about a draft and done with it, oldest first."""
    columns = [remark.c[name] for name in Remark._fields]
    with engine.connect() as connection:
        found = connection.execute(sa.select(*columns).where(remark.c.draft_id == draft_id).order_by(remark.c.id))
        return [Remark(*row) for row in found]


def touch(engine: Engine, draft_id: str, who: str, block: str, now: int) -> None:
    """Note that somebody has a draft open; written at most every 5 s unless they went to another block."""
    mine = sa.and_(presence.c.draft_id == draft_id, presence.c.who == who[:120])
    with engine.connect() as connection:
        known = connection.execute(sa.select(presence.c.block, presence.c.seen_at).where(mine)).one_or_none()
    if known is not None and known.block == block and now - known.seen_at < _TOUCH_US:
        return
    with writing(engine) as connection:  # in one statement: an update of nothing would lock the gap for others
        columns = ("draft_id", "who", "block", "seen_at")
        upsert(connection, presence, columns, [(draft_id, who[:120], block, now)])


def present(engine: Engine, draft_id: str, since: int) -> list[Present]:
    """Who had a draft open at or after `since` (us), by name."""
    query = sa.select(presence.c.who, presence.c.block, presence.c.seen_at)
    query = query.where(presence.c.draft_id == draft_id, presence.c.seen_at >= since)
    with engine.connect() as connection:
        return [Present(*row) for row in connection.execute(query.order_by(presence.c.who))]


def _remember(connection: Connection, draft_id: str, rev: int, body: str, how: str, by: str, now: int) -> None:
    row = {"draft_id": draft_id, "rev": rev, "body": body, "how": how, "at": now, "by": by[:120]}
    connection.execute(sa.insert(revision).values(row))


def _found(connection: Connection, query: sa.Select[Any], draft_id: str) -> Row:
    # What is no id is not asked for: some engines refuse a NUL in a text.
    row = connection.execute(query.where(draft.c.id == draft_id)).one_or_none() if _ID.fullmatch(draft_id) else None
    if row is None:
        raise NotFound(f"There is no draft '{draft_id[:40]}'.")
    return _row(row)


def _row(row: Any) -> Row:
    return Row(**{**row._mapping, "body": json.loads(row.body)})


def _text(body: dict[str, Any]) -> str:
    return storable(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
