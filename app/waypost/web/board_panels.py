"""The registry of panels: for each kind what it shows of a board, put into pictures that components draw.

A later capability adds its kind with `register`. Counted figures are shared by all sessions for a
second, so a wall full of boards asks each question once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

from waypost.journeys.boards.blocks import PanelSettings
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.panels import shown
from waypost.journeys.boards.settings import read_settings
from waypost.journeys.document import Journey, Stage
from waypost.services import board_view
from waypost.services.board_view import Scope
from waypost.services.kpi import journey_of
from waypost.services.live import View
from waypost.web import cache, words
from waypost.web.board_layout import name_of
from waypost.web.format import Format
from waypost.web.tower_filters import TowerFilters

_Found = TypeVar("_Found")
_TTL_S: Final = 1


class Panel(NamedTuple):
    """One panel of a board: the stages it shows, whether somebody chose them (`named`), its height in rows."""

    id: str
    show: str
    title: str
    stages: tuple[Stage, ...]
    named: bool
    limit: int
    text: str
    rows: int

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return words.PANELS[self.show][2] if self.show in words.PANELS else "dashboard"


@dataclass(frozen=True)
class Scene:
    """What all panels of a board look at."""

    board: Board
    version: int
    journey: Journey
    view: View
    state: TowerFilters
    fmt: Format
    wall: bool = False

    @cached_property
    def at(self) -> Scope:
        """The part of the journey that is looked at, as services take it."""
        return board_view.scope(self.view, self.journey.id, self.state.bounds(self.view.now), self.state.query)

    def now(self) -> Scene:
        """The same on the newest picture, for what is counted later than it is asked for."""
        view = cache.view()
        return replace(self, view=view) if journey_of(view, self.journey.id) else self


@dataclass(frozen=True)
class Picture:
    """What one component draws: its kind, and all that it is given."""

    kind: str
    data: Any
    more: dict[str, Any] = field(default_factory=dict)


Make = Callable[[Panel, Scene], Sequence[Picture]]
PANELS: Final[dict[str, Make]] = {}


def register(show: str) -> Callable[[Make], Make]:
    """Add a kind of panel. Errors: ValueError when there is one of that name."""

    def put(make: Make) -> Make:
        if show in PANELS:
            raise ValueError(f"there is a panel '{show}' already")
        PANELS[show] = make
        return make

    return put


def panel_of(block: Block, rows: int, board: Board, journey: Journey, fmt: Format) -> Panel:
    """A panel block with what it shows in this journey; one that nobody finished is an empty text."""
    settings = read_settings(block)[0]
    title = name_of(block, fmt)
    if not isinstance(settings, PanelSettings):
        return Panel(block.id, "text", title, (), False, 0, "", rows)
    found = (journey.stage(other.id) for other in shown(board, block.id))
    stages = tuple(stage for stage in found if stage is not None)
    named = bool(settings.of) or any(wire.to == block.id for wire in board.wires)
    text = settings.text.say(fmt.lang) if settings.text else ""
    return Panel(block.id, settings.show, title, stages, named, settings.limit, text, rows)


def pictures(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """What is drawn of a panel, from the top; nothing of a kind that is not known here."""
    make = PANELS.get(panel.show)
    return make(panel, scene) if make else ()


def counted(name: str, panel: Panel, scene: Scene, count: Callable[[View, Scope], _Found]) -> _Found:
    """A figure of a panel, shared for a second by everybody who looks at the same."""
    asked = (scene.state.days, scene.state.custom, scene.state.first, scene.state.last, scene.state.query)
    question = ("panel", scene.board.id, scene.version, panel.id, name, asked)

    def make() -> _Found:
        present = scene.now()
        return count(present.view, present.at)

    return cache.shared(question, make, _TTL_S)  # not ahead: with another version it is another question
