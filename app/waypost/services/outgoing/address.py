"""Where events may be sent: a public web address, so that nobody reaches inside the network through Waypost."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from waypost.domain.errors import FieldError

SETTING = "WAYPOST_WEBHOOK_PRIVATE"
_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_target(url: str, *, private: bool) -> None:
    """Refuse an address that is no receiver's; names are looked up anew at every call.

    `private` allows loopback and the company's own network; metadata services and multicast never are.
    Errors: FieldError naming `url`.
    """
    host, port = _parts(url)
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FieldError("url", f"nobody knows the host {host[:80]}.", "Correct the address.") from None
    for entry in entries:
        found = ipaddress.ip_address(str(entry[4][0]).partition("%")[0])
        if not _allowed(found, private):
            remedy = f"Send to a public address, or set {SETTING}=1 to send inside the network."
            raise FieldError("url", f"{host} stands for {found}, which is inside the network.", remedy)


def _parts(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    else:
        if parts.scheme in _PORTS and host and parts.username is None and not parts.fragment and len(url) <= _LONGEST:
            return host, port or _PORTS[parts.scheme]
    raise FieldError("url", f"'{url[:60]}' is no web address.", "Write https://, a host and a path; no user in it.")


def _allowed(address: Address, private: bool) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    # Loopback counts among the reserved ones in IPv6.
    if address.is_loopback or address.is_private:
        return private
    return address.is_global and not address.is_reserved
