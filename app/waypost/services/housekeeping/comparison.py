"""The nightly comparison: states against a fold of their events. Figures kept in memory: see `figures`.

A night compares at most a million subjects and the next night goes on behind them, so that a large store is gone
through in a few nights. Where something differs the next night begins again, so that a difference is told until
it is gone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.services import verify
from waypost.store import jobs
from waypost.store.schema import state

NAME: Final = "comparison"
MOST: Final = 1_000_000  # subjects in one night
LONGEST_PAUSE_S: Final = 0.2


@dataclass(frozen=True)
class Compared:
    """What the last comparison found; `at` in us, `next` the subject key that the next one begins with."""

    at: int = 0
    subjects: int = 0
    of: int = 0  # how many there are
    events: int = 0
    differences: int = 0
    examples: list[str] = field(default_factory=list)
    next: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything is as the events say."""
        return not self.differences


def last_comparison(engine: Engine) -> Compared | None:
    """What the last comparison found; None before the first."""
    with engine.connect() as connection:
        note = jobs.noted(connection, NAME)
    if note is None or note.told is None:
        return None
    known = {each.name for each in fields(Compared)}  # what an earlier version noted besides is left out
    return Compared(**{**{name: value for name, value in note.told.items() if name in known}, "at": note.at})


def keep(engine: Engine, found: Compared, now: int) -> None:
    """Write down what a comparison found."""
    told: dict[str, Any] = asdict(found)
    jobs.note(engine, NAME, {name: value for name, value in told.items() if name != "at"}, now)


def keep_whole(engine: Engine, found: verify.Verification, now: int) -> None:
    """Write down a comparison of everything, as `waypost verify` makes one."""
    keep(engine, Compared(now, found.subjects, found.subjects, found.events, found.differences, found.examples), now)


def compare(engine: Engine, start: int, going: Callable[[float], bool], most: int = MOST) -> Compared | None:
    """Compare subjects from key `start` on, around the end of the keys, until `most` of them were looked at.

    `going(pause)` waits so many seconds between two steps, and says whether to go on; None when it did not.
    """
    found, keys = verify.NOTHING, verify.subject_keys(engine)
    steps = _steps(keys, start)
    different: list[int] = []
    while steps and found.subjects < most:
        here, begun = steps.popleft(), time.monotonic()
        part = verify.compare(engine, here, min(here + verify.STEP, keys.stop) - 1)
        found = found.plus(part)
        different += [here] if part.differences else []
        if not going(min(time.monotonic() - begun, LONGEST_PAUSE_S)):
            return None
    with engine.connect() as connection:
        there = connection.scalar(sa.select(sa.func.count()).select_from(state)) or 0
    return Compared(0, *_counts(found, there), found.examples, next=[*different, *steps, 0][0])


def _counts(found: verify.Verification, there: int) -> tuple[int, int, int, int]:
    return found.subjects, max(there, found.subjects), found.events, found.differences


def _steps(keys: range, start: int) -> deque[int]:
    """Where each step begins: from `start` to the end of the keys, then those before it."""
    firsts = deque(range(keys.start, keys.stop, verify.STEP))
    firsts.rotate(-sum(first + verify.STEP <= start for first in firsts))
    return firsts
