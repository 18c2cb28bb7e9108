"""What people do to a board, as pure functions: each takes a board and gives a new one that is sound."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from waypost.domain.errors import DocumentError, NotFound
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.document import Block, Board, Layout, Wire
from waypost.journeys.boards.settings import ports
from waypost.journeys.labels import document_error

STEPS = 100
OFFSET = 40  # how far a copy stands from what it was made of


def new_id(board: Board, kind: str, taken: Collection[str] = ()) -> str:
    """An id for a new block that the board does not hold yet, such as `stage_3`."""
    used = {block.id for block in board.blocks} | set(taken)
    number = 1 + sum(block.kind == kind for block in board.blocks)
    while f"{kind[:40]}_{number}" in used:
        number += 1
    return f"{kind[:40]}_{number}"


def add(board: Board, block: Block) -> Board:
    """Put a block on the board. Errors: DocumentError when its id is taken or its kind unknown."""
    if board.block(block.id) is not None:
        raise DocumentError(f"blocks.{block.id}.id", "There is such a block already.", "Choose another id.")
    if block.kind not in kinds():
        raise DocumentError(f"blocks.{block.id}.kind", "There is no such kind of block.", f"Use {', '.join(kinds())}.")
    return _with(board, blocks=(*board.blocks, block))


def remove(board: Board, *block_ids: str) -> Board:
    """Take blocks off the board, with their wires and their places. Errors: NotFound."""
    gone = {_held(board, name).id for name in block_ids}
    layout = Layout(
        wide=tuple(place for place in board.layout.wide if place.block not in gone),
        phone=tuple(place for place in board.layout.phone if place.block not in gone),
    )
    wires = tuple(wire for wire in board.wires if not {wire.from_, wire.to} & gone)
    return _with(board, blocks=tuple(b for b in board.blocks if b.id not in gone), wires=wires, layout=layout)


def move(board: Board, places: Mapping[str, tuple[int, int]]) -> Board:
    """Put blocks elsewhere on the canvas. Errors: NotFound."""
    for name in places:
        _held(board, name)
    return _blocks(board, {name: {"x": x, "y": y} for name, (x, y) in places.items()})


def connect(board: Board, from_: str, to: str, port: str = "") -> Board:
    """Lead a wire from one block to another; one that is there already stays.

    Errors: NotFound; DocumentError when blocks of these kinds cannot be connected, or the branch has no such case.
    """
    head, tail = _held(board, from_), _held(board, to)
    if head.id == tail.id or tail.kind not in kinds()[head.kind].to:
        raise DocumentError(f"blocks.{from_}.wires", f"A {head.kind} does not lead to {to}.", "Choose another block.")
    port = port if head.kind == "branch" else ""
    if head.kind == "branch" and port not in ports(head):
        raise DocumentError(
            f"blocks.{from_}.wires", f"'{port}' is no case of this branch.", "Start at one of its cases."
        )
    new = Wire.model_validate({"from": from_, "to": to, "port": port})
    return board if new in board.wires else _with(board, wires=(*board.wires, new))


def disconnect(board: Board, from_: str, to: str, port: str = "") -> Board:
    """Take a wire away; one that is not there is no error."""
    kept = tuple(wire for wire in board.wires if (wire.from_, wire.to, wire.port) != (from_, to, port))
    return _with(board, wires=kept)


def configure(board: Board, block_id: str, settings: Mapping[str, Any]) -> Board:
    """Give a block other settings, finished or not; wires of cases that are gone go with them.

    Errors: NotFound; DocumentError for what is no plain JSON.
    """
    before = ports(_held(board, block_id))
    changed = _blocks(board, {block_id: {"set": dict(settings)}})
    gone = before - ports(_held(changed, block_id))
    return _with(changed, wires=tuple(w for w in changed.wires if w.from_ != block_id or w.port not in gone))


def rename(board: Board, block_id: str, name: str | Mapping[str, str]) -> Board:
    """Give a block another name; its id stays. Errors: NotFound."""
    text = name if isinstance(name, str) else dict(name)
    return configure(board, block_id, {**_held(board, block_id).set, "name": text})


def copy(board: Board, block_ids: Iterable[str]) -> dict[str, Any]:
    """Blocks and the wires between them, as they are pasted here or on another board. Errors: NotFound."""
    names = {_held(board, name).id for name in block_ids}
    document = board.as_json()
    return {
        "blocks": [block for block in document["blocks"] if block["id"] in names],
        "wires": [wire for wire in document["wires"] if {wire["from"], wire["to"]} <= names],
    }


def paste(board: Board, clip: Mapping[str, Any], offset: int = OFFSET) -> Board:
    """Put copied blocks on the board under new ids, at the end of its blocks, with the wires between them.

    Panels among them show the copies. Errors: DocumentError for what is no such clip.
    """
    try:
        copied = Board.model_validate({**board.as_json(), **{name: clip.get(name, []) for name in ("blocks", "wires")}})
    except ValidationError as error:
        raise DocumentError("clip", error.errors()[0]["msg"] + ".", "Copy the blocks again.") from None
    names: dict[str, str] = {}
    for block in copied.blocks:
        names[block.id] = new_id(board, block.kind, names.values())
    blocks = [_copied(block, names, offset) for block in copied.blocks]
    wires = [wire.model_copy(update={"from_": names[wire.from_], "to": names[wire.to]}) for wire in copied.wires]
    return _with(board, blocks=(*board.blocks, *blocks), wires=(*board.wires, *wires))


def duplicate(board: Board, *block_ids: str) -> Board:
    """Copies of blocks beside them, with the wires between them. Errors: NotFound."""
    return paste(board, copy(board, block_ids))


def _copied(block: Block, names: Mapping[str, str], offset: int) -> Block:
    settings = dict(block.set)
    if isinstance(settings.get("of"), list):
        settings["of"] = [names.get(name, name) if isinstance(name, str) else name for name in settings["of"]]
    changes = {"id": names[block.id], "x": block.x + offset, "y": block.y + offset, "set": settings}
    return Block.model_validate(block.model_dump() | changes)


def _held(board: Board, block_id: str) -> Block:
    block = board.block(block_id)
    if block is None:
        raise NotFound(f"There is no block '{block_id}' on this board.")
    return block


def _blocks(board: Board, changes: Mapping[str, Mapping[str, Any]]) -> Board:
    changed = (block.model_dump() | dict(changes.get(block.id, {})) for block in board.blocks)
    return _with(board, blocks=tuple(changed))


def _with(board: Board, **parts: Any) -> Board:
    """The board with other parts, checked anew."""
    try:
        return Board.model_validate({name: getattr(board, name) for name in Board.model_fields} | parts)
    except ValidationError as error:
        raise document_error(error, "blocks", "Take something away first.") from None


@dataclass(frozen=True)
class History:
    """A board with the steps that led to it and those that were taken back, at most `STEPS` each; immutable."""

    board: Board
    past: tuple[Board, ...] = ()
    future: tuple[Board, ...] = ()

    def do(self, board: Board) -> History:
        """The history after one more step; one that changes nothing is no step."""
        return self if board == self.board else History(board, (*self.past, self.board)[-STEPS:])

    def undo(self) -> History:
        """The history one step earlier; at the beginning nothing happens."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.board, *self.future))

    def redo(self) -> History:
        """The history with the last step taken again; when there is none nothing happens."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.board), self.future[1:])
