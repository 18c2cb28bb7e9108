"""Reading what was entered into blocks: settings that are sound, or faults by field and code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from waypost.journeys.boards.blocks import BranchSettings, Settings, kinds
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.document import ELSE, read_duration

SHOWN = 80  # characters of what was entered that a fault repeats


@dataclass(frozen=True)
class Fault:
    """One setting that cannot be read: its path within the block, and a code with its values."""

    field: str
    code: str
    values: Mapping[str, Any]
    problem: str


def read_settings(block: Block) -> tuple[Settings | None, list[Fault]]:
    """The settings of a block, or None and what is wrong with them; never raises."""
    kind = kinds().get(block.kind)
    if kind is None:
        return None, [Fault("kind", "kind_unknown", {"kind": block.kind}, f"there is no kind of block '{block.kind}'")]
    try:
        return kind.settings.model_validate(block.set), []
    except ValidationError as error:
        return None, _faults(block, error)


def read_all(board: Board) -> tuple[dict[str, Settings], dict[str, list[Fault]]]:
    """The settings of all blocks that can be read, and the faults of the others, by block."""
    read: dict[str, Settings] = {}
    faults: dict[str, list[Fault]] = {}
    for block in board.blocks:
        settings, wrong = read_settings(block)
        if settings is None:
            faults[block.id] = wrong
        else:
            read[block.id] = settings
    return read, faults


def ports(block: Block) -> set[str]:
    """The outputs of a branch; nothing for other blocks. What is not finished yet counts as far as it can be read."""
    if block.kind != "branch":
        return set()
    settings = read_settings(block)[0]
    if isinstance(settings, BranchSettings):
        return {*(case.id for case in settings.cases), ELSE}
    cases = block.set.get("cases")
    found = [case.get("id") for case in cases if isinstance(case, dict)] if isinstance(cases, list) else []
    return {*(name for name in found if isinstance(name, str)), ELSE}


def _faults(block: Block, error: ValidationError) -> list[Fault]:
    found: dict[tuple[str, str], Fault] = {}
    entries = error.errors(include_url=False, include_context=False)
    for entry in entries:
        if entry["type"] == "too_short" and any(_inside(other["loc"], entry["loc"]) for other in entries):
            continue  # there are entries, and what is wrong with them is said
        fault = _fault(block, entry["type"], tuple(map(str, entry["loc"])), entry["msg"], entry.get("input"))
        found.setdefault((fault.field, fault.code), fault)
    return list(found.values())


def _inside(path: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def _fault(block: Block, type_: str, path: tuple[str, ...], message: str, given: Any) -> Fault:
    problem = message.removeprefix("Value error, ")
    field, code = ".".join(path), _code(type_, path)
    if code.startswith("name_") and path[-1] in ("en", "zh"):
        field = ".".join(path[:-1])
    if path[-1:] == ("target",):
        field, code = _target(block.set.get("target"), field)
    return Fault(field, code, {"given": _shown(given)}, problem)


_EMPTY = {
    "start": "start_missing",
    "end": "end_missing",
    "before": "before_missing",
    "after": "after_missing",
    "cases": "cases_missing",
    "show": "show_missing",
}
_NAMES = {"name", "why", "otherwise", "text", "label", "now", "advice"}


def _code(type_: str, path: tuple[str, ...]) -> str:
    last = path[-1] if path else ""
    if last in ("en", "zh") or last in _NAMES:
        return "name_long" if type_ == "string_too_long" else "name_missing"
    if last in _EMPTY and type_ in ("missing", "too_short", "tuple_type"):
        return _EMPTY[last]
    if last in ("yellow", "red"):
        return "duration_unreadable"
    if last == "milestone" or (len(path) > 1 and path[-2] in ("start", "end", "before", "after")):
        return "promise_without_milestone" if last == "milestone" else "milestone_unknown"
    if type_ == "extra_forbidden":
        return "setting_unknown"
    return "setting_unreadable"


def _target(target: Any, field: str) -> tuple[str, str]:
    """Which tier of a target is wrong: it must be longer than zero, and yellow comes before red."""
    if not isinstance(target, dict):
        return field, "setting_unreadable"
    tiers = {tier: read_duration(target[tier]) for tier in ("yellow", "red") if target.get(tier) is not None}
    if target.get("basis", "entered") == "entered":
        for tier, us in tiers.items():
            if us <= 0:
                return f"{field}.{tier}", "target_zero"
    return f"{field}.yellow", "target_order"


def _shown(given: Any) -> str:
    return "" if given is None or isinstance(given, dict | list | tuple) else str(given)[:SHOWN]
