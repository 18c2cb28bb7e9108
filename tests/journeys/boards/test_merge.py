"""Two people at one board: nothing of either is lost in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.journeys.boards.steps import step
from tests.journeys.boards.worlds import case, flows, hostile, shop
from tests.properties import examples
from waypost.journeys.boards import edit
from waypost.journeys.boards.diff import diff, same_journey
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.merge import Conflict, merge


def walked(data: st.DataObject, board: Board, only: list[str] | None = None) -> Board:
    for _ in range(data.draw(st.integers(0, 4))):
        known = None if only is None else [name for name in only if board.block(name) is not None]
        board = data.draw(step(board, known))
    return board


@examples(1)
@given(flows(), st.data())
def test_what_only_one_changed_stands(document: dict[str, Any], data: st.DataObject) -> None:
    base = Board.model_validate(document)
    mine, theirs = walked(data, base), walked(data, base)
    assert merge(base, base, theirs).board == theirs
    assert merge(base, mine, base).board == mine
    assert merge(base, mine, mine).board == mine
    for same in (merge(base, base, theirs), merge(base, mine, base), merge(base, mine, mine)):
        assert same.conflicts == ()
    both = merge(base, mine, theirs)
    assert Board.model_validate(both.board.as_json()) == both.board
    # Whatever neither touched is as it was, and everything new of both is there.
    assert {b.id for b in (*mine.blocks, *theirs.blocks)} - {b.id for b in base.blocks} <= {
        b.id for b in both.board.blocks
    }


@examples(1)
@given(flows(), st.data())
def test_changes_of_different_blocks_never_conflict(document: dict[str, Any], data: st.DataObject) -> None:
    base = Board.model_validate(document)
    names = [block.id for block in base.blocks]
    half = len(names) // 2
    mine, theirs = walked(data, base, names[:half]), walked(data, base, names[half:])
    new = [{block.id for block in side.blocks} - set(names) for side in (mine, theirs)]
    assume(not new[0] & new[1])
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert one.conflicts == other.conflicts == ()
    assert diff(one.board, other.board).empty
    assert {b.id: b for b in one.board.blocks} == {b.id: b for b in other.board.blocks}


@examples(0.4)
@given(hostile(), hostile(), hostile())
def test_any_three_boards_give_a_sound_one(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    both = merge(*(Board.model_validate(document) for document in (base, mine, theirs))).board
    assert Board.model_validate(both.as_json()) == both


def having(board: Board, **fields: Any) -> Board:
    return Board.model_validate(board.as_json() | fields)


def configured(board: Board, name: str, **settings: Any) -> Board:
    block = board.block(name)
    assert block is not None
    return edit.configure(board, name, {**block.set, **settings})


def test_different_settings_of_one_block_go_together() -> None:
    base = shop()
    mine = edit.move(configured(base, "pay", target={"yellow": "6h", "red": "2d"}), {"pay": (1, 1)})
    theirs = configured(base, "pay", target={"yellow": "12h", "red": "4d"}, owner="payments")
    both = merge(base, mine, theirs)
    pay = both.board.block("pay")
    assert pay is not None
    assert (pay.set["target"], pay.set["owner"], pay.x) == ({"yellow": "6h", "red": "4d"}, "payments", 1)
    assert both.conflicts == ()


def test_cases_of_one_branch_are_changed_by_two() -> None:
    base = shop()
    cases = [case("abroad", "destination", ["US"], "in"), case("near", "value", "1")]
    mine = configured(base, "where", cases=cases)
    theirs = configured(
        base, "where", cases=[*shop().as_json()["blocks"][4]["set"]["cases"], case("far", "value", "2")]
    )
    where = merge(base, mine, theirs).board.block("where")
    assert where is not None
    assert {c["id"]: c["when"][0]["value"] for c in where.set["cases"]} == {"abroad": ["US"], "near": "1", "far": "2"}


def test_the_same_setting_is_a_conflict_and_theirs_stands() -> None:
    base = shop()
    mine, theirs = configured(base, "pay", owner="me"), configured(base, "pay", owner="them")
    both = merge(base, mine, theirs)
    assert both.board == theirs
    assert both.conflicts == (Conflict("pay", "owner", "me", "them"),)
    renamed = merge(
        base, Board.model_validate(mine.as_json() | {"name": "Mine"}), base.model_copy(update={"zone": "Asia/Tokyo"})
    )
    assert (renamed.board.name.en, renamed.board.zone, renamed.conflicts) == ("Mine", "Asia/Tokyo", ())


def test_places_are_settled_without_a_question() -> None:
    base = shop(layout={"wide": [{"block": "word", "x": 0, "y": 0, "w": 4, "h": 2}]})
    mine = edit.move(base, {"pay": (5, 5), "pack": (6, 6)})
    theirs = edit.move(base, {"pay": (9, 9)})
    wide = Board.model_validate(
        mine.as_json() | {"layout": {"wide": [{"block": "word", "x": 4, "y": 0, "w": 8, "h": 2}]}}
    )
    small = Board.model_validate(
        theirs.as_json() | {"layout": {"wide": [{"block": "word", "x": 8, "y": 0, "w": 4, "h": 9}]}}
    )
    both = merge(base, wide, small)
    assert both.conflicts == ()
    assert [(b.x, b.y) for b in both.board.blocks if b.id in ("pay", "pack")] == [(9, 9), (6, 6)]
    assert both.board.layout == small.layout


@pytest.mark.parametrize("swap", [False, True])
def test_a_changed_block_is_kept_with_its_wires_though_the_other_took_it_away(swap: bool) -> None:
    base = shop()
    removed, changed = edit.remove(base, "pack"), configured(base, "pack", owner="them")
    both = merge(base, changed, removed) if swap else merge(base, removed, changed)
    assert both.board == changed
    (conflict,) = both.conflicts
    assert (conflict.block, conflict.field) == ("pack", "")
    assert (conflict.theirs is None) == swap


@pytest.mark.parametrize("swap", [False, True])
def test_a_block_that_was_only_moved_goes_when_the_other_took_it_away(swap: bool) -> None:
    base = shop()
    removed, moved = edit.remove(base, "pack"), edit.move(base, {"pack": (9, 9)})
    both = merge(base, moved, removed) if swap else merge(base, removed, moved)
    assert both.board == removed
    assert both.conflicts == ()


def test_a_new_wire_to_a_block_that_is_gone_is_told() -> None:
    base = edit.disconnect(shop(), "pack", "where")
    both = merge(base, edit.connect(base, "pack", "where"), edit.remove(base, "where"))
    assert [(c.block, c.field) for c in both.conflicts] == [("pack", "wires")]
    assert both.board == edit.remove(base, "where")


@examples(1)
@given(flows(), st.data())
def test_a_difference_is_empty_only_between_equal_boards(document: dict[str, Any], data: st.DataObject) -> None:
    old = Board.model_validate(document)
    new = walked(data, old)
    found = diff(old, new)
    assert found.empty == (old == new)
    assert {b.id for b in new.blocks} == {b.id for b in old.blocks} - set(found.removed) | set(found.added)
    assert set(new.wires) == set(old.wires) - set(found.wires_removed) | set(found.wires_added)
    if found.looks_only and not found.moved:
        assert same_journey(old, new)


def test_a_difference_names_fields_and_marks_blocks() -> None:
    old = shop()
    new = edit.remove(configured(edit.move(old, {"pay": (1, 2)}), "pay", target={"yellow": "1h", "red": "2d"}), "truck")
    new = edit.duplicate(configured(new, "where", cases=[case("abroad", "destination", "US")]), "word")
    new = having(new, zone="Asia/Tokyo")
    found = diff(old, new)
    assert found.changed == {"pay": ("target.yellow",), "where": ("cases.abroad.when",)}
    assert (found.moved, found.removed, found.added) == (("pay",), ("truck",), ("panel_3",))
    assert [found.mark(name) for name in ("pay", "truck", "panel_3", "pack")] == ["changed", "removed", "added", ""]
    assert found.board_fields == ("zone",)
    assert not same_journey(old, new)


def test_moving_and_panels_change_no_journey() -> None:
    old = shop()
    moved = edit.move(old, {"pay": (-500, 7), "total": (3, 3)})
    assert diff(old, moved).looks_only
    assert same_journey(old, moved)
    assert same_journey(old, edit.remove(old, "word", "figures"))
    assert not same_journey(old, edit.rename(old, "pay", "Money"))
    broken = edit.rename(old, "pay", "")
    assert same_journey(broken, edit.move(broken, {"pay": (0, 1)}))
    assert not same_journey(broken, old)
