"""What the panels of a board show: which kinds of blocks fit, and which blocks that are."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.journeys.boards.blocks import PanelSettings, Settings, Show, StageSettings
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.boards.settings import read_settings

FITS: Mapping[Show, tuple[str, ...]] = {
    "kpi": ("kpi", "stage", "gate"),
    "trend": ("kpi", "stage"),
    "funnel": ("stage",),
    "distribution": ("kpi", "stage"),
    "map": ("stage",),
    "orders": ("stage", "gate", "kpi"),
    "timeline": ("stage", "gate"),
    "at_risk": ("stage", "gate", "kpi"),
    "river": ("stage",),
    "text": (),
}


def wired(board: Board, panel_id: str) -> list[str]:
    """The blocks that are wired to a panel, in the order of their ids."""
    return sorted({wire.from_ for wire in board.wires if wire.to == panel_id})


def shown(board: Board, panel_id: str) -> list[Block]:
    """The blocks a panel shows: those named and those wired to it; when there are none, all that fit.

    In a panel of figures that are stages marked as cards, gates and figures. Never raises.
    """
    panel = board.block(panel_id)
    settings = read_settings(panel)[0] if panel is not None else None
    if not isinstance(settings, PanelSettings):
        return []
    named = [*settings.of, *(name for name in wired(board, panel_id) if name not in settings.of)]
    fitting = [block for block in board.blocks if block.kind in FITS[settings.show]]
    if named:
        return [block for name in named for block in fitting if block.id == name]
    return [block for block in fitting if settings.show != "kpi" or _is_figure(read_settings(block)[0])]


def _is_figure(settings: Settings | None) -> bool:
    return settings is not None and (not isinstance(settings, StageSettings) or settings.card)
