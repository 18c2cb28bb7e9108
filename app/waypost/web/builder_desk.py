"""What one person has open in the builder: a draft, what the canvas shows of it, and how changes are stored.

The database holds the draft, the browser owns the document while it is edited, and both meet here: a document
from the canvas is merged with what stands by now, stored, and only fed back when it is not what the canvas shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError, NotFound, WaypostError
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.merge import Conflict, merge
from waypost.services.boards.boards import Boards
from waypost.services.boards.drafts import Draft
from waypost.store.documents import StaleVersion
from waypost.web import deps
from waypost.web.builder_defaults import filled

KEY: Final = "builder.desk"
Note = Literal["", "form", "merged", "conflict", "restored", "reloaded"]
Picture = tuple[tuple[Any, ...], tuple[Any, ...]]


@dataclass
class Desk:
    """One draft under one person's hands; `fed` is the revision that the canvas was last given."""

    draft: Draft
    who: str
    fed: int = 0
    note: Note = ""
    client: str = ""
    client_rev: int = -1
    shown: dict[int, Board] = field(default_factory=dict)  # what the canvas shows, by the revision it was last given
    at: int = 0  # when the last change was stored, us
    conflicts: list[Conflict] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    selected: str = ""  # whose form is open
    picked: tuple[str, ...] = ()  # what is selected on the canvas
    entered: int = 0  # another number each time a person goes from a block into its form
    focus: dict[str, Any] | None = None
    refused: str = ""
    unsaved: Board | None = None  # what could not be stored, because the draft is closed
    stale: bool = False  # another version was published meanwhile

    @property
    def board(self) -> Board:
        """The board as it stands."""
        return self.draft.board

    def fed_document(self) -> dict[str, Any]:
        """What the canvas is given; it takes it when the revision is higher than the highest it has seen."""
        body = self.board.as_json()
        return {
            "rev": self.fed,
            "blocks": body["blocks"],
            "wires": body["wires"],
            "undoable": self.note in ("form", "conflict"),
            "note": self.note,
            "draft": self.draft.id,
        }

    def saved(self, clock: Callable[[int], str]) -> dict[str, Any] | None:
        """The last revision of the canvas that stands in the database, and since when."""
        return {"client": self.client, "rev": self.client_rev, "at": clock(self.at)} if self.client else None


def boards() -> Boards:
    """The boards of this Waypost."""
    return deps.get().waypost.boards


def opened(draft_id: str, who: Identity) -> Desk | None:
    """The desk of a draft, the same one over all runs of a session; None when there is no such draft."""
    held: Desk | None = st.session_state.get(KEY)
    if held is not None and held.draft.id == draft_id and held.who == who.name:
        return held
    try:
        draft = boards().draft(draft_id)
    except WaypostError:
        return None
    desk = Desk(draft, who.name, fed=draft.rev, at=draft.updated_at)
    desk.shown[desk.fed] = draft.board
    st.session_state[KEY] = desk
    return desk


def mounted(desk: Desk) -> None:
    """A canvas begins anew on the page: give it what stands now, under the revision that it has."""
    with suppress(NotFound):
        refresh(desk)
    desk.fed, desk.note, desk.client, desk.client_rev = desk.draft.rev, "", "", -1
    desk.shown = {desk.fed: desk.board}


def forget() -> None:
    """Open the draft anew at the next run."""
    st.session_state.pop(KEY, None)


def take(desk: Desk, doc: Mapping[str, Any] | None) -> bool:
    """Store what the canvas sent, once; True when it was new."""
    if doc is None or doc["draft"] != desk.draft.id or not desk.draft.open:
        return False
    fresh = doc["client"] != desk.client
    if not fresh and doc["rev"] <= desk.client_rev:
        return False
    if fresh:
        desk.shown = {desk.fed: desk.board}
    desk.client, desk.client_rev = doc["client"], doc["rev"]
    before = desk.shown.get(doc["base"], desk.board)
    mine = with_picture(desk.board, doc["blocks"], doc["wires"])
    if mine is None:
        _feed(desk, "reloaded")
        return True
    ancestor = desk.shown.get(doc["base"])
    desk.shown[doc["base"]] = mine
    if ancestor is None and doc["base"] < desk.fed:
        _store(desk, mine, doc["base"])  # kept by a browser since an earlier visit: the service knows its base
        others = True
    else:
        joined = _joined(desk, ancestor or desk.board, mine)
        others = _store(desk, filled(before, joined), desk.draft.rev) or picture(joined) != picture(mine)
    if picture(desk.board) != picture(mine):
        _feed(desk, "conflict" if desk.conflicts else "merged" if others else "")
    return True


