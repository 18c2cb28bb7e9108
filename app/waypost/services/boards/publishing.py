"""Boards going into force and out of it, each time with the journey that they are compiled to."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.access.roles import Role
from waypost.domain.errors import NotFound
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.document import Journey, read_journey
from waypost.services.boards.reading import read_board
from waypost.services.boards.rules import StepRefused, need, said
from waypost.store import documents
from waypost.store.engine import writing

BOARD, JOURNEY = "board", "journey"


class Put(NamedTuple):
    """What is in force now: the versions of board and journey."""

    version: int
    journey: int


def put(
    connection: Connection,
    board: Board,
    journey: Journey,
    by: str,
    now: int,
    comment: str,
    base: tuple[int, int] | None = None,
) -> Put:
    """Publish a board and its journey in the caller's transaction; a journey that stays as it is gets no version.

    Errors: StaleVersion when other versions than `base` stand there.
    """
    made = documents.publish_in(
        connection, BOARD, board.id, board.as_json(), by=by, now=now, base=base[0] if base else None, comment=comment
    )
    held = documents.newest(connection, JOURNEY, board.id)
    if held is not None and held.status == "published" and read_journey(held.body) == journey:
        return Put(made.version, held.version)
    told = documents.publish_in(
        connection,
        JOURNEY,
        board.id,
        journey.as_json(),
        by=by,
        now=now,
        base=base[1] if base else None,
        comment=comment or f"board version {made.version}",
    )
    return Put(made.version, told.version)


def roll_back(engine: Engine, board_id: str, version: int, by: str, role: str, now: int) -> Put:
    """Publish an older version again, as a new one. Errors: NotFound, StepRefused, DocumentError."""
    need(role, Role.PUBLISHER)
    with writing(engine) as connection:
        audit.lock(connection)
        older = documents.one_in(connection, BOARD, board_id, version)
        if older is None:
            raise NotFound(f"The board '{board_id[:48]}' has no version {version}.")
        board = read_board(older.body)
        made = put(connection, board, compile_board(board), by, now, f"back to version {version}")
        detail = {"version": made.version, "journey": made.journey, "back_to": version}
        audit.append(connection, now, by, "board.rolled_back", f"board/{board_id}", detail)
    return made


def retire(engine: Engine, board_id: str, by: str, role: str, now: int, comment: str = "") -> None:
    """Take a board and its journey out of force; their versions stay. Errors: NotFound, StepRefused."""
    need(role, Role.PUBLISHER)
    words = said(comment)
    with writing(engine) as connection:
        audit.lock(connection)
        board, journey = (documents.retire_in(connection, kind, board_id, now) for kind in (BOARD, JOURNEY))
        if board is None and journey is None:
            raise NotFound(f"There is no board '{board_id[:48]}' in force.")
        detail = {"version": board.version if board else 0, "comment": words}
        audit.append(connection, now, by, "board.retired", f"board/{board_id}", detail)


def unretire(engine: Engine, board_id: str, by: str, role: str, now: int, comment: str = "") -> Put:
    """Put a retired board and its journey into force again, as new versions. Errors: NotFound, StepRefused."""
    need(role, Role.PUBLISHER)
    words = said(comment)
    with writing(engine) as connection:
        audit.lock(connection)
        held = {kind: documents.newest(connection, kind, board_id) for kind in (BOARD, JOURNEY)}
        if any(version is not None and version.status == "published" for version in held.values()):
            raise StepRefused("in_force", "status", f"The board '{board_id}' is in force.", "Reload it.")
        made = _again(connection, board_id, held, by, now, words)
        detail = {"version": made.version, "journey": made.journey, "comment": words}
        audit.append(connection, now, by, "board.unretired", f"board/{board_id}", detail)
    return made


def _again(
    connection: Connection,
    board_id: str,
    held: dict[str, documents.Version | None],
    by: str,
    now: int,
    comment: str,
) -> Put:
    board, journey = held[BOARD], held[JOURNEY]
    if board is not None:
        found = read_board(board.body)
        return put(connection, found, compile_board(found), by, now, comment or "in force again")
    if journey is None:
        raise NotFound(f"There is no board '{board_id[:48]}'.")
    words = comment or "in force again"
    told = documents.publish_in(connection, JOURNEY, board_id, journey.body, by=by, now=now, comment=words)
    return Put(0, told.version)


def set_target(
    engine: Engine, board_id: str, block_id: str, yellow: str | None, red: str | None, by: str, now: int
) -> Put | None:
    """Publish a board in which one stage or figure has other targets; None when the journey has no board in force.

    Errors: NotFound for a block without targets; DocumentError naming block and field.
    """
    with writing(engine) as connection:
        audit.lock(connection)
        held = documents.newest(connection, BOARD, board_id)
        if held is None or held.status != "published":
            return None
        board = read_board(held.body)
        block = board.block(block_id)
        if block is None or block.kind not in ("stage", "kpi"):
            raise NotFound(f"Board '{board_id}' has no stage '{block_id[:48]}'.")
        changed = _with_target(board, block, yellow, red)
        made = put(connection, changed, compile_board(changed), by, now, f"targets of {block_id}")
        detail = {"version": made.version, "journey": made.journey, "block": block_id, "yellow": yellow, "red": red}
        audit.append(connection, now, by, "board.target_set", f"board/{board_id}", detail)
    return made


def _with_target(board: Board, block: Block, yellow: str | None, red: str | None) -> Board:
    target: dict[str, Any] = {**(block.set.get("target") or {}), "yellow": yellow or None, "red": red or None}
    changed = block.model_copy(update={"set": {**block.set, "target": target}})
    blocks = tuple(changed if each.id == block.id else each for each in board.blocks)
    return board.model_copy(update={"blocks": blocks})
