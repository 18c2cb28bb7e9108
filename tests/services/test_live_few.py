"""A handful of orders is summed up and assigned in plain Python; that says what the columns say."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.test_reference import JOURNEYS, PARTED
from tests.properties import examples
from waypost.domain.instants import DAY, SECOND
from waypost.domain.state import promise_key
from waypost.domain.statement import Classifier
from waypost.journeys import assign as columns
from waypost.journeys import few as plain
from waypost.journeys.cells import ABSENT, NEVER, RANK_SHIFT, Cells
from waypost.journeys.document import Assignment, Branch, Journey, read_journey
from waypost.journeys.ways import Ways, choose, key_of
from waypost.services.journeys import JourneyVersion
from waypost.services.live.columns import frame
from waypost.services.live.few import lines_of
from waypost.services.live.rows import Rows
from waypost.services.live.summary import Summary, summarise

START = 1_772_323_200 * SECOND
PLACES = [j for j in [*JOURNEYS, read_journey(PARTED)] if j.subject == "order"]
SLOTS = sorted({0, 4, 5, 9, 13, 18, 19, 20, 21, 27, 30, 32, 33, 34, 35, 39, 43, 47})


def cells(dice: np.random.Generator, n: int) -> Cells:
    """Rows that reached about half of the milestones, by any evidence, some without a time."""
    found = Cells(n)
    for slot in SLOTS:
        at = START + dice.integers(0, 12, n) * (DAY // 4)
        ranked = np.where(dice.random(n) < 0.1, np.int64(3) << RANK_SHIFT, (dice.integers(0, 3, n) << RANK_SHIFT) | at)
        found.own(slot)[:] = np.where(dice.random(n) < 0.35, ranked, ABSENT)
    for latest in (False, True):
        at, until = found.own_promise(promise_key(33, Classifier.PLANNED, latest=latest))
        told = dice.random(n) < 0.7
        at[told] = START + dice.integers(0, 12, int(told.sum())) * (DAY // 4)
        until[told] = at[told] + dice.integers(0, 2, int(told.sum())) * DAY
    return found


@examples(1.5)
@given(seed=st.integers(0, 2**32 - 1), orders=st.integers(1, 6), hours=st.integers(0, 90))
def test_lines_are_the_same_either_way(seed: int, orders: int, hours: int) -> None:
    dice = np.random.default_rng(seed)
    units = int(dice.integers(0, 8))
    pairs = [(u, o) for u in range(units) for o in range(orders) if dice.random() < 0.4]
    both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    branches = {key_of(b): len(b.cases) for j in PLACES for b in j.branches}
    ways = Ways({key: dice.integers(-1, n, orders).astype(np.int16) for key, n in branches.items()})
    first = np.array([next((o for u, o in pairs if u == unit), -1) for unit in range(units)], dtype=np.intp)
    rows = Rows(cells(dice, orders), cells(dice, units), (both[:, 0], both[:, 1]), ways, ways.take(first))
    histories = [[JourneyVersion(journey, 1, None, None, "")] for journey in PLACES]
    chosen = dice.integers(-1, len(PLACES), orders).astype(np.int16)
    now = START + hours * 3_600 * SECOND
    one, other = lines_of(rows, histories, chosen, now), summarise(rows, histories, chosen, now)
    for field in fields(Summary):
        assert getattr(one, field.name).tolist() == getattr(other, field.name).tolist(), field.name


def test_what_turns_red_is_not_red_yet() -> None:
    dice = np.random.default_rng(3)
    rows = Rows(cells(dice, 200), cells(dice, 0), (np.zeros(0, np.intp), np.zeros(0, np.intp)))
    histories = [[JourneyVersion(JOURNEYS[0], 1, None, None, "")]]
    chosen = np.zeros(200, dtype=np.int16)
    now = START + DAY
    before = summarise(rows, histories, chosen, now)
    ahead = before.turns_red[(before.level < 2) & (before.turns_red != NEVER)]
    assert len(ahead)
    assert (ahead >= now).all()
    assert (before.turns_red[before.level == 2] == NEVER).all()
    at = int(ahead.min())
    assert (summarise(rows, histories, chosen, at).level[before.turns_red == at] < 2).all()
    assert (summarise(rows, histories, chosen, at + 1).level[before.turns_red == at] == 2).all()


OPS = ("eq", "ne", "in", "not_in", "gte", "lt", "present", "absent")
VALUES = st.sampled_from(
    [None, "web", "10", " 10", "1e2", "-3", "9.5", "nan", "inf", "", "true", 10, 9.5, True, 0.1, -3]
)


@st.composite
def rules(draw: Any) -> Journey:
    """A journey that asks for anything."""
    asked = []
    for _ in range(draw(st.integers(1, 3))):
        op = draw(st.sampled_from(OPS))
        value: Any = draw(st.sampled_from([9.5, 10, -3, 0.1])) if op in ("gte", "lt") else draw(VALUES)
        if op in ("in", "not_in"):
            value = [value, "web"]
        asked.append({"field": draw(st.sampled_from("ab")), "op": op, "value": value})
    half = draw(st.integers(0, len(asked)))
    both = {"when": asked[:half], "any": asked[half:]}
    name = {"en": "N", "zh": "名"}
    case = {"id": "c", "name": name, **both} if asked else {}
    return JOURNEYS[0].model_copy(
        update={
            "assign": Assignment.model_validate(both),
            "branches": (read_branch(case),),
        }
    )


def read_branch(case: dict[str, Any]) -> Any:
    return Branch.model_validate({"id": "b", "name": case["name"], "cases": [case]})


@examples(3)
@given(journey=rules(), attributes=st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), min_size=1, max_size=4))
def test_rules_choose_the_same_either_way(journey: Journey, attributes: list[dict[str, Any]]) -> None:
    given_ = frame(attributes, {"a", "b"})
    try:
        chosen, cases = plain.assign(attributes, [journey]), plain.choose(attributes, journey.branches)
    except plain.Unclear:
        return
    assert chosen.tolist() == columns.assign(given_, [journey]).tolist()
    assert [c.tolist() for c in cases.values()] == [c.tolist() for c in choose(given_, journey.branches).values()]


@pytest.mark.parametrize("text", ["nan", "1_0", " 1", "١"])
def test_texts_that_may_be_numbers_are_left_to_the_frame(text: str) -> None:
    condition = {"field": "a", "op": "gte", "value": 1}
    rule = Assignment.model_validate({"when": [condition]})
    with pytest.raises(plain.Unclear):
        plain.fits({"a": text}, rule)
