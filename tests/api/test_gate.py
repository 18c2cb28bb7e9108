"""The gate on a real server: who gets in, as whom, and who does not."""

from __future__ import annotations

import http.client
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from tests.api.doorway import Doorway
from waypost.access import accounts, keys, sessions
from waypost.store.schema_access import api_key, session

PAGES = ["/", "/orders", "/orders?q=1001&tab=2", "/login-not", "/t", "/assets", "/logout", "/auth/login"]
MACHINE = ["/_stcore/health", "/_stcore/host-config", "/static/js/main.js", "/media/x.png", "/component/a.b/index.html"]
API = ["/api", "/api/v1/orders", "/api/v1/openapi.json", "/api/v1/health/x", "/api/v1/healthz", "/metrics"]
FORGED = {
    "X-Waypost-User": "boss",
    "X-Waypost-Role": "administrator",
    "x_waypost_role": "administrator",
    "X-WAYPOST-SESSION": "0" * 64,
}


def bearer(raw: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {raw}"}


def key_for(door: Doorway, *scopes: str, rate: int = 0) -> str:
    return keys.create(door.engine, "test", scopes, door.clock(), "test", rate)[0]


@pytest.mark.parametrize("path", PAGES)
def test_without_login_a_page_sends_to_the_login_page(shared_door: Doorway, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = shared_door.ask(method, path, FORGED)
        assert answer.status == 303
        target = urlsplit(answer.header("location"))
        assert target.path == "/login"
        if path not in ("/", "/logout"):
            assert parse_qs(target.query)["next"] == [path]
    assert shared_door.passed == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_without_login_other_methods_are_refused(shared_door: Doorway, method: str) -> None:
    answer = shared_door.ask(method, "/orders", {**FORGED, "Origin": shared_door.origin}, b"x")
    assert answer.status == 401
    assert answer.json["remedy"]
    assert shared_door.passed == []


@pytest.mark.parametrize("path", API + MACHINE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_login_machines_get_401_with_the_remedy(shared_door: Doorway, path: str, method: str) -> None:
    answer = shared_door.ask(method, path, {**FORGED, "Origin": shared_door.origin})
    assert answer.status == 401
    assert answer.header("content-type") == "application/json"
    assert {"error", "remedy"} <= set(answer.json)
    assert answer.header("www-authenticate").startswith("Bearer")
    assert shared_door.passed == []


def test_an_open_page_whose_session_is_over_hears_it_in_its_language(shared_door: Doorway) -> None:
    heard = shared_door.ask("GET", "/_stcore/health", {"Accept-Language": "zh-CN"})
    assert heard.json == {"error": "登录已失效。", "remedy": "请刷新页面，重新登录。"}
    assert "Reload" in shared_door.ask("GET", "/_stcore/health").json["remedy"]


@pytest.mark.parametrize("path", ["/api/v1/health", "/assets/land.geojson", "/t/abc"])
def test_open_paths_need_nothing_and_name_nobody(shared_door: Doorway, path: str) -> None:
    answer = shared_door.ask("GET", path, {**FORGED, "Cookie": shared_door.signed_in()})
    assert answer.status == 200
    if path != "/t/abc":
        assert answer.json == {"headers": {}, "actor": None}


@pytest.mark.parametrize(
    "path",
    [
        "//orders",
        "/assets/../orders",
        "/assets/%2e%2e/orders",
        "/assets/..%2forders",
        "/login/..%5corders",
        "/t/%00",
        "/t//x",
        "/./orders",
    ],
)
def test_a_path_that_could_be_read_in_two_ways_is_refused(shared_door: Doorway, path: str) -> None:
    assert shared_door.ask("GET", path).status == 400
    assert shared_door.passed == []


def test_a_session_opens_pages_and_names_the_person_whatever_the_client_says(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in("li.wei")
    answer = shared_door.ask("GET", "/orders", {**FORGED, "Cookie": cookie})
    assert answer.status == 200
    assert answer.json == {
        "headers": {
            "x-waypost-user": "li.wei",
            "x-waypost-role": "operator",
            "x-waypost-session": sessions.token_hash(cookie.partition("=")[2]),
        },
        "actor": "li.wei",
    }


@pytest.mark.parametrize(
    "forge",
    [lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: c.split("=")[0] + "=", lambda c: c + "x"],
)
def test_a_forged_cookie_opens_nothing(shared_door: Doorway, forge) -> None:
    cookie = shared_door.signed_in()
    assert shared_door.ask("GET", "/orders", {"Cookie": cookie}).status == 200
    assert shared_door.ask("GET", "/orders", {"Cookie": forge(cookie)}).status == 303
    assert shared_door.ask("GET", "/api/v1/orders", {"Cookie": forge(cookie)}).status == 401
    assert shared_door.handshake(Cookie=forge(cookie)).status == 403


def test_the_hash_in_the_database_is_no_cookie(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in()
    stored = sessions.token_hash(cookie.partition("=")[2])
    for value in (stored, stored[:43]):
        assert shared_door.ask("GET", "/orders", {"Cookie": f"waypost_session={value}"}).status == 303


def test_a_session_ends_when_idle_and_at_its_absolute_end(door: Doorway) -> None:
    cookie = door.signed_in("mei")
    policy = door.access.policy
    door.clock.advance(policy.idle - 60)
    assert door.ask("GET", "/orders", {"Cookie": cookie}).status == 200
    door.clock.advance(policy.idle + 1)
    assert door.ask("GET", "/orders", {"Cookie": cookie}).status == 303
    again = door.signed_in("wei")
    for _ in range(0, policy.absolute, policy.idle // 2):
        assert door.ask("GET", "/orders", {"Cookie": again}).status == 200
        time.sleep(0.3)  # the note of its use is written beside the request
        door.clock.advance(policy.idle // 2)
    assert door.ask("GET", "/orders", {"Cookie": again}).status == 303


def test_use_is_noted_at_most_once_a_minute(door: Doorway) -> None:
    cookie = door.signed_in()

    def seen() -> int:
        with door.engine.connect() as connection:
            return int(connection.execute(sa.select(session.c.last_seen)).scalar_one())

    started = seen()
    door.ask("GET", "/orders", {"Cookie": cookie})
    time.sleep(0.3)
    assert seen() == started
    door.clock.advance(90)
    door.ask("GET", "/orders", {"Cookie": cookie})
    deadline = time.monotonic() + 5
    while seen() == started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen() >= started + 90_000_000


def test_a_disabled_account_is_out_within_two_seconds(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in("disabled.mei")
    assert shared_door.ask("GET", "/orders", {"Cookie": cookie}).status == 200
    accounts.set_disabled(shared_door.engine, "disabled.mei", True, shared_door.clock(), "admin")
    time.sleep(2)
    assert shared_door.ask("GET", "/orders", {"Cookie": cookie}).status == 303
    assert shared_door.handshake(Cookie=cookie).status == 403


@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    [
        ("GET", "/api/v1/orders", "viewer", 200),
        ("GET", "/api/v1/journeys/a", "viewer", 200),
        ("PUT", "/api/v1/journeys/a", "configurator_editor", 403),
        ("PUT", "/api/v1/journeys/a", "configurator_publisher", 200),
        ("POST", "/api/v1/events", "approver", 403),
        ("POST", "/api/v1/events", "administrator", 200),
        ("POST", "/api/v1/whatever", "approver", 403),
        ("GET", "/api/v1/admin/accounts", "approver", 403),
        ("GET", "/api/v1/admin/accounts", "administrator", 200),
        ("GET", "/metrics", "viewer", 403),
        ("GET", "/metrics", "administrator", 200),
    ],
)
def test_people_use_the_api_by_their_role(shared_door: Doorway, method: str, path: str, role: str, status: int) -> None:
    headers = {"Cookie": shared_door.signed_in(role=role), "Origin": shared_door.origin}
    answer = shared_door.ask(method, path, headers)
    assert answer.status == status
    if status == 403:
        assert "role" in answer.json["error"]
        assert answer.json["remedy"]


@pytest.mark.parametrize("path", ["/api/v1/events", "/orders", "/_stcore/upload_file/x/y"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost"])
def test_another_site_cannot_act_in_the_name_of_a_person(shared_door: Doorway, path: str, origin: str | None) -> None:
    headers = {"Cookie": shared_door.signed_in(role="administrator")}
    answer = shared_door.ask("POST", path, headers | ({"Origin": origin} if origin else {}))
    assert answer.status == 403
    assert answer.json["field"] == "Origin"
    assert shared_door.passed == []
    assert shared_door.ask("POST", path, {**headers, "Origin": shared_door.origin}).status == 200


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["events:write"], "POST", "/api/v1/events", 200),
        (["events:write"], "GET", "/api/v1/orders", 403),
        (["events:write"], "GET", "/metrics", 403),
        (["data:read"], "GET", "/api/v1/orders", 200),
        (["data:read"], "POST", "/api/v1/events", 403),
        (["data:read"], "GET", "/api/v1/journeys", 200),
        (["data:read"], "DELETE", "/api/v1/journeys/a", 403),
        (["journeys:write"], "PUT", "/api/v1/journeys/a", 200),
        (["journeys:write"], "POST", "/api/v1/journeysx", 403),
        (["metrics:read"], "GET", "/metrics", 200),
        (["data:read", "metrics:read"], "GET", "/metrics", 200),
        (["data:read", "journeys:write", "events:write", "metrics:read"], "GET", "/api/v1/admin/keys", 403),
        (["data:read", "journeys:write", "events:write", "metrics:read"], "POST", "/api/v1/unheard-of", 403),
        (["admin"], "POST", "/api/v1/unheard-of", 200),
        (["admin"], "GET", "/metrics", 200),
    ],
)
def test_keys_do_what_their_scopes_say(
    shared_door: Doorway, scopes: list[str], method: str, path: str, status: int
) -> None:
    answer = shared_door.ask(method, path, bearer(key_for(shared_door, *scopes)))
    assert answer.status == status
    if status == 403:
        assert answer.json["field"] == "Authorization"
        assert "scope" in answer.json["remedy"]


def test_a_key_is_named_without_its_secret_and_opens_no_page(shared_door: Doorway) -> None:
    raw = key_for(shared_door, "admin")
    answer = shared_door.ask("GET", "/api/v1/orders", {**bearer(raw), **FORGED})
    assert answer.json == {"headers": {"x-waypost-user": f"key/{raw[3:11]}"}, "actor": f"key/{raw[3:11]}"}
    assert shared_door.ask("GET", "/orders", bearer(raw)).status == 303
    assert shared_door.ask("GET", "/_stcore/health", bearer(raw)).status == 401
    assert shared_door.handshake(**bearer(raw)).status == 403


@pytest.mark.parametrize("raw", ["", "wp_", "wp_aaaaaaaa_" + "a" * 43, "' or 1=1 --", "wp_aaaaaaaa_\u00e9"])
def test_a_bad_key_is_refused_even_with_a_good_session(shared_door: Doorway, raw: str) -> None:
    answer = shared_door.ask("GET", "/api/v1/orders", {**bearer(raw), "Cookie": shared_door.signed_in()})
    assert answer.status == 401
    assert answer.json["field"] == "Authorization"


def test_the_word_basic_of_a_proxy_does_not_shut_people_out(shared_door: Doorway) -> None:
    headers = {"Authorization": "Basic dTpw", "Cookie": shared_door.signed_in()}
    assert shared_door.ask("GET", "/api/v1/orders", headers).status == 200


def test_a_revoked_key_is_refused_within_two_seconds(shared_door: Doorway) -> None:
    raw = key_for(shared_door, "events:write")
    assert shared_door.ask("POST", "/api/v1/events", bearer(raw)).status == 200
    keys.revoke(shared_door.engine, raw[3:11], shared_door.clock(), "admin")
    time.sleep(2)
    assert shared_door.ask("POST", "/api/v1/events", bearer(raw)).status == 401


def test_a_key_over_its_rate_is_told_to_wait(shared_door: Doorway) -> None:
    headers = bearer(key_for(shared_door, "events:write", rate=1))
    answers = [shared_door.ask("POST", "/api/v1/events", headers) for _ in range(6)]
    assert [answer.status for answer in answers][:2] == [200, 200]
    slow = next(answer for answer in answers if answer.status != 200)
    assert (slow.status, slow.header("retry-after")) == (429, "1")


def test_the_use_of_a_key_is_noted(door: Doorway) -> None:
    door.ask("POST", "/api/v1/events", bearer(key_for(door, "events:write")))
    deadline = time.monotonic() + 5
    noted = None
    while noted is None and time.monotonic() < deadline:
        with door.engine.connect() as connection:
            noted = connection.execute(sa.select(api_key.c.last_used)).scalar_one()
    assert noted is not None


def test_security_headers(shared_door: Doorway) -> None:
    page = shared_door.ask("GET", "/orders", {"Cookie": shared_door.signed_in()})
    refused = shared_door.ask("GET", "/api/v1/orders")
    for answer in (page, refused, shared_door.ask("GET", "/orders")):
        assert "frame-ancestors 'none'" in answer.header("content-security-policy")
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "same-origin"
    shopper = shared_door.ask("GET", "/t/abc")
    assert shopper.header("content-security-policy") == "frame-ancestors https://shop.example"
    assert shopper.header("x-frame-options") == ""
    assert shopper.header("x-content-type-options") == "nosniff"
    component = shared_door.ask("GET", "/component/a.b/index.html", {"Cookie": shared_door.signed_in()})
    assert component.header("content-security-policy") == "frame-ancestors 'self'"


@pytest.mark.parametrize("end", ["revoke session", "revoke key"])
def test_a_long_answer_stops_when_its_caller_is_out(shared_door: Doorway, end: str) -> None:
    if end == "revoke session":
        headers = {"Cookie": shared_door.signed_in("streaming.mei")}
    else:
        headers = bearer(key_for(shared_door, "data:read"))
    connection = http.client.HTTPConnection("127.0.0.1", shared_door.port, timeout=10)
    connection.request("GET", "/api/v1/ticks", headers=headers)
    answer = connection.getresponse()
    assert answer.read(7) == b"data: 0"
    if end == "revoke session":
        accounts.set_disabled(shared_door.engine, "streaming.mei", True, shared_door.clock(), "admin")
    else:
        keys.revoke(shared_door.engine, headers["Authorization"][10:18], shared_door.clock(), "admin")
    started = time.monotonic()
    rest = answer.read()
    connection.close()
    assert time.monotonic() - started < 5
    assert b"data: 199" not in rest


def test_without_a_database_nobody_gets_in(door: Doorway) -> None:
    cookie, raw = door.signed_in(), key_for(door, "admin")
    with door.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE session RENAME TO session_gone"))
        connection.execute(sa.text("ALTER TABLE api_key RENAME TO api_key_gone"))
    for answer in (
        door.ask("GET", "/orders", {"Cookie": cookie}),
        door.ask("GET", "/api/v1/orders", {"Cookie": cookie}),
        door.ask("GET", "/api/v1/orders", bearer(raw)),
    ):
        assert answer.status == 503
        assert answer.json["remedy"]
    assert door.handshake(Cookie=cookie).status == 403
    assert door.passed == []
    assert door.ask("GET", "/api/v1/health").status == 200
