"""Statements by the million for measurements: orders with twelve milestones, in order of arrival.

Durations are log-normal by lane, trucks leave at a cut-off and not on Sundays, and the profile's
shares of late, repeated, missed and overtaken statements apply. Not the company's day with its
partners, but the same shape, made about a hundred times as fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import repeat
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import DAY, SECOND, TzSource
from waypost.domain.statement import Classifier, Evidence, Kind, Statement
from waypost.domain.subject import Subject, SubjectKind
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.simulate.profile import ORDINARY, Profile

I64 = NDArray[np.int64]

START = 1_767_225_600 * SECOND  # 1 January 2026, UTC
DAYS = 60
BATCH = 5000
_BLOCK = 20_000
_CUTOFF = 18 * 3600 * SECOND
_SUNDAY = 3  # days since the epoch modulo 7

# code, declared or scanned, can be missed, spread, and the median hours since the step before by lane
_STEPS = (
    ("order.created", 0, 0, 0.0, (0.0, 0.0, 0.0, 0.0)),
    ("payment.captured", 0, 0, 1.0, (0.02, 0.02, 0.02, 0.03)),
    ("order.confirmed", 0, 0, 0.9, (0.1, 0.2, 0.2, 0.3)),
    ("warehouse.allocated", 0, 1, 0.7, (0.1, 0.1, 0.1, 0.2)),
    ("warehouse.picked", 1, 1, 0.6, (2.0, 4.0, 4.0, 5.0)),
    ("warehouse.packed", 1, 1, 0.5, (0.5, 0.6, 0.6, 0.8)),
    ("warehouse.outbound_scan", 1, 1, 0.0, (0.0, 0.0, 0.0, 0.0)),
    ("linehaul.picked_up", 1, 1, 0.4, (0.7, 1.0, 1.0, 2.0)),
    ("linehaul.arrived_destination_hub", 1, 1, 0.5, (14.0, 26.0, 34.0, 168.0)),
    ("lastmile.station_arrived", 1, 1, 0.5, (5.0, 8.0, 9.0, 24.0)),
    ("lastmile.out_for_delivery", 1, 1, 0.4, (9.0, 14.0, 14.0, 16.0)),
    ("delivery.delivered", 1, 0, 0.5, (3.0, 4.0, 4.0, 4.5)),
)
STEPS = len(_STEPS)
_OUTBOUND = 6
_LANES = ("CN-CN", "EU-EU", "US-US", "CN-EU")
_CHANNELS = ("webshop", "yuelan", "huopo-live")
_CARRIERS = ("Feiyan Express", "Polder Parcel", "Hudson Parcel", "Jade Bridge")
_MIX = (0.62, 0.15, 0.13, 0.10)


class _Told(NamedTuple):
    """Statements as columns: when each arrives, of what it speaks (us), order and step."""

    arrival: I64
    at: I64
    order: I64
    step: I64

    def where(self, rows: NDArray[Any]) -> _Told:
        return _Told(*(column[rows] for column in self))

    def and_(self, other: _Told) -> _Told:
        return _Told(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


def statements(
    n_events: int, seed: int = 7, profile: Profile = ORDINARY, *, batch: int = BATCH
) -> Iterator[list[Statement]]:
    """Exactly `n_events` statements in batches, spread over 60 days; the same for the same arguments."""
    build = _Builder()
    left, rest = n_events, build.nothing
    for told in _in_order(n_events, seed, profile):
        rest = rest.and_(told)
        while left and len(rest.at) >= min(batch, left):
            size = min(batch, left)
            yield build.statements(rest.where(np.arange(size)), seed)
            rest, left = rest.where(np.arange(size, len(rest.at))), left - size


def _in_order(n_events: int, seed: int, profile: Profile) -> Iterator[_Told]:
    """Blocks of statements; everything in a block arrives before everything in the next."""
    per_order = (1 + profile.duplicate) * (STEPS - profile.missed * sum(missable for _, _, missable, _, _ in _STEPS))
    # Chance may miss more scans than expected; a few orders too many are cut off at the end.
    orders = ceil(n_events / per_order * 1.02) + 50
    waiting = _Builder.nothing
    for first in range(0, orders, _BLOCK):
        size = min(_BLOCK, orders - first)
        rng = np.random.default_rng([seed, first])
        created = START + ((first + np.arange(size) + rng.random(size)) * (DAYS * DAY / orders)).astype(np.int64)
        waiting = waiting.and_(_told(rng, first, created, lanes_of(seed, first, size), profile))
        after = START + round((first + size) * (DAYS * DAY / orders)) if first + size < orders else None
        ready = waiting.arrival <= after if after is not None else np.ones(len(waiting.at), dtype=bool)
        block = waiting.where(ready)
        yield block.where(np.argsort(block.arrival, kind="stable"))
        waiting = waiting.where(~ready)


def lanes_of(seed: int, first: int, size: int) -> I64:
    """The lanes of a block of orders, as places in the table of lanes."""
    return np.random.default_rng([seed, first, 1]).choice(len(_LANES), size, p=_MIX)


def _told(rng: np.random.Generator, first: int, created: I64, lane: I64, profile: Profile) -> _Told:
    at = _times(rng, created, lane)
    size = at.size
    delay = rng.exponential(60.0, size) + 1
    delay += np.where(rng.random(size) < profile.late, rng.lognormal(np.log(4 * 3600), 0.9, size), 0)
    delay += np.where(rng.random(size) < profile.out_of_order, rng.uniform(1200, 10800, size), 0)
    order = np.repeat(np.arange(first, first + len(created)), STEPS)
    step = np.tile(np.arange(STEPS), len(created))
    told = _Told(at.ravel() + (delay * SECOND).astype(np.int64), at.ravel(), order, step)
    missable = np.array([missable for _, _, missable, _, _ in _STEPS], dtype=bool)
    told = told.where(~(missable[step] & (rng.random(size) < profile.missed)))
    again = told.where(rng.random(len(told.at)) < profile.duplicate)
    later = again.arrival + (rng.lognormal(np.log(1500), 1.2, len(again.at)) * SECOND).astype(np.int64)
    return told.and_(again._replace(arrival=later))


def _times(rng: np.random.Generator, created: I64, lane: I64) -> I64:
    """When each step of each order happens, a row per order."""
    at = np.empty((len(created), STEPS), dtype=np.int64)
    at[:, 0] = created - created % SECOND
    for step, (*_, spread, hours) in enumerate(_STEPS[1:], 1):
        if step == _OUTBOUND:
            at[:, step] = _next_truck(at[:, step - 1])
            continue
        seconds = np.array(hours)[lane] * 3600 * rng.lognormal(0.0, spread, len(created))
        at[:, step] = at[:, step - 1] + seconds.astype(np.int64) * SECOND
    return at


def _next_truck(ready: I64) -> I64:
    """The next departure at the cut-off, which is missing on Sundays."""
    day = -((_CUTOFF - ready) // DAY)
    departure: I64 = (day + (day % 7 == _SUNDAY)) * DAY + _CUTOFF
    return departure


class _Builder:
    """Turns columns into statements without a Python loop over their fields."""

    nothing = _Told(*(np.empty(0, dtype=np.int64) for _ in _Told._fields))

    def __init__(self) -> None:
        vocabulary = load_vocabulary()
        events = [vocabulary.event(code) for code, *_ in _STEPS]
        self._code = [code for code, *_ in _STEPS]
        self._slot = [vocabulary.slot_of(code) for code in self._code]
        self._repeats = [event.repeats if event else None for event in events]
        self._evidence = [Evidence.SCANNED if scanned else Evidence.DECLARED for _, scanned, *_ in _STEPS]
        self._attributes: list[Mapping[str, Any]] = [
            {"channel": channel, "lane": lane, "carrier": carrier, "service": "standard", "warehouse": lane[:2]}
            for lane, carrier in zip(_LANES, _CARRIERS, strict=True)
            for channel in _CHANNELS
        ]
        self._lanes: dict[int, list[int]] = {}

    def statements(self, told: _Told, seed: int) -> list[Statement]:
        """The columns as statements of one source."""
        orders, steps, at = told.order.tolist(), told.step.tolist(), told.at.tolist()
        refs = [f"B{order:08d}" for order in orders]
        subjects = map(Subject._make, zip(repeat(SubjectKind.ORDER), refs, repeat("")))
        attributes = [None if step else self._about(order, seed) for order, step in zip(orders, steps, strict=True)]
        ids = [f"{ref}-{step}" for ref, step in zip(refs, steps, strict=True)]
        places = [f"hub {o % 40}" if self._repeats[step] else None for o, step in zip(orders, steps, strict=True)]
        pick = partial(map, list.__getitem__)
        columns = zip(
            repeat("bulk.lumenleaf.example"), ids, subjects,
            pick(repeat(self._code), steps), pick(repeat(self._slot), steps), at, repeat(None), at,
            repeat(""), repeat(TzSource.EXPLICIT), pick(repeat(self._evidence), steps), repeat(Classifier.ACTUAL),
            repeat(Kind.ASSERT), repeat(None), pick(repeat(self._repeats), steps), repeat(None), repeat(None),
            places, repeat(None), repeat(None), repeat(None), attributes, repeat(()), repeat(True),
            repeat(None), repeat(None),
        )  # fmt: skip
        return list(map(Statement._make, columns))

    def _about(self, order: int, seed: int) -> Mapping[str, Any]:
        first = order - order % _BLOCK
        if first not in self._lanes:
            # The block may be shorter at the end; the lanes of its start are the same all the same.
            self._lanes[first] = lanes_of(seed, first, _BLOCK).tolist()
        return self._attributes[self._lanes[first][order - first] * len(_CHANNELS) + order % len(_CHANNELS)]
