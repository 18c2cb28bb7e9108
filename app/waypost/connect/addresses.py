"""Which addresses may be called: http and https, never a machine's own metadata service, never another host's."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urljoin, urlsplit

from waypost.connect.contract import Answer, Call
from waypost.connect.errors import UnsafeAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PORTS = {"http": 80, "https": 443}
_MOVED = frozenset({301, 302, 303, 307, 308})
_KEPT = frozenset({307, 308})


def shown(url: str) -> str:
    """The address without query, fragment and user, as messages may show it."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{_host(parts)}{parts.path}"[:200]
    except ValueError:
        return "the address"


def check_address(url: str) -> None:
    """Refuse what no partner has: other schemes, a user in the address, link-local and multicast hosts.

    A shop on loopback or in the company's own network is allowed. Errors: UnsafeAddress.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnsafeAddress(f"'{url[:60]}' is no address.") from None
    if parts.scheme not in _PORTS or not host:
        raise UnsafeAddress(f"'{shown(url)}' is no web address; only http and https are called.")
    if parts.username is not None or parts.password is not None:
        raise UnsafeAddress("The address holds a user or password.", "Put them into their own fields.")
    for address in _resolved(host, port or _PORTS[parts.scheme]):
        if _never(address):
            raise UnsafeAddress(f"{host} stands for {address}, which is no partner's address.")


def redirected(call: Call, answer: Answer) -> str | None:
    """Where a redirect leads, None when the answer is none. Errors: UnsafeAddress for another host.

    Keys and passwords travel in the headers of a call, so they follow to the same host only, and never from
    https to http. A POST is repeated only where the partner says that it stays a POST.
    """
    place = answer.headers.get("location")
    if answer.status not in _MOVED or not place:
        return None
    target = urljoin(call.url, place)
    old, new = urlsplit(call.url), urlsplit(target)
    upgrade = (old.scheme, new.scheme) == ("http", "https")
    if _host(new) != _host(old) and not (upgrade and old.hostname == new.hostname):
        raise UnsafeAddress(
            f"{shown(call.url)} redirects to {shown(target)}.", f"Enter {shown(target)} if it is right."
        )
    if new.scheme != old.scheme and not upgrade:
        raise UnsafeAddress(f"{shown(call.url)} redirects from https to http.")
    if call.method.upper() not in ("GET", "HEAD") and answer.status not in _KEPT:
        raise UnsafeAddress(f"{shown(call.url)} redirects to {shown(target)}.", f"Enter {shown(target)} as address.")
    return target


def _never(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return False  # which Python also counts among the reserved ones
    return address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved


def _host(parts: SplitResult) -> str:
    port = parts.port or _PORTS.get(parts.scheme)
    return f"{parts.hostname}" if port == _PORTS.get(parts.scheme) else f"{parts.hostname}:{port}"


def _resolved(host: str, port: int) -> list[Address]:
    """The addresses behind a name; none when it cannot be looked up here (a proxy may know it)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
