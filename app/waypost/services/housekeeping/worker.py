"""The thread of a worker that makes segments and compares at night, one process at a time over one database."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from sqlalchemy.engine import Engine

from waypost.domain.instants import now_us
from waypost.services.housekeeping import comparison
from waypost.services.housekeeping.hours import clock_of, last_due
from waypost.services.housekeeping.rounds import Rounds
from waypost.store import jobs, segments

RENEW_S: Final = jobs.LEASE_S / 4
SEGMENTS: Final = "segments"
log = logging.getLogger("waypost.housekeeping")


class Housekeeper:
    """The worker of one process; `start` it once the store is open, `stop` it before the store closes.

    `at` is the time of day of the comparison, as `HH:MM` on the server's clock or "off". Errors: ValueError.
    """

    def __init__(self, engine: Engine, at: str, clock: Callable[[], int] = now_us) -> None:
        self._engine, self._clock, self._at = engine, clock, clock_of(at)
        host = socket.gethostname()[:32].replace(":", "-")
        self._owner = f"{host}:{os.getpid()}:{secrets.token_hex(4)}"
        self._renewed = 0.0
        self._rounds = Rounds("waypost-housekeeping", self.turn)

    def start(self) -> None:
        """Begin to look for work."""
        self._rounds.start()

    def stop(self, timeout: float = 8.0) -> None:
        """End after the present step; what was begun is begun again by the next process."""
        self._rounds.stop(timeout)

    def turn(self) -> None:
        """Do what there is to do now."""
        self._make_segments()
        if self._at is not None and self._is_due():
            self._compare()

    def _make_segments(self) -> None:
        with self._engine.connect() as connection:
            missing = segments.missing(connection)
        if not missing:
            return
        with self._leased(SEGMENTS) as mine:
            for number in missing if mine else []:
                begun = time.monotonic()
                # What is read again at this moment gets its segment the next time.
                segments.make(self._engine, number, self._clock())
                if not self._going(SEGMENTS, time.monotonic() - begun):
                    return

    def _is_due(self) -> bool:
        assert self._at is not None
        with self._engine.connect() as connection:
            last = jobs.noted(connection, comparison.NAME)
        if last is None:  # a new store: the first night comes
            jobs.note(self._engine, comparison.NAME, None, self._clock())
            return False
        return last.at < last_due(self._clock(), self._at)

    def _compare(self) -> None:
        with self._leased(comparison.NAME) as mine:
            if not mine or not self._is_due():
                return
            last = comparison.last_comparison(self._engine)
            start = last.next if last else 0
            found = comparison.compare(self._engine, start, lambda pause: self._going(comparison.NAME, pause))
            if found is None:
                return
            now = self._clock()
            comparison.keep(self._engine, replace(found, at=now), now)
            if not found.ok:
                told = "the comparison found %d states that differ from the events, for instance: %s"
                log.error(told, found.differences, ", ".join(found.examples))

    def _going(self, name: str, pause: float) -> bool:
        """Leave others their turn; whether to go on, which needs the lease to be ours still."""
        if self._rounds.wait(pause):
            return False
        if time.monotonic() - self._renewed < RENEW_S:
            return True
        self._renewed = time.monotonic()
        return jobs.take(self._engine, name, self._owner, self._clock())

    @contextmanager
    def _leased(self, name: str) -> Iterator[bool]:
        mine = jobs.take(self._engine, name, self._owner, self._clock())
        self._renewed = time.monotonic()
        try:
            yield mine
        finally:
            if mine:
                jobs.release(self._engine, name, self._owner)
