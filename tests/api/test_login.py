"""Signing in and out on a real server, by password and by one-time link."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher

from tests.api.doorway import PASSWORD, Doorway, opened_doorway
from waypost.access import accounts, audit, links, sessions
from waypost.api.login_texts import TEXTS

EN, ZH = TEXTS["en"], TEXTS["zh"]


def sign_in(door: Doorway, name: str, password: str = PASSWORD, **extra: str):
    return door.post_form("/login", {"name": name, "password": password, **extra})


def first_link(door: Doorway) -> str:
    token = links.first_start(door.engine, door.clock())
    assert token is not None
    return f"/login/link/{token}"


def test_the_right_password_opens_the_page_asked_for(door: Doorway) -> None:
    door.account("mei")
    answer = sign_in(door, "Mei ", next="/orders?q=1001")
    assert (answer.status, answer.header("location")) == (303, "/orders?q=1001")
    flags = answer.header("set-cookie").lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "secure" not in flags, "plain http: browsers would not send it back"
    assert door.ask("GET", "/orders", {"Cookie": answer.cookie}).json["actor"] == "mei"
    assert door.ask("GET", "/login?next=/kpi", {"Cookie": answer.cookie}).header("location") == "/kpi"


def test_each_login_gets_a_session_of_its_own_and_ends_the_browsers_former_one(door: Doorway) -> None:
    door.account("mei")
    planted = "waypost_session=" + "A" * 43
    former = door.post_form("/login", {"name": "mei", "password": PASSWORD}, Cookie=planted)
    assert former.cookie != planted
    again = door.post_form("/login", {"name": "mei", "password": PASSWORD}, Cookie=former.cookie)
    assert door.ask("GET", "/orders", {"Cookie": former.cookie}).status == 303
    assert door.ask("GET", "/orders", {"Cookie": again.cookie}).status == 200


def test_every_wrong_try_looks_the_same(door: Doorway) -> None:
    door.account("mei")
    door.account("gone")
    accounts.set_disabled(door.engine, "gone", True, door.clock(), "admin")
    answers = {
        name: sign_in(door, name, password)
        for name, password in [("mei", "not her password"), ("nobody", PASSWORD), ("gone", PASSWORD)]
    }
    texts = {answer.text.replace(name, "NAME") for name, answer in answers.items()}
    assert len(texts) == 1
    assert EN["wrong"] in texts.pop()
    assert {answer.status for answer in answers.values()} == {401}
    assert all(answer.header("set-cookie") == "" for answer in answers.values())


def test_an_unknown_name_costs_the_same_hashing_as_a_wrong_password(
    door: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.account("mei")
    hashed: list[str] = []
    real = PasswordHasher.verify

    def counted(hasher: PasswordHasher, stored: str, password: str) -> bool:
        hashed.append(stored.rsplit("$", 2)[0])  # the parameters, which decide how much work it is
        return bool(real(hasher, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("mei", "nobody", "no\0body"):
        accounts.authenticate(door.engine, name, "not the password")
    assert len(hashed) == 3
    assert len(set(hashed)) == 1


def test_too_many_tries_must_wait_and_are_told_so(door: Doorway) -> None:
    door.account("mei")
    for _ in range(5):
        assert sign_in(door, "mei", "not her password").status == 401
    answer = sign_in(door, "mei")
    assert answer.status == 429, "not even the right password opens now"
    assert EN["limited"].format(minutes=5) in answer.text
    assert 0 < int(answer.header("retry-after")) <= 300
    door.account("wei")
    assert sign_in(door, "wei").status == 303
    door.clock.advance(301)
    assert sign_in(door, "mei").status == 303


def test_failures_are_in_the_audit_log_without_what_was_typed(door: Doorway) -> None:
    door.account("mei")
    sign_in(door, "mei", "not her password")
    sign_in(door, "my-secret-typed-too-early", "x")
    rows = audit.recent(door.engine)[:2]
    assert [(row.action, row.object) for row in rows] == [
        ("login.failed", "account/?"),
        ("login.failed", "account/mei"),
    ]
    assert rows[0].detail == {"ip": "127.0.0.1"}
    assert "not her password" not in repr(rows)
    assert "my-secret" not in repr(rows)
    sign_in(door, "mei")
    assert audit.recent(door.engine)[0].action == "session.started"
    assert audit.verify(door.engine).ok


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:1", ""])
def test_a_form_of_another_site_is_refused(door: Doorway, origin: str) -> None:
    door.account("mei")
    answer = door.post_form("/login", {"name": "mei", "password": PASSWORD}, Origin=origin)
    assert answer.status == 403
    assert answer.header("set-cookie") == ""
    assert EN["foreign_origin"] in answer.text
    link = first_link(door)
    form = {"password": PASSWORD, "repeat": PASSWORD}
    assert door.post_form(link, form, Origin=origin).status == 403
    assert door.ask("GET", link).status == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "http://evil.example", "https:evil.example", "/%09/evil", "/login"]
)
def test_login_redirects_nowhere_else(shared_door: Doorway, target: str) -> None:
    name = f"mei-{uuid.uuid4().hex}"
    shared_door.account(name)
    assert sign_in(shared_door, name, next=target).header("location") == "/"
    shown = shared_door.ask("GET", "/login?" + urlencode({"next": target})).text
    assert 'name="next" value="/"' in shown


def test_what_is_typed_cannot_become_part_of_the_page(shared_door: Doorway) -> None:
    script = '"><script>alert(1)</script>'
    for answer in (
        sign_in(shared_door, script),
        shared_door.ask("GET", "/login?" + urlencode({"next": "/orders?q=" + script, "lang": script})),
        shared_door.ask("GET", "/login/link/%22%3E%3Cscript%3Ealert(1)"),
    ):
        assert "<script" not in answer.text
        policy = answer.header("content-security-policy")
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'" in policy


@pytest.mark.parametrize("body", [b"x" * 20_000, b"&".join(b"a=1" for _ in range(100)), b"\xff\xfe=1"])
def test_a_body_that_is_no_small_form_is_refused(shared_door: Doorway, body: bytes) -> None:
    answer = shared_door.ask("POST", "/login", {"Origin": shared_door.origin}, body)
    assert answer.status == 400
    assert EN["form_odd"] in answer.text


def test_pages_speak_both_languages(shared_door: Doorway) -> None:
    assert ZH["login_title"] in shared_door.ask("GET", "/login", {"Accept-Language": "zh-CN,zh;q=0.9"}).text
    assert EN["login_submit"] in shared_door.ask("GET", "/login", {"Accept-Language": "fr"}).text
    page = shared_door.ask("GET", "/login?lang=zh&next=/orders", {"Accept-Language": "en"}).text
    assert '<html lang="zh-CN">' in page
    assert "/login?lang=en&amp;next=%2Forders" in page
    answer = shared_door.post_form("/login", {"name": "mei", "password": "x", "lang": "zh"})
    assert ZH["wrong"] in answer.text


def test_before_the_first_login_the_page_says_where_the_link_is(door: Doorway) -> None:
    assert EN["first_start"] in door.ask("GET", "/login").text
    links.redeem(door.engine, first_link(door).rsplit("/", 1)[1], PASSWORD, door.clock())
    assert EN["first_start"] not in door.ask("GET", "/login").text


def test_the_link_sets_the_first_password_once(door: Doorway) -> None:
    link = first_link(door)
    for _ in range(3):  # chat programs and browsers look before the person does
        assert door.ask("GET", link).status == 200
        assert door.ask("HEAD", link).status == 200
    assert "<b>admin</b>" in door.ask("GET", link).text
    form = {"password": PASSWORD, "repeat": PASSWORD}
    answer = door.post_form(link, form)
    assert (answer.status, answer.header("location")) == (303, "/")
    me = door.ask("GET", "/", {"Cookie": answer.cookie}).json
    assert me["headers"]["x-waypost-role"] == "administrator"
    for again in (door.ask("GET", link), door.post_form(link, form)):
        assert again.status == 410
        assert re.sub(r"\s+", " ", EN["link_over"]) in again.text
    assert sign_in(door, "admin").status == 303


@pytest.mark.parametrize(
    ("password", "repeat", "said"),
    [
        (PASSWORD, PASSWORD + "x", "mismatch"),
        ("short", "short", "password_short"),
        ("admin-admin!", "admin-admin!", "password_weak"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "password_weak"),
        ("", "", "password_short"),
    ],
)
def test_a_bad_password_is_explained_and_the_link_stays_good(
    door: Doorway, password: str, repeat: str, said: str
) -> None:
    link = first_link(door)
    answer = door.post_form(link, {"password": password, "repeat": repeat, "lang": "zh"})
    assert answer.status == 400
    assert ZH[said] in answer.text
    assert door.post_form(link, {"password": PASSWORD, "repeat": PASSWORD}).status == 303


def test_the_link_ends_after_thirty_minutes(door: Doorway) -> None:
    link = first_link(door)
    door.clock.advance(30 * 60 - 20)
    assert door.ask("GET", link).status == 200
    door.clock.advance(21)
    assert door.ask("GET", link).status == 410
    assert door.post_form(link, {"password": PASSWORD, "repeat": PASSWORD}).status == 410
    assert door.ask("GET", "/login/link/" + "x" * 43).status == 410


def test_the_links_token_is_not_in_the_access_log(door: Doorway, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_doorway(door.engine, access_log=True) as logging_door:
        link = first_link(logging_door)
        logging_door.ask("GET", link + "?lang=zh")
        logging_door.post_form(link, {"password": PASSWORD, "repeat": PASSWORD})
    logged = "".join(capsys.readouterr())
    assert '"GET /login/link/***?lang=zh HTTP/1.1" 200' in logged
    assert '"POST /login/link/*** HTTP/1.1" 303' in logged
    assert link.rsplit("/", 1)[1] not in logged


@pytest.mark.parametrize("path", ["/login/", "/login/x", "/login/link/", "/login/link/x/y"])
def test_nothing_else_below_login_gets_past_the_gate(shared_door: Doorway, path: str) -> None:
    assert shared_door.ask("GET", path).header("location") == "/login"
    assert shared_door.passed == []


def test_logout_asks_first_and_then_ends_the_session(door: Doorway) -> None:
    cookie = door.signed_in("mei")
    asked = door.ask("GET", "/logout", {"Cookie": cookie})
    assert asked.status == 200
    assert "<b>mei</b>" in asked.text
    assert door.ask("GET", "/orders", {"Cookie": cookie}).status == 200
    evil = door.ask("POST", "/logout", {"Cookie": cookie, "Origin": "https://evil.example"})
    assert evil.status == 403
    assert door.ask("GET", "/orders", {"Cookie": cookie}).status == 200
    done = door.ask("POST", "/logout", {"Cookie": cookie, "Origin": door.origin})
    assert (done.status, done.header("location")) == (303, "/login")
    assert "max-age=0" in done.header("set-cookie").lower()
    assert door.ask("GET", "/orders", {"Cookie": cookie}).status == 303, "at once, without waiting for a cache"
    assert door.ask("POST", "/logout", {"Origin": door.origin}).header("location") == "/login"


def test_behind_a_tls_proxy_the_cookie_is_bound_to_the_host(door_behind_proxy: Doorway) -> None:
    door = door_behind_proxy
    door.account("mei")
    proxied = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "way.example",
        "X-Forwarded-For": "203.0.113.9",
    }
    form = {"name": "mei", "password": PASSWORD}
    own = {**proxied, "Origin": "https://way.example"}
    answer = door.ask("POST", "/login", own, urlencode(form).encode())
    assert answer.status == 303
    assert answer.cookie.startswith("__Host-waypost=")
    flags = answer.header("set-cookie").lower()
    assert "secure" in flags
    assert "domain" not in flags
    assert audit.recent(door.engine)[0].detail == {"ip": "203.0.113.9"}
    assert door.ask("GET", "/orders", {**proxied, "Cookie": answer.cookie}).status == 200
    token = answer.cookie.partition("=")[2]
    assert sessions.check(door.engine, sessions.token_hash(token), door.clock()) is not None
    plain = f"waypost_session={token}"
    assert door.ask("GET", "/orders", {**proxied, "Cookie": plain}).status == 303, "a planted plain cookie"
    downgraded = {**proxied, "Origin": "http://way.example"}
    assert door.ask("POST", "/login", downgraded, urlencode(form).encode()).status == 403


def test_without_a_trusted_proxy_forwarded_headers_change_nothing(door: Doorway) -> None:
    door.account("mei")
    forged = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.9", "X_Forwarded_Host": "evil.example"}
    answer = door.post_form("/login", {"name": "mei", "password": PASSWORD}, **forged)
    assert answer.cookie.startswith("waypost_session=")
    assert audit.recent(door.engine)[0].detail == {"ip": "127.0.0.1"}


def test_when_the_database_is_gone_the_page_says_so(door: Doorway) -> None:
    with door.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE account RENAME TO account_gone")
    for answer in (door.ask("GET", "/login"), sign_in(door, "mei")):
        assert answer.status == 503
        assert EN["no_database"] in answer.text
