"""The frame of a published board: which one, its head, the grid that its panels stand on."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.domain.errors import NotFound
from waypost.domain.instants import from_us
from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Board, Layout
from waypost.journeys.document import Journey
from waypost.services import kpi
from waypost.services.boards.catalogue import BoardVersion
from waypost.services.live import View
from waypost.web import deps, links
from waypost.web.board_figures import GAP_PX, ROW_PX, height
from waypost.web.board_panels import Panel, Scene, panel_of
from waypost.web.format import Format
from waypost.web.tower_filters import TowerFilters

GRID: Final = "board-grid"
PHONE_PX: Final = 760  # narrower windows show the column of a phone
_LEAST_PX: Final = {"trend": 300, "timeline": 280, "distribution": 320, "map": 320}  # where nobody has said how high


def find(board_id: str) -> BoardVersion | None:
    """The board in force, of a journey without one as it would look; None when there is none of that id."""
    try:
        return deps.get().waypost.boards.published(board_id)
    except NotFound:
        return None


def journey_of(found: BoardVersion, view: View) -> Journey | None:
    """The journey of a board as it is counted now; None for the moment before it is."""
    return kpi.journey_of(view, found.board.id)


def panels(scene: Scene) -> list[Panel]:
    """All panels in the order in which the grid is read."""
    held = layout.complete(scene.board)
    blocks = {block.id: block for block in layout.panels(scene.board)}
    found = []
    for place in held.wide:
        found.append(panel_of(blocks[place.block], place.h, scene.board, scene.journey, scene.fmt))
    return found


def key_of(panel: str) -> str:
    """The key of the container that a panel is drawn in."""
    return f"board-panel-{panel}"


def style(board: Board) -> str:
    """The grid of a board: 12 columns on a desk, one column on a phone, in the order and heights given there."""
    held = layout.complete(board)
    wide = "\n".join(f"{_cell(p.block)} {{ grid-area: {p.y + 1} / {p.x + 1} / span {p.h} / span {p.w}; }}" for p in held.wide)
    return f"<style>\n{_BASE}\n{wide}\n@media (max-width: {PHONE_PX}px) {{\n{_phone(board, held)}\n}}\n</style>"


def _phone(board: Board, held: Layout) -> str:
    shows = {block.id: str(block.set.get("show")) for block in layout.panels(board)}
    lines = [f".st-key-{GRID} {{ display: flex !important; flex-direction: column; gap: 12px; --wp-fill: auto; }}"]
    for order, place in enumerate(held.phone):
        if place.hidden:
            lines.append(f"{_cell(place.block)} {{ display: none; }}")
            continue
        px = height(place.h) if place.h else _LEAST_PX.get(shows[place.block], 0)
        fixed = f" height: {px}px; --wp-fill: 100%;" if px else " height: auto;"
        lines.append(f"{_cell(place.block)} {{ order: {order};{fixed} }}")
    return "\n".join(lines)


def _cell(panel: str) -> str:
    return f".st-key-{GRID} > :has(> .st-key-{key_of(panel)})"


# What Streamlit puts around a component takes the height of its cell, down to the component itself.
_BASE: Final = f"""
.st-key-{GRID} {{ display: grid !important; grid-template-columns: repeat(12, minmax(0, 1fr));
  grid-auto-rows: minmax({ROW_PX}px, auto); gap: {GAP_PX}px; --wp-fill: 100%; }}
.st-key-{GRID} > * {{ min-width: 0; width: auto !important; height: 100%; }}
.st-key-{GRID} > * > [class*="st-key-board-panel-"] {{ height: 100%; gap: 12px; }}
.st-key-{GRID} [class*="st-key-board-panel-"] > [data-testid="stElementContainer"]:has(.stBidiComponent),
.st-key-{GRID} .stBidiComponent, .st-key-{GRID} [data-testid="stBidiComponentIsolated"] {{ height: var(--wp-fill); }}
.st-key-{GRID} [class*="st-key-board-panel-"] > [data-testid="stElementContainer"]:has(.stBidiComponent) {{
  flex: 1 1 auto; min-height: 0; }}
.st-key-{GRID} [class*="st-key-board-card-"] {{ height: 100%; padding: 0 8px 8px; gap: 0; overflow: hidden;
  background: var(--wp-surface); border: 1px solid var(--wp-line); border-radius: 8px; }}
.st-key-{GRID} > * > * > [data-testid="stLayoutWrapper"] {{ height: 100%; min-height: 0; }}
.wp-board-head {{ display: flex; align-items: center; gap: 8px; height: 48px; margin: 0 -8px 8px; padding: 0 16px;
  border-bottom: 1px solid var(--wp-line); font-size: 14px; white-space: nowrap; overflow: hidden; }}
.wp-board-head b {{ font-weight: 600; }}
.wp-board-head span {{ overflow: hidden; text-overflow: ellipsis; font-size: 12px; color: var(--wp-muted); }}
.wp-board-head a {{ margin-left: auto; font-size: 12px; color: var(--wp-accent); }}
.wp-board-line {{ display: flex; flex-wrap: wrap; gap: 4px 12px; font-size: 13px; color: var(--wp-muted); }}
.wp-board-line b {{ font-weight: 600; color: var(--wp-ink); }}
"""


def head(title: str, note: str, href: str, open_: str) -> str:
    """The head of a panel that Streamlit draws itself, like those of our own components; HTML, escaped."""
    link = f'<a href="{escape(href)}" target="_self">{escape(open_)}</a>' if href else ""
    return f'<div class="wp-board-head"><b>{escape(title)}</b><span>{escape(note)}</span>{link}</div>'


def line(found: BoardVersion, fmt: Format, now: int) -> str:
    """Which version this is, since when, by whom."""
    t = fmt.t
    if found.published_at is None or not found.version:
        return t("derived from its journey, not arranged by anybody yet")
    day = fmt.day(from_us(found.published_at, fmt.zone).date(), now)
    return t("version {n} · published {day} by {name}", n=found.version, day=day, name=found.by)


def may_arrange(role: str) -> bool:
    """Whether somebody may open a draft of a board."""
    return allows(role, Role.EDITOR)


def arrange(board_id: str, by: str) -> None:
    """Open the layout of a board in the builder, on a draft of its own."""
    draft = deps.get().waypost.boards.start(by, board_id=board_id)
    links.go("builder", {"draft": draft.id, "view": "layout"})


def scene(found: BoardVersion, journey: Journey, view: View, state: TowerFilters, fmt: Format) -> Scene:
    """What the panels look at."""
    return Scene(found.board, found.version, journey, view, state, fmt)


def not_there(board_id: str, fmt: Format, *, edits: bool) -> None:
    """A board that is not published, or that nobody knows."""
    t = fmt.t
    st.subheader(t("This board is not published"), anchor=False)
    st.markdown(t("Nothing is in force under the id {id}.", id=f"`{board_id}`") if board_id else t("Which board?"))
    st.page_link(links.path("boards"), label=t("All boards"), icon=":material/space_dashboard:")
    if edits:
        st.caption(t("A draft becomes a board once it is published in the builder."))
