"""What can be read, but does not fit this board: without these faults a block always compiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import BranchSettings, GateSettings, KpiSettings, Settings, StageSettings
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.settings import Fault


def unfit(board: Board, settings: Settings) -> Iterator[Fault]:
    """Yield what keeps a block with sound settings from being compiled on this board."""
    if isinstance(settings, StageSettings | KpiSettings):
        yield from _measured(board, settings)
    if isinstance(settings, GateSettings):
        yield from _codes(board, "after", settings.after)
        yield from _codes(board, "before", settings.before)
        if not settings.after:
            yield Fault("after", "after_missing", {}, "say from when on the gate holds")
    if isinstance(settings, BranchSettings):
        ids = [case.id for case in settings.cases]
        for place, name in enumerate(ids):
            if name in ids[:place]:
                yield Fault(f"cases.{place}.id", "case_twice", {"case": name}, f"there are two cases '{name}'")


def _measured(board: Board, settings: StageSettings | KpiSettings) -> Iterator[Fault]:
    yield from _codes(board, "start", settings.start)
    yield from _codes(board, "end", settings.end)
    if board.subject != "return" and settings.grain == "return":
        yield Fault("grain", "grain_of_returns", {}, "only a board of returns counts returns")
    if settings.calendar and settings.calendar not in {calendar.id for calendar in board.calendars}:
        problem = f"'{settings.calendar}' is no calendar of this board"
        yield Fault("calendar", "calendar_unknown", {"calendar": settings.calendar}, problem)
    target = settings.target
    if target.basis == "promise" and load_vocabulary().milestone(target.milestone) is None:
        problem = f"nobody promises '{target.milestone}'; choose a milestone"
        yield Fault("target.milestone", "promise_without_milestone", {"milestone": target.milestone}, problem)


def _codes(board: Board, field: str, names: Iterable[str]) -> Iterator[Fault]:
    """Orders and parcels hold milestones only; returns are read with every step they took."""
    for place, name in enumerate(names):
        if board.subject != "return" and load_vocabulary().milestone(name) is None:
            problem = f"'{name}' is no milestone; event codes are for boards of returns"
            yield Fault(f"{field}.{place}", "milestone_code", {"milestone": name}, problem)
