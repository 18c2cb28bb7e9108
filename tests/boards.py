"""Boards for tests: a small one that can be published, and people who share the work."""

from __future__ import annotations

from typing import Any

from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.labels import Labels
from waypost.services.app import Waypost
from waypost.services.boards.boards import Boards
from waypost.services.boards.drafts import Draft

EDITOR, PUBLISHER, APPROVER, ADMIN = "configurator_editor", "configurator_publisher", "approver", "administrator"


def small(board_id: str = "gift-cards", yellow: str = "1h") -> Board:
    """Two stages behind a source; nothing is missing."""
    first = {"name": "Payment", "start": ["order_created"], "end": ["paid"]}
    last = {"name": "Delivery", "start": ["paid"], "end": ["delivered"]}
    return Board(
        id=board_id,
        name=Labels(en="Gift cards", zh="礼品卡"),
        blocks=(
            Block(id="orders", kind="source", set={"name": "Orders"}),
            Block(id="payment", kind="stage", x=200, set={**first, "target": {"yellow": yellow, "red": "9d"}}),
            Block(id="delivery", kind="stage", x=400, set=last),
        ),
        wires=(Wire(from_="orders", to="payment"), Wire(from_="payment", to="delivery")),
    )


def text_panel(board: Board, name: str, words: str = "?") -> Board:
    """The board with one more panel, which says something."""
    panel = Block(id=name, kind="panel", set={"name": name, "show": "text", "text": words})
    return board.model_copy(update={"blocks": (*board.blocks, panel)})


def changed(board: Board, block_id: str, **settings: Any) -> Board:
    """The board with other settings of one block."""
    blocks = tuple(
        block.model_copy(update={"set": {**block.set, **settings}}) if block.id == block_id else block
        for block in board.blocks
    )
    return board.model_copy(update={"blocks": blocks})


def put_into_force(boards: Boards, board: Board) -> Draft:
    """Publish a board the whole way: Ann writes it, Bob approves, Pat publishes."""
    held = boards.start("ann", body=board.as_json())
    boards.submit(held.id, "ann", EDITOR)
    boards.approve(held.id, "bob", APPROVER)
    return boards.publish(held.id, "pat", PUBLISHER)


def agree(waypost: Waypost) -> None:
    """Every journey that has a board in force says what its board says."""
    for entry in waypost.boards.list():
        if entry.state == "live":
            assert waypost.journeys.in_force(entry.id).journey == compile_board(entry.board)
