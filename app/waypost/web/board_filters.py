"""What a published board is asked to show: read from its address, changed by its widgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import streamlit as st

from waypost.domain.instants import from_us
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey
from waypost.services.live import OrderQuery, View
from waypost.services.live.columns import DIMENSIONS
from waypost.web import links
from waypost.web.format import Format
from waypost.web.orders_filters import LEVELS
from waypost.web.tower_filters import TowerFilters, exact_asked, narrow_widgets
from waypost.web.words import DIMENSIONS as NAMES
from waypost.web.words import TIERS, word

PAGE: Final = "board"
ID: Final = "id"
_RANGES: Final = (1, 7, 14, 30, 90)
_CUSTOM: Final = "custom"
_OPENED: Final = "f"  # in the address once the board's own filters have been put there


def dimensions(board: Board) -> tuple[str, ...]:
    """The dimensions that the board can be narrowed by, as far as orders have them."""
    return tuple(name for name in board.filters.dimensions if name in DIMENSIONS)


def put_defaults(board: Board) -> None:
    """Put what the board shows at first into the address, once; so it can be taken away there like any other filter."""
    given = {name: list(words) for name, words in board.filters.where.items() if name in DIMENSIONS and words}
    asked = any(name in st.query_params for name in (_OPENED, "range", "level", *DIMENSIONS))
    if given and not asked:
        links.put({**given, _OPENED: "1"})
        st.rerun()


def read(board: Board, journey: Journey, view: View) -> TowerFilters:
    """The state that the address asks for; what it does not say, or says wrongly, is the board's own."""
    days = board.filters.days
    choice = links.value("range", [*map(str, _days(board)), _CUSTOM]) or str(days)
    today = from_us(view.now, journey.zone).date()
    first = links.day("from") or today - timedelta(days=days - 1)
    last = max(first, links.day("to") or today)
    custom = choice == _CUSTOM
    names = tuple(dict.fromkeys((*dimensions(board), *(n for n in board.filters.where if n in DIMENSIONS))))
    where = tuple((name, found) for name in names if (found := links.values(name)))
    level, exact = links.value("level", LEVELS), exact_asked()
    return TowerFilters(journey, 0 if custom else int(choice), custom, first, last, where, level, exact)


def draw(board: Board, held: TowerFilters, view: View, fmt: Format) -> None:
    """The widgets, side by side as far as there is room."""
    t = fmt.t
    st.segmented_control(
        t("Time range"),
        [*map(str, _days(board)), _CUSTOM],
        required=True,
        format_func=lambda choice: _range(choice, fmt),
        label_visibility="collapsed",
        **links.bound(PAGE, "range", _CUSTOM if held.custom else str(held.days)),
    )
    if held.custom:
        st.date_input(t("From"), label_visibility="collapsed", width=130, **links.bound(PAGE, "from", held.first))
        st.date_input(
            t("To"), label_visibility="collapsed", width=130, min_value=held.first, **links.bound(PAGE, "to", held.last)
        )
    st.segmented_control(
        t("Level"),
        LEVELS,
        format_func=lambda level: t(TIERS[level]),
        label_visibility="collapsed",
        **links.bound(PAGE, "level", held.level),
    )
    names, chosen = dimensions(board), dict(held.where)
    if names:
        with st.popover(t("Filter"), icon=":material/filter_list:", key=f"{PAGE}.filter"):
            narrow_widgets(PAGE, names, chosen, OrderQuery(journey=held.journey.id), fmt, (_OPENED,))
    for name, words in held.where:
        for one in words:
            rest = [other for other in words if other != one]
            label = f"{word(NAMES, name, t)}: {one}"
            change = {name: rest, _OPENED: "1"}
            st.button(label, key=f"{PAGE}.remove.{label}", icon=":material/close:", on_click=links.put, args=(change,))


def _days(board: Board) -> Sequence[int]:
    return sorted({*_RANGES, board.filters.days})


def _range(choice: str, fmt: Format) -> str:
    if choice == _CUSTOM:
        return fmt.t("Custom")
    return fmt.t("24 h") if choice == "1" else fmt.t("{n} days", n=choice)
