"""What the blocks on the canvas say: their names, settings in a line, live counts, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.check import Problem
from waypost.journeys.boards.document import Block, Board
from waypost.services.live import View
from waypost.web import builder_problems, builder_sources, builder_words
from waypost.web.builder_fields import read
from waypost.web.format import Format
from waypost.web.words import DIMENSIONS, PANELS, word

Counts = Mapping[str, Sequence[int]]


def faces(
    board: Board, problems: Sequence[Problem], view: View, fmt: Format, marks: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The face of every block by id."""
    wrong: dict[str, list[dict[str, str]]] = {}
    for problem in problems:
        if problem.block:
            said = {"level": problem.level, "text": builder_problems.text(problem, fmt)}
            wrong.setdefault(problem.block, []).append(said)
    counts = standing(view, board.id)
    return {
        block.id: {
            "title": builder_words.title(block, fmt.t),
            "lines": lines(block, board, fmt),
            "icon": icon(block),
            **_counted(block, counts, fmt),
            "mark": (marks or {}).get(block.id, ""),
            "problems": wrong.get(block.id, []),
            "cases": cases(block, fmt),
        }
        for block in board.blocks
    }


def icon(block: Block) -> str:
    """The sign of a block: its own, that of what the panel shows, or that of its kind."""
    if block.kind == "panel":
        return PANELS.get(str(block.set.get("show")), ("", "", "dashboard"))[2]
    known = kinds().get(block.kind)
    own = block.set.get("icon")
    return own if isinstance(own, str) and own else known.icon if known else "help"


def standing(view: View, board_id: str) -> Counts:
    """Open orders now in each stage of the published journey: on track, warned, blocked."""
    if board_id not in view.journeys:
        return {}
    return dict(view.river(board_id))


def _counted(block: Block, counts: Counts, fmt: Format) -> dict[str, str]:
    if block.kind == "source":
        return {"tone": "", "badge": _source(block, fmt)}
    if block.id not in counts:
        return {"tone": "", "badge": ""}
    ok, yellow, red = counts[block.id]
    tone = "red" if red else "yellow" if yellow else ""
    n = ok + yellow + red
    return {"tone": tone, "badge": fmt.t.plural("{n} order", "{n} orders", n, n=fmt.count(n))}


def _source(block: Block, fmt: Format) -> str:
    names = [name for name in block.set.get("sources") or () if isinstance(name, str)]
    found = [each for name in names if (each := builder_sources.named(name))]
    lags = [each.lag for each in found if each.lag is not None]
    return fmt.t("{duration} behind", duration=fmt.duration(max(lags))) if lags else ""


def lines(block: Block, board: Board, fmt: Format) -> list[str]:
    """The settings of a block in up to three short lines."""
    made = {"source": _of_source, "branch": _of_branch, "gate": _of_gate, "panel": _of_panel}.get(block.kind, _of_span)
    try:
        return [line for line in made(block, board, fmt) if line][:3]
    except (TypeError, AttributeError, ValueError):  # a draft holds settings as they were entered
        return []


def _of_source(block: Block, board: Board, fmt: Format) -> list[str]:
    names = [str(name) for name in block.set.get("sources") or ()]
    if not names:
        return [fmt.t("All sources")]
    return [
        each.label if (each := builder_sources.named(name)) else fmt.t("{name} (gone)", name=name) for name in names
    ]


def _of_span(block: Block, board: Board, fmt: Format) -> list[str]:
    start, end = _milestones(block.set.get("start"), fmt), _milestones(block.set.get("end"), fmt)
    span = f"{start or '?'} → {end or '?'}" if start or end else ""
    return [span, targets(block.set.get("target"), fmt), _shown_by(block, fmt)]


def _shown_by(block: Block, fmt: Format) -> str:
    segment = block.set.get("segment")
    return fmt.t("by {dimension}", dimension=word(DIMENSIONS, str(segment), fmt.t)) if segment else ""


def targets(target: Any, fmt: Format) -> str:
    """Targets in words, empty without any."""
    if not isinstance(target, Mapping):
        return ""
    yellow, red = read(target.get("yellow")), read(target.get("red"))
    if target.get("basis") == "promise":
        return fmt.t("by the promised day") if yellow is not None or red is not None else ""
    parts = [fmt.t("warn {duration}", duration=fmt.duration(yellow)) if yellow is not None else ""]
    parts.append(fmt.t("block {duration}", duration=fmt.duration(red)) if red is not None else "")
    return " · ".join(part for part in parts if part)


def _of_branch(block: Block, board: Board, fmt: Format) -> list[str]:
    return []


def _of_gate(block: Block, board: Board, fmt: Format) -> list[str]:
    n = len(block.set.get("when") or ()) + len(block.set.get("any") or ())
    which = fmt.t.plural("{n} condition", "{n} conditions", n) if n else fmt.t("every order")
    before = _milestones(block.set.get("before"), fmt)
    return [which, fmt.t("until {milestone}", milestone=before) if before else ""]


def _of_panel(block: Block, board: Board, fmt: Format) -> list[str]:
    name = PANELS.get(str(block.set.get("show")))
    names = [builder_words.title(each, fmt.t) for id_ in block.set.get("of") or () if (each := board.block(str(id_)))]
    shown = fmt.t(name[0]) if name else ""
    return [shown if shown != builder_words.title(block, fmt.t) else "", fmt.t(", ").join(names[:3])]


def _milestones(codes: Any, fmt: Format) -> str:
    return builder_words.milestones([str(code) for code in codes or ()], load_vocabulary(), fmt.lang)


def cases(block: Block, fmt: Format) -> list[dict[str, str]]:
    """The ports that a branch leaves by."""
    if block.kind != "branch":
        return []
    found = [each for each in block.set.get("cases") or () if isinstance(each, Mapping) and each.get("id")]
    named = [{"id": str(each["id"]), "label": builder_words.spoken(each.get("name"), fmt.lang)} for each in found]
    rest = builder_words.spoken(block.set.get("otherwise"), fmt.lang) or fmt.t("All others")
    return [*named, {"id": "else", "label": rest}]


def milestone_names(codes: Sequence[str], fmt: Format) -> str:
    """Milestones by name; words that are none as they are."""
    return fmt.t(", ").join(load_vocabulary().label(code, fmt.lang) or code for code in codes)
