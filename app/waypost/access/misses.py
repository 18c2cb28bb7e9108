"""How often somebody may be wrong, with a token or a signature: in memory, bounded, per network address."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from waypost.access.limiter import network_of
from waypost.domain.instants import SECOND

_MAX_TRACKED = 20_000


class Misses:
    """Counts what was wrong per client within `window` seconds; safe for threads.

    What was right is never counted, so people who share an address do not lock each other out.
    """

    def __init__(self, allowed: int = 30, window: int = 60) -> None:
        self._allowed, self._window = allowed, window * SECOND
        self._seen: OrderedDict[str, list[int]] = OrderedDict()
        self._guard = threading.Lock()

    def wait(self, address: str, now: int) -> int:
        """Seconds until this client may try again at `now` (us); 0 when it may."""
        with self._guard:
            seen = [at for at in self._seen.get(network_of(address), ()) if now - self._window < at <= now]
        return 0 if len(seen) < self._allowed else math.ceil((seen[-self._allowed] + self._window - now) / SECOND)

    def count(self, address: str, now: int) -> None:
        """Note one miss."""
        key = network_of(address)
        with self._guard:
            held = [at for at in self._seen.get(key, ()) if now - self._window < at <= now]
            self._seen[key] = [*held, now][-self._allowed :]
            self._seen.move_to_end(key)
            while len(self._seen) > _MAX_TRACKED:
                self._seen.popitem(last=False)
