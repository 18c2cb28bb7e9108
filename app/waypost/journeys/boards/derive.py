"""A board for a journey that never had one, so that it can be opened, read and changed like the others."""

from __future__ import annotations

from typing import Any

from waypost.domain.errors import DocumentError
from waypost.domain.instants import SECOND
from waypost.journeys.boards.compile import HELD, SOURCE_FIELD
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.drawn import Link, draw, needed
from waypost.journeys.boards.ways import EVERY, free
from waypost.journeys.document import Condition, Journey, Stage, Target, write_duration
from waypost.journeys.labels import Labels

STEP, LOW, FIGURES_AT, PANELS_AT = 264, 160, 384, 608  # of the canvas
_SOURCE = {"en": "Orders", "zh": "订单来源"}
_RETURNS = {"en": "Returns", "zh": "退货来源"}
# show, name, and the place on the grid: x, y, w, h
_PANELS: tuple[tuple[str, dict[str, str], tuple[int, int, int, int]], ...] = (
    ("kpi", {"en": "Figures", "zh": "关键指标"}, (0, 0, 12, 4)),
    ("river", {"en": "Where orders are", "zh": "订单在哪一环"}, (0, 4, 12, 6)),
    ("trend", {"en": "Trend", "zh": "趋势"}, (0, 10, 6, 7)),
    ("at_risk", {"en": "At risk", "zh": "风险订单"}, (6, 10, 6, 7)),
    ("orders", {"en": "Orders", "zh": "订单"}, (0, 17, 12, 8)),
)
_SAME = ("icon", "grain", "start", "end", "calendar", "owner", "card", "audience")


def board_of(journey: Journey) -> Board:
    """A board that compiles to this journey, with panels; a journey without branches comes back unchanged.

    Gates stand before the stage that ends with what they hold back. Errors: DocumentError when no wires can
    say the same as the conditions of its stages.
    """
    taken = {stage.id for stage in journey.stages} | {branch.id for branch in journey.branches}
    source = free("source", taken)
    names, when = _told_by(journey.assign.when)
    name = _RETURNS if journey.subject == "return" else _SOURCE
    entry = {"id": source, "kind": "source", "x": 0, "y": 0, "set": {"name": name, "sources": names}}
    drawing = draw(journey, source, _way(journey))
    wires = [*drawing.wires, *(link for figure in _figures(journey) for link in _counted(journey, figure))]
    way = [_block(journey, name, place + 1) for place, name in enumerate(drawing.blocks)]
    figures = [_figure(stage, place) for place, stage in enumerate(_figures(journey))]
    panels = [_panel(show, name, free(f"panel_{show}", taken), n) for n, (show, name, _) in enumerate(_PANELS)]
    layout = [dict(zip("xywh", at, strict=True)) for _, _, at in _PANELS]
    return Board.model_validate(
        {
            **_fields(journey),
            "when": when,
            "blocks": [entry, *way, *figures, *panels],
            "wires": [{"from": from_, "port": port, "to": to} for from_, port, to in wires],
            "layout": {"wide": [{"block": panel["id"], **at} for panel, at in zip(panels, layout, strict=True)]},
        }
    )


def _fields(journey: Journey) -> dict[str, Any]:
    return {
        "id": journey.id,
        "name": _text(journey.name, journey.id),
        "purpose": _text(journey.purpose, journey.id),
        "zone": journey.zone,
        "subject": journey.subject,
        "priority": journey.assign.priority,
        "any": journey.assign.any,
        "exits": journey.exits,
        "calendars": journey.calendars,
        "customer": journey.customer.model_copy(update={"stages": {}}),
    }


def _counted(journey: Journey, figure: Stage) -> list[Link]:
    """Wires from stages whose orders are those that a figure counts."""
    if not figure.only:
        return []
    wanted = needed(figure)
    near = [stage for stage in journey.path if all(any(g >= asked for asked in wanted) for g in needed(stage))]
    if frozenset(group for stage in near for group in needed(stage)) != wanted:
        raise DocumentError(f"stages.{figure.id}.only", "No stages have the orders that it counts.", "Change its only.")
    return [(stage.id, "", figure.id) for stage in near]


def _told_by(when: tuple[Condition, ...]) -> tuple[list[str], tuple[Condition, ...]]:
    """The sources that a journey was assigned by, and the other conditions."""
    if when and when[-1].field == SOURCE_FIELD and when[-1].op == "in" and isinstance(when[-1].value, list):
        return [str(name) for name in when[-1].value], when[:-1]
    return [], when


def _figures(journey: Journey) -> list[Stage]:
    return [stage for stage in journey.stages if stage.span and not stage.gate]


def _way(journey: Journey) -> list[Stage]:
    way = list(journey.path)
    for gate in (stage for stage in journey.stages if stage.gate):
        ends = [place for place, stage in enumerate(way) if not stage.gate and set(stage.end) & set(gate.end)]
        way.insert(ends[0] if ends else len(way), gate)
    return way


def _block(journey: Journey, name: str, place: int) -> dict[str, Any]:
    stage = journey.stage(name)
    if stage is None:
        branch = next(branch for branch in journey.branches if branch.id == name)
        cases = [{**case.model_dump(mode="json"), "name": _text(case.name, case.id)} for case in branch.cases]
        kind, settings = "branch", {"name": _text(branch.name, branch.id), "cases": cases}
    else:
        kind, settings = ("gate", _gate(journey, stage)) if stage.gate else ("stage", _stage(journey, stage))
    low = stage is not None and needed(stage) != EVERY and place % 2
    return {"id": name, "kind": kind, "x": place * STEP, "y": LOW if low else 0, "set": settings}


def _stage(journey: Journey, stage: Stage) -> dict[str, Any]:
    settings = _measured(stage)
    view = journey.customer.stages.get(stage.id)
    return settings if view is None else {**settings, "customer": view.model_dump(mode="json")}


def _gate(journey: Journey, gate: Stage) -> dict[str, Any]:
    held = [case for branch in journey.branches if branch.id == gate.id for case in branch.cases if case.id == HELD]
    asked = {
        name: [c.model_dump(mode="json") for c in getattr(case, name)] for case in held for name in ("when", "any")
    }
    settings = {"name": _text(gate.name, gate.id), "icon": gate.icon, "owner": gate.owner}
    return {**settings, "after": list(gate.start), "before": list(gate.end), **asked}


def _figure(stage: Stage, place: int) -> dict[str, Any]:
    settings = {**_measured(stage), "segment": stage.segment}
    return {"id": stage.id, "kind": "kpi", "x": place * STEP, "y": FIGURES_AT, "set": settings}


def _measured(stage: Stage) -> dict[str, Any]:
    same = stage.model_dump(mode="json", include=set(_SAME))
    return {"name": _text(stage.name, stage.id), **same, "target": _target(stage.target)}


def _target(target: Target) -> dict[str, Any]:
    tiers = {"yellow": _duration(target.yellow), "red": _duration(target.red)}
    return {**target.model_dump(mode="json"), **tiers}


def _duration(us: int | None) -> str | float | None:
    """In words; parts of a second have none and are written as a number of seconds."""
    if us is None:
        return None
    return us / SECOND if us % SECOND else write_duration(us)


def _text(labels: Labels, instead: str) -> dict[str, str]:
    return {"en": labels.en.strip() or instead, "zh": labels.zh.strip() or instead}


def _panel(show: str, name: dict[str, str], id_: str, place: int) -> dict[str, Any]:
    return {"id": id_, "kind": "panel", "x": place * STEP, "y": PANELS_AT, "set": {"name": name, "show": show}}
