"""The way from a board to the connections and back: the draft is stored, only where to return to is kept."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.i18n import Translator
from waypost.journeys.boards.document import Board
from waypost.web import links

_BACK: Final = "builder.return"


def leave(draft_id: str, block_id: str) -> None:
    """Remember where to return to, and go to the connections."""
    st.session_state[_BACK] = {"draft": draft_id, "block": block_id}
    links.go("connections", {"step": "choose"})


def link(t: Translator) -> None:
    """The way back to the board, on the pages of the connections."""
    back = st.session_state.get(_BACK)
    if back and st.button(t("Back to the board"), icon=":material/account_tree:", key="builder.return.button"):
        del st.session_state[_BACK]
        links.go("builder", back)


def done(source: str) -> None:
    """A source was started: back to the board that asked for it, with the source chosen there."""
    back = st.session_state.pop(_BACK, None)
    if back:
        links.go("builder", {**back, "source": source})


def with_source(board: Board, block_id: str, source: str) -> Board:
    """The board with one more source chosen in a source block."""
    blocks = []
    for block in board.blocks:
        if block.id == block_id and block.kind == "source" and source not in block.set.get("sources", ()):
            held = [*block.set.get("sources", ()), source]
            block = block.model_copy(update={"set": {**block.set, "sources": held}})  # noqa: PLW2901
        blocks.append(block)
    return board.model_copy(update={"blocks": tuple(blocks)})
