"""From conditions per stage back to wires: how a journey with branches is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from waypost.domain.errors import DocumentError
from waypost.journeys.boards.compile import HELD
from waypost.journeys.boards.ways import EVERY, Group, Ways, agree
from waypost.journeys.document import ELSE, Branch, Journey, Stage

Link = tuple[str, str, str]  # from, port, to
_REMEDY = "Give its stages conditions that part and join like ways, or make a new board."


@dataclass(frozen=True)
class End:
    """A way as far as it is drawn: the block and port it leaves from, and whose way it is."""

    block: str
    port: str
    ways: Ways


@dataclass
class Drawing:
    """Blocks in the order of travel (stages, gates and branches by id), and the wires between them."""

    journey: Journey
    ends: list[End]
    blocks: list[str] = field(default_factory=list)
    wires: list[Link] = field(default_factory=list)

    def lead(self, stage: Stage) -> None:
        """Lead all orders that a stage wants to it, parting ways where some of them go elsewhere.

        Errors: DocumentError when no wires can say the same.
        """
        wanted = needed(stage)
        while mixed := [end for end in self.ends if not _inside(end.ways, wanted) and not _outside(end.ways, wanted)]:
            self._part(stage, wanted, mixed)
        coming = [end for end in self.ends if _inside(end.ways, wanted)]
        if not coming:
            raise _undrawable(stage)
        rest = [end for end in self.ends if end not in coming]
        self._join(stage.id, coming)
        self.ends = [*rest, End(stage.id, "", wanted)]

    def _part(self, stage: Stage, wanted: Ways, mixed: Sequence[End]) -> None:
        branch = next(
            (b for b in self.journey.branches if b.id not in self.blocks and _decides(b, wanted, mixed)), None
        )
        if branch is None:
            raise _undrawable(stage)
        parted = [end for end in mixed if _decides(branch, wanted, [end])]
        groups = {group for end in parted for group in end.ways}
        self._join(branch.id, parted)
        cases = [*(case.id for case in branch.cases), ELSE]
        new = [End(branch.id, case, frozenset(group | {(branch.id, case)} for group in groups)) for case in cases]
        self.ends = [*(end for end in self.ends if end not in parted), *new]

    def _join(self, block: str, coming: Sequence[End]) -> None:
        self.blocks.append(block)
        self.wires += [(end.block, end.port, block) for end in coming]


def draw(journey: Journey, source: str, stages: Sequence[Stage]) -> Drawing:
    """Draw the ways of stages and gates, in this order. Errors: DocumentError when wires cannot say the same."""
    drawing = Drawing(journey, [End(source, "", EVERY)])
    for stage in stages:
        drawing.lead(stage)
    return drawing


def needed(stage: Stage) -> Ways:
    """Whose way a stage is on; that a gate holds what it holds is no way."""
    groups = (frozenset(_cases(stage, group)) for group in stage.only)
    return frozenset(groups) or EVERY


def _cases(stage: Stage, group: Sequence[str]) -> Iterator[tuple[str, str]]:
    for ref in group:
        branch, _, case = ref.partition(":")
        if (branch, case) != (stage.id, HELD):
            yield branch, case


def _inside(ways: Ways, wanted: Ways) -> bool:
    return all(any(asked <= group for asked in wanted) for group in ways)


def _outside(ways: Ways, wanted: Ways) -> bool:
    return not any(agree(group, asked) for group in ways for asked in wanted)


def _decides(branch: Branch, wanted: Ways, ends: Sequence[End]) -> bool:
    return any(_open(branch, group, asked) for end in ends for group in end.ways for asked in wanted)


def _open(branch: Branch, group: Group, asked: Group) -> bool:
    decided = {name for name, _ in group}
    return agree(group, asked) and branch.id not in decided and branch.id in {name for name, _ in asked}


def _undrawable(stage: Stage) -> DocumentError:
    problem = f"No wires can say which orders come to '{stage.id}'."
    return DocumentError(f"stages.{stage.id}.only", problem, _REMEDY)
