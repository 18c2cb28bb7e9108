"""The layout of a board to arrange: its panels handed to the grid, and what a person made of them as a board again.

For the page that draws it::

    from components.board_grid import TEXTS, board_grid
    changed = board_layout.draw(board, fmt, key, on_change, grid=partial(board_grid, t=translated(TEXTS, fmt.t)),
                                rev=draft.rev, draft=draft.id, saved=saved)

`changed` is the board with the new layout (`changed.layout`), and with panels that were added or taken
away; None when nothing new came. Save it, then hand in the draft's new `rev`, and in `saved` the
revision of the browser that stands in the database: `board_layout.heard(key)` with the time as a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st
from pydantic import ValidationError

from waypost.i18n import LANGUAGES, translator
from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Block, Board, Layout
from waypost.web.format import Format
from waypost.web.words import PANELS


class Grid(Protocol):
    """The component that draws the tiles, with its texts already given."""

    def __call__(self, server: Any, kinds: Any, labels: Mapping[str, str], /, **more: Any) -> Any: ...


def draw(
    board: Board,
    fmt: Format,
    key: str,
    on_change: Callable[[], None] | None = None,
    *,
    grid: Grid,
    rev: int = 0,
    draft: str = "",
    saved: Mapping[str, Any] | None = None,
    undoable: bool = False,
    mode: str = "edit",
) -> Board | None:
    """Draw the panels of a board as tiles; returns the board as it was arranged, once for each change."""
    held = layout.complete(board)
    server = {
        "rev": rev,
        "draft": draft or board.id,
        "undoable": undoable,
        "wide": [place.model_dump() for place in held.wide],
        "phone": [place.model_dump() for place in held.phone],
        "panels": [{"id": b.id, "show": _show(b), "set": b.set} for b in layout.panels(board)],
    }
    labels = {block.id: name_of(block, fmt) for block in layout.panels(board)}
    doc = grid(server, kinds(fmt), labels, key=key, lang=fmt.lang, saved=saved, mode=mode, on_change=on_change)
    if doc is None or heard(key) == (doc["client"], doc["rev"]):
        return None
    st.session_state[f"{key}.heard"] = doc["client"], doc["rev"]
    st.session_state[f"{key}.base"] = doc["base"]
    return read(board, doc)


def heard(key: str) -> tuple[str, int] | None:
    """The browser's client and revision that `draw` gave out last."""
    found: tuple[str, int] | None = st.session_state.get(f"{key}.heard")
    return found


def base(key: str) -> int:
    """The revision of the draft that the last change was made from; saved against it, nothing is overwritten."""
    found: int = st.session_state.get(f"{key}.base", -1)
    return found


def read(board: Board, doc: Mapping[str, Any]) -> Board | None:
    """The board arranged as a document of the browser says; None when that makes no layout."""
    try:
        wanted = Layout.model_validate({"wide": doc["wide"], "phone": doc["phone"]})
        shown = {panel["id"]: panel["set"] for panel in doc["panels"]}
        return Board.model_validate(layout.arranged(board, wanted, shown).as_json())
    except ValidationError:
        return None


def kinds(fmt: Format) -> list[Any]:
    """The palette: every kind of panel with its first size and settings."""
    found = []
    for show, (label, hint, icon) in PANELS.items():
        size = layout.SIZES[show]
        settings = {"name": {lang: translator(lang)(label) for lang in LANGUAGES}, "show": show}
        found.append(
            {"show": show, "label": fmt.t(label), "hint": fmt.t(hint), "icon": icon, "set": settings, **size._asdict()}
        )
    return found


def name_of(block: Block, fmt: Format) -> str:
    """What a panel is called: as it was named, else by what it shows."""
    given = block.set.get("name")
    if isinstance(given, dict):
        given = given.get(fmt.lang) or given.get("en") or given.get("zh")
    return str(given or fmt.t(PANELS[_show(block)][0]))


def _show(block: Block) -> str:
    found = block.set.get("show")
    return found if isinstance(found, str) and found in PANELS else "text"
