"""Versions of a board: who published them when and why, what each changed, and back to one in one click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound, WaypostError
from waypost.services.boards.catalogue import BoardVersion
from waypost.web import builder_changes, builder_desk, builder_life, builder_words, cache, deps
from waypost.web.builder_desk import Desk
from waypost.web.format import Format

_BACK = "builder.rolled"


def draw(desk: Desk, who: Identity, fmt: Format, canvas: Callable[..., Any]) -> None:
    """Published versions, newest first, then the revisions of this draft."""
    t = fmt.t
    try:
        found = list(builder_desk.boards().history(desk.draft.board_id))
    except NotFound:
        found = []
    done = st.session_state.pop(_BACK, None)
    if done:
        st.success(t("Version {n} is in force again, as a new version. It can be undone the same way.", n=done))
    if not [each for each in found if each.version]:
        st.caption(t("It was never published. Every stored step of this draft stands below."))
    for each in reversed(found):
        if each.version:
            _version(desk, each, found, who, fmt)
    with st.expander(t("Steps of this draft"), icon=":material/history:"):
        _revisions(desk, who, fmt)


def _version(desk: Desk, each: BoardVersion, found: list[BoardVersion], who: Identity, fmt: Format) -> None:
    t, newest = fmt.t, each.version == found[-1].version
    with st.container(horizontal=True, vertical_alignment="center", key=f"builder.version.{each.version}"):
        now = t("in force") if newest and each.retired_at is None else ""
        when = fmt.instant(each.published_at, deps.get().waypost.now())
        about = " · ".join(part for part in (when, cache.person(each.by), builder_words.safe(each.comment)) if part)
        name = t("Version {n}", n=each.version)
        st.markdown(f"**{name}** {now} :gray[{about}]", width="stretch")
        with st.popover(t("Compare"), key=f"builder.compare.{each.version}"):
            builder_changes.said(each.board, desk.board, fmt)
        if not newest and allows(who.role, Role.PUBLISHER):
            st.button(
                t("Roll back to it"), icon=":material/settings_backup_restore:", key=f"builder.back.{each.version}",
                on_click=_roll_back, args=(desk, each.version, who),
            )  # fmt: skip


def _roll_back(desk: Desk, version: int, who: Identity) -> None:
    try:
        builder_desk.boards().rollback(desk.draft.board_id, version, who.name, who.role)
        st.session_state[_BACK] = version
    except WaypostError as error:
        desk.refused = builder_life.said(error)


def _revisions(desk: Desk, who: Identity, fmt: Format) -> None:
    t, now = fmt.t, deps.get().waypost.now()
    may = desk.draft.open and allows(who.role, Role.EDITOR)
    for each in list(builder_desk.boards().revisions(desk.draft.id))[:30]:
        left, right = st.columns([5, 2], vertical_alignment="center")
        left.caption(f"{each.rev} · {cache.person(each.by)} · {fmt.instant(each.at, now)}")
        if may and each.rev != desk.draft.rev:
            right.button(
                t("Back to this step"),
                key=f"builder.step.{each.rev}",
                type="tertiary",
                on_click=_restore,
                args=(desk, each.rev),
            )


def _restore(desk: Desk, rev: int) -> None:
    try:
        builder_desk.boards().restore(desk.draft.id, rev, desk.who)
    except WaypostError as error:
        desk.refused = str(error)
    builder_desk.refresh(desk, "form")
