"""The head of the builder: name, state, who else edits, and the next step as a button."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.journeys.boards.check import Problem, errors
from waypost.services.boards import transfer
from waypost.web import builder_board, builder_desk, builder_life, links
from waypost.web.builder_desk import Desk
from waypost.web.format import Format
from waypost.web.words import DRAFTS


def draw(desk: Desk, problems: Sequence[Problem], who: Identity, fmt: Format) -> None:
    """The whole bar."""
    t, wrong = fmt.t, len(errors(problems))
    fixed = not may_edit(desk, who)
    with st.container(horizontal=True, vertical_alignment="center", key="builder-head", gap="xsmall"):
        st.page_link(links.path("boards"), label=t("Boards"), icon=":material/arrow_back:")
        with st.container(width=208, key="builder-name"):
            builder_board.name(desk, fmt, fixed=fixed)
        st.markdown(f":gray[{state(desk, fmt)}]", width="stretch")
        st.button(
            t("Try"), icon=":material/play_arrow:", key="builder.try", shortcut="Ctrl+Enter",
            help=t("What the last orders would have been on this draft"), on_click=builder_life.show, args=("try",),
        )  # fmt: skip
        st.button(
            t("Changes"),
            icon=":material/difference:",
            key="builder.changes",
            on_click=builder_life.show,
            args=("changes",),
        )
        builder_life.next_step(desk, who, wrong, fmt)
        with st.popover("", icon=":material/more_vert:", key="builder.more", help=t("More")):
            _more(desk, who, fmt)


def may_edit(desk: Desk, who: Identity) -> bool:
    """Whether this person may change this draft."""
    return desk.draft.open and allows(who.role, Role.EDITOR)


def state(desk: Desk, fmt: Format) -> str:
    """Which version it will be, in which state, and when it was stored: version 7 · draft · saved 12:04."""
    t, draft = fmt.t, desk.draft
    version = draft.version or draft.base_version + 1
    parts = [t("version {n}", n=version), t(DRAFTS.get(draft.status, draft.status))]
    parts.append(t("saved {time}", time=fmt.instant(desk.at)[-5:]))
    return " · ".join(parts)


def _more(desk: Desk, who: Identity, fmt: Format) -> None:
    t, board = fmt.t, desk.board
    st.button(t("Versions and roll back"), icon=":material/history:", key="builder.history", on_click=builder_life.show,
              args=("history",), type="tertiary")  # fmt: skip
    st.button(t("Comments"), icon=":material/comment:", key="builder.comments", on_click=builder_life.show,
              args=("comments",), type="tertiary")  # fmt: skip
    document = json.dumps(transfer.export(board, desk.draft.base_version), ensure_ascii=False, indent=2)
    st.download_button(
        t("Export"), document, f"{board.id}.json", "application/json", icon=":material/download:",
        key="builder.export", type="tertiary", on_click="ignore",
    )  # fmt: skip
    if allows(who.role, Role.EDITOR):
        given = st.file_uploader(t("Import a board as a new draft"), type="json", key="builder.import")
        if given is not None:
            _import(given, who, fmt)
    if may_edit(desk, who):
        st.button(
            t("Discard this draft"), icon=":material/delete:", key="builder.discard", type="tertiary",
            on_click=_discard, args=(desk, who),
        )  # fmt: skip


def _import(given: Any, who: Identity, fmt: Format) -> None:
    try:
        document = json.loads(given.getvalue().decode("utf-8"))
        draft = builder_desk.boards().import_(document, who.name)
    except (ValueError, WaypostError) as error:
        reason = str(error) if isinstance(error, WaypostError) else ""
        st.error(fmt.t("This file holds no board.") + f" {reason}", icon=":material/error:")
        return
    links.go("builder", {"draft": draft.id})


def _discard(desk: Desk, who: Identity) -> None:
    try:
        builder_desk.boards().discard(desk.draft.id, who.name)
    except WaypostError as error:
        desk.refused = str(error)
    builder_desk.refresh(desk)
