"""How fast one source may be called: a token bucket, shared by all threads that call it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets `rate` calls a second through, and after a pause up to `burst` at once.

    Calls beyond it wait their turn in the order in which they came. `clock` and `sleep` are in seconds.
    """

    def __init__(
        self,
        rate: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a budget lets at least one call through")
        self.rate, self.burst = rate, burst
        self._clock, self._sleep = clock, sleep
        self._left, self._at = burst, clock()
        self._lock = threading.Lock()

    def take(self, calls: float = 1) -> float:
        """Wait until `calls` calls fit, and book them; gives the seconds waited."""
        with self._lock:
            self._refill()
            self._left -= calls  # below zero is booked ahead: whoever comes later waits longer
            wait = max(0.0, -self._left / self.rate)
        if wait:
            self._sleep(wait)
        return wait

    def left(self) -> float:
        """How many calls would go through at once now; at least 0."""
        with self._lock:
            self._refill()
            return max(0.0, self._left)

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
