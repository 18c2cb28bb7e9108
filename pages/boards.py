"""Boards: those there are with their orders and drafts, and the gallery of templates."""

from collections.abc import Sequence
from typing import Any

from components._base import translated
from components.board_cards import TEXTS, board_cards
from waypost.access.roles import Role
from waypost.web import boards_gallery, boards_list, boards_page, session

who, fmt = session.require(Role.VIEWER), session.reader()
texts = translated(TEXTS, fmt.t)


def cards(rows: Sequence[Any], key: str, label: str, wide: bool = False) -> dict[str, str] | None:
    """Boards or templates, in the reader's language."""
    return board_cards(rows, key=key, label=label, t=texts, wide=wide)


held = boards_page.asked()
boards_page.head(held, who, fmt)
room = boards_gallery if held.room == "templates" else boards_list
room.draw(held, who, fmt, cards)
