"""Where login may send people, and how paths are guarded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.api.gate_rules import Zone, api_rule, is_sound, safe_next, zone_of

EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%5cevil.example",
    "/%2f/evil.example",
    "/..//evil.example",
    "http://evil.example/",
    "HTTPS:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "?next=/x",
    "",
    "//[evil",
    "/" + "x" * 2_000,
]


@pytest.mark.parametrize("target", EVIL)
def test_login_leads_nowhere_else(target: str) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/login", "/login/link/x", "/logout", "/api/v1/orders", "/_stcore/health", "/t/x"])
def test_login_leads_to_pages_only(target: str) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize(
    "target", ["/", "/orders", "/orders?q=1001&tab=2", "/orders?next=//evil.example", "/%E8%AE%A2%E5%8D%95"]
)
def test_login_leads_back_to_the_page_asked_for(target: str) -> None:
    assert safe_next(target) == target


@given(st.text(alphabet="/\\.:@?#%2f5ceEvil \t\n\r\0hp", max_size=12))
def test_whatever_is_sent_a_browser_stays_here(target: str) -> None:
    # As the WHATWG URL standard reads it: tabs and newlines vanish, a backslash is a slash.
    seen = "".join(c for c in safe_next(target) if c not in "\t\n\r").replace("\\", "/").strip()
    assert seen.startswith("/")
    assert not seen.startswith("//")


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("/login", Zone.OPEN),
        ("/login/link/x", Zone.OPEN),
        ("/api/v1/health", Zone.OPEN),
        ("/t/x", Zone.OPEN),
        ("/t", Zone.PAGE),
        ("/loginx", Zone.PAGE),
        ("/api/v1/healthx", Zone.API),
        ("/apix", Zone.PAGE),
        ("/metrics", Zone.API),
        ("/_stcore/stream", Zone.MACHINE),
        ("/_stcorex", Zone.PAGE),
        ("/LOGIN", Zone.PAGE),
        ("/anything/new", Zone.PAGE),
    ],
)
def test_what_is_not_listed_is_a_page_behind_the_login(path: str, zone: Zone) -> None:
    assert zone_of(path) is zone


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/api/v1/events", "events:write"),
        ("POST", "/api/v1/events/", "events:write"),
        ("POST", "/api/v1/eventsx", "admin"),
        ("GET", "/api/v1/events", "data:read"),
        ("HEAD", "/api/v1/orders", "data:read"),
        ("OPTIONS", "/api/v1/orders", "admin"),
        ("PATCH", "/api/v1/journeys/x", "journeys:write"),
        ("GET", "/api/v1/admin", "admin"),
        ("GET", "/metrics", "metrics:read"),
        ("DELETE", "/api/v2/anything", "admin"),
    ],
)
def test_api_paths_name_their_scope(method: str, path: str, scope: str) -> None:
    assert api_rule(method, path).scope == scope


@pytest.mark.parametrize("path", ["", "x", "//", "/a//b", "/a/../b", "/..", "/.", "/a\\b", "/a\0b", "/a\x7f"])
def test_odd_paths_are_known(path: str) -> None:
    assert not is_sound(path)


@pytest.mark.parametrize("path", ["/", "/a.b/..c/d..", "/订单/1 2", "/.well-known/x"])
def test_plain_paths_are_sound(path: str) -> None:
    assert is_sound(path)
