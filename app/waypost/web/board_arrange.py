"""Arranging a board: the layout of a draft on the grid, saved after each gesture, merged with what others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from streamlit.errors import StreamlitAPIException

from waypost.access.errors import AccessError
from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound, WaypostError
from waypost.journeys.boards.document import Board
from waypost.services.boards.drafts import Draft
from waypost.web import board_layout, deps, links
from waypost.web.board_layout import Grid
from waypost.web.format import Format

NAME: Final = "draft"
KEY: Final = "board.grid"
_HELD: Final = f"{KEY}.held"


@dataclass
class Held:
    """What this browser page knows of a draft: the revision the grid was given, and the one that stands now."""

    draft: str
    given: int
    rev: int
    saved: dict[str, Any] | None = None
    said: str = ""


def start(board_id: str, by: str) -> str:
    """A draft to arrange: an open one of one's own, else a new one. Errors: NotFound."""
    boards = deps.get().waypost.boards
    mine = next((draft for draft in boards.drafts(board_id) if draft.updated_by == by), None)
    return mine.id if mine else boards.start(by, board_id=board_id).id


def head(draft: Draft, fmt: Format) -> None:
    """The title, and the ways back to the board and on to the builder."""
    t, name = fmt.t, draft.board.name.say(fmt.lang)
    with st.container(horizontal=True, vertical_alignment="center", key="board.bar"):
        st.title(t("Layout of {board}", board=name), anchor=False, width="stretch")
        if st.button(t("Back to the board"), icon=":material/space_dashboard:", key="board.back"):
            links.go("board", {"id": draft.board_id})
        if st.button(t("On to the builder"), icon=":material/account_tree:", type="primary", key="board.builder"):
            links.go("builder", {NAME: draft.id})
    st.caption(t("This is a draft: the board changes once it is published in the builder."))


def asked() -> Draft | None:
    """The draft that the address names; None when it names none that there is."""
    return find(links.value(NAME) or "")


def find(draft_id: str) -> Draft | None:
    """The draft that is arranged; None when there is none."""
    try:
        return deps.get().waypost.boards.draft(draft_id)
    except NotFound:
        return None


def room(draft_id: str, who: Identity, fmt: Format, grid: Grid) -> None:
    """The grid of a draft; drawn again every few seconds, so that what others change is seen."""
    draft = find(draft_id)
    if draft is None:
        st.info(fmt.t("This draft does not exist"), icon=":material/search_off:")
        return
    held = _held(draft)
    edits = draft.open and allows(who.role, Role.EDITOR)
    if not edits:
        st.info(fmt.t("This draft can be looked at, but not changed."), icon=":material/lock:")
    changed = board_layout.draw(
        draft.board,
        fmt,
        KEY,
        grid=grid,
        rev=held.given,
        draft=draft.id,
        saved=held.saved,
        mode="edit" if edits else "read",
    )
    if changed is not None and edits:
        _save(held, changed, who, fmt)
        _again()
    if held.said:
        st.warning(held.said, icon=":material/sync_problem:")


def _again() -> None:
    """Draw once more, so that the grid hears that its change is stored."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # the whole page is on its way
        st.rerun()


def _held(draft: Draft) -> Held:
    """What is known of the draft; a revision that this page did not make is handed to the grid."""
    held: Held | None = st.session_state.get(_HELD)
    if held is None or held.draft != draft.id:
        held = st.session_state[_HELD] = Held(draft.id, draft.rev, draft.rev)
    elif draft.rev > held.rev:
        held.given = held.rev = draft.rev
    return held


def _save(held: Held, board: Board, who: Identity, fmt: Format) -> None:
    """Store what was arranged; what others changed meanwhile is merged into it."""
    waypost, told = deps.get().waypost, board_layout.heard(KEY)
    # Made from what the grid was given last, and that holds all that this page stored since.
    base = held.rev if board_layout.base(KEY) == held.given else board_layout.base(KEY)
    try:
        saved = waypost.boards.save(held.draft, board, max(base, 0), who.name)
    except (WaypostError, AccessError) as error:
        held.said = fmt.t("Not saved. {why}", why=str(error))
        return
    held.rev = saved.rev
    held.given = saved.rev if saved.merged else held.given
    held.said = fmt.t("Somebody else arranged the same panels; theirs stand.") if saved.conflicts else ""
    if told is not None:
        at = fmt.instant(waypost.now())[-5:]
        held.saved = {"client": told[0], "rev": told[1], "at": at}
