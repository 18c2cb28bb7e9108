"""Every step leaves a sound board, and every step can be taken back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.boards.steps import step
from tests.journeys.boards.worlds import case, flows, shop, wire
from tests.properties import examples
from waypost.domain.errors import DocumentError, NotFound
from waypost.journeys.boards import edit
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import MAX_BLOCKS, Block, Board
from waypost.journeys.boards.edit import History


@examples(1)
@given(flows(), st.data())
def test_steps_undone_are_the_beginning_and_redone_the_end(document: dict[str, object], data: st.DataObject) -> None:
    first = Board.model_validate(document)
    history, seen = History(first), [first]
    for _ in range(data.draw(st.integers(1, 8))):
        board = data.draw(step(history.board))
        assert Board.model_validate(json.loads(json.dumps(board.as_json()))) == board
        if board != history.board:
            seen.append(board)
        history = history.do(board)
    steps = len(seen) - 1
    for expected in reversed(seen[:-1]):
        history = history.undo()
        assert history.board == expected
    assert history.undo() is history
    for expected in seen[1:]:
        history = history.redo()
        assert history.board == expected
    assert history.redo() is history
    assert len(history.past) == steps


def test_a_new_step_forgets_what_was_taken_back_and_a_hundred_are_kept() -> None:
    history = History(shop())
    for x in range(1, edit.STEPS + 21):
        history = history.do(edit.move(history.board, {"pay": (x, 1)}))
    assert len(history.past) == edit.STEPS
    back = history.undo().undo()
    assert len(back.future) == 2
    assert back.do(edit.move(back.board, {"pay": (-1, -1)})).future == ()
    assert back.do(back.board) is back


def test_a_removed_block_takes_its_wires_and_places_along() -> None:
    placed = shop(layout={"wide": [{"block": "word", "x": 0, "y": 0, "w": 4, "h": 2}], "phone": [{"block": "word"}]})
    gone = edit.remove(placed, "word", "pack")
    assert (gone.layout.wide, gone.layout.phone) == ((), ())
    assert gone.block("pack") is None
    assert not any("pack" in (w.from_, w.to) for w in gone.wires)


def test_wires_lead_only_where_kinds_allow() -> None:
    board = shop()
    assert edit.connect(board, "pay", "dear") == board  # there already
    assert edit.connect(board, "pay", "figures").wires[-1].to == "figures"
    for from_, to, port in (
        ("figures", "pay", ""),
        ("pay", "shopify", ""),
        ("pay", "pay", ""),
        ("where", "post", "no"),
    ):
        with pytest.raises(DocumentError, match=from_):
            edit.connect(board, from_, to, port)
    with pytest.raises(NotFound):
        edit.connect(board, "pay", "nowhere")
    assert edit.connect(edit.disconnect(board, "pay", "dear"), "pay", "dear", "x").wires[-1].port == ""
    assert edit.disconnect(board, "pay", "post") == board


def test_the_wires_of_a_case_go_with_it() -> None:
    board = shop()
    where = board.block("where")
    assert where is not None
    more = edit.configure(board, "where", {**where.set, "cases": [*where.set["cases"], case("near", "value", "1")]})
    wired = edit.connect(more, "where", "truck", "near")
    back = edit.configure(wired, "where", where.set)
    assert back == board


def test_copies_are_wired_among_themselves_and_shown_by_copied_panels() -> None:
    board = edit.configure(shop(), "figures", {"name": "F", "show": "kpi", "of": ["customs", "pay"]})
    twice = edit.duplicate(board, "where", "customs", "figures")
    branch, customs, figures = twice.blocks[-3:]
    assert [b.kind for b in (branch, customs, figures)] == ["branch", "stage", "panel"]
    assert (branch.x, branch.y) == (840, 40)
    assert [(w.from_, w.to, w.port) for w in twice.wires[len(board.wires) :]] == [(branch.id, customs.id, "abroad")]
    assert figures.set["of"] == [customs.id, "pay"]
    with pytest.raises(DocumentError):
        edit.paste(board, {"blocks": [{"id": "a", "kind": "stage"}], "wires": [wire("a", "b")]})
    with pytest.raises(NotFound):
        edit.duplicate(board, "nobody")


def test_a_name_changes_and_the_id_stays() -> None:
    board = edit.rename(shop(), "pay", "Money")
    stage = compile_board(board).stage("pay")
    assert stage is not None
    assert stage.name.zh == "Money"
    with pytest.raises(NotFound):
        edit.rename(board, "nobody", "x")


def test_a_block_comes_once_and_is_of_a_known_kind() -> None:
    board = shop()
    for block in (Block(id="pay", kind="stage"), Block(id="new", kind="oracle")):
        with pytest.raises(DocumentError, match=block.id):
            edit.add(board, block)
    for kind in kinds():
        board = edit.add(board, Block(id=edit.new_id(board, kind), kind=kind))
    assert board.blocks[-1].id == "panel_3"


def test_a_board_that_is_full_says_so() -> None:
    board = shop()
    while len(board.blocks) <= MAX_BLOCKS // 2:
        board = edit.duplicate(board, *(block.id for block in board.blocks))
    with pytest.raises(DocumentError, match="blocks"):
        edit.duplicate(board, *(block.id for block in board.blocks))
