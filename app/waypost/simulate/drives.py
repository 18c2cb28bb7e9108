"""The trucks' receivers: every second each tells where it is."""

from __future__ import annotations

import threading
from collections.abc import Callable

from waypost.domain.position import Position
from waypost.simulate.company import Company

EVERY_S = 1.0


class Drives(threading.Thread):
    """Hands the positions of all trucks on the road to `sink`, once a second by the wall clock, until told to stop.

    `clock` tells the simulated instant (us).
    """

    def __init__(
        self, company: Company, clock: Callable[[], int], sink: Callable[[list[Position]], None], stop: threading.Event
    ) -> None:
        super().__init__(name="simulated positions", daemon=True)
        self._company, self._clock, self._sink, self._stopped = company, clock, sink, stop

    def run(self) -> None:
        """Tell until told to stop."""
        while not self._stopped.wait(EVERY_S):
            self._sink(self._company.vehicles_at(self._clock()))
