"""Exactly one journey per order, by its attributes, whatever the order in which journeys were loaded."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import polars as pl
import pytest

from waypost.journeys.assign import UNASSIGNED, assign
from waypost.journeys.document import Journey, read_journey

NAMES = {"en": "N", "zh": "名"}
STAGE = {"id": "s", "name": NAMES, "start": ["paid"], "end": ["delivered"]}
VALUES = ["web", "tmall", None, "10", "9.5", "abc"]


def journey(id_: str, *when: dict[str, Any], priority: int = 0) -> Journey:
    return read_journey(
        {"id": id_, "name": NAMES, "purpose": NAMES, "stages": [STAGE], "assign": {"priority": priority, "when": when}}
    )


def frame(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("op", "value", "chosen"),
    [
        ("eq", "web", [1, 0, 0, 0, 0, 0]),
        ("eq", 10, [0, 0, 0, 1, 0, 0]),
        ("eq", 10.0, [0, 0, 0, 1, 0, 0]),
        ("ne", "web", [0, 1, 1, 1, 1, 1]),
        ("in", ["web", "tmall"], [1, 1, 0, 0, 0, 0]),
        ("in", [], [0, 0, 0, 0, 0, 0]),
        ("in", "web", [1, 0, 0, 0, 0, 0]),
        ("not_in", ["web", "tmall"], [0, 0, 1, 1, 1, 1]),
        ("gte", 9.5, [0, 0, 0, 1, 1, 0]),
        ("lt", 10, [0, 0, 0, 0, 1, 0]),
        ("present", None, [1, 1, 0, 1, 1, 1]),
        ("absent", None, [0, 0, 1, 0, 0, 0]),
    ],
)
def test_conditions(op: str, value: Any, chosen: list[int]) -> None:
    found = assign(frame(f=VALUES), [journey("j", {"field": "f", "op": op, "value": value})])
    assert [int(place == 0) for place in found] == chosen


@pytest.mark.parametrize(
    ("op", "matches"),
    [("eq", False), ("in", False), ("gte", False), ("lt", False), ("present", False), ("absent", True), ("ne", True),
     ("not_in", True)],
)  # fmt: skip
def test_a_field_that_no_order_has(op: str, matches: bool) -> None:
    asked = journey("j", {"field": "nowhere", "op": op, "value": 1})
    assert [place == 0 for place in assign(frame(f=VALUES), [asked])] == [matches] * 6
    both = journey("j", {"field": "nowhere", "op": op, "value": 1}, {"field": "f", "value": "web"})
    assert [place == 0 for place in assign(frame(f=VALUES), [both])] == [matches, *[False] * 5]


def test_the_highest_priority_wins_and_the_id_settles_the_rest() -> None:
    journeys = [
        journey("b"),
        journey("a"),
        journey("web", {"field": "f", "value": "web"}, priority=5),
        journey("vip", {"field": "f", "op": "present"}, {"field": "f", "op": "ne", "value": "tmall"}, priority=9),
    ]
    for order in permutations(journeys):
        chosen = [order[place].id for place in assign(frame(f=VALUES), order)]
        assert chosen == ["vip", "a", "a", "vip", "vip", "vip"]


def test_orders_that_no_journey_wants_are_unassigned() -> None:
    assert list(assign(frame(f=VALUES), [])) == [UNASSIGNED] * 6
    assert list(assign(frame(f=["web", "x"]), [journey("j", {"field": "f", "value": "web"})])) == [0, UNASSIGNED]
    assert len(assign(frame(f=[]), [journey("j"), journey("k", {"field": "f", "value": "web"})])) == 0
