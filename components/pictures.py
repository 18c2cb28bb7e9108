"""Which component draws which picture of a board's panel. A later kind of picture is added with `register`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from components import at_risk, board_chart, kpi_cards, orders_table, stage_river
from components._base import translated
from waypost.web import board_style
from waypost.web.board_panels import Picture
from waypost.web.format import Format

Draw = Callable[[Picture, str, Format], None]
PICTURES: Final[dict[str, Draw]] = {}


def register(kind: str) -> Callable[[Draw], Draw]:
    """Add a kind of picture. Errors: ValueError when there is one of that name."""

    def put(draw: Draw) -> Draw:
        if kind in PICTURES:
            raise ValueError(f"there is a picture '{kind}' already")
        PICTURES[kind] = draw
        return draw

    return put


def draw(picture: Picture, key: str, fmt: Format) -> None:
    """Draw one picture under a key of its own, in the reader's language."""
    PICTURES[picture.kind](picture, key, fmt)


@register("cards")
def _cards(picture: Picture, key: str, fmt: Format) -> None:
    texts = {**translated(kpi_cards.TEXTS, fmt.t), "label": picture.more["title"]}
    kpi_cards.kpi_cards(picture.data, key=key, t=texts, lang=fmt.lang)


@register("river")
def _river(picture: Picture, key: str, fmt: Format) -> None:
    texts = {**translated(stage_river.TEXTS, fmt.t), "label": picture.more["title"]}
    stage_river.stage_river(picture.data, key=key, t=texts, lang=fmt.lang)


@register("at_risk")
def _at_risk(picture: Picture, key: str, fmt: Format) -> None:
    texts, more = {**translated(at_risk.TEXTS, fmt.t), "title": picture.more["title"]}, picture.more
    at_risk.at_risk(picture.data, key=key, t=texts, lang=fmt.lang, total=more["total"], more_href=more["more"])


@register("orders")
def _orders(picture: Picture, key: str, fmt: Format) -> None:
    texts, more = translated(orders_table.TEXTS, fmt.t), picture.more
    about = {"title": more["title"], "more_href": more["more"], "total": more["total"]}
    orders_table.orders_table(picture.data, key=key, t=texts, lang=fmt.lang, **about)


@register("chart")
def _chart(picture: Picture, key: str, fmt: Format) -> None:
    board_chart.board_chart(picture.data, key=key, t=translated(board_chart.TEXTS, fmt.t), lang=fmt.lang)


@register("map")
def _map(picture: Picture, key: str, fmt: Format) -> None:
    more = picture.more
    with st.container(key=f"board-card-{key}", height="stretch"):
        st.html(board_style.head(more["title"], more["note"], more["href"], fmt.t("Open the map")))
        st.pydeck_chart(picture.data, height="stretch", key=key, alt=more["alt"])


@register("bars")
def _bars(picture: Picture, key: str, fmt: Format) -> None:
    with st.container(key=f"board-card-{key}", height="stretch"):
        st.html(board_style.head(picture.more["title"], picture.more["note"], "", ""))
        if picture.data is not None:
            # Its own buttons would lie over the bars; a double click leads back to all of them.
            st.plotly_chart(picture.data, theme=None, config={"displayModeBar": False}, height="stretch", key=key)
