"""Accounts: made, changed and disabled, with a row in the audit log for each change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import Engine

from waypost.access import accounts, audit, sessions
from waypost.access.errors import AccessError
from waypost.access.sessions import SessionPolicy

PASSWORD = "lantern harbour nine"
NOW = 1_790_000_000_000_000


def refused(code: str) -> pytest.RaisesExc[AccessError]:
    return pytest.RaisesExc(AccessError, check=lambda error: error.code == code)


def test_a_new_account_signs_in_with_its_password_only(engine: Engine) -> None:
    made = accounts.create(engine, " Li.Wei ", "operator", NOW, "admin", display="李伟", password=PASSWORD)
    assert (made.name, made.display, made.role) == ("li.wei", "李伟", "operator")
    assert accounts.authenticate(engine, "LI.WEI", PASSWORD) == made
    assert accounts.authenticate(engine, "li.wei", PASSWORD + "x") is None
    assert accounts.authenticate(engine, "wei", PASSWORD) is None
    assert accounts.authenticate(engine, "li\0wei", PASSWORD) is None


def test_an_account_without_password_cannot_sign_in(engine: Engine) -> None:
    accounts.create(engine, "mei", "viewer", NOW, "admin")
    assert accounts.authenticate(engine, "mei", "") is None


@pytest.mark.parametrize("name", ["", "a b", "-x", "李伟", "x" * 65, "a\nb", "../x"])
def test_names_that_could_mislead_are_refused(sqlite_engine: Engine, name: str) -> None:
    with refused("name_invalid"):
        accounts.create(sqlite_engine, name, "viewer", NOW, "admin")


def test_a_name_is_taken_once_even_by_two_at_the_same_moment(engine: Engine) -> None:
    def attempt(_: int) -> str:
        try:
            return accounts.create(engine, "mei", "viewer", NOW, "admin").name
        except AccessError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["mei", "name_taken", "name_taken", "name_taken"]


def test_a_disabled_account_is_out_until_it_is_enabled(engine: Engine) -> None:
    made = accounts.create(engine, "mei", "viewer", NOW, "admin", password=PASSWORD)
    token = sessions.create(engine, made.id, NOW, SessionPolicy())
    accounts.set_disabled(engine, "mei", True, NOW, "admin")
    assert accounts.authenticate(engine, "mei", PASSWORD) is None
    assert sessions.check(engine, sessions.token_hash(token), NOW) is None
    accounts.set_disabled(engine, "mei", False, NOW, "admin")
    assert accounts.authenticate(engine, "mei", PASSWORD) is not None
    assert sessions.check(engine, sessions.token_hash(token), NOW) is None


def test_a_new_password_ends_the_sessions_of_the_old_one(engine: Engine) -> None:
    made = accounts.create(engine, "mei", "viewer", NOW, "admin", password=PASSWORD)
    token = sessions.create(engine, made.id, NOW, SessionPolicy())
    accounts.set_password(engine, "mei", "another long password", NOW, "mei")
    assert accounts.authenticate(engine, "mei", PASSWORD) is None
    assert accounts.authenticate(engine, "mei", "another long password") is not None
    assert sessions.check(engine, sessions.token_hash(token), NOW) is None


def test_the_last_administrator_stays(engine: Engine) -> None:
    accounts.create(engine, "one", "administrator", NOW, "system", password=PASSWORD)
    accounts.create(engine, "invited", "administrator", NOW, "one")  # cannot sign in yet
    with refused("last_administrator"):
        accounts.set_role(engine, "one", "viewer", NOW, "one")
    with refused("last_administrator"):
        accounts.set_disabled(engine, "one", True, NOW, "one")
    accounts.create(engine, "two", "administrator", NOW, "one", password=PASSWORD)
    accounts.set_role(engine, "one", "viewer", NOW, "two")
    assert accounts.get(engine, "one").role == "viewer"


def test_every_change_is_in_the_audit_log_and_no_secret_is(engine: Engine) -> None:
    accounts.create(engine, "mei", "viewer", NOW, "admin", password=PASSWORD)
    accounts.set_role(engine, "mei", "operator", NOW + 1, "admin")
    accounts.set_lang(engine, "mei", "zh", NOW + 2, "mei")
    accounts.set_disabled(engine, "mei", True, NOW + 3, "admin")
    rows = audit.recent(engine)
    assert [(row.actor, row.action, row.object) for row in reversed(rows)] == [
        ("admin", "account.created", "account/mei"),
        ("admin", "account.role_set", "account/mei"),
        ("mei", "account.lang_set", "account/mei"),
        ("admin", "account.disabled", "account/mei"),
    ]
    assert rows[2].detail == {"from": "viewer", "to": "operator"}
    assert PASSWORD not in repr(rows)
    assert audit.verify(engine).ok


def test_a_refused_change_leaves_no_trace(engine: Engine) -> None:
    accounts.create(engine, "one", "administrator", NOW, "system", password=PASSWORD)
    before = audit.recent(engine)
    with refused("last_administrator"):
        accounts.set_role(engine, "one", "viewer", NOW, "one")
    with refused("name_unknown"):
        accounts.set_role(engine, "ghost", "viewer", NOW, "one")
    assert audit.recent(engine) == before
