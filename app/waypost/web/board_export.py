"""The key figures of a board as a sheet, one row per figure and stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from waypost.services import board_view
from waypost.services.export import Row, Sheet
from waypost.services.export.sheet import Column, later, texts
from waypost.services.tower import on_time
from waypost.web.board_panels import Panel, Scene
from waypost.web.export import Said, speak

COLUMNS = (
    *texts("board", "figure"),
    Column("from", "instant"),
    Column("to", "instant"),
    Column("measured", "whole"),
    Column("share_in_time", "number"),
    Column("p50_s", "number"),
    Column("p95_s", "number"),
    *(Column(name, "whole") for name in ("warned", "blocked", "open_now", "warned_now", "blocked_now")),
)


def sheet(scene: Scene, panels: Sequence[Panel]) -> tuple[Sheet, Said]:
    """Every stage, gate and figure that a panel shows, once; counted when somebody takes it."""
    empty = Sheet(f"board-{scene.board.id}", COLUMNS, lambda: iter(()))
    found = later(empty, lambda: empty._replace(rows=lambda: _rows(scene, panels)))
    words: dict[str, Callable[[Any, Row], Any]] = {
        "board": lambda _name, _row: scene.board.name.say(scene.fmt.lang),
        "figure": lambda name, _row: _figure(scene, name),
    }
    return found, speak(found, scene.fmt, words)


def _figure(scene: Scene, stage_id: str) -> str:
    stage = scene.journey.stage(stage_id)
    return stage.name.say(scene.fmt.lang) if stage else stage_id


def _rows(scene: Scene, panels: Sequence[Panel]) -> Iterator[Row]:
    stages = {stage.id: stage for panel in panels for stage in panel.stages}
    for card in board_view.figures(scene.view, scene.at, list(stages.values()), exact=True):
        closed = card.summary
        row: list[Any] = [scene.board.id, card.stage.id, card.start, card.end, closed.n, on_time(closed)]
        yield [*row, closed.p50_s, closed.p95_s, closed.yellow, closed.red, card.open, card.open_yellow, card.open_red]
