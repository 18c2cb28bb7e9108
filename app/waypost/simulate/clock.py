"""Simulated time: it starts at an instant and runs faster or slower than the wall clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from waypost.domain.instants import SECOND


class Clock:
    """The clock of a simulated company; `speed` is read anew at each look, 1 is real time, 0 stands still.

    At a speed above 1 its time runs ahead of the wall clock. Whatever judges the simulated orders
    must then take its 'now' from here.
    """

    def __init__(
        self, start_us: int, speed: Callable[[], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now, self._speed, self._monotonic = float(start_us), speed, monotonic
        self._seen = monotonic()
        self._lock = threading.Lock()

    def now_us(self) -> int:
        """The simulated instant (us); never goes back."""
        with self._lock:
            seen = self._monotonic()
            self._now += max(0.0, (seen - self._seen) * self._speed()) * SECOND
            self._seen = seen
            return int(self._now)
