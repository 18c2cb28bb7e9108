"""Problems of stages, gates, figures and panels that their settings alone do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import GateSettings, KpiSettings, PanelSettings, Settings, StageSettings
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.panels import FITS, shown, wired
from waypost.journeys.boards.problems import Problem
from waypost.journeys.boards.ways import EVERY, Junctions, Ways, in_order, meet, ways_of

Read = Mapping[str, Settings]
# Payment comes before dispatch or after delivery, a bonded warehouse clears before it packs: not even the
# vocabulary's order holds for all. It does for what is done with the goods themselves.
_IN_ORDER = {"warehouse", "linehaul", "lastmile", "delivery", "return"}
_ANY_TIME = {"confirmed_by_buyer", "installed", "order_confirmed", "backordered", "attempt_failed", "ready_for_pickup"}


def check_stages(board: Board, read: Read) -> Iterator[Problem]:
    """Yield what is wrong with the milestones and targets of stages, gates and figures."""
    try:
        ways = ways_of(board, Junctions(board, read))
    except OverflowError:
        ways = {}  # said elsewhere
    seen: list[tuple[Block, StageSettings]] = []
    for block in board.blocks:
        settings = read.get(block.id)
        if isinstance(settings, StageSettings | KpiSettings):
            yield from _span(block, "end", settings.start, settings.end)
            yield from _target(block, settings)
        if isinstance(settings, StageSettings):
            yield from _twins(block, settings, seen, ways)
            seen.append((block, settings))
        if isinstance(settings, GateSettings):
            yield from _span(block, "before", settings.after, settings.before)
            yield from _judged(block, settings, read, ways)
    yield from _early(board, read, ways)


def _span(block: Block, field: str, start: tuple[str, ...], end: tuple[str, ...]) -> Iterator[Problem]:
    if start and set(start) <= set(end):
        yield Problem(block.id, field, "error", "start_is_end", {"milestone": start[0]})
        return
    if start and end and all(_surely_before(last, first) for first in start for last in end):
        yield Problem(block.id, field, "warning", "end_before_start", {"start": start[0], "end": end[0]})


def _surely_before(one: str, other: str) -> bool:
    """Whether a milestone comes before another one in every trade, as far as the vocabulary's order tells."""
    first, second = load_vocabulary().milestone(one), load_vocabulary().milestone(other)
    if first is None or second is None or first.slot >= second.slot:
        return False
    told = {first.phase, second.phase} <= _IN_ORDER or first.phase == second.phase
    return first.slot == 0 or (told and not {one, other} & _ANY_TIME)


def _target(block: Block, settings: StageSettings | KpiSettings) -> Iterator[Problem]:
    target = settings.target
    wanted = isinstance(settings, KpiSettings) or target.basis == "promise"
    if wanted and target.yellow is None and target.red is None:
        yield Problem(block.id, "target", "warning", "target_missing")


def _twins(
    block: Block, settings: StageSettings, seen: list[tuple[Block, StageSettings]], ways: Mapping[str, Ways]
) -> Iterator[Problem]:
    """The same span twice on one way: an order would never be in the second. On ways apart it is meant."""
    for other, its in seen:
        same = set(settings.start) == set(its.start) and set(settings.end) == set(its.end)
        if same and meet(ways.get(block.id, EVERY), ways.get(other.id, EVERY)):
            values = {"other": other.id, "name": its.name.model_dump()}
            yield Problem(block.id, "start", "error", "stage_twin", values)
            return


def _early(board: Board, read: Read, ways: Mapping[str, Ways]) -> Iterator[Problem]:
    """A later stage must not start or end where an earlier one starts: whoever is seen there has left it."""
    ordered = [(block, read[block.id]) for block in in_order(board)[0] if block.id in read]
    stages = [(block, stage) for block, stage in ordered if isinstance(stage, StageSettings)]
    for place, (block, stage) in enumerate(stages):
        for other, before in stages[:place]:
            shared = [name for name in (*stage.start, *stage.end) if name in before.start]
            twin = set(stage.end) == set(before.end) and set(stage.start) == set(before.start)
            if shared and not twin and meet(ways.get(block.id, EVERY), ways.get(other.id, EVERY)):
                values = {"other": other.id, "name": before.name.model_dump(), "milestone": shared[0]}
                yield Problem(block.id, "start", "warning", "start_too_early", values)
                break


def _judged(block: Block, settings: GateSettings, read: Read, ways: Mapping[str, Ways]) -> Iterator[Problem]:
    stages = {name: stage for name, stage in read.items() if isinstance(stage, StageSettings)}
    mine = ways.get(block.id, EVERY)
    near = [stage for name, stage in stages.items() if meet(mine, ways.get(name, EVERY))]
    reached = {milestone for stage in near for milestone in (*stage.start, *stage.end)}
    if stages and not reached & set(settings.before):
        yield Problem(block.id, "before", "warning", "before_never_comes", {"milestone": settings.before[0]})


def check_panels(board: Board, read: Read) -> Iterator[Problem]:
    """Yield what is wrong with what panels show."""
    for block in board.blocks:
        settings = read.get(block.id)
        if isinstance(settings, PanelSettings):
            yield from _panel(board, block, settings)


def _panel(board: Board, panel: Block, settings: PanelSettings) -> Iterator[Problem]:
    if settings.show == "text":
        if settings.text is None:
            yield Problem(panel.id, "text", "error", "text_missing")
        return
    found = list(_misfits(board, panel, settings))
    yield from found
    if not found and not shown(board, panel.id):
        yield Problem(panel.id, "of", "error", "panel_empty", {"show": settings.show})


def _misfits(board: Board, panel: Block, settings: PanelSettings) -> Iterator[Problem]:
    named = [(f"of.{place}", name) for place, name in enumerate(settings.of)]
    named += [("wires", name) for name in wired(board, panel.id) if name not in settings.of]
    for field, name in named:
        block = board.block(name)
        values = {"block": name, "show": settings.show}
        if block is None:
            yield Problem(panel.id, field, "error", "panel_gone", values)
        elif block.kind not in FITS[settings.show]:
            yield Problem(panel.id, field, "error", "panel_misfit", {**values, "kind": block.kind})
