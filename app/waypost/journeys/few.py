"""Assignment and branches for a handful of orders in plain Python, where a frame would cost more than the work.

It must say what waypost.journeys.assign and .ways say. Texts of which it is not certain how they are
read as numbers it leaves to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waypost.domain.text import as_text
from waypost.journeys.assign import UNASSIGNED, by_priority
from waypost.journeys.document import Assignment, Branch, Case, Condition, Journey
from waypost.journeys.ways import OTHERS, Cases, key_of

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
Attributes = Mapping[str, Any]


class Unclear(Exception):
    """A text that may or may not be a number."""


def assign(attributes: Sequence[Attributes], journeys: Sequence[Journey]) -> NDArray[np.int16]:
    """Per order the place of its journey in `journeys`, or UNASSIGNED. Errors: Unclear."""
    asked = by_priority(journeys)
    chosen = (next((p for p in asked if fits(a, journeys[p].assign)), UNASSIGNED) for a in attributes)
    return np.fromiter(chosen, np.int16, len(attributes))


def choose(attributes: Sequence[Attributes], branches: Iterable[Branch]) -> dict[str, Cases]:
    """The case of every order at each branch, by `key_of` it. Errors: Unclear."""
    return {
        key: np.fromiter((_case(given, branch) for given in attributes), np.int16, len(attributes))
        for key, branch in {key_of(b): b for b in branches}.items()
    }


def fits(attributes: Attributes, rule: Assignment | Case) -> bool:
    """Whether all of `when` hold and one of `any`. Errors: Unclear."""
    return _hold(all, attributes, rule.when) and (not rule.any or _hold(any, attributes, rule.any))


def _hold(how: Callable[[Iterable[bool]], bool], attributes: Attributes, conditions: Sequence[Condition]) -> bool:
    # All are looked at, as a frame would, so that what is unclear never hides behind another condition.
    return how([_holds(attributes.get(c.field), c) for c in conditions])


def _holds(value: Any, condition: Condition) -> bool:
    if condition.op in ("present", "absent"):
        return (value is not None) == (condition.op == "present")
    if condition.op in ("gte", "lt"):
        if value is None:
            return False
        number, limit = _number(as_text(value)), float(condition.value)
        return number >= limit if condition.op == "gte" else number < limit
    values = condition.value if isinstance(condition.value, list | tuple) else [condition.value]
    inside = value is not None and as_text(value) in [as_text(v) for v in values]
    return inside == (condition.op not in ("ne", "not_in"))


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise Unclear(text)
    return float(text)


def _case(attributes: Attributes, branch: Branch) -> int:
    return next((place for place, case in enumerate(branch.cases) if fits(attributes, case)), OTHERS)
