"""Drafts of boards: started, saved by several people at once, merged, restored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.domain.errors import DocumentError, NotFound
from waypost.domain.instants import SECOND, now_us
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.merge import Conflict, merge
from waypost.services.boards import catalogue
from waypost.services.boards.reading import read_board
from waypost.services.boards.rules import StepRefused, said
from waypost.store import drafts as kept
from waypost.store.documents import StaleVersion
from waypost.store.drafts import Present, Remark, Revision
from waypost.store.engine import writing

HERE_US = 45 * SECOND  # who was heard of within this time has the draft open


class Draft(NamedTuple):
    """One draft; `rev` counts its changes, `updated_by` made the last one. Instants in us.

    `status` is draft, review, approved, published or discarded; `version` is the one it was published as.
    """

    id: str
    board_id: str
    rev: int
    status: str
    board: Board
    base_version: int
    base_journey: int
    version: int | None
    approved_by: str | None
    created_by: str
    created_at: int
    updated_by: str
    updated_at: int

    @property
    def open(self) -> bool:
        """Whether it can still be changed."""
        return self.status in kept.OPEN


class Saved(NamedTuple):
    """What became of a change: the board as it stands now, and what it could not take of yours.

    `merged`: somebody else's changes are in it, too. Of each conflict theirs stands, and yours is told.
    """

    rev: int
    board: Board
    merged: bool
    conflicts: Sequence[Conflict]
    status: str


class Changed(StaleVersion):
    """Somebody else changed the draft in between, and the caller wants no merge; nothing was changed."""


def draft_of(row: kept.Row) -> Draft:
    """A draft out of its row."""
    return Draft(
        id=row.id,
        board_id=row.board,
        rev=row.rev,
        status=row.status,
        board=read_board(row.body),
        base_version=row.base_version,
        base_journey=row.base_journey,
        version=row.version,
        approved_by=row.approved_by,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )


def start(engine: Engine, board: Board, by: str, now: int, *, fresh: bool, how: str = "started") -> Draft:
    """A new draft of a board; `fresh` gives it an id that no board, journey or open draft has."""
    with writing(engine) as connection:
        audit.lock(connection)
        if fresh:
            board = board.model_copy(update={"id": _free(connection, board.id)})
        base = catalogue.head(connection, board.id).base
        row = kept.add(connection, board.id, board.as_json(), base, by, now, how)
        detail = {"draft": row.id, "base_version": base[0], "how": how}
        audit.append(connection, now, by, "board.draft_started", f"board/{board.id}", detail)
    return draft_of(row)


def save(engine: Engine, draft_id: str, board: Board, base_rev: int, by: str, now: int, *, only: bool = False) -> Saved:
    """Put a change into a draft; `base_rev` is the revision that it was made on.

    When others changed it in between, both changes are kept; where they touch the same thing, theirs
    stands and yours is returned; with `only` nothing is merged, but refused with Changed. Errors: NotFound;
    DocumentError; StepRefused when it is closed; StaleVersion when the revision is too old to merge with.
    Then nothing changed.
    """
    with writing(engine) as connection:
        row = changeable(connection, draft_id)
        if board.id != row.board:
            raise DocumentError("id", f"this draft is of the board '{row.board}'.", "Send the board of this draft.")
        theirs = read_board(row.body)
        if base_rev == row.rev:
            return _put(connection, row, theirs, board, (), by, now, "saved")
        if only:
            raise Changed(f"{row.updated_by} changed the draft meanwhile; it is at revision {row.rev} now.")
        found = merge(_revision(connection, row, base_rev), board, theirs)
        return _put(connection, row, theirs, found.board, found.conflicts, by, now, "merged", merged=True)


def restore(engine: Engine, draft_id: str, rev: int, by: str, now: int) -> Saved:
    """Make an older revision the newest one. Errors: NotFound, StaleVersion, StepRefused."""
    with writing(engine) as connection:
        row = changeable(connection, draft_id)
        older = _revision(connection, row, rev)
        return _put(connection, row, read_board(row.body), older, (), by, now, "restored")


def catch_up(engine: Engine, draft_id: str, by: str, now: int) -> Saved:
    """Bring what was published meanwhile into a draft; where both touch the same thing, the published one stands.

    Errors: NotFound, StepRefused.
    """
    with writing(engine) as connection:
        row = changeable(connection, draft_id)
        mine, head = read_board(row.body), catalogue.head(connection, row.board)
        based = catalogue.base(connection, row.board, row.base_version, row.base_journey)
        if head.board is None or head.base == (row.base_version, row.base_journey):
            return Saved(row.rev, mine, False, (), row.status)
        found = merge(based or Board(id=row.board, name=mine.name), mine, head.board)
        base = {"base_version": head.version, "base_journey": head.journey}
        return _put(connection, row, mine, found.board, found.conflicts, by, now, "caught_up", merged=True, **base)


def stale(connection: Connection, draft: Draft) -> bool:
    """Whether another version was published since the draft was started."""
    return catalogue.head(connection, draft.board_id).base != (draft.base_version, draft.base_journey)


def comment(engine: Engine, draft_id: str, text: str, by: str, now: int, block: str = "") -> Remark:
    """Say something about a draft, or about one of its blocks. Errors: NotFound, DocumentError."""
    words = said(text, field="text", wanted=True)
    with writing(engine) as connection:
        row = kept.locked(connection, draft_id)
        if block and read_board(row.body).block(block) is None:
            raise NotFound(f"The draft has no block '{block[:48]}'.")
        return kept.say(connection, row, "comment", words, by, now, block)


def people(engine: Engine, draft_id: str, by: str | None = None, block: str = "") -> list[Present]:
    """Who else has a draft open; with `by`, this person is noted as having it open, too.

    By the wall clock: a simulated company's hours may pass in seconds.
    """
    now = now_us()
    if by is not None:
        kept.one(engine, draft_id)
        kept.touch(engine, draft_id, by, block[:64], now)
    return [person for person in kept.present(engine, draft_id, now - HERE_US) if person.who != by]


def changeable(connection: Connection, draft_id: str) -> kept.Row:
    """A draft under its lock. Errors: NotFound; StepRefused `closed` when it is published or discarded."""
    row = kept.locked(connection, draft_id)
    if row.status not in kept.OPEN:
        remedy = "Start a new draft of this board."
        raise StepRefused("closed", "status", f"The draft is {row.status}.", remedy)
    return row


def _put(
    connection: Connection,
    row: kept.Row,
    before: Board,
    after: Board,
    conflicts: Sequence[Conflict],
    by: str,
    now: int,
    how: str,
    *,
    merged: bool = False,
    **others: Any,
) -> Saved:
    if after == before and not others:
        return Saved(row.rev, before, merged, conflicts, row.status)
    if row.status == "approved":  # what was approved is not what stands there now
        kept.say(connection, row, "voided", "", by, now)
        others |= {"status": "draft", "approved_by": None}
    row = kept.change(connection, row, after.as_json(), by, now, how, **others)
    return Saved(row.rev, after, merged, conflicts, row.status)


def _revision(connection: Connection, row: kept.Row, rev: int) -> Board:
    if not 1 <= rev <= row.rev:
        raise NotFound(f"The draft has no revision {rev}.")
    body = kept.body_at(connection, row.id, rev)
    if body is None:
        raise StaleVersion(f"Revision {rev} is too old: the last {kept.REVISIONS} are kept. Reload the draft.")
    return read_board(body)


def _free(connection: Connection, wanted: str) -> str:
    taken = catalogue.taken(connection) | kept.keys(connection)
    if wanted not in taken:
        return wanted
    return next(name for n in range(2, len(taken) + 3) if (name := f"{wanted[:43]}-{n}") not in taken)


__all__ = ["Draft", "Present", "Remark", "Revision", "Saved"]
