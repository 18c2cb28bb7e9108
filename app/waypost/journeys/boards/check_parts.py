"""Problems of stages, gates, figures and panels that their settings alone do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import GateSettings, KpiSettings, PanelSettings, Settings, StageSettings
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.panels import FITS, shown, wired
from waypost.journeys.boards.problems import Problem
from waypost.journeys.boards.ways import EVERY, Junctions, Ways, meet, ways_of

Read = Mapping[str, Settings]


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


def _span(block: Block, field: str, start: tuple[str, ...], end: tuple[str, ...]) -> Iterator[Problem]:
    if start and set(start) <= set(end):
        yield Problem(block.id, field, "error", "start_is_end", {"milestone": start[0]})
        return
    first, last = _slots(start), _slots(end)
    if first and last and max(last) < min(first):
        yield Problem(block.id, field, "warning", "end_before_start", {"start": start[0], "end": end[0]})


def _slots(names: tuple[str, ...]) -> list[int]:
    """The places in the vocabulary; none when one of the names is an event code, which has no place."""
    found = [load_vocabulary().milestone(name) for name in names]
    slots = [milestone.slot for milestone in found if milestone is not None]
    return slots if len(slots) == len(names) else []


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
