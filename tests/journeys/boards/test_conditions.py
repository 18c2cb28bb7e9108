"""What is said of conditions without an order holds for every order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.properties import examples
from waypost.journeys.assign import assign
from waypost.journeys.boards.conditions import contradicts, covers, implies, sound
from waypost.journeys.document import Case, Condition, read_journey

WORDS = [None, "", "a", "b", "1", "2", "9.5", "10", " 2", "1e1", "nan", "inf", "-3", "true", "007"]
OPS = ["eq", "ne", "in", "not_in", "gte", "lt", "present", "absent"]
VALUES = st.sampled_from(["a", "b", "1", 1, 2.0, 9.5, 10, " 2", "1e1", "nan", True, -3, "007"])
ORDERS = pl.DataFrame(
    {"f": [f for f in WORDS for _ in WORDS], "g": WORDS * len(WORDS)}, schema_overrides={"g": pl.String}
)
NAME = {"en": "N", "zh": "N"}
STAGE = {"id": "s", "name": NAME, "start": ["paid"], "end": ["delivered"]}
CONDITIONS = st.builds(
    lambda field, op, value: Condition(field=field, op=op, value=value),
    st.sampled_from(["f", "f", "g"]),
    st.sampled_from(OPS),
    VALUES | st.lists(VALUES, min_size=1, max_size=3),
)
SOME = st.lists(CONDITIONS, max_size=2)


def fitting(when: Sequence[Condition], any_: Sequence[Condition] = ()) -> NDArray[np.bool_]:
    asked = {"when": [c.model_dump() for c in when], "any": [c.model_dump() for c in any_]}
    journey = read_journey({"id": "j", "name": NAME, "purpose": NAME, "stages": [STAGE], "assign": asked})
    found: NDArray[np.bool_] = assign(ORDERS, [journey]) == 0
    return found


@examples(2)
@given(CONDITIONS, CONDITIONS)
def test_what_follows_follows_for_every_order(one: Condition, other: Condition) -> None:
    assume(sound([one, other]))
    if implies(one, other):
        assert not (fitting([one]) & ~fitting([other])).any()


@examples(1)
@given(SOME, SOME)
def test_what_excludes_itself_fits_no_order(when: list[Condition], any_: list[Condition]) -> None:
    assume(sound([*when, *any_]))
    if contradicts(when, any_):
        assert not fitting(when, any_).any()


@examples(1)
@given(SOME, SOME, SOME, SOME)
def test_what_was_taken_before_never_comes(
    when: list[Condition], any_: list[Condition], first: list[Condition], second: list[Condition]
) -> None:
    assume(sound([*when, *any_, *first, *second]))
    earlier, case = (
        Case.model_validate({"id": "c", "name": NAME, "when": w, "any": a}) for w, a in ((when, any_), (first, second))
    )
    if covers(earlier, case):
        assert not (fitting(first, second) & ~fitting(when, any_)).any()


def test_what_is_plain_to_see_is_seen() -> None:
    def asked(op: str, value: object = None) -> Condition:
        return Condition.model_validate({"field": "f", "op": op, "value": value})

    assert implies(asked("eq", 10), asked("gte", 9.5))
    assert implies(asked("in", ["a", "b"]), asked("not_in", ["c"]))
    assert implies(asked("gte", 10), asked("gte", 9))
    assert implies(asked("gte", 10), asked("present"))
    assert implies(asked("absent"), asked("ne", "a"))
    assert not implies(asked("gte", 9), asked("gte", 10))
    assert not implies(asked("ne", "a"), asked("ne", "b"))
    assert contradicts([asked("eq", "a"), asked("in", ["b", "c"])], [])
    assert contradicts([asked("gte", 5), asked("lt", 5)], [])
    assert contradicts([asked("absent")], [asked("present"), asked("eq", "a")])
    assert not contradicts([asked("gte", 4), asked("lt", 5)], [])
