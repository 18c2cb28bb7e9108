"""Boards of one Waypost: everything that a page, a route or a command does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from waypost.access.roles import Role
from waypost.journeys.boards.check import Problem
from waypost.journeys.boards.diff import Diff, diff
from waypost.journeys.boards.document import Board
from waypost.journeys.labels import Labels
from waypost.services.boards import drafts, lifecycle, publishing, reading, rules, transfer
from waypost.services.boards.catalogue import BoardVersion, Catalogue, Entry
from waypost.services.boards.drafts import Draft, Present, Remark, Revision, Saved
from waypost.services.boards.lifecycle import By
from waypost.services.boards.publishing import Put
from waypost.services.boards.templates import board_from
from waypost.services.journeys import SHIPPED_BY
from waypost.store import drafts as kept

if TYPE_CHECKING:
    from waypost.services.app import Waypost
    from waypost.services.boards.replay import Replay

_NEW = Labels(en="New board", zh="新看板")


class Boards:
    """Boards as versioned, shared, approved documents.

    A published version never changes. Who edits, reviews and publishes: `waypost.services.boards.rules`.
    """

    def __init__(self, waypost: Waypost) -> None:
        self._waypost, self._engine = waypost, waypost.engine
        self._catalogue = Catalogue(waypost.engine)

    # What there is.

    def stamp(self) -> object:
        """A value that changes whenever a board or journey is published or retired."""
        return self._catalogue.refresh()

    def list(self) -> list[Entry]:
        """Every board, by id; journeys that never had one are listed as they would look."""
        return self._catalogue.entries()

    def published(self, board_id: str) -> BoardVersion:
        """The board in force. Errors: NotFound."""
        return self._catalogue.published(board_id)

    def history(self, board_id: str) -> Sequence[BoardVersion]:
        """All versions, oldest first. Errors: NotFound."""
        return self._catalogue.history(board_id)

    def get(self, board_id: str, version: int) -> BoardVersion:
        """One version; 0 is what its journey looked like before the first. Errors: NotFound."""
        return self._catalogue.get(board_id, version)

    def diff(self, board_id: str, before: int, after: int) -> Diff:
        """What is different between two versions. Errors: NotFound."""
        return diff(self.get(board_id, before).board, self.get(board_id, after).board)

    def check(self, board: Board) -> Sequence[Problem]:
        """What is missing or wrong on a board, errors first."""
        journeys = [held.journey for held in self._waypost.journeys.published()]
        with self._engine.connect() as connection:
            return reading.problems(connection, board, journeys)

    def replay(self, board: Board, days: int | None = None) -> Replay:
        """What publishing a board would change for the orders of the last days, or for all; nothing is written.

        Errors: DocumentError, as for publishing.
        """
        from waypost.services.boards.replay import replay  # which itself works on a Waypost

        return replay(self._waypost, board, days=days)

    # Drafts.

    def drafts(self, board_id: str | None = None, *, closed: bool = False) -> Sequence[Draft]:
        """Open drafts of one board or of all, the one changed last first; with `closed` the others instead."""
        states = ("published", "discarded") if closed else kept.OPEN
        return [drafts.draft_of(row) for row in kept.listing(self._engine, board_id, states)]

    def draft(self, draft_id: str) -> Draft:
        """A draft as it stands. Errors: NotFound."""
        return drafts.draft_of(kept.one(self._engine, draft_id))

    def start(
        self,
        by: str,
        *,
        board_id: str | None = None,
        copy_of: str | None = None,
        template: str | None = None,
        name: str | None = None,
        body: Any = None,
        zone: str | None = None,
    ) -> Draft:
        """A new draft: of a board there is, as a copy of one, from a template (`name` it), of a document, or empty.

        An empty one counts days as most journeys of the company do, else in `zone`. A draft of a retired board starts
        from its last version. Errors: NotFound, DocumentError.
        """
        now = self._waypost.now()
        if template is not None:
            return drafts.start(self._engine, board_from(template, name or ""), by, now, fresh=True, how="template")
        if board_id is not None:
            return drafts.start(self._engine, self.history(board_id)[-1].board, by, now, fresh=False)
        if copy_of is not None:
            return drafts.start(self._engine, _copy(self.history(copy_of)[-1].board), by, now, fresh=True)
        if body is not None:
            return drafts.start(self._engine, transfer.read(body), by, now, fresh=False, how="imported")
        empty = Board(id="board", name=_NEW, zone=self._usual_zone() or zone or "UTC")
        return drafts.start(self._engine, empty, by, now, fresh=True)

    def _usual_zone(self) -> str | None:
        """The zone of most journeys that people published; None when there are none."""
        mine = [held.journey.zone for held in self._waypost.journeys.published() if held.by != SHIPPED_BY]
        return max(mine, key=mine.count, default=None)

    def save(
        self, draft_id: str, board: Board | Mapping[str, Any], base_rev: int, by: str, *, only: bool = False
    ) -> Saved:
        """Put a change into a draft, merged with what others changed since `base_rev`; `only` refuses instead.

        Errors: NotFound, DocumentError, StepRefused, StaleVersion; see `drafts.save`.
        """
        found = reading.read_board(board)
        return drafts.save(self._engine, draft_id, found, base_rev, by, self._waypost.now(), only=only)

    def catch_up(self, draft_id: str, by: str) -> Saved:
        """Bring what was published meanwhile into a draft. Errors: NotFound, StepRefused."""
        return drafts.catch_up(self._engine, draft_id, by, self._waypost.now())

    def stale(self, draft: Draft) -> bool:
        """Whether another version was published since the draft was started: `catch_up` brings it in."""
        with self._engine.connect() as connection:
            return drafts.stale(connection, draft)

    def revisions(self, draft_id: str) -> Sequence[Revision]:
        """The revisions of a draft that are kept, newest first."""
        return kept.revisions(self._engine, draft_id)

    def restore(self, draft_id: str, rev: int, by: str) -> Saved:
        """Make an older revision the newest one. Errors: NotFound, StaleVersion, StepRefused."""
        return drafts.restore(self._engine, draft_id, rev, by, self._waypost.now())

    def people(self, draft_id: str, by: str | None = None, block: str = "") -> Sequence[Present]:
        """Who else has the draft open; with `by` this person is noted, and where on it. Errors: NotFound."""
        return drafts.people(self._engine, draft_id, by, block)

    def comment(self, draft_id: str, text: str, by: str, block: str = "") -> Remark:
        """Say something about a draft or one of its blocks. Errors: NotFound, DocumentError."""
        return drafts.comment(self._engine, draft_id, text, by, self._waypost.now(), block)

    def comments(self, draft_id: str) -> Sequence[Remark]:
        """What was said about a draft and done with it, oldest first."""
        return kept.remarks(self._engine, draft_id)

    # Its way into force.

    def submit(self, draft_id: str, by: str, role: str, comment: str = "") -> Draft:
        """Ask for a review. Errors: NotFound, StepRefused, DocumentError."""
        return lifecycle.submit(self._engine, draft_id, self._by(by, role, comment))

    def approve(self, draft_id: str, by: str, role: str, comment: str = "", rev: int | None = None) -> Draft:
        """Approve it as it stood at `rev`. Errors: NotFound, StepRefused, StaleVersion, DocumentError."""
        return lifecycle.approve(self._engine, draft_id, self._by(by, role, comment), rev)

    def reject(self, draft_id: str, by: str, role: str, comment: str) -> Draft:
        """Send it back with a comment. Errors: NotFound, StepRefused, DocumentError."""
        return lifecycle.reject(self._engine, draft_id, self._by(by, role, comment))

    def publish(self, draft_id: str, by: str, role: str, comment: str = "") -> Draft:
        """Put it into force with its journey. Errors: NotFound, StepRefused, StaleVersion, DocumentError."""
        return lifecycle.publish(self._engine, draft_id, self._by(by, role, comment))

    def discard(self, draft_id: str, by: str, comment: str = "") -> Draft:
        """Lay a draft aside. Errors: NotFound, StepRefused."""
        return lifecycle.discard(self._engine, draft_id, self._by(by, Role.EDITOR, comment))

    def rollback(self, board_id: str, version: int, by: str, role: str) -> Put:
        """Publish an older version again. Errors: NotFound, StepRefused, DocumentError."""
        return publishing.roll_back(self._engine, board_id, version, by, role, self._waypost.now())

    def retire(self, board_id: str, by: str, role: str, comment: str = "") -> None:
        """Take a board and its journey out of force. Errors: NotFound, StepRefused."""
        publishing.retire(self._engine, board_id, by, role, self._waypost.now(), comment)

    def unretire(self, board_id: str, by: str, role: str, comment: str = "") -> Put:
        """Put them into force again, as new versions. Errors: NotFound, StepRefused, DocumentError."""
        return publishing.unretire(self._engine, board_id, by, role, self._waypost.now(), comment)

    def set_target(
        self, board_id: str, block_id: str, yellow: str | None, red: str | None, by: str, role: str
    ) -> BoardVersion:
        """Publish other targets of one stage; without a board in force its journey alone gets a new version.

        Errors: NotFound, StepRefused, DocumentError.
        """
        rules.need(role, Role.PUBLISHER)
        self._waypost.journeys.set_target(board_id, block_id, yellow=yellow, red=red, by=by)
        return self.published(board_id)

    # Elsewhere, and the rules.

    def export(self, board_id: str, version: int | None = None) -> dict[str, Any]:
        """A board as a document to carry elsewhere; without `version` the last one. Errors: NotFound."""
        found = self.history(board_id)[-1] if version is None else self.get(board_id, version)
        return transfer.export(found.board, found.version)

    def import_(self, document: Any, by: str) -> Draft:
        """A draft of what `export` wrote, of a bare board or of a journey. Errors: DocumentError."""
        return self.start(by, body=document)

    def alone(self) -> tuple[str, ...]:
        """The roles that may publish what nobody else has approved."""
        with self._engine.connect() as connection:
            return rules.alone(connection)

    def may_alone(self, role: str) -> bool:
        """Whether a holder of this role may publish what nobody else has approved."""
        with self._engine.connect() as connection:
            return rules.may_alone(connection, role)

    def let_alone(self, roles: Sequence[str], by: str, role: str) -> tuple[str, ...]:
        """Say which roles may publish alone. Errors: StepRefused, AccessError."""
        return rules.let_alone(self._engine, roles, by, role, self._waypost.now())

    def _by(self, name: str, role: str, comment: str) -> By:
        return By(name, role, self._waypost.now(), comment)


def _copy(board: Board) -> Board:
    name = Labels(en=f"{board.name.en[:190]} (copy)", zh=f"{board.name.zh[:190]}（副本）")
    return board.model_copy(update={"name": name})


__all__ = ["BoardVersion", "Boards", "Draft", "Entry", "Put", "Saved"]
