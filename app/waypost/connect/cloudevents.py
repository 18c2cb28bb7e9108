"""CloudEvents 1.0 (structured JSON) to statements.

The envelope is CloudEvents' own (github.com/cloudevents/spec, v1.0.2); `data` holds what a
statement needs beyond it. `type` is an event code of the vocabulary; an unknown one is kept as
the partner's word and stored UNMAPPED, never refused and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.connect.fields import DATA, ID_LIMIT, fitting, number, text
from waypost.connect.plausible import check_times
from waypost.domain.errors import FieldError
from waypost.domain.instants import UNDATED_MOMENT, Moment, read_moment
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Statement
from waypost.domain.subject import RELS, LinkClaim, Subject, check_link, read_subject
from waypost.domain.vocabulary import Vocabulary

# Bound once: to ask an enumeration for a member takes longer than anything that is done with it.
_ACTUAL, _DECLARED, _PREDICTED, _ASSERT = Classifier.ACTUAL, Evidence.DECLARED, Evidence.PREDICTED, Kind.ASSERT
_link_to, _link_scope, _link_quantity = text(400), text(64), number(0)


def looks_like_event(item: Any) -> bool:
    """Whether a JSON value is meant to be a CloudEvent at all."""
    return isinstance(item, dict) and "specversion" in item


def read_event(item: Any, vocabulary: Vocabulary, now: int) -> Statement:
    """One CloudEvent as a statement. Errors: FieldError naming the field and the remedy."""
    if not isinstance(item, dict) or item.get("specversion") != "1.0":
        raise _no_event(item)
    given = _given(item.get("data"))
    source, event_id = _text(item, "source", ID_LIMIT), _text(item, "id", ID_LIMIT)
    type_ = _text(item, "type", ID_LIMIT)
    subject = read_subject(_text(item, "subject", 400), given.get("scope") or "", "subject")
    classifier = given.get("classifier", _ACTUAL)
    evidence = given.get("evidence", _DECLARED)
    kind, target = given.get("kind", _ASSERT), given.get("target")
    if kind or target is not None:
        _check_target(kind, target)
    stated, spoken = _times(item, given, classifier, now)
    if evidence == _PREDICTED and classifier == _ACTUAL:
        raise FieldError("data.evidence", "a prediction is no actual event.", "Send classifier 'estimated' with it.")
    entry = vocabulary.event(type_)
    word = given.get("word")
    return Statement(
        source, event_id, subject, entry.code if entry else UNMAPPED, vocabulary.slot_of(type_) if entry else None,
        spoken.at, spoken.until, stated.at, spoken.raw, spoken.tz_source, evidence, classifier, kind, target,
        entry.repeats if entry else None, given.get("quantity"), given.get("reason"), given.get("place"),
        given.get("lat"), given.get("lon"), word if entry else (word or type_), given.get("attributes"),
        _links(given["links"], subject) if "links" in given else (), given.get("simulated", False),
        given.get("payload"),
    )  # fmt: skip


def _no_event(item: Any) -> FieldError:
    if not isinstance(item, dict):
        return FieldError(
            "event", "the event is no JSON object.", "Send a CloudEvent: {specversion, id, source, type, ...}."
        )
    shown = repr(item.get("specversion"))[:40]
    return FieldError("specversion", f"{shown} is not supported.", 'Send "specversion": "1.0".')


def _given(data: Any) -> dict[str, Any]:
    """The fields of `data` that were given, read; most events give only a few of them."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise FieldError("data", "data is no JSON object.", "Send an object, or leave data out.")
    found: dict[str, Any] = {}
    for name, value in data.items():
        read = DATA.get(name)
        if read is None:
            raise FieldError(
                f"data.{name}"[:80],
                "this field is not known.",
                "Put own values into data.attributes, a raw body into data.payload.",
            )
        if value is not None:
            found[name] = read(value, f"data.{name}")
    return found


def _text(item: Mapping[str, Any], name: str, limit: int) -> str:
    value = item.get(name)
    if isinstance(value, str) and value.isascii() and value.isprintable() and value[:1] > " " and len(value) <= limit:
        return value  # as it nearly always is
    if not isinstance(value, str) or not value.strip():
        raise FieldError(name, "it is missing or no text.", f"Send '{name}' as a text that is not empty.")
    return fitting(value, limit, name)


def _check_target(kind: Kind, target: str | None) -> None:
    if (kind != Kind.ASSERT) != (target is not None):
        raise FieldError(
            "data.target",
            f"'{kind.name.lower()}' {'needs' if kind != Kind.ASSERT else 'takes no'} target.",
            "A retraction or correction names the id of the event it is about, an assertion none.",
        )


def _times(
    item: Mapping[str, Any], given: Mapping[str, Any], classifier: Classifier, now: int
) -> tuple[Moment, Moment]:
    """When it was said, and the time it speaks of; both plausible."""
    stated = _moment(item.get("time"), None, "time")
    if "at" not in given:
        check_times(stated.at, None, classifier, now, "time")
        return stated, stated
    # What was said later wins, so nobody may speak from the future.
    check_times(stated.at, None, _ACTUAL, now, "time")
    spoken = _moment(given["at"], given.get("zone"), "data.at")
    check_times(spoken.at, spoken.until, classifier, now, "data.at")
    return stated, spoken


def _moment(value: Any, zone: str | None, field: str) -> Moment:
    if value is None:
        return UNDATED_MOMENT
    if not isinstance(value, str):
        raise FieldError(field, "it is no text.", "Send a time such as 2026-11-23T10:00:00+08:00.")
    return read_moment(value, zone, field)


def _links(value: Any, subject: Subject) -> tuple[LinkClaim, ...]:
    if not isinstance(value, list) or len(value) > 1000:
        raise FieldError(
            "data.links", "it is no list of at most 1,000 links.", 'Send [{"rel": "carries", "to": "order/1"}].'
        )
    return tuple(_link(entry, subject, f"data.links[{place}]") for place, entry in enumerate(value))


def _link(entry: Any, subject: Subject, field: str) -> LinkClaim:
    if not isinstance(entry, dict) or set(entry) - {"rel", "to", "quantity", "from", "until", "scope"}:
        raise FieldError(field, "it is no link.", "Send {rel, to, quantity?, from?, until?, scope?}.")
    word = entry.get("rel")
    rel = RELS.get(word) if isinstance(word, str) else None
    if rel is None:
        raise FieldError(f"{field}.rel", f"{str(word)[:40]!r} is not known.", f"Use one of: {', '.join(RELS)}.")
    to_text = None if entry.get("to") is None else _link_to(entry["to"], f"{field}.to")
    if to_text is None:
        raise FieldError(f"{field}.to", "it is missing.", "Name a subject such as order/1001.")
    quantity = entry.get("quantity")
    to = read_subject(to_text, _scope(entry, subject, field), f"{field}.to")
    check_link(subject, rel, to, field)
    start, end = (_moment(entry.get(name), None, f"{field}.{name}").at for name in ("from", "until"))
    return LinkClaim(rel, to, None if quantity is None else _link_quantity(quantity, f"{field}.quantity"), start, end)


def _scope(entry: Mapping[str, Any], subject: Subject, field: str) -> str:
    """The name space of a link's other end: the one given, else the subject's own."""
    if entry.get("scope") is None:
        return subject.scope
    return _link_scope(entry["scope"], f"{field}.scope") or ""
