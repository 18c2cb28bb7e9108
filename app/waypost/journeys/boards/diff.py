"""What is different between two versions of a board, for people who approve one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waypost.domain.errors import DocumentError
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board, Wire
from waypost.journeys.boards.tree import leaves

__all__ = ["Diff", "diff", "same_journey"]


@dataclass(frozen=True)
class Diff:
    """Ids of blocks that came, went, changed (with the paths of the settings) or only moved; wires; fields."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    wires_added: tuple[Wire, ...] = ()
    wires_removed: tuple[Wire, ...] = ()
    board_fields: tuple[str, ...] = ()
    layout: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is different."""
        return self.looks_only and not (self.moved or self.layout)

    @property
    def looks_only(self) -> bool:
        """Whether blocks only stand elsewhere, on the canvas or on the grid."""
        content = (self.added, self.removed, self.changed, self.wires_added, self.wires_removed, self.board_fields)
        return not any(content)

    def mark(self, block_id: str) -> str:
        """How a block is marked in the picture: added, removed, changed, or nothing."""
        marks = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return next((mark for mark, blocks in marks.items() if block_id in blocks), "")


def diff(old: Board, new: Board) -> Diff:
    """Everything that is different, in the order of the new board (what was removed: of the old one)."""
    before, after = {b.id: b for b in old.blocks}, {b.id: b for b in new.blocks}
    changed, moved = {}, []
    for name in (name for name in after if name in before):
        one, other = before[name], after[name]
        paths = ["kind"] if one.kind != other.kind else []
        paths += (path or "set" for path in leaves(one.set, other.set))
        if paths:
            changed[name] = tuple(paths)
        if (one.x, one.y) != (other.x, other.y):
            moved.append(name)
    fields, wired = leaves(_fields(old), _fields(new)), (frozenset(old.wires), frozenset(new.wires))
    return Diff(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=changed,
        moved=tuple(moved),
        wires_added=tuple(wire for wire in new.wires if wire not in wired[0]),
        wires_removed=tuple(wire for wire in old.wires if wire not in wired[1]),
        board_fields=tuple(fields),
        layout=tuple(leaves(old.layout.model_dump(mode="json"), new.layout.model_dump(mode="json"))),
    )


def _fields(board: Board) -> dict[str, object]:
    apart = {"blocks", "wires", "layout"}
    return {name: part for name, part in board.as_json().items() if name not in apart}


def same_journey(old: Board, new: Board) -> bool:
    """Whether orders travel alike on both: panels, places and filters are no part of the journey.

    A board that cannot be compiled is like another one only when nothing but its looks differs.
    """
    try:
        return compile_board(old) == compile_board(new)
    except DocumentError:
        return diff(old, new).looks_only
