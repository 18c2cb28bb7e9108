"""The boards there are: published and retired ones, and journeys that never had a board."""

from __future__ import annotations

import contextlib
import threading
from typing import Literal, NamedTuple

from pydantic import ValidationError
from sqlalchemy.engine import Connection, Engine

from waypost.domain.errors import DocumentError, NotFound
from waypost.journeys.boards.derive import board_of
from waypost.journeys.boards.document import Board
from waypost.journeys.document import read_journey
from waypost.services.boards.reading import read_board
from waypost.services.journeys import KIND as JOURNEY
from waypost.store import documents, drafts

KIND = "board"


class BoardVersion(NamedTuple):
    """One version of a board; version 0 was never published, but derived from a journey. Instants in us."""

    board: Board
    version: int
    by: str
    comment: str
    published_at: int | None
    retired_at: int | None


class Entry(NamedTuple):
    """One line of the list of boards; `state` is live, derived (a journey without a board), retired or new."""

    id: str
    state: Literal["live", "derived", "retired", "new"]
    version: int
    board: Board
    by: str
    published_at: int | None
    drafts: int


class Head(NamedTuple):
    """What a draft starts from: versions of board and journey, 0 where there is none; the board then."""

    version: int
    journey: int
    board: Board | None

    @property
    def base(self) -> tuple[int, int]:
        """The versions of board and journey."""
        return self.version, self.journey


class Catalogue:
    """All boards of one process, loaded again within one call after anybody published."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._stamp: object = None
        self._boards: dict[str, list[documents.Version]] = {}
        self._journeys: dict[str, list[documents.Version]] = {}
        self._read: dict[int, Board] = {}  # by id of the document: a version never changes

    def refresh(self) -> object:
        """Load what was published since; returns a stamp that changes with every change."""
        fresh = documents.stamp(self._engine, KIND), documents.stamp(self._engine, JOURNEY)
        with self._lock:
            if fresh != self._stamp:
                self._boards, self._journeys = self._load(KIND), self._load(JOURNEY)
                self._stamp = fresh
        return fresh

    def history(self, board_id: str) -> list[BoardVersion]:
        """All versions of a board, oldest first; the derived one alone when it was never published.

        Errors: NotFound.
        """
        self.refresh()
        held = self._boards.get(board_id)
        return [self._version(KIND, v) for v in held] if held else [self.get(board_id, 0)]

    def published(self, board_id: str) -> BoardVersion:
        """The board in force; derived when its journey has none.

        Errors: NotFound, also when it is retired; DocumentError for a journey that no wires can say.
        """
        found = self.history(board_id)[-1]
        if found.retired_at is not None:
            raise NotFound(f"The board '{board_id}' is retired.")
        return found

    def get(self, board_id: str, version: int) -> BoardVersion:
        """A version by its number; 0 is what the journey looked like before its first board. Errors: NotFound."""
        self.refresh()
        held, journeys = self._boards.get(board_id, []), self._journeys.get(board_id, [])
        found = next((v for v in held if v.version == version), None)
        if found is not None:
            return self._version(KIND, found)
        if version == 0:
            before = [v for v in journeys if not held or v.id < held[0].id]
            if before:
                return self._version(JOURNEY, before[-1])._replace(version=0)
        if not held and not journeys:
            raise NotFound(f"There is no board '{board_id[:48]}'.")
        raise NotFound(f"The board '{board_id}' has no version {version}.")

    def entries(self) -> list[Entry]:
        """Every board, journey without a board, and board that is only a draft yet; by id.

        A journey that no wires can say (`board_of`) is left out: there is nothing to open.
        """
        self.refresh()
        open_, found = drafts.counts(self._engine), []
        for key in sorted({*self._boards, *self._journeys}):
            with contextlib.suppress(DocumentError):
                found.append(self._entry(key, open_.get(key, 0)))
                open_.pop(key, None)
        for row in drafts.listing(self._engine) if open_ else ():
            if row.board in open_:
                count = open_.pop(row.board)
                found.append(Entry(row.board, "new", 0, read_board(row.body), row.updated_by, None, count))
        return sorted(found, key=lambda entry: entry.id)

    def _entry(self, key: str, count: int) -> Entry:
        found = self.history(key)[-1]
        state: Literal["live", "derived", "retired"] = "live" if found.version else "derived"
        if found.retired_at is not None:
            state = "retired"
        return Entry(key, state, found.version, found.board, found.by, found.published_at, count)

    def _version(self, kind: str, held: documents.Version) -> BoardVersion:
        board = self._read.get(held.id)
        if board is None:
            board = self._read[held.id] = _read(kind, held)
        return BoardVersion(
            board, held.version, held.created_by, held.comment or "", held.published_at, held.retired_at
        )

    def _load(self, kind: str) -> dict[str, list[documents.Version]]:
        found: dict[str, list[documents.Version]] = {}
        for version in documents.versions(self._engine, kind):
            found.setdefault(version.key, []).append(version)
        return found


def head(connection: Connection, board_id: str) -> Head:
    """What stands now, read in the caller's transaction: the last board, or the journey as a board."""
    board = documents.newest(connection, KIND, board_id)
    journey = documents.newest(connection, JOURNEY, board_id)
    return _head(board, journey)


def base(connection: Connection, board_id: str, version: int, journey: int) -> Board | None:
    """What a draft started from; None when there was nothing."""
    for kind, number in ((KIND, version), (JOURNEY, journey)):
        held = documents.one_in(connection, kind, board_id, number) if number else None
        if held is not None:
            return _drawn(kind, held)
    return None


def _head(board: documents.Version | None, journey: documents.Version | None) -> Head:
    held = _drawn(KIND, board) if board else _drawn(JOURNEY, journey) if journey else None
    return Head(board.version if board else 0, journey.version if journey else 0, held)


def _drawn(kind: str, held: documents.Version) -> Board | None:
    try:
        return _read(kind, held)
    except DocumentError:  # a journey that no wires can say: whatever is drawn instead takes its place
        return None


def _read(kind: str, held: documents.Version) -> Board:
    if kind == KIND:
        return read_board(held.body)
    try:
        return board_of(read_journey(held.body))
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise DocumentError("board", f"{problem}.", "Draw this journey anew.") from None


def taken(connection: Connection) -> set[str]:
    """The ids that boards and journeys have or had, read in the caller's transaction."""
    return documents.keys_in(connection, (KIND, JOURNEY))
