"""Server-side sessions: a random id in the browser's cookie, only its hash in the database.

A session ends when idle too long, when its absolute time is over, when it is revoked, or when
its account is disabled. Revoked and expired rows are deleted; the audit log remembers them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.access.cache import FreshCache
from waypost.access.roles import Role
from waypost.domain.instants import SECOND
from waypost.store.bulk import chunks
from waypost.store.engine import writing
from waypost.store.schema_access import account, session

TOUCH_US = 60 * SECOND  # last_seen is written at most this often
TOKEN_LENGTH = 43  # 32 random bytes in base64url


@dataclass(frozen=True)
class SessionPolicy:
    """How long a session lasts, in seconds: without use, and in all."""

    idle: int = 4 * 3600
    absolute: int = 12 * 3600


@dataclass(frozen=True)
class Identity:
    """Who a valid session belongs to; `session` is the token's hash, safe to hand on."""

    session: str
    account_id: int
    name: str
    display: str
    role: Role
    lang: str
    last_seen: int

    def touch_due(self, now: int) -> bool:
        """Whether its last use was noted more than a minute ago."""
        return now - self.last_seen > TOUCH_US


@dataclass(frozen=True)
class OpenSession:
    """One session that is valid; instants in us. `ip` is masked: enough to tell two places apart."""

    session: str
    name: str
    display: str
    role: Role
    created_at: int
    last_seen: int
    expires_at: int
    ip: str
    user_agent: str


def token_hash(token: str) -> str:
    """What is stored of a session id or link token (SHA-256, hexadecimal)."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def create(
    engine: Engine,
    account_id: int,
    now: int,
    policy: SessionPolicy,
    ip: str = "",
    user_agent: str = "",
    replaces: str | None = None,
) -> str:
    """Start a session for an account that proved who it is; returns the token for the cookie.

    `now` in us. `replaces`: the hash of the browser's former session, which ends. Expired rows
    of everybody are cleared on the way.
    """
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        audit.lock(connection)
        connection.execute(session.delete().where(_over(now)))
        if replaces is not None:
            connection.execute(session.delete().where(session.c.token_hash == replaces))
        connection.execute(
            session.insert().values(
                token_hash=token_hash(token),
                account_id=account_id,
                created_at=now,
                last_seen=now,
                idle_us=policy.idle * SECOND,
                expires_at=now + policy.absolute * SECOND,
                ip=ip[:45],
                user_agent=user_agent[:200].replace("\0", ""),  # PostgreSQL keeps no NUL
            )
        )
        connection.execute(account.update().where(account.c.id == account_id).values(last_login_at=now))
        name = connection.execute(sa.select(account.c.name).where(account.c.id == account_id)).scalar_one()
        audit.append(connection, now, name, "session.started", f"account/{name}", {"ip": ip[:45]})
    return token


def check(engine: Engine, hashed: str, now: int) -> Identity | None:
    """Who this session belongs to at `now` (us), or None if it is over, revoked or disabled."""
    return check_many(engine, [hashed], now).get(hashed)


def check_many(engine: Engine, hashes: Collection[str], now: int) -> dict[str, Identity]:
    """Check many sessions in one read; those that are over are missing from the answer."""
    found: dict[str, Identity] = {}
    with engine.connect() as connection:
        for part in chunks(list(hashes)):
            found.update((row.token_hash, _identity(row)) for row in connection.execute(_valid(part, now)))
    return found


def touch(engine: Engine, hashes: Collection[str], now: int) -> None:
    """Count sessions as in use at `now` (us); `last_seen` is written at most once a minute."""
    with writing(engine) as connection:
        for part in chunks(list(hashes)):
            due = sa.and_(session.c.token_hash.in_(part), session.c.last_seen < now - TOUCH_US)
            connection.execute(session.update().where(due).values(last_seen=now))


def listing(engine: Engine, now: int) -> list[OpenSession]:
    """The sessions that are valid at `now` (us), those seen last first."""
    query = (
        sa.select(session, account.c.name, account.c.display, account.c.role)
        .join(account, account.c.id == session.c.account_id)
        .where(~_over(now), account.c.disabled.is_(False))
        .order_by(session.c.last_seen.desc(), session.c.token_hash)
    )
    with engine.connect() as connection:
        return [_open(row) for row in connection.execute(query)]


def masked(ip: str) -> str:
    """An address with its end covered."""
    if ":" in ip:
        return ":".join([*ip.split(":")[:3], "•••"])
    head, dot, _ = ip.rpartition(".")
    return f"{head}.•••" if dot else ip and "•••"


def revoke(engine: Engine, hashed: str, now: int, actor: str) -> None:
    """End one session (log-out); one that is over already is no error."""
    with writing(engine) as connection:
        audit.lock(connection)
        name = _owner(connection, hashed)
        connection.execute(session.delete().where(session.c.token_hash == hashed))
        if name is not None:
            audit.append(connection, now, actor, "session.ended", f"account/{name}")


def revoke_all(engine: Engine, account_id: int, now: int, actor: str) -> int:
    """End every session of an account; returns how many there were."""
    with writing(engine) as connection:
        audit.lock(connection)
        name = connection.execute(sa.select(account.c.name).where(account.c.id == account_id)).scalar_one()
        ended = connection.execute(session.delete().where(session.c.account_id == account_id)).rowcount
        audit.append(connection, now, actor, "session.all_ended", f"account/{name}", {"sessions": ended})
    return int(ended)


class SessionCache:
    """Session checks for the request path, at most 1.5 s old; safe for threads."""

    def __init__(self, engine: Engine, size: int = 10_000) -> None:
        self._engine = engine
        self._cache: FreshCache[str, Identity | None] = FreshCache(1_500_000, size)

    def peek(self, hashed: str, now: int) -> tuple[Identity | None] | None:
        """The answer in a 1-tuple if it is fresh, else None; never asks the database."""
        return self._cache.peek(hashed, now)

    def check(self, hashed: str, now: int) -> Identity | None:
        """Like `check`, at most 1.5 s old. Blocks: call it in a thread."""
        return self._cache.load(hashed, now, lambda: check(self._engine, hashed, now))

    def drop(self, hashed: str) -> None:
        """Forget a session that was just revoked here."""
        self._cache.drop(hashed)


def _valid(hashes: Collection[str], now: int) -> sa.Select[Any]:
    return (
        sa.select(session, account.c.name, account.c.display, account.c.role, account.c.lang)
        .join(account, account.c.id == session.c.account_id)
        .where(session.c.token_hash.in_(hashes), ~_over(now), account.c.disabled.is_(False))
    )


def _over(now: int) -> sa.ColumnElement[bool]:
    return sa.or_(session.c.expires_at <= now, session.c.last_seen + session.c.idle_us <= now)


def _owner(connection: Connection, hashed: str) -> str | None:
    owned = session.c.account_id == account.c.id
    return connection.execute(
        sa.select(account.c.name).join(session, owned).where(session.c.token_hash == hashed)
    ).scalar_one_or_none()


def _open(row: Any) -> OpenSession:
    role, ip = Role(row.role), masked(row.ip)
    times = (row.created_at, row.last_seen, min(row.expires_at, row.last_seen + row.idle_us))
    return OpenSession(row.token_hash, row.name, row.display, role, *times, ip, row.user_agent)


def _identity(row: Any) -> Identity:
    role = Role(row.role)
    return Identity(row.token_hash, row.account_id, row.name, row.display, role, row.lang, row.last_seen)
