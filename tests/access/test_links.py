"""One-time login links: the first start, one use, thirty minutes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import accounts, audit, links, sessions
from waypost.access.errors import AccessError
from waypost.domain.instants import SECOND
from waypost.store.schema_access import login_link

PASSWORD = "lantern harbour nine"
NOW = 1_790_000_000_000_000
MINUTE = 60 * SECOND


def first(engine: Engine) -> str:
    token = links.first_start(engine, NOW)
    assert token is not None
    return token


def test_the_first_start_makes_one_administrator_and_a_link(engine: Engine) -> None:
    token = first(engine)
    found = links.peek(engine, token, NOW)
    assert found is not None
    assert (found.name, found.role, found.has_password) == ("admin", "administrator", False)
    with engine.connect() as connection:
        assert token not in repr(connection.execute(sa.select(login_link)).all())
    assert token not in repr(audit.recent(engine))


def test_until_it_is_used_each_start_gives_a_new_link_afterwards_none(engine: Engine) -> None:
    old, new = first(engine), first(engine)
    assert len(accounts.listing(engine)) == 1
    links.redeem(engine, new, PASSWORD, NOW)
    assert links.peek(engine, old, NOW) is None, "using one link ends the account's others"
    assert links.first_start(engine, NOW) is None


def test_looking_does_not_use_it_up_and_using_does(engine: Engine) -> None:
    token = first(engine)
    for _ in range(3):
        assert links.peek(engine, token, NOW) is not None
    assert links.redeem(engine, token, PASSWORD, NOW).name == "admin"
    assert accounts.authenticate(engine, "admin", PASSWORD) is not None
    assert links.peek(engine, token, NOW) is None
    with pytest.raises(AccessError) as caught:
        links.redeem(engine, token, "another long password", NOW)
    assert caught.value.code == "link_over"
    assert accounts.authenticate(engine, "admin", PASSWORD) is not None


def test_it_lives_thirty_minutes(engine: Engine) -> None:
    token = first(engine)
    assert links.peek(engine, token, NOW + 30 * MINUTE - 1) is not None
    assert links.peek(engine, token, NOW + 30 * MINUTE) is None
    with pytest.raises(AccessError):
        links.redeem(engine, token, PASSWORD, NOW + 30 * MINUTE)
    assert not accounts.has_administrator(engine)


def test_a_refused_password_leaves_the_link_good(sqlite_engine: Engine) -> None:
    token = first(sqlite_engine)
    with pytest.raises(AccessError) as caught:
        links.redeem(sqlite_engine, token, "short", NOW)
    assert caught.value.code == "password_short"
    assert links.redeem(sqlite_engine, token, PASSWORD, NOW).name == "admin"


def test_of_many_redemptions_at_once_one_wins(engine: Engine) -> None:
    token = first(engine)

    def attempt(n: int) -> int | None:
        try:
            links.redeem(engine, token, f"{PASSWORD} {n}", NOW)
        except AccessError:
            return None
        return n

    with ThreadPoolExecutor(4) as pool:
        winners = [n for n in pool.map(attempt, range(4)) if n is not None]
    assert len(winners) == 1
    assert accounts.authenticate(engine, "admin", f"{PASSWORD} {winners[0]}") is not None


def test_a_link_for_a_lost_password_ends_open_sessions(engine: Engine) -> None:
    made = accounts.create(engine, "mei", "viewer", NOW, "admin", password=PASSWORD)
    hashed = sessions.token_hash(sessions.create(engine, made.id, NOW, sessions.SessionPolicy()))
    links.redeem(engine, links.issue(engine, "mei", NOW, "admin"), "another long password", NOW)
    assert sessions.check(engine, hashed, NOW) is None
    assert audit.verify(engine).ok


def test_a_disabled_account_gets_in_by_no_link(engine: Engine) -> None:
    accounts.create(engine, "mei", "viewer", NOW, "admin", password=PASSWORD)
    token = links.issue(engine, "mei", NOW, "admin")
    accounts.set_disabled(engine, "mei", True, NOW, "admin")
    assert links.peek(engine, token, NOW) is None
    with pytest.raises(AccessError):
        links.redeem(engine, token, "another long password", NOW)
    with pytest.raises(AccessError):
        links.issue(engine, "mei", NOW, "admin")
