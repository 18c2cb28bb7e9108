"""HTTP to partners over real sockets: budgets, retries, redirects, and errors that say what to do."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.connect.partner import Scripted, partner, self_signed
from waypost.connect.addresses import check_address
from waypost.connect.contract import Answer, Call
from waypost.connect.errors import (
    BadCredentials,
    CannotConnect,
    ConnectorError,
    Fatal,
    Forbidden,
    NotThere,
    NotUnderstood,
    NotUsable,
    RateLimited,
    Retriable,
    TimedOut,
    TooLarge,
    Unavailable,
    UnsafeAddress,
    Untrusted,
)  # fmt: skip
from waypost.connect.http import Budget, Http, open_transport
from waypost.connect.refusals import retry_after

QUICK = Budget(rate=1000, burst=1000)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def get(http: Http, url: str) -> Answer:
    return http(Call("GET", url))


def test_an_answer_comes_back_with_headers_in_lower_case() -> None:
    with partner(Scripted(200, b'{"a": 1}', {"X-Request-Id": "7"})) as shop, open_transport(QUICK) as http:
        answer = http(Call("POST", f"{shop.base}/q?x=1", {"x-key": "k"}, b"hello"))
    assert (answer.status, answer.body, answer.headers["x-request-id"]) == (200, b'{"a": 1}', "7")
    method, path, headers, body = shop.asked[0]
    assert (method, path, headers["x-key"], body) == ("POST", "/q?x=1", "k", b"hello")
    assert headers["user-agent"] == "Waypost"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, BadCredentials, "bad_credentials"),
        (403, Forbidden, "forbidden"),
        (404, NotThere, "not_found"),
        (400, NotUsable, "not_usable"),
        (408, TimedOut, "timeout"),
        (429, RateLimited, "rate_limited"),
        (502, Unavailable, "unavailable"),
        (503, Unavailable, "unavailable"),
        (304, NotUnderstood, "protocol"),
    ],
)
def test_every_refusal_has_a_stable_code_a_problem_and_a_remedy(
    status: int, kind: type[ConnectorError], code: str
) -> None:
    with partner(Scripted(status)) as shop, open_transport(QUICK) as http, pytest.raises(kind) as refused:
        get(http, f"{shop.base}/orders?token=sesame")
    told = refused.value.as_dict()
    assert told["code"] == code
    assert str(status) in told["problem"]
    assert told["remedy"].endswith(".")
    assert "sesame" not in str(told)


def test_what_a_graphql_server_says_beside_a_400_is_told() -> None:
    body = b'{"errors": [{"message": "Cannot query field \\"bogus\\" on type \\"Order\\"."}]}'
    with (
        partner(Scripted(400, body)) as shop,
        open_transport(QUICK) as http,
        pytest.raises(NotUsable, match='Cannot query field "bogus"'),
    ):
        get(http, shop.base)


def test_a_safe_call_is_repeated_until_the_trouble_passes() -> None:
    with partner(Scripted(503), Scripted(drop=True), Scripted(200, b"[]")) as shop, open_transport(QUICK) as http:
        assert get(http, shop.base).body == b"[]"
        assert (http.usage.calls, http.usage.retries) == (3, 2)
    assert len(shop.asked) == 3


def test_a_post_is_repeated_only_when_it_is_said_to_change_nothing() -> None:
    with partner(Scripted(503), Scripted(503), Scripted(200)) as shop, open_transport(QUICK) as http:
        with pytest.raises(Unavailable):
            http(Call("POST", shop.base))
        assert len(shop.asked) == 1
        assert http(Call("POST", shop.base, safe=True)).status == 200
        assert len(shop.asked) == 3


def test_it_gives_up_after_the_attempts_of_the_budget() -> None:
    with partner(Scripted(503)) as shop, open_transport(QUICK) as http, pytest.raises(Unavailable):
        get(http, shop.base)
    assert len(shop.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_what_a_person_must_change_is_not_tried_again(status: int) -> None:
    with partner(Scripted(status)) as shop, open_transport(QUICK) as http, pytest.raises(Fatal):
        get(http, shop.base)
    assert len(shop.asked) == 1


def test_a_long_retry_after_is_left_to_the_caller_and_a_short_one_kept() -> None:
    long = Scripted(429, headers={"Retry-After": "3600"})
    with partner(long) as shop, open_transport(QUICK) as http, pytest.raises(RateLimited) as refused:
        get(http, shop.base)
    assert (refused.value.retry_after, len(shop.asked)) == (3600.0, 1)
    short = Scripted(429, headers={"Retry-After": "2"})
    with partner(short, Scripted()) as shop, open_transport(QUICK) as http:
        assert get(http, shop.base).status == 200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None), ("7", 7.0), ("-3", 0.0), ("1e99", 86_400.0), ("nan", None), ("soon", None),
        ("Mon, 23 Nov 2026 10:00:30 GMT", 30.0), ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_number_or_date(text: str, seconds: float | None) -> None:
    assert retry_after(Answer(429, {"retry-after": text}, b""), now=1_795_428_000.0) == seconds


def test_an_answer_beyond_the_budget_is_not_read_to_its_end() -> None:
    with (
        partner(Scripted(200, b"x" * 70_000)) as shop,
        Http(Budget(answer_bytes=1024)) as http,
        pytest.raises(TooLarge, match="1 KiB"),
    ):
        get(http, shop.base)
    assert http.usage.read == 0


def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    with (
        partner(Scripted(slow=0.4)) as shop,
        Http(Budget(read=0.05, attempts=1)) as http,
        pytest.raises(TimedOut) as refused,
    ):
        http(Call("POST", shop.base))
    assert isinstance(refused.value, CannotConnect)
    assert refused.value.code == "timeout"


def test_a_partner_that_is_not_there_is_told_with_its_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open_transport(QUICK) as http, pytest.raises(CannotConnect, match=f"127.0.0.1:{port}"):
        get(http, f"http://127.0.0.1:{port}/x")


def test_a_certificate_that_nobody_vouches_for_ends_the_call(tmp_path: Path) -> None:
    with (
        partner(certificate=self_signed(tmp_path)) as shop,
        open_transport(QUICK) as http,
        pytest.raises(Untrusted) as refused,
    ):
        get(http, shop.base)
    assert refused.value.code == "tls"
    assert shop.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/x", "file:///etc/passwd", "gopher://x", "//shop.example", "shop.example", "http://",
        "http://user:word@shop.example", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/",
        "http://0.0.0.0/", "http://224.0.0.1/", "http://[::ffff:169.254.169.254]/", "http://shop:99999/",
        "http://2852039166/",
    ],
)  # fmt: skip
def test_addresses_that_no_partner_has_are_refused(url: str) -> None:
    with pytest.raises(UnsafeAddress) as refused:
        check_address(url)
    assert "word" not in refused.value.problem.replace("password", "")


@pytest.mark.parametrize("url", ["https://127.0.0.1:3000/x", "http://[::1]/x", "http://10.1.2.3/", "http://localhost"])
def test_a_shop_in_the_own_network_is_allowed(url: str) -> None:
    check_address(url)


def test_a_redirect_within_the_host_is_followed_and_keeps_the_key() -> None:
    moved = Scripted(302, headers={"Location": "/new"})
    with partner(moved, Scripted(200, b"here")) as shop, open_transport(QUICK) as http:
        assert http(Call("GET", f"{shop.base}/old", {"x-key": "k"})).body == b"here"
    assert [(path, headers["x-key"]) for _, path, headers, _ in shop.asked] == [("/old", "k"), ("/new", "k")]


def test_a_redirect_to_another_host_never_gets_the_key() -> None:
    with partner() as thief:
        away = Scripted(307, headers={"Location": f"{thief.base}/take"})
        with partner(away) as shop, open_transport(QUICK) as http, pytest.raises(UnsafeAddress, match="redirects"):
            http(Call("GET", shop.base, {"x-key": "k"}))
    assert thief.asked == []


def test_a_post_is_not_turned_into_something_else_by_a_redirect() -> None:
    with (
        partner(Scripted(301, headers={"Location": "/new"})) as shop,
        open_transport(QUICK) as http,
        pytest.raises(UnsafeAddress),
    ):
        http(Call("POST", shop.base, safe=True))
    with partner(Scripted(308, headers={"Location": "/new"}), Scripted()) as shop, open_transport(QUICK) as http:
        assert http(Call("POST", shop.base, body=b"q", safe=True)).status == 200
    assert [(method, body) for method, _, _, body in shop.asked] == [("POST", b"q"), ("POST", b"q")]


def test_a_circle_of_redirects_ends() -> None:
    with (
        partner(Scripted(302, headers={"Location": "/again"})) as shop,
        open_transport(QUICK) as http,
        pytest.raises(NotUnderstood, match="redirects more than 3 times"),
    ):
        get(http, shop.base)


def test_cookies_are_not_kept_between_calls() -> None:
    with partner(Scripted(headers={"Set-Cookie": "session=1"})) as shop, open_transport(QUICK) as http:
        get(http, shop.base)
        get(http, shop.base)
    assert all("cookie" not in headers for _, _, headers, _ in shop.asked)


def test_repeating_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with partner(Scripted(503)) as shop, open_transport(QUICK) as http, pytest.raises(Retriable):
        get(http, f"{shop.base}/?token=sesame")
    assert caplog.records == []
