"""API keys for programs: `wp_<prefix>_<secret>`, shown once, stored as SHA-256.

A random secret of 256 bits needs no slow hash; that is for what people make up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import audit
from waypost.access.cache import FreshCache
from waypost.access.errors import AccessError
from waypost.access.limiter import RateLimiter
from waypost.domain.instants import SECOND
from waypost.store.engine import writing
from waypost.store.schema_access import api_key

SCOPES = ("events:write", "data:read", "metrics:read", "journeys:write", "tracking:write", "admin")
DEFAULT_RATE = 1_000  # requests per second
_FORM = re.compile(r"wp_([a-z2-7]{8})_([A-Za-z0-9_-]{43})")
_TOUCH_US = 60 * SECOND


@dataclass(frozen=True)
class ApiKey:
    """One key without its secret; instants in us, `rate` in requests per second (0 = no limit)."""

    id: int
    prefix: str
    name: str
    scopes: frozenset[str]
    rate: int
    created_by: str
    created_at: int
    last_used: int | None
    revoked_at: int | None

    def grants(self, scope: str) -> bool:
        """Whether the key may do what needs `scope`; `admin` includes every scope."""
        return scope in self.scopes or "admin" in self.scopes

    def touch_due(self, now: int) -> bool:
        """Whether its last use was noted more than a minute ago."""
        return self.last_used is None or now - self.last_used > _TOUCH_US


def create(
    engine: Engine, name: str, scopes: Iterable[str], now: int, actor: str, rate: int = DEFAULT_RATE
) -> tuple[str, ApiKey]:
    """Make a key; returns its text, which cannot be shown again, and its row.

    Errors: AccessError naming name, scopes or rate.
    """
    wanted = _check(name, scopes, rate)
    prefix = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(8))
    raw = f"wp_{prefix}_{secrets.token_urlsafe(32)}"
    with writing(engine) as connection:
        audit.lock(connection)
        connection.execute(
            api_key.insert().values(
                prefix=prefix,
                hash=_digest(raw),
                name=name.strip()[:120],
                scopes=" ".join(wanted),
                rate=rate,
                created_by=actor[:64],
                created_at=now,
            )
        )
        detail = {"name": name.strip()[:120], "scopes": wanted}
        audit.append(connection, now, actor, "key.created", f"key/{prefix}", detail)
        row = connection.execute(sa.select(api_key).where(api_key.c.prefix == prefix)).one()
    return raw, _key(row)


def revoke(engine: Engine, prefix: str, now: int, actor: str) -> None:
    """Revoke a key by its prefix; every process refuses it within 2 s.

    Errors: AccessError if no such key is in force.
    """
    with writing(engine) as connection:
        audit.lock(connection)
        live = sa.and_(api_key.c.prefix == prefix, api_key.c.revoked_at.is_(None))
        if connection.execute(api_key.update().where(live).values(revoked_at=now)).rowcount != 1:
            raise AccessError("key_unknown", "prefix", "No such key is in force.", "List them: waypost keys.")
        audit.append(connection, now, actor, "key.revoked", f"key/{prefix}")


def touch(engine: Engine, key_id: int, now: int) -> None:
    """Note that a key was used at `now` (us), at most once a minute."""
    due = sa.or_(api_key.c.last_used.is_(None), api_key.c.last_used < now - _TOUCH_US)
    with writing(engine) as connection:
        connection.execute(api_key.update().where(api_key.c.id == key_id, due).values(last_used=now))


def listing(engine: Engine) -> list[ApiKey]:
    """All keys, the newest first, revoked ones too."""
    with engine.connect() as connection:
        return [_key(row) for row in connection.execute(sa.select(api_key).order_by(api_key.c.id.desc()))]


class KeyRing:
    """Checks keys for the request path: answers at most 1.5 s old, rate limit in memory."""

    def __init__(self, engine: Engine, size: int = 10_000) -> None:
        self._engine = engine
        self._cache: FreshCache[str, tuple[str, ApiKey] | None] = FreshCache(1_500_000, size)
        self._rates = RateLimiter()

    def peek(self, raw: str, now: int) -> tuple[ApiKey | None] | None:
        """The key in a 1-tuple if it is known freshly enough, else None; never asks the database."""
        prefix = _prefix(raw)
        if prefix is None:
            return (None,)
        held = self._cache.peek(prefix, now)
        return None if held is None else (_match(held[0], raw),)

    def check(self, raw: str, now: int) -> ApiKey | None:
        """The key in force with this text, or None. Blocks: call it in a thread."""
        prefix = _prefix(raw)
        if prefix is None:
            return None
        return _match(self._cache.load(prefix, now, lambda: self._read(prefix, now)), raw)

    def drop(self, key: ApiKey) -> None:
        """Forget a key whose row was just changed here."""
        self._cache.drop(key.prefix)

    def within_rate(self, key: ApiKey, now: int) -> bool:
        """Count one request against the key's rate."""
        return self._rates.take(key.id, key.rate, now)

    def _read(self, prefix: str, now: int) -> tuple[str, ApiKey] | None:
        query = sa.select(api_key).where(api_key.c.prefix == prefix, api_key.c.revoked_at.is_(None))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.hash, _key(row))


def _check(name: str, scopes: Iterable[str], rate: int) -> list[str]:
    if not name.strip():
        raise AccessError("key_name", "name", "The key has no name.", "Say which system will use it.")
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        problem = f"'{unknown[0][:40]}' is no scope." if unknown else "The key has no scope."
        raise AccessError("key_scopes", "scopes", problem, f"Choose among: {', '.join(SCOPES)}.")
    if not 0 <= rate <= 1_000_000:
        raise AccessError(
            "key_rate", "rate", f"{rate} requests per second cannot be.", "0 for no limit, or up to 1000000."
        )
    return wanted


def _prefix(raw: str) -> str | None:
    form = _FORM.fullmatch(raw)
    return form.group(1) if form else None


def _match(held: tuple[str, ApiKey] | None, raw: str) -> ApiKey | None:
    if held is None or not hmac.compare_digest(held[0], _digest(raw)):
        return None
    return held[1]


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def _key(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        prefix=row.prefix,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        rate=row.rate,
        created_by=row.created_by,
        created_at=row.created_at,
        last_used=row.last_used,
        revoked_at=row.revoked_at,
    )
