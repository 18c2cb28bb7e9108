"""The steps of a draft: asked to be reviewed, approved or sent back, published, discarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.access.roles import Role
from waypost.services.boards.catalogue import head
from waypost.services.boards.drafts import Draft, changeable, draft_of
from waypost.services.boards.publishing import put
from waypost.services.boards.reading import read_board, sound
from waypost.services.boards.rules import StepRefused, may_alone, need, said
from waypost.store import drafts as kept
from waypost.store.documents import StaleVersion
from waypost.store.engine import writing


class By(NamedTuple):
    """Who takes a step, in which role, when (us), and what they say to it."""

    name: str
    role: str
    now: int
    comment: str = ""


def submit(engine: Engine, draft_id: str, by: By) -> Draft:
    """Ask for a review. Errors: StepRefused; DocumentError naming block and field of what is not finished."""
    need(by.role, Role.EDITOR)

    def step(connection: Connection, row: kept.Row) -> kept.Row:
        if row.status != "draft":
            raise StepRefused("changed", "status", f"The draft is in {row.status} already.", "Reload it.")
        sound(connection, read_board(row.body))
        return kept.mark(connection, row, "review")

    return _step(engine, draft_id, by, "submitted", step)


def approve(engine: Engine, draft_id: str, by: By, rev: int | None = None) -> Draft:
    """Approve a draft as it stands; `rev` is the revision that the approver has seen.

    Errors: StepRefused, `four_eyes` for who made the last change; StaleVersion when it was changed since.
    """
    need(by.role, Role.APPROVER)

    def step(connection: Connection, row: kept.Row) -> kept.Row:
        _in_review(row)
        if rev is not None and rev != row.rev:
            raise StaleVersion(f"{row.updated_by} changed the draft meanwhile. Look at it again.")
        if by.name == row.updated_by:
            remedy = "Ask another approver: two people look at what is published."
            raise StepRefused("four_eyes", "by", "You made the last change of this draft.", remedy)
        sound(connection, read_board(row.body))
        return kept.mark(connection, row, "approved", approved_by=by.name[:120])

    return _step(engine, draft_id, by, "approved", step)


def reject(engine: Engine, draft_id: str, by: By) -> Draft:
    """Send a draft back with a comment. Errors: StepRefused; DocumentError when nothing is said."""
    need(by.role, Role.APPROVER)
    said(by.comment, wanted=True)

    def step(connection: Connection, row: kept.Row) -> kept.Row:
        if row.status != "approved":
            _in_review(row)
        return kept.mark(connection, row, "draft", approved_by=None)

    return _step(engine, draft_id, by, "rejected", step)


def publish(engine: Engine, draft_id: str, by: By) -> Draft:
    """Put a draft into force with its journey, in one transaction.

    Errors: StepRefused, `not_approved` for who may not publish alone; DocumentError naming block and
    field; StaleVersion when another version was published since it was started. Then nothing changed.
    """
    need(by.role, Role.PUBLISHER)

    def step(connection: Connection, row: kept.Row) -> kept.Row:
        if row.status != "approved" and not may_alone(connection, by.role):
            raise StepRefused("not_approved", "status", "Nobody has approved this draft.", "Ask for a review first.")
        stands = head(connection, row.board)
        if stands.base != (row.base_version, row.base_journey):
            raise StaleVersion(f"Another version of '{row.board}' was published meanwhile. Bring it into the draft.")
        board = read_board(row.body)
        made = put(connection, board, sound(connection, board), by.name, by.now, by.comment, base=stands.base)
        return kept.mark(connection, row, "published", version=made.version)

    return _step(engine, draft_id, by, "published", step)


def discard(engine: Engine, draft_id: str, by: By) -> Draft:
    """Lay a draft aside; nothing of it is lost. Errors: NotFound, StepRefused."""
    return _step(engine, draft_id, by, "discarded", lambda connection, row: kept.mark(connection, row, "discarded"))


Step = Callable[[Connection, kept.Row], kept.Row]


def _step(engine: Engine, draft_id: str, by: By, name: str, step: Step) -> Draft:
    """One step with its remark and its line in the audit log: all of it, or nothing."""
    words = said(by.comment)
    with writing(engine) as connection:
        audit.lock(connection)  # before the draft, see store.drafts
        row = step(connection, changeable(connection, draft_id))
        kept.say(connection, row, name, words, by.name, by.now)
        detail: dict[str, Any] = {"draft": row.id, "rev": row.rev, "base_version": row.base_version}
        detail |= {"comment": words} if words else {}
        detail |= {"version": row.version, "approved_by": row.approved_by} if name == "published" else {}
        audit.append(connection, by.now, by.name, f"board.{name}", f"board/{row.board}", detail)
    return draft_of(row)


def _in_review(row: kept.Row) -> None:
    if row.status != "review":
        raise StepRefused("not_in_review", "status", f"The draft is in {row.status}.", "Ask for a review first.")
