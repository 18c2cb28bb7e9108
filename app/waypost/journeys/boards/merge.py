"""Two people's changes of one board put together: by block, and within a block by setting.

Where both changed the same setting, theirs stands and the conflict is told. A place on the canvas or
on the grid is not worth a question: theirs stands. A block that one took away and the other changed is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from waypost.journeys.boards.document import Board
from waypost.journeys.boards.tree import GONE, merged, names_of, same

Tree = dict[str, Any]
Ends = tuple[str, str, str]


@dataclass(frozen=True)
class Conflict:
    """What both changed: the block (None: the board itself) and its field, with both values; None is taken away.

    A field of "" is the whole block: one took it away, the other changed it.
    """

    block: str | None
    field: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """The board with both changes, and what had to be decided on the way."""

    board: Board
    conflicts: tuple[Conflict, ...] = ()


def merge(base: Board, mine: Board, theirs: Board) -> Merged:
    """Put the changes from `base` to `mine` and to `theirs` together; the result is always sound."""
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    work = _Merge(base.as_json(), mine.as_json(), theirs.as_json())
    document = work.document()
    try:
        return Merged(Board.model_validate(document), tuple(work.conflicts))
    except ValidationError:
        # Sound apart, but too much together: nothing of theirs may be lost.
        return Merged(theirs, (Conflict(None, "", mine.as_json(), theirs.as_json()),))


class _Merge:
    def __init__(self, base: Tree, mine: Tree, theirs: Tree) -> None:
        self.base, self.mine, self.theirs = base, mine, theirs
        self.conflicts: list[Conflict] = []
        self.revived: dict[str, Tree] = {}  # blocks that one took away, and the document of the other

    def document(self) -> Tree:
        blocks = self._blocks()
        gone = _ids(self.base, self.mine, self.theirs) - {block["id"] for block in blocks}
        apart = ("blocks", "wires", "layout")
        rest = [{name: part for name, part in tree.items() if name not in apart} for tree in self._all()]
        document: Tree = merged(rest[0], rest[1], rest[2], lambda path, *values: self._clash(None, path, *values))
        return {**document, "blocks": blocks, "wires": self._wires(gone), "layout": self._layout(gone)}

    def _all(self) -> tuple[Tree, Tree, Tree]:
        return self.base, self.mine, self.theirs

    def _clash(self, block: str | None, path: str, mine: Any, theirs: Any) -> Any:
        said = (None if value is GONE else value for value in (mine, theirs))
        self.conflicts.append(Conflict(block, path.removeprefix("set."), *said))
        return mine if theirs is GONE else theirs

    def _blocks(self) -> list[Tree]:
        base, mine, theirs = ({block["id"]: block for block in tree["blocks"]} for tree in self._all())
        found = (
            self._block(name, base.get(name, GONE), mine.get(name, GONE), theirs.get(name, GONE))
            for name in names_of(base, mine, theirs)
        )
        return [block for block in found if block is not GONE]

    def _block(self, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        if mine is GONE or theirs is GONE:
            return self._taken_away(name, base, mine, theirs)
        start: Tree = {} if base is GONE else base
        content = [{key: tree[key] for key in ("kind", "set") if key in tree} for tree in (start, mine, theirs)]
        if mine["kind"] != theirs["kind"]:
            sides = {1: mine, 2: theirs}  # another kind with the same id: there is nothing to put together
            same_as_base = [side for side in sides if same(content[0], content[side])]
            return sides[3 - same_as_base[0]] if same_as_base else self._clash(name, "", mine, theirs)
        both = merged(content[0], content[1], content[2], lambda path, *values: self._clash(name, path, *values))
        moved = theirs if base is GONE or _place(theirs) != _place(start) else mine
        return {"id": name, "kind": both["kind"], "x": moved["x"], "y": moved["y"], "set": both["set"]}

    def _taken_away(self, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        left, document = (mine, self.mine) if theirs is GONE else (theirs, self.theirs)
        if base is GONE or left is GONE:
            return left
        if left["kind"] == base["kind"] and same(left["set"], base["set"]):
            return GONE
        self.revived[name] = document
        return self._clash(name, "", mine, theirs)

    def _wires(self, gone: set[str]) -> list[Tree]:
        base, mine, theirs = ({_ends(wire): wire for wire in tree["wires"]} for tree in self._all())
        kept = []
        for ends in names_of(base, mine, theirs):
            wire = theirs.get(ends) or mine[ends]
            if not {ends[0], ends[2]} & gone:
                kept += [wire] if self._stays(ends, base, mine, theirs) else []
            elif ends not in base:  # a new wire at a block that the other one took away
                self._clash(ends[0], "wires", mine.get(ends, GONE), theirs.get(ends, GONE))
        return kept

    def _stays(self, ends: Ends, base: Collection[Ends], mine: Collection[Ends], theirs: Collection[Ends]) -> bool:
        for name in (ends[0], ends[2]):
            if name in self.revived:  # whoever kept the block knows how it was wired
                return ends in (mine if self.revived[name] is self.mine else theirs)
        return ends in mine and ends in theirs if ends in base else True

    def _layout(self, gone: set[str]) -> Tree:
        return {name: self._places(name, gone) for name in self.theirs["layout"]}

    def _places(self, name: str, gone: set[str]) -> list[Tree]:
        base, mine, theirs = ({place["block"]: place for place in tree["layout"][name]} for tree in self._all())
        found = {
            block: _pick(base.get(block, GONE), mine.get(block, GONE), theirs.get(block, GONE))
            for block in names_of(base, mine, theirs)
        }
        return [place for block, place in found.items() if place is not GONE and block not in gone]


def _pick(base: Any, mine: Any, theirs: Any) -> Any:
    """Theirs, unless only mine changed."""
    return mine if same(base, theirs) else theirs


def _place(block: Tree) -> tuple[int, int]:
    return block["x"], block["y"]


def _ends(wire: Tree) -> Ends:
    return wire["from"], wire["port"], wire["to"]


def _ids(*trees: Tree) -> set[str]:
    return {block["id"] for tree in trees for block in tree["blocks"]}
