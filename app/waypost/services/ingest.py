"""Taking in CloudEvents: one event or a batch, each told what became of it."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from waypost.connect.cloudevents import looks_like_event, read_event
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.domain.statement import Refusal, Statement
from waypost.domain.text import storable
from waypost.domain.vocabulary import Vocabulary

_PAYLOAD = attrgetter("payload")
MAX_EVENTS = 5_000
MAX_BYTES = 16 * 1024 * 1024


class Reading(NamedTuple):
    """A body read: statements to store, refusals to quarantine, and per event which one it became."""

    said: list[Statement]
    refused: list[Refusal]
    places: list[tuple[bool, int]]  # per event: (is a statement, place in its list)
    single: bool


class Outcome(NamedTuple):
    """What became of one event of a batch."""

    id: str | None
    status: str  # accepted | duplicate | unmapped | quarantined
    field: str | None = None
    problem: str | None = None
    remedy: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The outcome without empty fields."""
        if self.id is not None and self.field is None:
            return {"id": self.id, "status": self.status}
        return {name: value for name, value in self._asdict().items() if value is not None}


def read_body(body: bytes, vocabulary: Vocabulary, now: int | None = None) -> Reading:
    """Read a request body. Errors: FieldError when it is no CloudEvent or batch, or a single invalid event."""
    when = now_us() if now is None else now
    quick = _read_quickly(body, vocabulary, when)
    if quick is not None:
        return quick
    try:
        return _read(_parse(body), vocabulary, when)
    except RecursionError:
        raise FieldError("body", "it is nested too deeply.", "Send plain CloudEvents.") from None


def _read_quickly(body: bytes, vocabulary: Vocabulary, when: int) -> Reading | None:
    """What nearly every body is: events without fault. None for the rest, which is read with more care.

    orjson is several times as fast, but rounds whole numbers beyond 64 bits. No field takes one; what is kept as
    it came (a payload, or an input that goes to quarantine) keeps its digits.
    """
    if len(body) > MAX_BYTES:
        return None
    try:
        reading = _read(orjson.loads(body), vocabulary, when)
    except (orjson.JSONDecodeError, FieldError, RecursionError):
        return None
    return None if reading.refused or any(map(_PAYLOAD, reading.said)) else reading


def _read(parsed: Any, vocabulary: Vocabulary, when: int) -> Reading:
    if isinstance(parsed, dict):
        return Reading([read_event(parsed, vocabulary, when)], [], [(True, 0)], True)
    _check_batch(parsed)
    said: list[Statement] = []
    refused: list[Refusal] = []
    places: list[tuple[bool, int]] = []
    for item in parsed:
        try:
            said.append(read_event(item, vocabulary, when))
            places.append((True, len(said) - 1))
        except FieldError as error:
            refused.append(_refusal(item, error))
            places.append((False, len(refused) - 1))
    return Reading(said, refused, places, False)


def outcomes(reading: Reading, stored: list[str]) -> list[Outcome]:
    """Per event of the body what became of it, once `stored` says so of the statements."""
    found = []
    for is_statement, place in reading.places:
        if is_statement:
            found.append(Outcome(reading.said[place].event_id, stored[place]))
        else:
            r = reading.refused[place]
            found.append(Outcome(r.event_id or None, "quarantined", r.field, r.problem, r.remedy))
    return found


def _parse(body: bytes) -> Any:
    if len(body) > MAX_BYTES:
        raise FieldError("body", f"it has {len(body)} bytes.", f"Send at most {MAX_BYTES} bytes, in several requests.")
    if body[:3] == b"\xef\xbb\xbf":
        body = body[3:]
    try:
        # Decoded here, because json would also take UTF-16 and halves of surrogate pairs.
        return _decoder.decode(body.decode())
    except UnicodeDecodeError:
        raise FieldError("body", "it is not UTF-8.", "Send JSON in UTF-8.") from None
    except ValueError as error:
        raise FieldError(
            "body", f"it is no complete JSON ({error}).", "Send one CloudEvent or an array of them."
        ) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)


def _check_batch(parsed: Any) -> None:
    remedy = "Send one CloudEvent as an object, or a batch as an array of CloudEvents."
    if not isinstance(parsed, list):
        raise FieldError("body", "it is neither an object nor an array.", remedy)
    if len(parsed) > MAX_EVENTS:
        raise FieldError("body", f"it holds {len(parsed)} events.", f"Send at most {MAX_EVENTS} events per request.")
    if parsed and not any(looks_like_event(item) for item in parsed):
        raise FieldError("body", "it is no batch of CloudEvents: no item has 'specversion'.", remedy)


def _refusal(item: Any, error: FieldError) -> Refusal:
    known = item if isinstance(item, dict) else {}
    source, event_id = (storable(str(known.get(name) or ""))[:180] for name in ("source", "id"))
    raw = storable(json.dumps(item, ensure_ascii=False, sort_keys=True))
    return Refusal(source, event_id, error.field, error.problem, error.remedy, raw)
