"""How often somebody may try to sign in, and how often a key may call: in memory, bounded."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

from waypost.domain.instants import SECOND

_MAX_TRACKED = 20_000


@dataclass(frozen=True)
class LoginLimits:
    """Failed attempts within `window` seconds: for one account from one address, and for one address."""

    per_account: int = 5
    per_address: int = 30
    window: int = 300


class LoginLimiter:
    """Counts login attempts per (account, address) and per address; safe for threads.

    An attempt is counted before the password is looked at, so that many at once gain nothing,
    and taken back when it succeeds.
    """

    def __init__(self, limits: LoginLimits | None = None) -> None:
        self.limits = limits or LoginLimits()
        self._tries: OrderedDict[tuple[str, ...], list[int]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, name: str, address: str, now: int) -> int:
        """Count one attempt at `now` (us): 0 to go on, else the seconds to wait."""
        own, all_ = _keys(name, address)
        with self._guard:
            wait = max(self._wait(own, self.limits.per_account, now), self._wait(all_, self.limits.per_address, now))
            if not wait:
                self._count(own, now)
                self._count(all_, now)
            return wait

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: forget the account's failures from there, and this one attempt."""
        own, all_ = _keys(name, address)
        with self._guard:
            self._tries.pop(own, None)
            if self._tries.get(all_):
                self._tries[all_].pop()

    def _wait(self, key: tuple[str, ...], allowed: int, now: int) -> int:
        start = now - self.limits.window * SECOND
        tries = [at for at in self._tries.get(key, ()) if start < at <= now]
        if len(tries) < allowed:
            return 0
        return math.ceil((tries[-allowed] - start) / SECOND)

    def _count(self, key: tuple[str, ...], now: int) -> None:
        start = now - self.limits.window * SECOND
        self._tries[key] = [at for at in self._tries.get(key, ()) if at > start] + [now]
        self._tries.move_to_end(key)
        while len(self._tries) > _MAX_TRACKED:
            self._tries.popitem(last=False)


class RateLimiter:
    """A token bucket per API key: `rate` requests a second, bursts of two seconds' worth."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[int, tuple[float, int]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, key_id: int, rate: int, now: int) -> bool:
        """Whether the request at `now` (us) is within the rate; 0 means no limit."""
        if rate <= 0:
            return True
        full = 2.0 * rate
        with self._guard:
            left, since = self._buckets.get(key_id, (full, now))
            left = min(full, left + max(0, now - since) * rate / SECOND)
            allowed = left >= 1.0
            self._buckets[key_id] = (left - 1.0 if allowed else left, now)
            self._buckets.move_to_end(key_id)
            while len(self._buckets) > _MAX_TRACKED:
                self._buckets.popitem(last=False)
        return allowed


def _keys(name: str, address: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    address = network_of(address)
    return (name.strip().lower()[:64], address), (address,)


def network_of(address: str) -> str:
    """What counts as one client of an address."""
    # A subscriber gets a whole /64 of IPv6: counting single addresses would count nothing.
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
