"""Problems of the board as a whole, and of the ways through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import BranchSettings, Settings, Source, StageSettings, kinds
from waypost.journeys.boards.conditions import contradicts, sound
from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.boards.problems import Problem
from waypost.journeys.boards.ways import Junctions, flows, in_order, on_circle, ways_of
from waypost.journeys.document import ELSE, Journey

MANY_STAGES = 60
Read = Mapping[str, Settings]


def check_board(board: Board, read: Read) -> Iterator[Problem]:
    """Yield what is wrong with the board itself."""
    if not board.blocks:
        yield Problem(None, "blocks", "error", "board_empty")
        return
    count = Counter(block.kind for block in board.blocks)
    if not count["source"]:
        yield Problem(None, "blocks", "error", "source_missing")
    if not count["stage"]:
        yield Problem(None, "blocks", "error", "stage_missing")
    if count["stage"] > MANY_STAGES:
        yield Problem(None, "blocks", "warning", "stages_many", {"count": count["stage"], "most": MANY_STAGES})
    if not count["panel"]:
        yield Problem(None, "blocks", "warning", "panel_missing")
    if sound((*board.when, *board.any)) and contradicts(board.when, board.any):
        yield Problem(None, "when", "error", "never_holds")
    yield from _parts(board)
    yield from _customer(board, read)


def check_taking(board: Board, read: Read, journeys: Collection[Journey]) -> Iterator[Problem]:
    """Yield a warning when the board would leave nothing to journeys of lower priority."""
    sources = [settings for settings in read.values() if isinstance(settings, Source)]
    if board.when or board.any or not any(not settings.sources for settings in sources):
        return
    others = [each for each in journeys if each.id != board.id and each.subject == board.subject]
    lower = sorted((each for each in others if each.assign.priority < board.priority), key=_priority)
    if lower:
        values = {"journey": lower[-1].id, "name": lower[-1].name.model_dump(), "priority": lower[0].assign.priority}
        yield Problem(None, "when", "warning", "takes_all", values)


def _priority(journey: Journey) -> int:
    return journey.assign.priority


def _parts(board: Board) -> Iterator[Problem]:
    ids = [calendar.id for calendar in board.calendars]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            yield Problem(None, f"calendars.{place}.id", "error", "calendar_twice", {"calendar": name})
    for place, exit_ in enumerate(board.exits):
        if board.subject != "return" and load_vocabulary().milestone(exit_.milestone) is None:
            values = {"milestone": exit_.milestone}
            yield Problem(None, f"exits.{place}.milestone", "error", "milestone_code", values)


def _customer(board: Board, read: Read) -> Iterator[Problem]:
    customer = board.customer
    for code in sorted(customer.events.keys() & set(customer.hide_events)):
        yield Problem(None, "customer.events", "error", "customer_event_twice", {"event": code})
    stages = {name: settings for name, settings in read.items() if isinstance(settings, StageSettings)}
    if stages and all(_hidden(board, name, settings) for name, settings in stages.items()):
        yield Problem(None, "customer.stages", "error", "customer_sees_nothing")


def _hidden(board: Board, name: str, settings: StageSettings) -> bool:
    view = settings.customer or board.customer.stage(name)
    return "customer" not in settings.audience or view.hidden


def check_flow(board: Board, read: Read) -> Iterator[Problem]:
    """Yield what is wrong with wires, and which blocks no order comes to."""
    by_id = {block.id: block for block in board.blocks}
    for wire in board.wires:
        yield from _wire(by_id[wire.from_], by_id[wire.to], wire, read)
    yield from _sources(board, read)
    yield from _outputs(board, read)
    ordered, left = in_order(board)
    yield from (Problem(block.id, "wires", "error", "cycle") for block in on_circle(board, left))
    try:
        ways = ways_of(board, Junctions(board, read))
    except OverflowError as error:
        yield Problem(str(error), "wires", "error", "ways_many")
        return
    if any(block.kind == "source" for block in ordered):
        yield from (Problem(block.id, "wires", "error", "unreached") for block in ordered if not ways[block.id])


def _wire(from_: Block, to: Block, wire: Wire, read: Read) -> Iterator[Problem]:
    values = {"to": to.id, "kind": from_.kind, "to_kind": to.kind, "port": wire.port}
    kind = kinds().get(from_.kind)
    if kind is not None and to.kind in kinds() and to.kind not in kind.to:
        yield Problem(from_.id, "wires", "error", "wire_forbidden", values)
    settings = read.get(from_.id)
    if isinstance(settings, BranchSettings) and wire.port not in _ports(settings):
        yield Problem(from_.id, "wires", "error", "port_unknown", values)


def _ports(settings: BranchSettings) -> list[str]:
    return [*(case.id for case in settings.cases), ELSE]


def _sources(board: Board, read: Read) -> Iterator[Problem]:
    """A source must lead somewhere; and of two that mean the same one, nobody knows which way an order takes."""
    leading = {wire.from_ for wire in board.wires}
    taken: dict[str, str] = {}
    for block in board.blocks:
        settings = read.get(block.id)
        if not isinstance(settings, Source):
            continue
        if block.id not in leading:
            yield Problem(block.id, "wires", "error", "source_unconnected")
        for name in settings.sources or ("",):
            other = taken.setdefault(name, block.id)
            if other != block.id:
                yield Problem(block.id, "sources", "error", "source_twice", {"source": name, "other": other})


def _outputs(board: Board, read: Read) -> Iterator[Problem]:
    used = {(wire.from_, wire.port) for wire in board.wires}
    flowing = {block.id for block in board.blocks if flows(block)}
    for block in board.blocks:
        settings = read.get(block.id)
        if not isinstance(settings, BranchSettings) or block.id not in flowing:
            continue
        names = {case.id: case.name for case in settings.cases} | {ELSE: settings.otherwise}
        for port, name in names.items():
            if (block.id, port) not in used:
                values = {"case": port, "name": name.model_dump()}
                yield Problem(block.id, "wires", "warning", "output_unused", values)
