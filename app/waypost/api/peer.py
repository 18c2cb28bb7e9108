"""Who is at the other end of a connection: address, scheme and host, as far as they can be believed.

X-Forwarded-* headers are words of the sender. They count only when the connection comes from a
proxy that the settings name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

from waypost.domain.errors import FieldError

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Peer:
    """The client's address, and the scheme (http or https) and host that its browser used."""

    address: str
    scheme: str
    host: str

    @property
    def secure(self) -> bool:
        """Whether the browser speaks TLS."""
        return self.scheme == "https"

    def is_origin(self, origin: str | None) -> bool:
        """Whether an Origin header names this very site; a missing one and `null` do not.

        On TLS the origin must be https too. On plain http an https origin of the same host
        passes: that is a TLS proxy which the settings do not name.
        """
        found = _host_port(origin or "")
        if found is None or not self.host:
            return False
        scheme, name, port = found
        if self.secure and scheme != "https":
            return False
        own = _host_port(f"{scheme}://{self.host}")
        return own is not None and own[1:] == (name, port)


class Proxies:
    """The proxies whose X-Forwarded-* headers are believed: addresses or networks (CIDR).

    Errors: FieldError naming `trusted_proxies`.
    """

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._trusted = [_network(each.strip()) for each in trusted]

    def peer(self, scope: Scope) -> Peer:
        """Read the other end off an ASGI scope (http or websocket)."""
        client = scope.get("client")
        address = client[0] if client else ""
        headers = dict(scope["headers"])  # a repeated header: the last one, as proxies append
        host = _text(headers.get(b"host"))
        scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
        if not self._trusts(address):
            return Peer(address, scheme, host)
        forwarded = _last(headers.get(b"x-forwarded-proto")).lower()
        return Peer(
            address=self._client(_text(headers.get(b"x-forwarded-for")), address),
            scheme=forwarded if forwarded in ("http", "https") else scheme,
            host=_last(headers.get(b"x-forwarded-host")) or host,
        )

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._trusted)

    def _client(self, forwarded_for: str, address: str) -> str:
        # From the right: each trusted proxy vouches for the address before it, no further.
        for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
            address = hop
            if not self._trusts(hop):
                break
        return address


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        problem = f"'{text[:60]}' is neither an address nor a network."
        raise FieldError("trusted_proxies", problem, "Write 10.0.0.5 or 10.0.0.0/8.") from None


def _host_port(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.scheme not in _DEFAULT_PORTS:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port or _DEFAULT_PORTS[parts.scheme]


def _last(value: bytes | None) -> str:
    return _text(value).rsplit(",", 1)[-1].strip()


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1").strip()
