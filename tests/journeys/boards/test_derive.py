"""A journey that never had a board gets one, and compiles from it as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.journeys.boards.worlds import IDS, MILESTONES, flows, returns, shop
from tests.properties import examples
from waypost.domain.errors import DocumentError
from waypost.journeys.boards.check import check, errors
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.derive import board_of
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.panels import shown
from waypost.journeys.document import Journey, read_journey
from waypost.journeys.shipped import shipped

NAMES = st.builds(lambda en, zh: {"en": en, "zh": zh}, *[st.from_regex(r"[a-z]{1,9}", fullmatch=True)] * 2)
TARGETS = st.fixed_dictionaries(
    {"basis": st.sampled_from(["entered", "promise"]), "yellow": st.none() | st.floats(0.1, 10), "red": st.just("1d")}
)


@st.composite
def linear(draw: st.DrawFn) -> Journey:
    """Any journey on which all orders take the same way, its figures behind its stages."""
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    count = draw(st.integers(1, len(ids)))
    stages = [_stage(draw, name, place >= count) for place, name in enumerate(ids)]
    sources = draw(st.lists(st.sampled_from(["a.example", "b.example"]), unique=True).map(sorted))
    when: list[dict[str, Any]] = [{"field": "channel", "value": "web"}]
    when += [{"field": "@source", "op": "in", "value": sources}] if sources else []
    customer = {"stages": {ids[0]: {"label": draw(NAMES), "show_places": True}}, "show_carrier": draw(st.booleans())}
    return read_journey(
        {"id": "j", "name": draw(NAMES), "purpose": draw(NAMES), "zone": "Asia/Tokyo", "stages": stages,
         "assign": {"priority": draw(st.integers(-9, 9)), "when": when}, "customer": customer,
         "calendars": [{"id": "cal", "name": draw(NAMES), "week": [["09:00-18:00"]] * 7}],
         "exits": [{"milestone": "lost", "outcome": "lost"}]}
    )  # fmt: skip


def _stage(draw: st.DrawFn, name: str, span: bool) -> dict[str, Any]:
    ends = st.lists(st.sampled_from(MILESTONES), min_size=1, max_size=3)
    stage: dict[str, Any] = {
        "id": name,
        "name": draw(NAMES),
        "start": draw(ends),
        "end": draw(ends),
        "target": draw(TARGETS),
    }
    stage |= {"grain": draw(st.sampled_from(["order", "parcel"])), "card": draw(st.booleans()), "span": span}
    return stage | {"owner": draw(st.sampled_from(["", "carrier"])), "calendar": draw(st.sampled_from(["", "cal"]))}


@examples(1)
@given(linear())
def test_a_journey_of_one_way_comes_back_from_its_board(journey: Journey) -> None:
    assert compile_board(board_of(journey)) == journey


@pytest.mark.parametrize("journey", shipped(), ids=lambda journey: journey.id)
def test_the_shipped_journeys_have_boards_that_can_be_published(journey: Journey) -> None:
    board = board_of(journey)
    assert compile_board(board) == journey
    assert errors(check(board)) == []
    assert all(shown(board, place.block) for place in board.layout.wide)


@examples(1)
@given(flows())
def test_a_journey_with_branches_is_drawn_or_refused_but_never_changed(document: dict[str, Any]) -> None:
    drawn = Board.model_validate(document)
    assume(not errors(check(drawn)))
    journey = compile_board(drawn)
    try:
        board = board_of(journey)
    except DocumentError:
        return
    again = compile_board(board)
    assert again.path == journey.path
    assert {stage.id: stage for stage in again.stages} == {stage.id: stage for stage in journey.stages}
    asked = {ref.partition(":")[0] for stage in journey.stages for group in stage.only for ref in group}
    assert {b.id: b for b in again.branches} == {b.id: b for b in journey.branches if b.id in asked}


@pytest.mark.parametrize("drawn", [shop(), returns()], ids=lambda board: board.id)
def test_branches_are_drawn_where_their_stages_part(drawn: Board) -> None:
    journey = compile_board(drawn)
    board = board_of(journey)
    assert compile_board(board).path == journey.path
    assert errors(check(board)) == []


def test_what_no_wires_can_say_is_refused() -> None:
    journey = compile_board(shop())
    only = (("where:abroad",), ("dear:held",))
    crossed = [stage.model_copy(update={"only": only} if stage.id == "pay" else {}) for stage in journey.stages]
    with pytest.raises(DocumentError, match=r"stages\.\w+\.only"):
        board_of(journey.model_copy(update={"stages": tuple(crossed)}))


def test_a_gate_stands_before_what_it_holds_back() -> None:
    back = compile_board(board_of(compile_board(shop())))
    gate = back.stage("dear")
    assert gate is not None
    assert gate == compile_board(shop()).stage("dear")
    assert next(b for b in back.branches if b.id == "dear") == compile_board(shop()).branches[0]
