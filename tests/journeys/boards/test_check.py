"""What a person can get wrong, and where the board says so."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import given

from tests.journeys.boards.worlds import block, board, body, case, chain, hostile, shop, stage, wire
from tests.properties import examples
from waypost.journeys.boards.check import Known, Problem, check, errors
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.problems import CODES
from waypost.journeys.document import Assignment

KNOWN = Known(sources={"shop.example"}, dimensions={"value", "destination"})


def said(problems: list[Problem]) -> set[tuple[str | None, str, str, str]]:
    return {(p.block, p.field, p.level, p.code) for p in problems}


def changed(which: str, /, **settings: Any) -> Board:
    """The shop with settings of one block changed; `...` takes one out."""
    document = copy.deepcopy(shop().as_json())
    held = next(b["set"] for b in document["blocks"] if b["id"] == which)
    for key, value in settings.items():
        held.pop(key, None) if value is ... else held.update({key: value})
    return Board.model_validate(document)


def rewired(*wires: dict[str, Any], without: str = "", blocks: tuple[dict[str, Any], ...] = ()) -> Board:
    document = shop().as_json()
    kept = [w for w in document["wires"] if w["to"] != without]
    return Board.model_validate(document | {"wires": [*kept, *wires], "blocks": [*document["blocks"], *blocks]})


@pytest.mark.parametrize(
    ("name", "settings", "field", "code"),
    [
        ("pay", {"end": ["shipped"]}, "end.0", "milestone_unknown"),
        ("pay", {"audience": ["boss"]}, "audience.0", "setting_unreadable"),
        ("where", {"cases": [{"id": "abroad", "name": "", "when": []}]}, "cases.0.name", "name_missing"),
        ("where", {"cases": [{"id": "else", "name": "Else"}]}, "cases.0", "setting_unreadable"),
        ("figures", {"limit": 0}, "limit", "setting_unreadable"),
    ],
)
def test_one_mistake_is_said_once(name: str, settings: dict[str, Any], field: str, code: str) -> None:
    found = [p for p in check(changed(name, **settings), KNOWN) if p.block == name and p.is_error]
    assert {(p.field, p.code) for p in found} == {(field, code)}


def test_a_sound_board_has_no_problem() -> None:
    assert check(shop(), KNOWN) == []


def test_a_board_that_takes_everything_from_others_is_warned_about() -> None:
    other = compile_board(shop()).model_copy(update={"id": "other", "assign": Assignment(priority=0, when=())})
    known = dataclasses.replace(KNOWN, journeys=(other,))
    all_ = changed("shopify", sources=[])
    (problem,) = check(all_, known)
    assert (problem.block, problem.field, problem.level, problem.code) == (None, "when", "warning", "takes_all")
    assert problem.values["journey"] == "other"
    narrow = {"when": [{"field": "value", "op": "gte", "value": 5}]}
    for harmless in (
        shop(),  # it takes one source only
        all_.model_copy(update={"priority": 0}),
        Board.model_validate(all_.as_json() | narrow),
        all_.model_copy(update={"id": "other"}),  # the next version of the one that there is
    ):
        assert check(harmless, known) == []


@pytest.mark.parametrize(
    ("name", "settings", "field", "code"),
    [
        ("pay", {"name": ...}, "name", "name_missing"),
        ("pay", {"name": "  "}, "name", "name_missing"),
        ("pay", {"name": {"en": "", "zh": ""}}, "name", "name_missing"),
        ("pay", {"name": "x" * 201}, "name", "name_long"),
        ("pay", {"start": ...}, "start", "start_missing"),
        ("pay", {"start": []}, "start", "start_missing"),
        ("pay", {"end": []}, "end", "end_missing"),
        ("pay", {"end": ["shipped"]}, "end.0", "milestone_unknown"),
        ("pay", {"end": ["return.approved"]}, "end.0", "milestone_code"),
        ("pay", {"end": ["order_created"]}, "end", "start_is_end"),
        ("pay", {"target": {"yellow": "2d", "red": "2d"}}, "target.yellow", "target_order"),
        ("pay", {"target": {"red": "0s"}}, "target.red", "target_zero"),
        ("pay", {"target": {"yellow": "-1h"}}, "target.yellow", "target_zero"),
        ("pay", {"target": {"red": "soon"}}, "target.red", "duration_unreadable"),
        ("pay", {"target": {"red": 1e13}}, "target.red", "duration_unreadable"),
        ("pay", {"target": {"basis": "promise", "red": 0, "milestone": ""}}, "target.milestone",
         "promise_without_milestone"),
        ("pay", {"target": {"basis": "promise", "red": 0, "milestone": "order.created"}}, "target.milestone",
         "promise_without_milestone"),
        ("pay", {"colour": "red"}, "colour", "setting_unknown"),
        ("pay", {"grain": "return"}, "grain", "grain_of_returns"),
        ("pay", {"calendar": "night"}, "calendar", "calendar_unknown"),
        ("pack", {"start": ["order_created"], "end": ["paid"]}, "start", "stage_twin"),
        ("shopify", {"sources": ["shop.example", "old.example"]}, "sources.1", "removed"),
        ("dear", {"before": []}, "before", "before_missing"),
        ("dear", {"before": ...}, "before", "before_missing"),
        ("dear", {"after": []}, "after", "after_missing"),
        ("dear", {"before": ["paid"]}, "before", "start_is_end"),
        ("dear", {"when": [{"field": "value", "op": "gte", "value": "much"}]}, "when.0.value", "number_expected"),
        ("dear", {"when": [{"field": "value", "op": "eq", "value": ""}]}, "when.0.value", "value_missing"),
        ("dear", {"when": [{"field": "value", "op": "in", "value": []}]}, "when.0.value", "value_missing"),
        ("dear", {"when": [{"field": "value", "op": "eq", "value": {"a": 1}}]}, "when.0.value", "value_unreadable"),
        ("dear", {"when": [{"field": "value", "op": "gte", "value": 9}, {"field": "value", "op": "lt", "value": 9}]},
         "when", "never_holds"),
        ("where", {"cases": []}, "cases", "cases_missing"),
        ("where", {"cases": [{"id": "abroad", "name": "A"}]}, "cases.0", "case_without_conditions"),
        ("where", {"cases": [case("abroad", "destination", "US"), case("abroad", "destination", "DE")]}, "cases.1.id",
         "case_twice"),
        ("where", {"cases": [{"id": "abroad", "name": "A", "when": [{"field": "destination", "value": "US"},
                                                                   {"field": "destination", "value": "DE"}]}]},
         "cases.0", "case_impossible"),
        ("where", {"cases": [case("abroad", "destination", ["US", "DE"], "in"), case("us", "destination", "US")]},
         "cases.1", "case_never_reached"),
        ("where", {"cases": [case("us", "destination", "US")]}, "wires", "port_unknown"),
        ("figures", {"of": ["gone"]}, "of.0", "panel_gone"),
        ("figures", {"of": ["where"]}, "of.0", "panel_misfit"),
        ("figures", {"show": "river"}, "wires", "panel_misfit"),
        ("figures", {"show": ...}, "show", "show_missing"),
        ("word", {"text": ...}, "text", "text_missing"),
        ("word", {"text": ""}, "text", "name_missing"),
    ],
)  # fmt: skip
def test_what_keeps_a_board_from_being_published(name: str, settings: dict[str, Any], field: str, code: str) -> None:
    assert (name, field, "error", code) in said(check(changed(name, **settings), KNOWN))


@pytest.mark.parametrize(
    ("name", "settings", "field", "code"),
    [
        ("pay", {"start": ["payment_authorized"], "end": ["order_created"]}, "end", "end_before_start"),
        ("pack", {"start": ["order_created"]}, "start", "start_too_early"),
        ("post", {"start": ["customs_cleared", "dispatched"]}, "start", "start_too_early"),
        ("post", {"start": ["packed"], "end": ["dispatched"]}, "start", "start_too_early"),
        ("dear", {"before": ["installed"]}, "before", "before_never_comes"),
        ("dear", {"when": [{"field": "colour", "value": "red"}]}, "when.0.field", "field_unknown"),
        ("where", {"cases": [case("abroad", "colour", "red")]}, "cases.0.when.0.field", "field_unknown"),
        ("where", {"cases": [case("abroad", "destination", "US"), case("by", "value", "2")]}, "wires", "output_unused"),
        ("total", {"target": ...}, "target", "target_missing"),
    ],
)
def test_what_is_only_a_warning(name: str, settings: dict[str, Any], field: str, code: str) -> None:
    problems = check(changed(name, **settings), KNOWN)
    assert said(problems) == {(name, field, "warning", code)}
    assert errors(problems) == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (rewired(wire("post", "pay")),
         {(name, "wires", "cycle") for name in ("pay", "dear", "pack", "where", "customs", "post")}),
        (rewired(without="post"), {("post", "wires", "unreached")}),
        (rewired(wire("total", "pay")), {("total", "wires", "wire_forbidden")}),
        (rewired(blocks=(block("more", "source", sources=["shop.example"]),)),
         {("more", "wires", "source_unconnected"), ("more", "sources", "source_twice")}),
        (rewired(blocks=(block("odd", "oracle"),)), {("odd", "kind", "kind_unknown")}),
        (shop(calendars=[{"id": "office", "name": "O", "week": [["09:00-18:00"]] * 7}] * 2),
         {(None, "calendars.1.id", "calendar_twice")}),
        (board([block("in", "source"), stage("s", "paid", "delivered"), block("p", "panel", show="trend"),
                block("q", "panel", show="kpi")], chain("in", "s")), {("q", "of", "panel_empty")}),
        (board([], []), {(None, "blocks", "board_empty")}),
        (board([block("in", "source"), block("p", "panel", show="text", text="x")], []),
         {(None, "blocks", "stage_missing"), ("in", "wires", "source_unconnected")}),
        (board([stage("s", "paid", "delivered"), block("p", "panel", show="river")], []),
         {(None, "blocks", "source_missing")}),
        (shop(when=[{"field": "value", "op": "lt", "value": "?"}]), {(None, "when.0.value", "number_expected")}),
        (shop(any=[{"field": "value", "op": "eq"}]), {(None, "any.0.value", "value_missing")}),
        (shop(customer={"events": {"order.created": {"en": "x", "zh": "x"}}, "hide_events": ["order.created"]}),
         {(None, "customer.events", "customer_event_twice")}),
    ],
)  # fmt: skip
def test_problems_of_the_whole(wrong: Board, expected: set[tuple[str | None, str, str]]) -> None:
    assert {(p.block, p.field, p.code) for p in errors(check(wrong, KNOWN))} == expected


@pytest.mark.parametrize(
    ("start", "end", "warned"),
    [
        ("delivered", "dispatched", True), ("customs_cleared", "customs_started", True),
        ("cancelled", "order_created", True), ("paid", "payment_pending", True),
        ("delivered", "paid", False), ("customs_cleared", "dispatched", False), ("paid", "order_confirmed", False),
        ("installed", "confirmed_by_buyer", False), ("delivered", "order_closed", False),
    ],
)  # fmt: skip
def test_only_what_is_backwards_in_every_trade_is_warned_about(start: str, end: str, warned: bool) -> None:
    alone = board([block("in", "source"), stage("s", start, end), block("p", "panel", show="river")], chain("in", "s"))
    assert {p.code for p in check(alone)} == ({"end_before_start"} if warned else set())


def test_a_board_without_a_panel_is_warned_about() -> None:
    bare = board([block("in", "source"), stage("s", "paid", "delivered")], chain("in", "s"))
    assert said(check(bare)) == {(None, "blocks", "warning", "panel_missing")}


def test_without_what_is_known_nothing_is_said_about_it() -> None:
    assert check(changed("shopify", sources=["anything"])) == []


def test_customers_must_see_something() -> None:
    hidden = board(
        [block("in", "source"), stage("s", "paid", "delivered", audience=["staff"]), block("p", "panel", show="river")],
        chain("in", "s"),
    )
    assert said(check(hidden)) == {(None, "customer.stages", "error", "customer_sees_nothing")}


def test_stages_on_ways_apart_may_run_alike_and_many_of_them_are_too_many() -> None:
    names = [f"s{number}" for number in range(61)]
    cases = [case(name, "warehouse", name) for name in names]
    blocks = [block("in", "source"), block("br", "branch", cases=cases), block("p", "panel", show="river")]
    blocks += [stage(name, "paid", "delivered") for name in names]
    wires = [wire("in", "br"), *(wire("br", name, name) for name in names), wire("br", "s0", "else")]
    assert {p.code for p in check(board(blocks, wires))} == {"stages_many"}


def test_an_unfinished_branch_keeps_its_ways_apart() -> None:
    parted = [block("in", "source"), block("br", "branch", name="", cases=[case("a", "f", 1)])]
    parted += [stage("s", "paid", "delivered"), stage("t", "paid", "delivered"), block("p", "panel", show="river")]
    wires = [wire("in", "br"), wire("br", "s", "a"), wire("br", "t", "else")]
    assert said(check(board(parted, wires))) == {("br", "name", "error", "name_missing")}


def test_ways_without_number_are_refused_and_not_computed() -> None:
    blocks, wires, last = [block("in", "source")], [], "in"
    for number in range(12):
        head, tail = f"br{number}", f"s{number}"
        cases = [case(name, f"f{number}", name) for name in ("a", "b", "c")]
        blocks += [block(head, "branch", cases=cases), stage(tail, "paid", "delivered")]
        wires += [wire(last, head), wire(head, tail, "a"), wire(head, tail, "b")]
        last = tail
    assert "ways_many" in {p.code for p in errors(check(board(blocks, wires)))}


@examples(1)
@given(hostile())
def test_the_check_never_raises(document: dict[str, Any]) -> None:
    drawn = Board.model_validate(document)
    first = check(drawn, KNOWN)
    assert all(p.level in ("error", "warning") for p in first)
    assert {p.code for p in first} <= CODES
    assert {p.block for p in first} <= {None, *(b.id for b in drawn.blocks)}
    assert Board.model_validate(drawn.as_json()) == drawn
    assert check(Board.model_validate(drawn.as_json()), KNOWN) == first


@pytest.mark.parametrize(
    "settings",
    [{"a": float("nan")}, {"a": 2**70}, {"a": "x" * 40_000}, {"\ud800": 1}, {"a": b"x"},
     {"a": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}],
)  # fmt: skip
def test_what_no_store_can_hold_is_no_document(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"values|settings"):
        Board.model_validate(body([{"id": "a", "kind": "stage", "set": settings}], []))


def test_places_are_rounded_and_kept_within_reach() -> None:
    (placed,) = Board.model_validate(body([{"id": "a", "kind": "stage", "x": 7.6, "y": -(10**30)}], [])).blocks
    assert (placed.x, placed.y) == (8, -100_000)