def _joined(desk: Desk, ancestor: Board, mine: Board) -> Board:
    """Mine, with what others have changed since."""
    if picture(ancestor) == picture(desk.board):
        return mine
    found = merge(ancestor, mine.model_copy(update=_apart(ancestor)), desk.board)
    desk.conflicts += found.conflicts
    return found.board


def _apart(board: Board) -> dict[str, Any]:
    """Everything that the canvas does not show."""
    shown = {"blocks", "wires"}
    return {name: getattr(board, name) for name in type(board).model_fields if name not in shown}


def change(desk: Desk, to: Callable[[Board], Board], note: Note = "form") -> bool:
    """Change the board beside the canvas: by the form, a merge, a restored revision. Errors stay in `refused`."""
    desk.refused = ""
    try:
        after = to(desk.board)
    except FieldError as error:
        desk.refused = f"{error.problem} {error.remedy}"
        return False
    except (WaypostError, ValueError) as error:
        desk.refused = str(error).splitlines()[0]
        return False
    if after == desk.board:
        return False
    before = picture(desk.board)
    _store(desk, after, desk.draft.rev)
    if picture(desk.board) != before:
        _feed(desk, "conflict" if desk.conflicts else note)
    return True


def _feed(desk: Desk, note: Note) -> None:
    desk.note, desk.fed = note, max(desk.fed + 1, desk.draft.rev)
    desk.shown[desk.fed] = desk.board


def _store(desk: Desk, board: Board, base: int) -> bool:
    """Store a board; what is refused stays at hand. True when the service merged it with what others wrote."""
    try:
        saved = boards().save(desk.draft.id, board, base, desk.who)
    except StaleVersion:  # too old to know what was changed: everything of both is kept
        empty = board.model_copy(update={"blocks": (), "wires": ()})
        found = merge(empty, board, desk.board)
        desk.conflicts += found.conflicts
        saved = boards().save(desk.draft.id, found.board, desk.draft.rev, desk.who)
    except WaypostError as error:
        desk.refused, desk.unsaved = str(error), board
        return False
    desk.conflicts += saved.conflicts
    now = deps.get().waypost.now()
    desk.draft = desk.draft._replace(
        rev=saved.rev, board=saved.board, status=saved.status, updated_by=desk.who, updated_at=now
    )
    desk.at, desk.unsaved = now, None
    return saved.merged


def poll(desk: Desk) -> bool:
    """Tell that somebody is here and look what others did; True when something is to be drawn."""
    before = [(person.who, person.block) for person in desk.people]
    try:
        desk.people = list(boards().people(desk.draft.id, desk.who, desk.selected))
        changed = before != [(person.who, person.block) for person in desk.people]
        return refresh(desk) or changed
    except NotFound:
        forget()
        return True


def refresh(desk: Desk, note: Note = "merged") -> bool:
    """Look at what others stored; True when it is something new. Errors: NotFound."""
    draft = boards().draft(desk.draft.id)
    if (draft.rev, draft.status) == (desk.draft.rev, desk.draft.status):
        return False
    seen = picture(desk.board)
    desk.draft = draft
    if picture(draft.board) != seen:
        _feed(desk, note)
    return True


def with_picture(board: Board, blocks: Any, wires: Any) -> Board | None:
    """The board with other blocks and wires; None when they make no sound board."""
    try:
        return Board.model_validate({**board.as_json(), "blocks": list(blocks), "wires": list(wires)})
    except ValueError:
        return None


def picture(board: Board) -> Picture:
    """What the canvas shows of a board."""
    return board.blocks, board.wires


def look_at(desk: Desk, block_id: str) -> None:
    """Have the canvas centre and select a block."""
    n = desk.focus["n"] + 1 if desk.focus else 1
    desk.focus, desk.selected = {"id": block_id, "n": n}, block_id
