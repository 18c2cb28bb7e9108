"""What can happen more than once: visits to a place, delivery attempts, cancelled quantities.

Occurrences are a set keyed by the event that reported them, so repeats in any order give the
same visits. Two sources reporting the same attempt at the same instant count once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class Repeat(IntEnum):
    """Which kind of thing recurred."""

    ARRIVE = 0
    DEPART = 1
    ATTEMPT = 2
    CANCEL_QUANTITY = 3


REPEATS = {item.name.lower(): item for item in Repeat}


class Occurrence(NamedTuple):
    """One dated happening of a subject; `at` in us, None when not given."""

    what: Repeat
    at: int | None
    place: str | None = None
    quantity: float | None = None
    reason: str | None = None


class Visit(NamedTuple):
    """The n-th stay of a subject at a place; an end that nobody reported is None."""

    place: str
    n: int
    arrived: int | None
    departed: int | None


def visits(occurrences: Iterable[Occurrence]) -> list[Visit]:
    """Pair arrivals and departures per place, in order of time.

    A second arrival without a departure between opens a new visit; a departure without an
    arrival is a visit whose arrival nobody scanned.
    """
    marks: dict[str, list[tuple[int, Repeat]]] = {}
    for seen in set(occurrences):
        if seen.what in (Repeat.ARRIVE, Repeat.DEPART) and seen.place and seen.at is not None:
            marks.setdefault(seen.place, []).append((seen.at, seen.what))
    stays = [stay for place in marks for stay in _pair(place, sorted(set(marks[place])))]
    return sorted(stays, key=lambda v: (v.arrived if v.arrived is not None else v.departed or 0, v.place, v.n))


def _pair(place: str, marks: list[tuple[int, Repeat]]) -> list[Visit]:
    stays: list[Visit] = []
    opened: int | None = None
    for at, what in marks:
        if what == Repeat.ARRIVE:
            if opened is not None:
                stays.append(Visit(place, len(stays) + 1, opened, None))
            opened = at
        else:
            stays.append(Visit(place, len(stays) + 1, opened, at))
            opened = None
    if opened is not None:
        stays.append(Visit(place, len(stays) + 1, opened, None))
    return stays


def attempts(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """The distinct failed delivery attempts, in order of time (undated ones last).

    Of several reports of one attempt the one that says most is given.
    """
    told = {o for o in occurrences if o.what == Repeat.ATTEMPT}
    found: dict[tuple[int | None, str | None], Occurrence] = {}
    for o in sorted(told, key=lambda o: (o.place is None, o.reason is None, str(o))):
        found.setdefault((o.at, o.place if o.at is None else None), o)
    return sorted(found.values(), key=lambda o: (o.at is None, o.at or 0, o.place or ""))


def cancellations(occurrences: Iterable[Occurrence]) -> tuple[float, int | None]:
    """How much of a line has been cancelled, and when last (us; None when a time was not given).

    A cancellation without a quantity takes off the whole line: infinity. Two sources reporting
    the same one count once.
    """
    told = {o for o in occurrences if o.what == Repeat.CANCEL_QUANTITY}
    amounts = [math.inf if o.quantity is None else o.quantity for o in told]
    instants = [o.at for o in told if o.at is not None]
    return math.fsum(amounts), max(instants) if len(instants) == len(told) and told else None
