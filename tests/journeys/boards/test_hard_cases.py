"""Boards as companies have them after a year: returns, many sources, ways that part twice and join late."""

from __future__ import annotations

import json
from itertools import product

import pytest

from tests.journeys.boards.worlds import block, board, case, chain, returns, stage, wire
from waypost.journeys.boards.check import Known, check, errors
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.derive import board_of
from waypost.journeys.boards.document import Board
from waypost.journeys.document import ELSE, Journey


def test_returns_take_steps_that_are_no_milestones() -> None:
    assert check(returns()) == []
    journey = compile_board(returns())
    assert journey.subject == "return"
    assert {one.grain for one in journey.stages} == {"return"}  # whatever the blocks say, returns are counted
    assert {one.id: one.only for one in journey.path if one.only} == {
        "replace": (("wish:exchange",),),
        "refund": (("wish:else",),),
    }


def test_the_same_board_for_orders_says_which_steps_are_none() -> None:
    orders = Board.model_validate(returns().as_json() | {"subject": "order"})
    found = errors(check(orders))
    assert {problem.code for problem in found} == {"milestone_code"}
    assert {(problem.block, problem.field) for problem in found} >= {
        ("approval", "end.0"), ("watch", "after.0"), ("whole", "end.1"), (None, "exits.0.milestone"),
    }  # fmt: skip


def walks(journey: Journey, chosen: dict[str, str]) -> list[str]:
    """The stages of an order with these cases."""
    taken = {f"{branch}:{name}" for branch, name in chosen.items()}
    return [s.id for s in journey.path if not s.only or any(set(group) <= taken for group in s.only)]


def test_ways_that_part_within_a_way_and_join_one_after_the_other() -> None:
    deep = board(
        [
            block("in", "source"),
            block("land", "branch", x=1, cases=[case("abroad", "destination", "US")]),
            block("size", "branch", x=2, cases=[case("big", "weight", 30, "gte"), case("small", "weight", 1, "lt")]),
            stage("freight", "dispatched", "in_transit", 3),
            stage("letter", "dispatched", "info_received", 3, 9),
            stage("customs", "in_transit", "customs_cleared", 4),
            stage("door", "out_for_delivery", "delivered", 5),
        ],
        [wire("in", "land"), wire("land", "size", "abroad"), wire("land", "door", "else"),
         wire("size", "freight", "big"), wire("size", "letter", "small"), wire("size", "customs", "else"),
         wire("freight", "customs"), wire("letter", "customs"), wire("customs", "door")],
    )  # fmt: skip
    journey = compile_board(deep)
    assert {s.id: s.only for s in journey.stages} == {
        "freight": (("land:abroad", "size:big"),),
        "letter": (("land:abroad", "size:small"),),
        "customs": (("land:abroad",),),
        "door": (),
    }
    for land, size in product(("abroad", ELSE), ("big", "small", ELSE)):
        middle = {"big": ["freight"], "small": ["letter"], ELSE: []}[size]
        expected = ["door"] if land == ELSE else [*middle, "customs", "door"]
        assert walks(journey, {"land": land, "size": size}) == expected


def test_gates_on_one_way_hold_only_those_who_come_by() -> None:
    two = board(
        [
            block("in", "source"),
            block("kind", "branch", cases=[case("drug", "category", "medicine")]),
            block("licence", "gate", before=["dispatched"]),
            block("price", "gate", before=["dispatched"], when=[{"field": "value", "op": "gte", "value": 9}]),
            stage("pack", "paid", "dispatched"),
        ],
        [wire("in", "kind"), wire("kind", "licence", "drug"), wire("kind", "price", "else"), wire("licence", "price"),
         wire("price", "pack")],
    )  # fmt: skip
    journey = compile_board(two)
    assert {s.id: s.only for s in journey.stages} == {
        "pack": (),
        "licence": (("kind:drug", "licence:held"),),
        "price": (("price:held",),),
    }
    assert [branch.id for branch in journey.branches] == ["kind", "licence", "price"]


def test_three_shops_of_which_one_is_paid_elsewhere() -> None:
    shops = board(
        [
            block("web", "source", sources=["web.example", "app.example"]),
            block("else", "source", sources=["tmall.example"]),
            block("b2b", "source", sources=["edi.example"]),
            stage("pay", "order_created", "paid"),
            stage("invoice", "order_created", "invoiced"),
            stage("pack", "order_confirmed", "dispatched"),
            block("p", "panel", show="river"),
        ],
        [wire("web", "pay"), wire("else", "pay"), wire("b2b", "invoice"), wire("pay", "pack"), wire("invoice", "pack")],
    )
    journey = compile_board(shops)
    assert {s.id: s.only for s in journey.stages} == {
        "invoice": (("sources:b2b",),),
        "pay": (("sources:else-1",), ("sources:web",)),
        "pack": (),
    }
    (entry,) = journey.branches
    assert {c.id: c.when[0].value for c in entry.cases} == {
        "b2b": ["edi.example"], "else-1": ["tmall.example"], "web": ["app.example", "web.example"],
    }  # fmt: skip
    (told,) = journey.assign.when
    assert (told.field, told.value) == ("@source", ["app.example", "edi.example", "tmall.example", "web.example"])
    assert check(shops, Known(sources=told.value, dimensions=())) == []
    gone = check(shops, Known(sources={"web.example", "tmall.example", "edi.example"}))
    assert [(p.block, p.field, p.code, p.values) for p in gone] == [
        ("web", "sources.1", "removed", {"source": "app.example"})
    ]


@pytest.mark.parametrize("taken", ["sources", "sources-1"])
def test_a_block_may_have_the_name_that_the_parting_of_sources_would_have(taken: str) -> None:
    named = board(
        [block("a", "source", sources=["a"]), block("b", "source", sources=["b"]), stage("sources", "paid", "packed"),
         stage("sources-1", "packed", "delivered")],
        [wire("a", "sources"), wire("sources", "sources-1"), wire("b", "sources-1")],
    )  # fmt: skip
    journey = compile_board(named)
    assert [branch.id for branch in journey.branches] == ["sources-2"]
    assert journey.stage(taken) is not None


def test_a_board_of_a_whole_company_comes_back_from_its_journey_where_one_way_suffices() -> None:
    names = [f"s{number}" for number in range(60)]
    milestones = ["order_created", "paid", "packed", "dispatched", "in_transit", "delivered"]
    spans = [(a, b) for a in milestones for b in milestones if a != b] * 2
    long = board(
        [block("in", "source"), *(stage(name, *spans[n % 30], x=n) for n, name in enumerate(names))],
        chain("in", *names),
    )
    journey = compile_board(long)
    again = compile_board(Board.model_validate(json.loads(json.dumps(board_of(journey).as_json()))))
    assert again.path == journey.path
