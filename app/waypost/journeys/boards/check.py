"""Everything that can be wrong with a board, each on the block and field where it is to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waypost.journeys.boards.blocks import BranchSettings, GateSettings, Settings, Source
from waypost.journeys.boards.check_flow import check_board, check_flow, check_taking
from waypost.journeys.boards.check_parts import check_panels, check_stages
from waypost.journeys.boards.compile import SOURCE_FIELD, gate_field
from waypost.journeys.boards.conditions import contradicts, covers, numbered, sound, wrong_value
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.problems import ErrorLevel, Known, Problem
from waypost.journeys.boards.settings import Fault, read_all
from waypost.journeys.boards.unfit import unfit
from waypost.journeys.document import Case, Condition

__all__ = ["Known", "Problem", "check", "errors"]


def check(board: Board, known: Known | None = None) -> list[Problem]:
    """All problems of a board, those of the board itself first, then block by block; never raises.

    Without `known` nothing is said about what is connected.
    """
    read, faults = read_all(board)
    found = list(check_board(board, read))
    found += _conditions(None, "when", board.when, known)
    found += _conditions(None, "any", board.any, known)
    found += check_taking(board, read, known.journeys if known else ())
    for block in board.blocks:
        if block.id in faults:
            found += (_problem(block, fault) for fault in faults[block.id])
        else:
            found += _block(board, block, read[block.id], known)
    found += check_flow(board, read)
    found += check_stages(board, read)
    found += check_panels(board, read)
    return _sorted(board, found)


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """Those that keep a board from being published."""
    return [problem for problem in problems if problem.is_error]


def _sorted(board: Board, found: list[Problem]) -> list[Problem]:
    place = {block.id: number for number, block in enumerate(board.blocks)}
    return sorted(found, key=lambda p: -1 if p.block is None else place[p.block])


def _problem(block: Block, fault: Fault, level: ErrorLevel = "error") -> Problem:
    return Problem(block.id, fault.field, level, fault.code, fault.values)


def _block(board: Board, block: Block, settings: Settings, known: Known | None) -> Iterator[Problem]:
    yield from (_problem(block, fault) for fault in unfit(board, settings))
    if isinstance(settings, Source) and known is not None:
        for place, name in enumerate(settings.sources):
            if name not in known.sources:
                yield Problem(block.id, f"sources.{place}", "error", "removed", {"source": name})
    if isinstance(settings, GateSettings):
        yield from _conditions(block.id, "when", settings.when, known)
        yield from _conditions(block.id, "any", settings.any, known)
        if _never(settings.when, settings.any):
            yield Problem(block.id, "when", "error", "never_holds")
    if isinstance(settings, BranchSettings):
        yield from _cases(block, settings.cases, known)


def _cases(block: Block, cases: tuple[Case, ...], known: Known | None) -> Iterator[Problem]:
    for place, case in enumerate(cases):
        path, values = f"cases.{place}", {"case": case.id, "name": case.name.model_dump()}
        yield from _conditions(block.id, f"{path}.when", case.when, known)
        yield from _conditions(block.id, f"{path}.any", case.any, known)
        if not case.when and not case.any:
            yield Problem(block.id, path, "error", "case_without_conditions", values)
        elif _never(case.when, case.any):
            yield Problem(block.id, path, "error", "case_impossible", values)
        elif taken := _taken_by(case, cases[:place]):
            by = {"by": taken.id, "by_name": taken.name.model_dump()}
            yield Problem(block.id, path, "error", "case_never_reached", {**values, **by})


def _never(when: tuple[Condition, ...], any_: tuple[Condition, ...]) -> bool:
    return sound((*when, *any_)) and contradicts(when, any_)


def _taken_by(case: Case, earlier: Sequence[Case]) -> Case | None:
    if not sound((*case.when, *case.any)):
        return None
    asked = (other for other in earlier if (other.when or other.any) and sound((*other.when, *other.any)))
    return next((other for other in asked if covers(other, case)), None)


def _conditions(
    block: str | None, name: str, conditions: tuple[Condition, ...], known: Known | None
) -> Iterator[Problem]:
    for path, condition in numbered(name, conditions):
        values = {"field": condition.field, "op": condition.op}
        if code := wrong_value(condition):
            yield Problem(block, f"{path}.value", "error", code, values)
        told = condition.field == SOURCE_FIELD or condition.field.startswith(gate_field(""))
        if known is not None and not told and condition.field not in known.dimensions:
            yield Problem(block, f"{path}.field", "warning", "field_unknown", values)
