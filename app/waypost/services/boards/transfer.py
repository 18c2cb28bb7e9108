"""Boards as files: one Waypost writes them, any other reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.domain.errors import DocumentError
from waypost.journeys.boards.derive import board_of
from waypost.journeys.boards.document import Board
from waypost.journeys.document import read_journey
from waypost.services.boards.reading import read_board

WHAT, FORMAT = "waypost.board", 1


def export(board: Board, version: int) -> dict[str, Any]:
    """A board as it is carried elsewhere."""
    return {"what": WHAT, "format": FORMAT, "version": version, "board": board.as_json()}


def read(document: Any) -> Board:
    """The board in a file: what `export` wrote, a bare board, or a journey. Errors: DocumentError naming the path."""
    if not isinstance(document, Mapping):
        raise DocumentError("document", "it is no object.", "Give the file that a board was exported to.")
    if "board" in document:
        if document.get("what") != WHAT or document.get("format") != FORMAT:
            remedy = "Export it with a Waypost of this version, or bring this one up to date."
            raise DocumentError("format", f"it is not '{WHAT}' of format {FORMAT}.", remedy)
        return read_board(document["board"])
    if "stages" in document:
        return board_of(read_journey(document))
    return read_board(document)
