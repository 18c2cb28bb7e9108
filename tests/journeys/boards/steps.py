"""Random steps of people at the canvas."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.journeys.boards.worlds import JSON, case, plain
from waypost.domain.errors import WaypostError
from waypost.journeys.boards import edit
from waypost.journeys.boards.document import Block, Board

STEPS = ["add", "remove", "move", "connect", "disconnect", "configure", "rename", "duplicate", "cases"]


@st.composite
def step(draw: st.DrawFn, board: Board, only: list[str] | None = None) -> Board:
    """The board after one step; what a person may not do leaves it as it is."""
    names = [block.id for block in board.blocks] if only is None else only
    what = draw(st.sampled_from(STEPS if names else ["add"]))
    one, other = (draw(st.sampled_from(names)), draw(st.sampled_from(names))) if names else ("", "")
    try:
        return _taken(draw, board, what, one, other)
    except WaypostError:
        return board


def _taken(draw: st.DrawFn, board: Board, what: str, one: str, other: str) -> Board:
    if what == "add":
        kind = draw(st.sampled_from(["source", "stage", "branch", "gate", "kpi", "panel"]))
        return edit.add(board, Block(id=edit.new_id(board, kind), kind=kind))
    if what == "remove":
        return edit.remove(board, one)
    if what == "move":
        return edit.move(board, {one: draw(st.tuples(st.integers(-99, 99), st.integers(-99, 99)))})
    if what in ("connect", "disconnect"):
        change = edit.connect if what == "connect" else edit.disconnect
        return change(board, one, other, draw(st.sampled_from(["", "else", "p", "q"])))
    if what == "rename":
        return edit.rename(board, one, draw(st.text(max_size=5)))
    if what == "duplicate":
        return edit.duplicate(board, one, other)
    if what == "cases":
        cases = [case(name, name, "yes") for name in draw(st.lists(st.sampled_from(["p", "q", "r"]), unique=True))]
        return edit.configure(board, one, {**_set(board, one), "cases": cases})
    changes = plain(draw(st.dictionaries(st.sampled_from(["name", "icon", "target", "of", "card"]), JSON, max_size=2)))
    return edit.configure(board, one, {**_set(board, one), **changes})


def _set(board: Board, block_id: str) -> dict[str, Any]:
    held = board.block(block_id)
    assert held is not None
    return held.set
