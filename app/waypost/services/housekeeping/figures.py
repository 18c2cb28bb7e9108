"""The figures that a process keeps in memory, compared once a night with the rows they were made of.

Every process has figures of its own, so each compares its own and notes the result under its place. Figures that
differ are told, and made anew at once.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy.engine import Engine

from waypost.domain.instants import DAY, now_us
from waypost.services.housekeeping.hours import clock_of, last_due
from waypost.services.housekeeping.rounds import Rounds
from waypost.services.live import Live
from waypost.services.rollup_check import compare_rollups
from waypost.store import jobs

PREFIX: Final = "figures/"
KEPT: Final = 3 * DAY  # what a process noted before that is no news of one that runs
EXAMPLES: Final = 10
log = logging.getLogger("waypost.housekeeping")


class Watched(NamedTuple):
    """What the last nights found, of all processes; `at` of the last one in us, `differing` some that differ."""

    at: int
    processes: int
    figures: int  # how many were compared
    differing: list[str]


def last_watched(engine: Engine, now: int) -> Watched | None:
    """What the processes of the last days noted; None when there is none."""
    with engine.connect() as connection:
        notes = jobs.noted_under(connection, PREFIX, now - KEPT)
    told = [(name, note.at, note.told) for name, note in notes.items() if note.told is not None]
    if not told:
        return None
    differing = [f"{name.removeprefix(PREFIX)} {each}" for name, _, found in told for each in found["differing"]]
    return Watched(max(at for _, at, _ in told), len(told), sum(found["figures"] for *_, found in told), differing)


def place_of(role: str, port: int) -> str:
    """What the figures of a process go by: its host, role and port."""
    return f"{socket.gethostname()[:30]}:{role}:{port}"


class FigureWatch:
    """The watch of one process over its own figures; `at` is a time of day, as `HH:MM` on the server's clock, or "off".

    Errors: ValueError.
    """

    def __init__(self, live: Live, engine: Engine, place: str, at: str, clock: Callable[[], int] = now_us) -> None:
        self._live, self._engine, self._name = live, engine, PREFIX + place
        self._clock, self._at = clock, clock_of(at)
        self._done = clock()
        self._rounds = Rounds("waypost-figures", self.turn)

    def start(self) -> None:
        """Begin to watch."""
        self._rounds.start()

    def stop(self, timeout: float = 8.0) -> None:
        """End after the present comparison."""
        self._rounds.stop(timeout)

    def turn(self) -> None:
        """Compare, if a night has begun since the last time and there are figures to compare."""
        now = self._clock()
        if self._at is None or last_due(now, self._at) <= self._done:
            return
        self._done = now
        view = self._live.latest
        if view is None or not self._live.rollups.held:
            return
        found = compare_rollups(view)
        differing = [str(each) for each in found.differences]
        told = {"figures": found.figures, "differing": differing[:EXAMPLES]}
        jobs.forget(self._engine, PREFIX, now - KEPT)
        jobs.note(self._engine, self._name, told, now)
        if differing:
            self._live.rollups.drop()
            log.error(
                "%d figures differed from the orders and were made anew: %s", len(differing), differing[:EXAMPLES]
            )
