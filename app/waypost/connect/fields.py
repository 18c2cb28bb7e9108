"""Single values of an event, read and checked; an error names the field and the remedy.

Every reader takes a value that was given (not None) and the name of its field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from waypost.domain.errors import FieldError
from waypost.domain.statement import CLASSIFIERS, EVIDENCE, KIND_WORDS
from waypost.domain.text import is_storable, storable

ID_LIMIT = 180
NUMBER_LIMIT = 2**63
Reader = Callable[[Any, str], Any]


def text(limit: int) -> Reader:
    """A reader of texts of at most `limit` characters; an empty one counts as not given."""

    def read(value: Any, field: str) -> str | None:
        if not isinstance(value, str):
            raise FieldError(field, "it is no text.", f"Send a text of at most {limit} characters.")
        return fitting(value, limit, field) or None

    return read


def fitting(value: str, limit: int, field: str) -> str:
    """A text, if it is short enough and every database can hold it."""
    if len(value) > limit:
        raise FieldError(field, f"it is {len(value)} characters long.", f"Use at most {limit}.")
    if not is_storable(value):
        raise FieldError(field, "it holds a NUL character or half of a surrogate pair.", "Remove it.")
    return value


def choice(words: Mapping[str, Any]) -> Reader:
    """A reader of one of some words."""

    def read(value: Any, field: str) -> Any:
        found = words.get(value) if isinstance(value, str) else None
        if found is None:
            raise FieldError(field, f"{str(value)[:40]!r} is not known.", f"Use one of: {', '.join(words)}.")
        return found

    return read


def number(low: float, high: float = NUMBER_LIMIT) -> Reader:
    """A reader of numbers from `low` to `high`."""

    def read(value: Any, field: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_moderate(value):
            raise FieldError(field, "it is no number, or too large a one.", "Send a JSON number.")
        if not low <= value <= high:
            upwards = f"to {high}" if high < NUMBER_LIMIT else "upwards"
            raise FieldError(field, f"{value} is out of range.", f"Send a number from {low} {upwards}.")
        return float(value)

    return read


def is_moderate(value: Any) -> bool:
    """Whether a value, if it is a number, is finite and fits into 64 bits."""
    return not isinstance(value, int | float) or abs(value) < NUMBER_LIMIT


def flag(value: Any, field: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise FieldError(field, "it is neither true nor false.", "Send true or false.")
    return value


def attributes(value: Any, field: str) -> dict[str, Any] | None:
    """Read names with plain values; an empty object counts as not given."""
    if not isinstance(value, dict) or any(not isinstance(v, str | int | float | bool | None) for v in value.values()):
        raise FieldError(
            field, "it is no object of plain values.", "Send names with texts, numbers, true, false or null."
        )
    if len(value) > 64 or any(len(name) > 64 for name in value):
        raise FieldError(field, "it is too large.", "Send at most 64 names of 64 characters.")
    for name, given in value.items():
        fitting(name, 64, field)
        if isinstance(given, str):
            fitting(given, 1000, f"{field}.{name}")
        elif not is_moderate(given):
            raise FieldError(f"{field}.{name}", "the number is too large.", "Send it as a text.")
    return value or None


def payload(value: Any, field: str) -> str:
    """A raw body as JSON text."""
    try:
        return storable(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except ValueError:
        raise FieldError(field, "it holds a number too large for JSON.", "Send it as a text.") from None


def as_given(value: Any, field: str) -> Any:
    """A value that only makes sense together with others, and is read with them."""
    return value


# What `data` may hold beside the envelope, and how it is read.
DATA: Mapping[str, Reader] = {
    "classifier": choice(CLASSIFIERS),
    "evidence": choice(EVIDENCE),
    "at": as_given,
    "zone": text(64),
    "place": text(ID_LIMIT),
    "lat": number(-90, 90),
    "lon": number(-180, 180),
    "word": text(4000),
    "reason": text(64),
    "quantity": number(0),
    "kind": choice(KIND_WORDS),
    "target": text(ID_LIMIT),
    "attributes": attributes,
    "links": as_given,
    "simulated": flag,
    "scope": text(64),
    "payload": payload,
}
