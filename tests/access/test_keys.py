"""API keys: scopes, revocation, rate, and what is kept of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import audit, keys
from waypost.access.errors import AccessError
from waypost.access.keys import KeyRing
from waypost.domain.instants import SECOND
from waypost.store.schema_access import api_key

NOW = 1_790_000_000_000_000


def at(seconds: float) -> int:
    return NOW + int(seconds * SECOND)


def test_the_text_is_shown_once_and_only_its_hash_is_kept(engine: Engine) -> None:
    raw, key = keys.create(engine, "Shop of Hangzhou", ["events:write"], NOW, "admin")
    assert raw.startswith(f"wp_{key.prefix}_")
    secret = raw.removeprefix(f"wp_{key.prefix}_")
    with engine.connect() as connection:
        assert secret not in repr(connection.execute(sa.select(api_key)).all())
    assert secret not in repr(audit.recent(engine))
    assert keys.listing(engine) == [key]


def test_a_key_grants_its_scopes_and_admin_grants_all(sqlite_engine: Engine) -> None:
    _, writer = keys.create(sqlite_engine, "shop", ["events:write", "data:read"], NOW, "admin")
    assert [scope for scope in keys.SCOPES if writer.grants(scope)] == ["events:write", "data:read"]
    _, admin = keys.create(sqlite_engine, "robot", ["admin"], NOW, "admin")
    assert all(admin.grants(scope) for scope in keys.SCOPES)


@pytest.mark.parametrize(
    ("name", "scopes", "rate", "field"),
    [
        ("", ["admin"], 1, "name"),
        ("x", [], 1, "scopes"),
        ("x", ["all"], 1, "scopes"),
        ("x", ["admin"], -1, "rate"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    sqlite_engine: Engine, name: str, scopes: list[str], rate: int, field: str
) -> None:
    with pytest.raises(AccessError) as caught:
        keys.create(sqlite_engine, name, scopes, NOW, "admin", rate)
    assert caught.value.field == field
    assert keys.listing(sqlite_engine) == []


def test_only_the_exact_text_opens(engine: Engine) -> None:
    raw, key = keys.create(engine, "shop", ["events:write"], NOW, "admin")
    ring = KeyRing(engine)
    assert ring.check(raw, NOW) == key
    wrong = raw[:-1] + ("A" if raw[-1] != "A" else "B")
    for other in (
        wrong,
        raw + "x",
        raw.upper(),
        f"wp_{key.prefix}_",
        key.prefix,
        "",
        "wp_aaaaaaaa_" + "a" * 43,
    ):
        assert ring.check(other, NOW) is None
        assert ring.peek(other, NOW) == (None,), "also from the kept answer"


def test_a_revoked_key_is_refused_within_two_seconds_everywhere(engine: Engine) -> None:
    raw, key = keys.create(engine, "shop", ["events:write"], NOW, "admin")
    ring = KeyRing(engine)
    assert ring.check(raw, NOW) == key
    keys.revoke(engine, key.prefix, NOW, "admin")  # by another process: nobody tells this ring
    assert ring.peek(raw, at(1)) == (key,), "answers are kept, else every request asks the database"
    assert ring.peek(raw, at(2)) is None
    assert ring.check(raw, at(2)) is None
    with pytest.raises(AccessError):
        keys.revoke(engine, key.prefix, NOW, "admin")


def test_the_rate_is_kept_per_key(sqlite_engine: Engine) -> None:
    _, slow = keys.create(sqlite_engine, "slow", ["events:write"], NOW, "admin", rate=5)
    _, free = keys.create(sqlite_engine, "free", ["events:write"], NOW, "admin", rate=0)
    ring = KeyRing(sqlite_engine)
    burst = [ring.within_rate(slow, NOW) for _ in range(12)]
    assert burst == [True] * 10 + [False] * 2
    assert [ring.within_rate(slow, at(1)) for _ in range(6)] == [True] * 5 + [False]
    assert all(ring.within_rate(free, NOW) for _ in range(5_000))


def test_last_used_is_written_at_most_once_a_minute(engine: Engine) -> None:
    _, key = keys.create(engine, "shop", ["events:write"], NOW, "admin")
    assert key.touch_due(NOW)
    for seconds, expected in ((0, 0), (59, 0), (61, 61)):
        keys.touch(engine, key.id, at(seconds))
        assert keys.listing(engine)[0].last_used == at(expected)
