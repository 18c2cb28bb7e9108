"""Statements as table rows and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from waypost.domain.instants import TzSource
from waypost.domain.occurrence import REPEATS, Occurrence
from waypost.domain.statement import Classifier, Evidence, Kind, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind

EVENT_COLUMNS = (
    "id",
    "source_id",
    "event_id",
    "subject_id",
    "code",
    "slot",
    "at",
    "until",
    "stated_at",
    "raw_time",
    "tz_source",
    "recorded_at",
    "evidence",
    "classifier",
    "kind",
    "target",
    "repeats",
    "quantity",
    "reason",
    "place",
    "lat",
    "lon",
    "word",
    "told",
    "attributes",
    "links",
    "simulated",
    "payload",
)
OCCURRENCE_COLUMNS = ("event_id", "subject_id", "what", "at", "place", "quantity", "reason")
PROMISE_COLUMNS = ("event_id", "subject_id", "slot", "classifier", "at", "until", "stated_at")
LINK_COLUMNS = ("event_id", "rel", "from_id", "to_id", "quantity", "valid_from", "valid_until", "stated_at")

# What statements need not speak of. To bind a NULL takes SQLite's driver three times as long as to bind a number, and
# most events have a dozen of them. Every set of columns is a statement of its own that must be prepared and kept:
# once there are this many, others take the least of them that holds theirs.
_OPTIONAL = frozenset(
    EVENT_COLUMNS.index(name)
    for name in ("until", "target", "repeats", "quantity", "reason", "place", "lat", "lon", "word", "told",
                 "attributes", "links", "payload")
)  # fmt: skip
MOST_SHAPES = 16
_SHAPES: dict[frozenset[int], tuple[tuple[str, ...], tuple[int, ...]]] = {
    _OPTIONAL: (EVENT_COLUMNS, tuple(range(len(EVENT_COLUMNS))))
}

_RAW = itemgetter(slice(64))  # so much of a time's text is kept
_sorted_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode

# Their members count from zero; indexing is several times as quick as calling the class.
_TZ_SOURCES, _EVIDENCES, _CLASSIFIERS, _KINDS = tuple(TzSource), tuple(Evidence), tuple(Classifier), tuple(Kind)

# Attributes that people search by.
IDENTIFIERS = ("customer", "order_number", "tracking_number", "external_id", "reference")


class StoredEvent(NamedTuple):
    """One row of the event table, with its source by name; instants in us UTC."""

    id: int
    source: str
    event_id: str
    subject_id: int
    code: str
    slot: int | None
    at: int | None
    until: int | None
    stated_at: int | None
    raw_time: str
    tz_source: TzSource
    recorded_at: int
    evidence: Evidence
    classifier: Classifier
    kind: Kind
    target: str | None
    repeats: str | None
    quantity: float | None
    reason: str | None
    place: str | None
    lat: float | None
    lon: float | None
    word: str | None
    told: str | None
    attributes: Mapping[str, Any] | None
    links: tuple[LinkClaim, ...]
    simulated: bool
    payload: str | None


def event_rows(
    said: Sequence[Statement], ids: Iterable[int], source_ids: Iterable[int], subject_ids: Iterable[int], now: int
) -> list[tuple[Any, ...]]:
    """Statements as rows in the order of EVENT_COLUMNS, recorded at `now` (us)."""
    return list(zip(*_columns(said, ids, source_ids, subject_ids, now, bool), strict=True)) if said else []


def spoken_rows(
    said: Sequence[Statement],
    ids: Iterable[int],
    source_ids: Iterable[int],
    subject_ids: Iterable[int],
    now: int,
    truth: Callable[[object], object] = bool,
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """As `event_rows`, without the columns that none of the statements speaks of; returns the columns and the rows.

    `truth` makes a truth value as the driver takes it.
    """
    columns = _columns(said, ids, source_ids, subject_ids, now, truth)
    spoken = frozenset(place for place in _OPTIONAL if columns[place].count(None) < len(said))
    names, places = _shape(spoken)
    return names, list(zip(*(columns[place] for place in places), strict=True))


def _columns(
    said: Sequence[Statement],
    ids: Iterable[int],
    source_ids: Iterable[int],
    subject_ids: Iterable[int],
    now: int,
    truth: Callable[[object], object],
) -> list[Any]:
    """In the order of EVENT_COLUMNS; by columns, because then there is one call per column and not one per value."""
    (
        _, event_id, _, code, slot, at, until, stated, raw, tz, evidence, classifier, kind, target, repeats,
        quantity, reason, place, lat, lon, word, attributes, links, simulated, payload, told,
    ) = zip(*said, strict=True)  # fmt: skip
    return [
        ids, source_ids, event_id, subject_ids, code, slot, at, until, stated, map(_RAW, raw), map(int, tz),
        repeat(now, len(said)), map(int, evidence), map(int, classifier), map(int, kind), target, repeats,
        quantity, reason, place, lat, lon, word, told, [_sorted_json(a) if a else None for a in attributes],
        [dump_links(each) if each else None for each in links], map(truth, simulated), payload,
    ]  # fmt: skip


def _shape(spoken: frozenset[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The columns to be written where these of _OPTIONAL are spoken of, by name and by place."""
    held = _SHAPES.get(spoken)
    if held is not None:
        return held
    if len(_SHAPES) >= MOST_SHAPES:
        return _SHAPES[min((shape for shape in _SHAPES if shape >= spoken), key=len)]
    places = tuple(place for place in range(len(EVENT_COLUMNS)) if place not in _OPTIONAL or place in spoken)
    _SHAPES[spoken] = tuple(EVENT_COLUMNS[place] for place in places), places
    return _SHAPES[spoken]


def stored_event(row: tuple[Any, ...], source: str) -> StoredEvent:
    """A row in the order of EVENT_COLUMNS as a StoredEvent."""
    (
        id_, _, event_id, subject_id, code, slot, at, until, stated, raw, tz, recorded, evidence, classifier, kind,
        target, repeats, quantity, reason, place, lat, lon, word, told, attributes, links, simulated, payload,
    ) = row  # fmt: skip
    return StoredEvent(
        id_, source, event_id, subject_id, code, slot, at, until, stated, raw, _TZ_SOURCES[tz], recorded,
        _EVIDENCES[evidence], _CLASSIFIERS[classifier], _KINDS[kind], target, repeats, quantity, reason, place, lat,
        lon, word, told, json.loads(attributes) if attributes else None, load_links(links), bool(simulated), payload,
    )  # fmt: skip


def dump_links(links: tuple[LinkClaim, ...]) -> str:
    """Link claims as compact JSON."""
    return json.dumps(
        [[int(c.rel), int(c.to.kind), c.to.ref, c.to.scope, c.quantity, c.valid_from, c.valid_until] for c in links],
        ensure_ascii=False,
    )


def load_links(text: str | None) -> tuple[LinkClaim, ...]:
    """The inverse of `dump_links`."""
    if not text:
        return ()
    return tuple(
        LinkClaim(LinkRel(rel), Subject(SubjectKind(kind), ref, scope), quantity, start, end)
        for rel, kind, ref, scope, quantity, start, end in json.loads(text)
    )


def occurrence_of(said: Statement | StoredEvent) -> Occurrence | None:
    """What recurred, if the statement reports something that can recur."""
    if not said.repeats or said.classifier != Classifier.ACTUAL or said.evidence == Evidence.PREDICTED:
        return None
    return Occurrence(REPEATS[said.repeats], said.at, said.place, said.quantity, said.reason)
