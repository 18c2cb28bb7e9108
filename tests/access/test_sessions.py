"""Server-side sessions: how they end, and what is kept of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import accounts, audit, sessions
from waypost.access.sessions import SessionCache, SessionPolicy, token_hash
from waypost.domain.instants import SECOND
from waypost.store.schema_access import session

NOW = 1_790_000_000_000_000
POLICY = SessionPolicy(idle=600, absolute=3_600)


@pytest.fixture
def mei(engine: Engine) -> accounts.Account:
    return accounts.create(engine, "mei", "operator", NOW, "admin", display="梅")


@pytest.fixture
def wei(sqlite_engine: Engine) -> accounts.Account:
    return accounts.create(sqlite_engine, "wei", "operator", NOW, "admin")


def at(seconds: float) -> int:
    return NOW + int(seconds * SECOND)


def test_only_the_hash_of_the_token_is_stored(engine: Engine, mei: accounts.Account) -> None:
    token = sessions.create(engine, mei.id, NOW, POLICY, ip="10.0.0.7", user_agent="Browser\0" + "x" * 300)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(session)).all()
    assert token not in repr(rows)
    assert rows[0].token_hash == token_hash(token)
    assert (rows[0].ip, len(rows[0].user_agent)) == ("10.0.0.7", 199)
    found = sessions.check(engine, token_hash(token), NOW)
    assert found is not None
    assert (found.name, found.role, found.account_id) == ("mei", "operator", mei.id)
    assert sessions.check(engine, token_hash(token + "x"), NOW) is None


def test_it_ends_when_idle(engine: Engine, mei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(engine, mei.id, NOW, POLICY))
    assert sessions.check(engine, hashed, at(599)) is not None
    assert sessions.check(engine, hashed, at(600)) is None


def test_use_keeps_it_alive_up_to_its_absolute_end(engine: Engine, mei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(engine, mei.id, NOW, POLICY))
    for minute in range(5, 60, 5):
        assert sessions.check(engine, hashed, at(minute * 60)) is not None
        sessions.touch(engine, [hashed], at(minute * 60))
    assert sessions.check(engine, hashed, at(3_599)) is not None
    assert sessions.check(engine, hashed, at(3_600)) is None


def test_last_seen_is_written_at_most_once_a_minute(engine: Engine, mei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(engine, mei.id, NOW, POLICY))

    def seen() -> int:
        found = sessions.check(engine, hashed, at(61))
        assert found is not None
        return found.last_seen

    sessions.touch(engine, [hashed], at(59))
    assert seen() == NOW
    sessions.touch(engine, [hashed], at(61))
    assert seen() == at(61)


def test_a_revoked_session_is_over_at_once_and_the_others_live_on(engine: Engine, mei: accounts.Account) -> None:
    phone, desk = (token_hash(sessions.create(engine, mei.id, NOW, POLICY)) for _ in range(2))
    sessions.revoke(engine, phone, NOW, "mei")
    assert sessions.check(engine, phone, NOW) is None
    assert sessions.check(engine, desk, NOW) is not None
    assert sessions.revoke_all(engine, mei.id, NOW, "admin") == 1
    assert sessions.check(engine, desk, NOW) is None
    assert [row.action for row in audit.recent(engine)][:2] == ["session.all_ended", "session.ended"]


def test_a_login_replaces_the_browsers_former_session_and_clears_expired_ones(
    engine: Engine, mei: accounts.Account
) -> None:
    former = token_hash(sessions.create(engine, mei.id, NOW, POLICY))
    sessions.create(engine, mei.id, NOW, SessionPolicy(idle=1, absolute=1))
    sessions.create(engine, mei.id, at(5), POLICY, replaces=former)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(session)).scalar_one() == 1


def test_the_role_is_the_accounts_role_of_now(engine: Engine, mei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(engine, mei.id, NOW, POLICY))
    accounts.set_role(engine, "mei", "viewer", NOW, "admin")
    found = sessions.check(engine, hashed, NOW)
    assert found is not None
    assert found.role == "viewer"


def test_many_are_checked_in_one_call(engine: Engine, mei: accounts.Account) -> None:
    live = {token_hash(sessions.create(engine, mei.id, NOW, POLICY)) for _ in range(3)}
    unknown = {token_hash(str(n)) for n in range(1_200)}
    assert set(sessions.check_many(engine, live | unknown, NOW)) == live


def test_kept_answers_are_never_older_than_two_seconds(sqlite_engine: Engine, wei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(sqlite_engine, wei.id, NOW, POLICY))
    cache = SessionCache(sqlite_engine)
    assert cache.peek(hashed, NOW) is None
    assert cache.check(hashed, NOW) is not None
    sessions.revoke(sqlite_engine, hashed, NOW, "mei")
    assert cache.peek(hashed, at(1)) is not None, "answers are kept, else every request asks the database"
    assert cache.peek(hashed, at(2)) is None
    assert cache.check(hashed, at(2)) is None
    assert cache.peek(hashed, NOW) is None, "a clock set back must not bring the old answer back"


def test_a_session_ended_here_is_forgotten_here_at_once(sqlite_engine: Engine, wei: accounts.Account) -> None:
    hashed = token_hash(sessions.create(sqlite_engine, wei.id, NOW, POLICY))
    cache = SessionCache(sqlite_engine)
    cache.check(hashed, NOW)
    sessions.revoke(sqlite_engine, hashed, NOW, "mei")
    cache.drop(hashed)
    assert cache.check(hashed, NOW) is None
