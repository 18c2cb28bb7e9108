"""Board documents from outside: read, and checked against what this Waypost has."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import Connection

from waypost.domain.errors import DocumentError
from waypost.journeys.boards.check import Known, Problem, check
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey
from waypost.journeys.labels import document_error
from waypost.services.live.columns import DIMENSIONS, NUMBERS
from waypost.store.schema import source, state
from waypost.store.schema_connect import connection as partner

_LATE = 1_000  # orders and parcels whose attributes are looked at


def read_board(body: Any) -> Board:
    """Read a board document, finished or not. Errors: DocumentError naming the path inside it."""
    if isinstance(body, Board):
        return body
    try:
        return Board.model_validate(body)
    except ValidationError as error:
        raise document_error(error, "document", "Correct this entry and send the document again.") from None


def known(connection: Connection, journeys: Collection[Journey] = ()) -> Known:
    """The sources that are connected or have sent something, and the attributes that orders of late came with.

    `journeys` are those in force. A connection that was removed is gone, although what it sent stays.
    """
    sent = connection.scalars(sa.select(source.c.name)).all()
    states = connection.execute(sa.select(partner.c.key, partner.c.state)).all()
    connected = {key for key, held in states if held != "removed"}
    gone = {key for key, _ in states} - connected
    told = sa.select(state.c.attributes).where(state.c.attributes.is_not(None))
    late = connection.scalars(told.order_by(state.c.subject_id.desc()).limit(_LATE)).all()
    names = {name for text in late for name in json.loads(text)}
    return Known(frozenset({*sent, *connected} - gone), frozenset({*DIMENSIONS, *NUMBERS, *names}), journeys)


def problems(connection: Connection, board: Board, journeys: Collection[Journey] = ()) -> list[Problem]:
    """What is missing or wrong, worst first; a board without errors can be published."""
    return sorted(check(board, known(connection, journeys)), key=lambda problem: problem.level != "error")


def sound(connection: Connection, board: Board) -> Journey:
    """The journey that a finished board is compiled to. Errors: DocumentError naming block and field."""
    wrong = [problem for problem in problems(connection, board) if problem.level == "error"]
    if not wrong:
        return compile_board(board)
    compile_board(board)  # which says in words what is wrong, where it can
    first = wrong[0]
    path = f"blocks.{first.block}.{first.field}" if first.block else first.field
    problem = f"the check of the board says '{first.code}'."
    raise DocumentError(path.rstrip("."), problem, "Open the board in the builder: it says what to mend.")


def as_dict(found: Any) -> Any:
    """Problems, differences and conflicts as plain JSON."""
    if is_dataclass(found) and not isinstance(found, type):
        return as_dict(asdict(found))
    if isinstance(found, BaseModel):
        return found.model_dump(mode="json", by_alias=True)
    if isinstance(found, tuple) and hasattr(found, "_asdict"):
        return as_dict(found._asdict())
    if isinstance(found, Mapping):
        return {str(name): as_dict(value) for name, value in found.items()}
    if isinstance(found, list | tuple | set | frozenset):
        return [as_dict(value) for value in found]
    return found
