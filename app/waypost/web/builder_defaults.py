"""What a new block takes over from its neighbours: a stage starts where the one before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.boards.panels import FITS

_PASS = ("branch", "gate")


def filled(before: Board, after: Board) -> Board:
    """The board with settings put in that follow from what is new in it; what a person entered stays as it is."""
    known = {(wire.from_, wire.port, wire.to) for wire in before.wires}
    fresh = [wire for wire in after.wires if (wire.from_, wire.port, wire.to) not in known]
    new = {block.id for block in after.blocks} - {block.id for block in before.blocks}
    changes: dict[str, dict[str, Any]] = {}
    for wire in fresh:
        block = after.block(wire.to)
        bare = block is not None and block.kind == "stage" and not block.set.get("start")
        if block is not None and bare and (start := ends_before(after, wire)):
            changes[block.id] = {"start": start}
    for block in after.blocks:
        bare = block.kind == "kpi" and not (block.set.get("start") or block.set.get("end"))
        if block.id in new and bare and (whole := first_to_last(after)):
            changes[block.id] = {"start": whole[0], "end": whole[1]}
    misfits = {wire for wire in fresh if wire.to in new and not _fits(after, wire)}
    if not changes and not misfits:
        return after
    blocks = tuple(_put(block, changes.get(block.id)) for block in after.blocks)
    return after.model_copy(update={"blocks": blocks, "wires": tuple(w for w in after.wires if w not in misfits)})


def _fits(board: Board, wire: Wire) -> bool:
    """Whether a new panel can show what it was put behind; else it shows everything that fits it."""
    block, shown = board.block(wire.to), board.block(wire.from_)
    if block is None or shown is None or block.kind != "panel":
        return True
    return shown.kind in {str(show): fit for show, fit in FITS.items()}.get(str(block.set.get("show")), ())


def _put(block: Block, more: dict[str, Any] | None) -> Block:
    return block if more is None else block.model_copy(update={"set": {**block.set, **more}})


def ends_before(board: Board, wire: Wire) -> list[str]:
    """The milestones that end the stage a wire comes from, through branches and gates; a source gives the first."""
    seen: set[str] = set()
    asked = [wire.from_]
    while asked:
        block = board.block(asked.pop())
        if block is None or block.id in seen:
            continue
        seen.add(block.id)
        if block.kind == "stage" and block.set.get("end"):
            return list(block.set["end"])
        if block.kind == "source":
            return ["return_requested" if board.subject == "return" else "order_created"]
        if block.kind in _PASS:
            asked += [each.from_ for each in board.wires if each.to == block.id]
    return []


def first_to_last(board: Board) -> tuple[Sequence[str], Sequence[str]] | None:
    """From where the first stage starts to where the last one ends, by the wires."""
    stages = [block for block in board.blocks if block.kind == "stage"]
    reached = {wire.to for wire in board.wires if (found := board.block(wire.from_)) and found.kind != "source"}
    leads = {wire.from_ for wire in board.wires if (found := board.block(wire.to)) and found.kind in ("stage", *_PASS)}
    first = next((block for block in stages if block.id not in reached and block.set.get("start")), None)
    last = next((block for block in reversed(stages) if block.id not in leads and block.set.get("end")), None)
    return (first.set["start"], last.set["end"]) if first and last else None
