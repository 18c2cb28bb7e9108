"""Whom the server believes about who is at the other end."""

from __future__ import annotations

from typing import Any

import pytest

from waypost.api.peer import Peer, Proxies
from waypost.domain.errors import FieldError


def scope(client: str, scheme: str = "http", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return {"client": (client, 1), "scheme": scheme, "headers": raw}


FORWARDED = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "way.example"}


def test_nobody_is_believed_unless_the_settings_say_so() -> None:
    heard = scope("127.0.0.1", Host="inner:8501", **FORWARDED)
    assert Proxies().peer(heard) == Peer("127.0.0.1", "http", "inner:8501")
    assert Proxies(["10.0.0.0/8"]).peer(heard) == Peer("127.0.0.1", "http", "inner:8501")


@pytest.mark.parametrize("client", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_is_believed(client: str) -> None:
    heard = scope(client, Host="inner:8501", **FORWARDED)
    assert Proxies(["10.0.0.0/8"]).peer(heard) == Peer("203.0.113.9", "https", "way.example")


@pytest.mark.parametrize("setting", ["", "proxy.local", "10.0.0.0/99", "*"])
def test_a_proxy_that_is_no_address_is_refused_at_start(setting: str) -> None:
    with pytest.raises(FieldError, match="trusted_proxies"):
        Proxies([setting])


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first hop is the client's own invention
        ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("", "10.1.2.3"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_client_is_the_last_hop_that_no_trusted_proxy_vouches_beyond(chain: str, address: str) -> None:
    heard = scope("10.1.2.3", Host="x", X_Forwarded_For=chain)
    assert Proxies(["10.0.0.0/8"]).peer(heard).address == address


def test_websockets_over_tls_are_secure() -> None:
    assert Proxies().peer(scope("10.1.2.3", "wss", Host="x")).secure
    assert not Proxies().peer(scope("10.1.2.3", "ws", Host="x")).secure


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "same"),
    [
        ("http", "way.example", "http://way.example", True),
        ("http", "way.example:80", "http://way.example", True),
        ("http", "WAY.example", "http://way.EXAMPLE", True),
        ("https", "way.example", "https://way.example:443", True),
        ("http", "way.example", "https://way.example", True),  # a TLS proxy that nobody named
        ("https", "way.example", "http://way.example", False),
        ("http", "[::1]:8501", "http://[::1]:8501", True),
        ("http", "way.example", "http://way.example:8501", False),
        ("http", "way.example:8501", "http://way.example", False),
        ("http", "way.example", "http://way.example.evil.example", False),
        ("http", "way.example", "http://way.example@evil.example", False),
        ("http", "way.example", "http://evil.example#way.example", False),
        ("http", "way.example", "null", False),
        ("http", "way.example", "", False),
        ("http", "way.example", None, False),
        ("http", "way.example", "way.example", False),
        ("http", "way.example", "chrome-extension://way.example", False),
        ("http", "way.example", "http://way.example:x", False),
        ("http", "", "http://", False),
    ],
)
def test_an_origin_is_ours_when_scheme_host_and_port_are(
    scheme: str, host: str, origin: str | None, same: bool
) -> None:
    assert Peer("10.0.0.1", scheme, host).is_origin(origin) == same
