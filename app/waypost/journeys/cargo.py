"""What happens to a handling unit happens to what is inside it, for the interval in which it was inside.

A container leaves port, and so does every parcel packed into it. Packing and unpacking may be told late
and in any order: intervals are made from all claims that stand, and the unit's facts are looked up in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

EVER = 2**62  # later than any instant, us
DEEPEST = 8  # parcel, bag, pallet, container, trip, vehicle, and then some


class Stay(NamedTuple):
    """Inside `carrier` during [start, end), us."""

    carrier: int
    start: int
    end: int


class Claim(NamedTuple):
    """Somebody said that it was inside `carrier` from, or until, an instant (us); None: not said."""

    carrier: int
    valid_from: int | None
    valid_until: int | None


class Happened(NamedTuple):
    """A milestone that a carrier reached at an instant (us)."""

    slot: int
    at: int


def stays(claims: Iterable[Claim]) -> list[Stay]:
    """The intervals that claims about one subject amount to.

    "Until" alone ends what began before it in the same carrier; where nothing did, it was always inside.
    """
    said = list(claims)
    begun = sorted((c for c in said if c.valid_from is not None or c.valid_until is None), key=_begin)
    ends = [c for c in said if c.valid_from is None and c.valid_until is not None]
    found = []
    for claim in begun:
        start = _begin(claim)
        later = [e.valid_until for e in ends if e.carrier == claim.carrier and (e.valid_until or 0) >= start]
        told = [until for until in (claim.valid_until, *later) if until is not None]
        found.append(Stay(claim.carrier, start, min(told, default=EVER)))
    known = [(claim.carrier, _begin(claim)) for claim in begun]
    for end in ends:
        until = end.valid_until or 0
        if not any(carrier == end.carrier and start <= until for carrier, start in known):
            found.append(Stay(end.carrier, -EVER, until))
    return sorted({stay for stay in found if stay.start < stay.end})


def _begin(claim: Claim) -> int:
    return -EVER if claim.valid_from is None else claim.valid_from


def reached(
    subject: int, inside: Mapping[int, Sequence[Stay]], happened: Mapping[int, Sequence[Happened]]
) -> dict[int, int]:
    """The earliest instant (us) by milestone slot that a subject shares with what it was inside of, however deep."""
    found: dict[int, int] = {}
    for stay in within(subject, inside):
        for slot, at in happened.get(stay.carrier, ()):
            if stay.start <= at < stay.end and at < found.get(slot, EVER):
                found[slot] = at
    return found


def within(subject: int, inside: Mapping[int, Sequence[Stay]]) -> Iterator[Stay]:
    """Every carrier that a subject was inside of, however deep, with the interval in which it was."""
    todo = [(stay, 1) for stay in inside.get(subject, ())]
    seen: set[Stay] = set()
    while todo:
        stay, depth = todo.pop()
        if stay in seen:
            continue
        seen.add(stay)
        yield stay
        if depth < DEEPEST:
            for outer in inside.get(stay.carrier, ()):
                start, end = max(stay.start, outer.start), min(stay.end, outer.end)
                if start < end:
                    todo.append((Stay(outer.carrier, start, end), depth + 1))
