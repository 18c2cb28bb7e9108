"""The bar above a board on a wall: name, clock, figures; it scales the page, turns its pages, keeps it awake."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from components._base import N_, register, words

TEXTS: Final = {
    "label": N_("Wall view"),
    "leave": N_("Leave the wall view (Esc)"),
    "full": N_("Full screen"),
    "page": N_("Page {n} of {all}"),
    "hold": N_("Stay on this page"),
    "turn": N_("Turn pages again"),
}
PAGE_S: Final = 20  # how long a page is shown

_mount = register(Path(__file__).parent)


def board_wall(
    title: str,
    facts: str,
    *,
    key: str,
    t: Mapping[str, str],
    lang: str,
    zone: str,
    rows: int,
    pages: int,
    leave: str,
    step_px: int,
) -> None:
    """Draw the bar; `facts` is one line of figures, `rows` the height of the highest page, `leave` the way out."""
    data = {"title": title, "facts": facts, "zone": zone, "rows": rows, "pages": pages, "leave": leave}
    more = {"step": step_px, "seconds": PAGE_S, "lang": lang, "t": words(t, TEXTS)}
    _mount(key=key, data={**data, **more})
