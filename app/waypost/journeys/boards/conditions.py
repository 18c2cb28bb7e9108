"""Conditions looked at without an order: values that cannot be, cases that no order can take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from waypost.domain.text import as_text
from waypost.journeys.document import Case, Condition

_DIGITS = re.compile(r"-?\d{1,15}(\.\d{1,15})?\Z", re.ASCII)  # readers agree on these; words are for doubt
_LISTED, _NOT, _NUMBER = ("eq", "in"), ("ne", "not_in"), ("gte", "lt")


def wrong_value(condition: Condition) -> str | None:
    """The code of what is wrong with the value of a condition, or None."""
    if condition.op in ("present", "absent"):
        return None
    if condition.op in _NUMBER:
        return None if _number(condition.value) is not None else "number_expected"
    values = _values(condition)
    if not values or any(value is None or value == "" for value in values):
        return "value_missing"
    if not all(isinstance(value, str | int | float) for value in values):
        return "value_unreadable"
    return None


def _values(condition: Condition) -> list[Any]:
    value = condition.value
    return list(value) if isinstance(value, list | tuple) else [value]


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) and not isinstance(value, bool) else None


def _texts(condition: Condition) -> set[str]:
    return {as_text(value) for value in _values(condition)}


def implies(one: Condition, other: Condition) -> bool:
    """Whether every order that fits `one` surely fits `other`; both values must be sound."""
    if one.field != other.field:
        return False
    if one.op in ("present", "absent") and one.op == other.op:
        return True
    if one.op in _LISTED:
        return all(_fits(text, other, doubt=False) for text in _texts(one))
    if one.op in _NUMBER:
        return other.op == "present" or (one.op == other.op and _within(one, other))
    if one.op in _NOT and other.op in _NOT:
        return _texts(one) >= _texts(other)
    return one.op == "absent" and other.op in _NOT


def _within(one: Condition, other: Condition) -> bool:
    mine, wider = _number(one.value), _number(other.value)
    if mine is None or wider is None:
        return False
    return mine >= wider if one.op == "gte" else mine <= wider


def _fits(text: str, condition: Condition, *, doubt: bool) -> bool:
    """Whether an order with this attribute fits, as `waypost.journeys.assign` decides it; `doubt` where it may."""
    if condition.op in ("present", "absent"):
        return condition.op == "present"
    if condition.op in _NUMBER:
        number, limit = _number(text), _number(condition.value)
        if number is None or limit is None or not _DIGITS.match(text):
            return doubt
        return number >= limit if condition.op == "gte" else number < limit
    return (text in _texts(condition)) == (condition.op in _LISTED)


def covers(earlier: Case, case: Case) -> bool:
    """Whether the earlier case surely takes every order that fits the later one."""
    if not all(any(implies(mine, asked) for mine in case.when) for asked in earlier.when):
        return False
    if not earlier.any or any(implies(mine, asked) for mine in case.when for asked in earlier.any):
        return True
    return bool(case.any) and all(any(implies(mine, asked) for asked in earlier.any) for mine in case.any)


def contradicts(when: Sequence[Condition], any_: Sequence[Condition]) -> bool:
    """Whether no order at all can fit these conditions."""
    if any(_exclude(one, other) for place, one in enumerate(when) for other in when[:place]):
        return True
    return bool(any_) and all(any(_exclude(one, other) for other in when) for one in any_)


def _exclude(one: Condition, other: Condition) -> bool:
    if one.field != other.field:
        return False
    for a, b in ((one, other), (other, one)):
        if a.op in _LISTED and not any(_fits(text, b, doubt=True) for text in _texts(a)):
            return True
        if a.op == "absent" and b.op not in (*_NOT, "absent"):
            return True
        if a.op == "gte" and b.op == "lt":
            return (_number(a.value) or 0.0) >= (_number(b.value) or 0.0)
    return False


def sound(conditions: Sequence[Condition]) -> bool:
    """Whether all values are such that conditions can be compared."""
    return all(wrong_value(condition) is None for condition in conditions)


def numbered(field: str, conditions: Sequence[Condition]) -> Iterator[tuple[str, Condition]]:
    """Yield the path and the condition of each."""
    for place, condition in enumerate(conditions):
        yield f"{field}.{place}", condition
