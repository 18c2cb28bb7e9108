"""The grid of a published board as styles: 12 columns on a desk, one column on a phone, places by the layout."""

from __future__ import annotations

from html import escape
from typing import Final

from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Board, Layout
from waypost.web.board_figures import GAP_PX, ROW_PX, height

GRID: Final = "board-grid"
PHONE_PX: Final = 760  # narrower windows show the column of a phone
_LEAST_PX: Final = {"trend": 300, "timeline": 280, "distribution": 320, "map": 320}  # where nobody has said how high


def key_of(panel: str) -> str:
    """The key of the container that a panel is drawn in."""
    return f"board-panel-{panel}"


def style(board: Board) -> str:
    """The grid of a board: 12 columns on a desk, one column on a phone, in the order and heights given there."""
    held = layout.complete(board)
    wide = "\n".join(
        f"{cell(p.block)} {{ grid-area: {p.y + 1} / {p.x + 1} / span {p.h} / span {p.w}; }}" for p in held.wide
    )
    return f"<style>\n{_BASE}\n{wide}\n@media (max-width: {PHONE_PX}px) {{\n{_phone(board, held)}\n}}\n</style>"


def _phone(board: Board, held: Layout) -> str:
    shows = {block.id: str(block.set.get("show")) for block in layout.panels(board)}
    lines = [f".st-key-{GRID} {{ display: flex !important; flex-direction: column; gap: 12px; --wp-fill: auto; }}"]
    lines.append(f".st-key-{GRID} > * {{ width: 100% !important; }}")
    for order, place in enumerate(held.phone):
        if place.hidden:
            lines.append(f"{cell(place.block)} {{ display: none; }}")
            continue
        px = height(place.h) if place.h else _LEAST_PX.get(shows[place.block], 0)
        fixed = f" height: {px}px; --wp-fill: 100%;" if px else " height: auto;"
        lines.append(f"{cell(place.block)} {{ order: {order};{fixed} }}")
    return "\n".join(lines)


def cell(panel: str) -> str:
    """The selector of the cell that a panel stands in."""
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
/* Several pictures in one panel: the last one takes the room that the others leave. */
.st-key-{GRID} [class*="st-key-board-panel-"] >
  [data-testid="stElementContainer"]:has(.stBidiComponent):not(:last-child) {{ flex: 0 0 auto; --wp-fill: auto; }}
.st-key-{GRID} [class*="st-key-board-panel-"]:has(> :nth-child(3)) {{ flex-flow: row wrap; }}
.st-key-{GRID} [class*="st-key-board-panel-"]:has(> :nth-child(3)) > * {{ flex: 1 1 320px !important; width: auto; }}
.st-key-{GRID} [class*="st-key-board-panel-"]:has(> :nth-child(3)) > :first-child {{ flex-basis: 100% !important; }}
.st-key-{GRID} [data-testid="stDeckGlJsonChart"] {{ border-radius: 6px; overflow: hidden;
  background: light-dark(#D9DFE6, #0A0E14); }}
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
