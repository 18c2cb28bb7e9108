"""A board on a wall: pages of panels that fit a screen, without anything around them."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.layout import Places
from waypost.services.boards.catalogue import BoardVersion
from waypost.web import links
from waypost.web.board_figures import GAP_PX, ROW_PX
from waypost.web.board_page import numbers, version
from waypost.web.board_panels import Scene
from waypost.web.board_style import GRID, PHONE_PX, cell

NAME: Final = "wall"
PAGE_ROWS: Final = 17  # as many rows as can be read from across a room on a screen of 1920 x 1080
_ONE_PAGE: Final = 18  # a board that is hardly higher stays together, a little smaller


def asked() -> bool:
    """Whether the address asks for the wall view."""
    return links.value(NAME) == "1"


def pages(board: Board) -> list[Places]:
    """The panels in pages of at most so many rows, in the order in which the grid is read; one page if nearly all fit.

    A panel that is higher than a page has one to itself.
    """
    wide = layout.complete(board).wide
    if layout.bottom(wide) <= _ONE_PAGE:
        return [wide] if wide else []
    found: list[Places] = []
    held: Places = ()
    for place in wide:
        more = layout.tidy((*held, place))
        if held and layout.bottom(more) > PAGE_ROWS:
            found.append(held)
            more = layout.tidy((place,))
        held = more
    return [*found, held] if held else found


def style(board: Board) -> str:
    """The page without sidebar and head, as high as the screen; only one page of panels is seen at a time."""
    rules = [_page(number, page) for number, page in enumerate(pages(board))]
    return f"<style>{_BASE}@media (min-width: {PHONE_PX + 1}px) {{ {_GRID} {' '.join(rules)} }}</style>"


def _page(number: int, places: Places) -> str:
    """Its panels fill the screen while it is its turn, and are not drawn while it is not."""
    away = f':not([data-wall-page="{number}"])'
    # Before the bar has said which page it is, it is the first.
    away = f"[data-wall-page]{away}" if number == 0 else away
    grid = (
        f".stApp:not({away}) .st-key-{GRID} {{ grid-template-rows: repeat({layout.bottom(places)}, minmax(0, 1fr)); }}"
    )
    cells = (f"{cell(p.block)} {{ grid-area: {p.y + 1} / {p.x + 1} / span {p.h} / span {p.w}; }}" for p in places)
    gone = (f".stApp{away} {cell(p.block)} {{ display: none; }}" for p in places)
    return "\n".join([grid, *cells, *gone])


def bar(found: BoardVersion, scene: Scene) -> dict[str, Any]:
    """What the bar above says."""
    t, fmt, held = scene.fmt.t, scene.fmt, pages(scene.board)
    opened, _, hand = numbers(scene)
    orders = t.plural("{n} open order", "{n} open orders", opened, n=fmt.count(opened))
    late = t.plural("{n} needs a hand", "{n} need a hand", hand, n=fmt.count(hand))
    as_of = t("as of {time}", time=fmt.instant(scene.view.now, scene.view.now)[-5:])
    address = {name: st.query_params.get_all(name) for name in st.query_params if name != NAME}
    return {
        "title": scene.board.name.say(fmt.lang),
        "facts": " · ".join([orders, late, scene.state.period(fmt), version(found, fmt, scene.view.now), as_of]),
        "zone": fmt.zone,
        "rows": max((layout.bottom(page) for page in held), default=1),
        "pages": max(len(held), 1),
        "leave": links.href("board", address),
        "step_px": ROW_PX + GAP_PX + _ROOM_PX,
    }


_ROOM_PX: Final = 4  # more per row than on a desk, where a row grows when its panel needs it
_BASE: Final = """
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpandSidebarButton"] { display: none !important; }
.stApp .stMainBlockContainer { max-width: none; padding: 0 16px; }
.stApp [data-testid="stMain"] { scrollbar-width: none; }
"""
_GRID: Final = f"""
.stApp .stMainBlockContainer {{ zoom: var(--wall-zoom, 1); }}
.stApp .stMainBlockContainer > [data-testid="stVerticalBlock"] {{ gap: 0; }}
.st-key-{GRID} {{ flex: none; height: calc(100vh / var(--wall-zoom, 1) - 64px); overflow: hidden;
  grid-auto-rows: minmax(0, 1fr); --wp-name: 22px; --wp-value: 36px; }}
.st-key-{GRID} > * {{ min-height: 0; overflow: hidden; }}
/* They measure themselves in pixels of the screen. */
.st-key-{GRID} :is([data-testid="stPlotlyChart"], [data-testid="stDeckGlJsonChart"]) {{
  zoom: calc(1 / var(--wall-zoom, 1)); }}
"""
