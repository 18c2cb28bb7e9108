"""What every statement of every connector must be; each function raises AssertionError with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from waypost.connect.plausible import check_times
from waypost.domain.errors import FieldError
from waypost.domain.instants import TzSource
from waypost.domain.occurrence import REPEATS
from waypost.domain.position import Position
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Refusal, Statement
from waypost.domain.subject import LinkClaim, Subject, SubjectKind, check_link
from waypost.domain.vocabulary import Vocabulary

ID_LIMIT = 191
_ENUMS: Mapping[str, type] = {
    "tz_source": TzSource, "evidence": Evidence, "classifier": Classifier, "kind": Kind,
}  # fmt: skip
_OPTIONAL_TEXTS = ("target", "repeats", "reason", "place", "word", "payload")
_INSTANTS = ("at", "until", "stated_at")
_NUMBERS = ("quantity", "lat", "lon")


def check_identity(said: Statement) -> None:
    """It has a source, an id and a subject, each a text that fits its column."""
    for name in ("source", "event_id"):
        _text(name, getattr(said, name), ID_LIMIT)
    _subject(said.subject)


def check_types(said: Statement, vocabulary: Vocabulary) -> None:
    """Every field has its type, and the code with its slot comes from the vocabulary."""
    for name, kind in _ENUMS.items():
        assert type(getattr(said, name)) is kind, f"{name} is {getattr(said, name)!r}, not a {kind.__name__}"
    for name in _OPTIONAL_TEXTS:
        assert getattr(said, name) is None or isinstance(getattr(said, name), str), f"{name} is no text"
    for name in _NUMBERS:
        value = getattr(said, name)
        assert value is None or (isinstance(value, int | float) and math.isfinite(value)), f"{name} is no number"
    entry = vocabulary.event(said.code)
    assert entry or said.code == UNMAPPED, f"'{said.code}' is no event code; a word nobody knows is {UNMAPPED}"
    assert said.slot == vocabulary.slot_of(said.code), f"{said.code} does not fill slot {said.slot}"
    assert said.repeats == (entry.repeats if entry else None), f"{said.code} does not repeat as {said.repeats!r}"
    assert said.repeats is None or said.repeats in REPEATS
    assert said.code != UNMAPPED or said.word, "an unmapped statement must keep the partner's word"
    _plain(said.attributes)
    for claim in said.links:
        assert isinstance(claim, LinkClaim), f"{claim!r} is no LinkClaim"
        _subject(claim.to)
        with _accepted():
            check_link(said.subject, claim.rel, claim.to, "links")


def check_moment(said: Statement, now: int) -> None:
    """Its times are plausible integer microseconds in UTC, and it says where their zone came from."""
    for name in _INSTANTS:
        value = getattr(said, name)
        assert value is None or type(value) is int, f"{name} is {value!r}, not an integer of microseconds"
    assert type(said.tz_source) is TzSource, f"tz_source is {said.tz_source!r}"
    undated = said.tz_source == TzSource.UNDATED
    assert undated == (said.at is None), f"at is {said.at}, but tz_source says {said.tz_source.name}"
    assert undated or said.raw_time, "the time as the partner wrote it (raw_time) is missing"
    assert not (undated and said.classifier != Classifier.ACTUAL), "a promise without a time says nothing"
    assert said.until is None or (said.at is not None and said.at < said.until), "until is not after at"
    with _accepted():
        check_times(said.at, said.until, said.classifier, now, "at")
        check_times(said.stated_at, None, Classifier.ACTUAL, now, "stated_at")


def check_position(found: Position, now: int) -> None:
    """It is somewhere on earth, at a plausible instant, of a vehicle with an id."""
    assert isinstance(found, Position), f"{type(found).__name__} is no position"
    _subject(found.vehicle)
    assert found.vehicle.kind == SubjectKind.VEHICLE, f"{found.vehicle} is no vehicle"
    assert type(found.at) is int, f"at is {found.at!r}, not an integer of microseconds"
    assert -90 <= found.lat <= 90, f"lat is {found.lat}"
    assert -180 <= found.lon <= 180, f"lon is {found.lon}"
    _text("source", found.source, ID_LIMIT)
    with _accepted():
        check_times(found.at, None, Classifier.ACTUAL, now, "at")


def check_refusal(refused: Refusal) -> None:
    """It names field, problem and remedy, and keeps the raw text."""
    for name in ("source", "field", "problem", "remedy", "raw"):
        assert isinstance(getattr(refused, name), str), f"{name} of a refusal is no text"
        assert getattr(refused, name).strip(), f"{name} of a refusal is empty"


def _text(name: str, value: object, limit: int) -> None:
    assert isinstance(value, str), f"{name} is {value!r}, not a text"
    assert value.strip(), f"{name} is empty"
    assert len(value) <= limit, f"{name} is {len(value)} characters long; at most {limit} fit"


def _subject(subject: object) -> None:
    assert isinstance(subject, Subject), f"the subject is {subject!r}"
    assert type(subject.kind) is SubjectKind, f"the subject's kind is {subject.kind!r}"
    _text("the subject's id", subject.ref, ID_LIMIT)
    assert isinstance(subject.scope, str), "the subject's scope is no text"


def _plain(attributes: Mapping[str, Any] | None) -> None:
    for name, value in (attributes or {}).items():
        _text("an attribute's name", name, 64)
        assert isinstance(value, str | int | float | bool | None), f"attribute {name} is no plain value: {value!r}"


@contextmanager
def _accepted() -> Iterator[None]:
    """What the domain refuses is a fault of the connector here."""
    try:
        yield
    except FieldError as error:
        raise AssertionError(str(error)) from None
