"""A statement: what one partner says about one subject, with who says it and which kind of saying it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from waypost.domain.instants import TzSource
from waypost.domain.subject import LinkClaim, Subject

UNMAPPED = "UNMAPPED"


class Evidence(IntEnum):
    """Who says so; a smaller number is the stronger evidence."""

    SCANNED = 0  # a carrier's or warehouse's scan
    DERIVED = 1  # computed from other facts, such as a geofence
    DECLARED = 2  # a merchant's or platform's word
    PREDICTED = 3  # a model's estimate; never a fact


class Classifier(IntEnum):
    """Which kind of statement it is (the event classifier code of DCSA Track & Trace)."""

    ACTUAL = 0
    ESTIMATED = 1
    PLANNED = 2


class Kind(IntEnum):
    """Whether the statement says something new, takes something back, or puts it right."""

    ASSERT = 0
    RETRACT = 1
    CORRECT = 2


EVIDENCE = {item.name.lower(): item for item in Evidence}
CLASSIFIERS = {item.name.lower(): item for item in Classifier}
KIND_WORDS = {item.name.lower(): item for item in Kind}


class Statement(NamedTuple):
    """One statement, ready to be stored; instants in us UTC, `at` None when no time was given.

    `stated_at` is when it was said, `at`/`until` the time it speaks of. `(source, event_id)`
    is its identity: the same pair twice is the same statement.
    """

    source: str
    event_id: str
    subject: Subject
    code: str
    slot: int | None = None
    at: int | None = None
    until: int | None = None
    stated_at: int | None = None
    raw_time: str = ""
    tz_source: TzSource = TzSource.EXPLICIT
    evidence: Evidence = Evidence.DECLARED
    classifier: Classifier = Classifier.ACTUAL
    kind: Kind = Kind.ASSERT
    target: str | None = None
    repeats: str | None = None  # arrive | depart | attempt | cancel_quantity (vocabulary)
    quantity: float | None = None
    reason: str | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    word: str | None = None
    attributes: Mapping[str, Any] | None = None
    links: tuple[LinkClaim, ...] = ()
    simulated: bool = False
    payload: str | None = None
    told: str | None = None  # the code it came with, where a mapping table says otherwise


class Refusal(NamedTuple):
    """An input that could not be read; kept in quarantine with its raw text until repaired."""

    source: str
    event_id: str
    field: str
    problem: str
    remedy: str
    raw: str
