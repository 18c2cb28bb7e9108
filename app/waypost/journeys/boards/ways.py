"""The ways through a board: in which order its blocks stand, and which cases of branches lead to each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import count

from waypost.journeys.boards.blocks import Settings, Source, kinds
from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.boards.settings import ports
from waypost.journeys.document import ELSE

Case = tuple[str, str]  # (branch, case)
Group = frozenset[Case]
Ways = frozenset[Group]

EVERY: Ways = frozenset({frozenset()})
NONE: Ways = frozenset()
MOST = 64  # groups of one block; more of them nobody could draw or read


def flows(block: Block) -> bool:
    """Whether orders travel through this block."""
    kind = kinds().get(block.kind)
    return kind is not None and kind.flow


def flow_wires(board: Board) -> list[Wire]:
    """The wires that orders travel along, whatever their place in the document."""
    through = {block.id for block in board.blocks if flows(block)}
    entries = {block.id for block in board.blocks if block.kind == "source"}
    kept = [wire for wire in board.wires if {wire.from_, wire.to} <= through and wire.to not in entries]
    return sorted(kept, key=lambda wire: (wire.from_, wire.port, wire.to))


def position(block: Block) -> tuple[int, int, str]:
    """Where wires do not decide, blocks stand from left to right, then from top to bottom."""
    return block.x, block.y, block.id


def in_order(board: Board) -> tuple[list[Block], list[Block]]:
    """The blocks of the flow in the order of travel, and those on a circle or behind one."""
    wires = flow_wires(board)
    waiting = {block.id: 0 for block in board.blocks if flows(block)}
    behind: dict[str, list[str]] = {}
    for wire in wires:
        waiting[wire.to] += 1
        behind.setdefault(wire.from_, []).append(wire.to)
    by_id = {block.id: block for block in board.blocks}
    ready = [position(by_id[name]) for name, left in waiting.items() if not left]
    heapify(ready)
    ordered: list[Block] = []
    while ready:
        name = heappop(ready)[2]
        ordered.append(by_id[name])
        for after in behind.get(name, ()):
            waiting[after] -= 1
            if not waiting[after]:
                heappush(ready, position(by_id[after]))
    done = {block.id for block in ordered}
    return ordered, sorted((by_id[name] for name in waiting if name not in done), key=position)


def on_circle(board: Board, left: Iterable[Block]) -> list[Block]:
    """Of the blocks that could not be put in order, those that lead back to themselves."""
    open_ = {block.id for block in left}
    behind: dict[str, set[str]] = {name: set() for name in open_}
    for wire in flow_wires(board):
        if {wire.from_, wire.to} <= open_:
            behind[wire.from_].add(wire.to)
    return [block for block in left if block.id in _after(block.id, behind)]


def _after(start: str, behind: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(behind[start])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += behind[name]
    return found


class Junctions:
    """The cases of every parting of the ways: branches, and the sources where they lead to different blocks."""

    def __init__(self, board: Board, read: Mapping[str, Settings]) -> None:
        self.cases: dict[str, frozenset[str]] = {}
        for block in board.blocks:
            if block.kind == "branch":
                self.cases[block.id] = frozenset(ports(block))
        self.sources = _source_cases(board, [b for b in board.blocks if isinstance(read.get(b.id), Source)])
        self.entry = free("sources", {block.id for block in board.blocks})
        if len(self.sources) > 1:
            self.cases[self.entry] = frozenset(self.sources.values())

    def simplified(self, ways: Iterable[Group]) -> Ways:
        """The same ways in fewer groups: what all cases of a branch lead to does not depend on it."""
        found = set(ways)
        while True:
            found = {group for group in found if not any(other < group for other in found)}
            joined = next(
                (rest for group in sorted(found, key=sorted) if (rest := self._without(group, found)) is not None), None
            )
            if joined is None:
                return frozenset(found)
            found.add(joined)

    def _without(self, group: Group, found: set[Group]) -> Group | None:
        for branch, case in sorted(group):
            rest = group - {(branch, case)}
            wanted = [rest | {(branch, other)} for other in self.cases.get(branch, {case, ELSE})]
            if all(any(held <= group for held in found) for group in wanted):
                return rest
        return None


def _source_cases(board: Board, sources: list[Block]) -> dict[str, str]:
    leading = {wire.from_ for wire in flow_wires(board)}
    used = sorted(block.id for block in sources if block.id in leading)
    return {name: free(name, {ELSE, *(set(used) - {name})}) for name in used}


def free(name: str, taken: Collection[str]) -> str:
    """The name, or one like it that is not taken."""
    tries = (f"{name[:40]}-{number}" for number in count(1))
    return name if name not in taken else next(free for free in tries if free not in taken)


def ways_of(board: Board, junctions: Junctions) -> dict[str, Ways]:
    """Per block of the flow the groups of cases that lead to it; NONE when nothing does.

    Errors: OverflowError naming the block that more than `MOST` different ways lead to.
    """
    found: dict[str, Ways] = {}
    into: dict[str, list[Wire]] = {}
    for wire in flow_wires(board):
        into.setdefault(wire.to, []).append(wire)
    for block in in_order(board)[0]:
        if block.kind == "source":
            case = junctions.sources.get(block.id)
            several = len(junctions.sources) > 1
            found[block.id] = frozenset({frozenset({(junctions.entry, case)})}) if case and several else EVERY
            continue
        coming = {group for wire in into.get(block.id, ()) for group in _along(wire, found[wire.from_], junctions)}
        found[block.id] = junctions.simplified(coming) if len(coming) <= 8 * MOST else frozenset(coming)
        if len(found[block.id]) > MOST:
            raise OverflowError(block.id)
    return found


def _along(wire: Wire, ways: Ways, junctions: Junctions) -> Ways:
    if wire.from_ not in junctions.cases:
        return ways
    if wire.port not in junctions.cases[wire.from_]:
        return NONE  # the case is gone: nobody travels along this wire
    return frozenset(group | {(wire.from_, wire.port)} for group in ways)


def meet(one: Ways, other: Ways) -> bool:
    """Whether an order can be on both of these ways."""
    return any(agree(a, b) for a in one for b in other)


def agree(one: Group, other: Group) -> bool:
    """Whether an order can be in both groups."""
    taken = dict(one)
    return all(taken.get(branch, case) == case for branch, case in other)


def as_only(ways: Ways) -> tuple[tuple[str, ...], ...]:
    """The groups as they stand in a journey, sorted; nothing when every order comes by."""
    if frozenset() in ways:
        return ()
    return tuple(sorted(tuple(sorted(f"{branch}:{case}" for branch, case in group)) for group in ways))
