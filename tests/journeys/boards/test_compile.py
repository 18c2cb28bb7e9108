"""A board becomes one journey: what its wires say, whatever order and place its blocks stand in."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.boards.worlds import block, board, case, chain, flows, hostile, shop, stage, wire
from tests.properties import examples
from waypost.domain.errors import DocumentError
from waypost.journeys.boards.check import check, errors
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.document import ELSE, Journey, read_journey


def test_the_shop_becomes_a_journey() -> None:
    journey = compile_board(shop(priority=7, zone="Asia/Shanghai"))
    assert (journey.id, journey.zone, journey.assign.priority) == ("shop", "Asia/Shanghai", 7)
    assert [s.id for s in journey.stages] == ["pay", "pack", "customs", "truck", "post", "dear", "total"]
    assert [s.id for s in journey.path] == ["pay", "pack", "customs", "truck", "post"]
    assert [c.model_dump() for c in journey.assign.when] == [
        {"field": "@source", "op": "in", "value": ["shop.example"]}
    ]
    assert {s.id: s.only for s in journey.stages if s.only} == {
        "customs": (("where:abroad",),),
        "post": (("where:abroad",),),
        "truck": (("where:else",),),
        "dear": (("dear:held",),),
    }
    assert read_journey(journey.as_json()) == journey


def test_a_gate_is_held_unless_it_was_released() -> None:
    journey = compile_board(shop())
    gate = journey.stage("dear")
    assert gate is not None
    assert gate.gate
    assert (gate.start, gate.end) == (("paid",), ("dispatched",))
    branch = next(branch for branch in journey.branches if branch.id == "dear")
    released, held = branch.cases
    assert (released.id, released.when[0].field, released.when[0].value) == ("released", "gate.dear", "released")
    assert (held.id, held.when[0].field, held.when[0].op) == ("held", "value", "gte")


def test_what_customers_see_is_said_at_the_stage() -> None:
    customer = compile_board(shop(customer={"stages": {"post": {"hidden": True}, "gone": {"hidden": True}}})).customer
    assert customer.stage("pack").hidden  # the audience leaves the customer out
    assert customer.stage("post").hidden
    assert not customer.stage("pay").hidden
    label = customer.stage("truck").label
    assert label is not None
    assert (label.en, label.zh) == ("On its way", "On its way")
    assert set(customer.stages) == {"pack", "post", "truck"}


def test_ways_that_join_again_are_for_every_order() -> None:
    joined = board(
        [block("in", "source"), block("br", "branch", cases=[case("a", "f", 1), case("b", "f", 2)]),
         stage("one", "paid", "packed"), stage("two", "packed", "dispatched"), stage("all", "dispatched", "delivered")],
        [wire("in", "br"), wire("br", "one", "a"), wire("br", "two", "b"), wire("one", "two"), wire("two", "all"),
         wire("br", "all", "else")],
    )  # fmt: skip
    only = {s.id: s.only for s in compile_board(joined).stages}
    assert only == {"one": (("br:a",),), "two": (("br:a",), ("br:b",)), "all": ()}


def test_sources_that_enter_at_different_blocks_part_the_ways() -> None:
    blocks = [
        block("web", "source", sources=["web.example"]), block("rest", "source"),
        stage("pay", "order_created", "paid"), stage("pack", "paid", "dispatched"),
    ]  # fmt: skip
    journey = compile_board(board(blocks, [wire("web", "pay"), wire("pay", "pack"), wire("rest", "pack")]))
    assert {s.id: s.only for s in journey.stages} == {"pay": (("sources:web",),), "pack": ()}
    (entry,) = journey.branches
    assert [(c.id, [w.value for w in c.when]) for c in entry.cases] == [("web", [["web.example"]]), ("rest", [])]
    assert journey.assign.when == ()  # one of them takes every source
    both = compile_board(board(blocks, [*chain("web", "pay", "pack"), wire("rest", "pay")]))
    assert both.branches == ()


def test_a_figure_counts_the_orders_of_the_stages_it_is_wired_to() -> None:
    wired = Board.model_validate(shop().as_json() | {"wires": [*shop().as_json()["wires"], wire("customs", "total")]})
    total = compile_board(wired).stage("total")
    assert total is not None
    assert total.only == (("where:abroad",),)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": ""}, "name"),
        ({"start": []}, "start"),
        ({"start": ["shipped"]}, "start.0"),
        ({"end": ["return.approved"]}, "end.0"),
        ({"calendar": "night"}, "calendar"),
        ({"target": {"red": "soon"}}, "target.red"),
        ({"target": {"yellow": "2d", "red": "1d"}}, "target.yellow"),
        ({"target": {"red": 0}}, "target.red"),
        ({"grain": "return"}, "grain"),
    ],
)
def test_what_cannot_be_compiled_names_block_and_field(settings: dict[str, Any], field: str) -> None:
    wrong = stage("one", "paid", "delivered")
    wrong["set"] |= settings
    with pytest.raises(DocumentError) as refused:
        compile_board(board([block("in", "source"), wrong], chain("in", "one")))
    assert refused.value.field == f"blocks.one.{field}"


def test_circles_and_lost_blocks_are_named() -> None:
    stages = [block("in", "source"), stage("one", "paid", "packed"), stage("two", "packed", "delivered")]
    with pytest.raises(DocumentError, match=r"blocks\.one\.wires"):
        compile_board(board(stages, [*chain("in", "one", "two"), wire("two", "one")]))
    with pytest.raises(DocumentError, match=r"blocks\.two\.wires"):
        compile_board(board(stages, chain("in", "one")))
    with pytest.raises(DocumentError, match="stage"):
        compile_board(board([block("in", "source")], []))


def _compiled(document: dict[str, Any]) -> Journey | str:
    try:
        return compile_board(Board.model_validate(document))
    except DocumentError as error:
        return error.field


@given(document=flows(), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_document_means_nothing(document: dict[str, Any], seed: random.Random) -> None:
    shuffled = {**document, "blocks": [*document["blocks"]], "wires": [*document["wires"]]}
    seed.shuffle(shuffled["blocks"])
    seed.shuffle(shuffled["wires"])
    first, second = _compiled(document), _compiled(shuffled)
    if isinstance(first, Journey):
        assert first == second
    else:
        assert isinstance(second, str)


@given(names=st.permutations(["a", "b", "c", "d", "e"]), places=st.lists(st.integers(-99, 99), min_size=5, max_size=5))
def test_where_wires_decide_moving_changes_nothing(names: list[str], places: list[int]) -> None:
    steps = ["order_created", "paid", "packed", "dispatched", "out_for_delivery", "delivered"]
    stages = [stage(n, a, b, x) for n, (a, b), x in zip(names, itertools.pairwise(steps), places, strict=True)]
    journey = compile_board(board([block("in", "source", 500), *stages], chain("in", *names)))
    assert [s.id for s in journey.stages] == names


@examples(1)
@given(flows() | hostile())
def test_a_board_without_errors_always_compiles(document: dict[str, Any]) -> None:
    drawn = Board.model_validate(document)
    if not errors(check(drawn)):
        journey = compile_board(drawn)
        assert read_journey(journey.as_json()) == journey
        assert compile_board(Board.model_validate(drawn.as_json())) == journey


@examples(1)
@given(flows(), st.data())
def test_only_says_exactly_who_comes_by(document: dict[str, Any], data: st.DataObject) -> None:
    """Every choice of cases is walked by hand along the wires, and compared with what the journey says."""
    compiled = _compiled(document)
    if not isinstance(compiled, Journey):
        return
    heads = {
        b["id"]: [*(c["id"] for c in b["set"]["cases"]), ELSE] for b in document["blocks"] if b["kind"] == "branch"
    }
    chosen = {name: data.draw(st.sampled_from(cases)) for name, cases in heads.items()}
    here = {"in"}
    for _ in document["blocks"]:
        here |= {w["to"] for w in document["wires"] if w["from"] in here and w["port"] == chosen.get(w["from"], "")}
    for one in compiled.path:
        fits = not one.only or any(
            all(chosen[ref.partition(":")[0]] == ref.partition(":")[2] for ref in group) for group in one.only
        )
        assert fits == (one.id in here), one.id
