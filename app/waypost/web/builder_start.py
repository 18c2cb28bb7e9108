"""What the builder says when no draft is open: why, and where to begin."""

from __future__ import annotations

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound
from waypost.web import builder_desk, cache, links
from waypost.web.format import Format


def chosen(who: Identity, fmt: Format) -> str | None:
    """The draft that the address asks for; of a board only, the newest open draft of it. None: something was drawn."""
    draft_id, board_id = links.value("draft"), links.value("board")
    if draft_id:
        return draft_id
    if board_id and allows(who.role, Role.EDITOR):
        open_ = builder_desk.boards().drafts(board_id)
        if open_:
            return open_[0].id
    return None


def nothing(who: Identity, fmt: Format, *, asked: bool) -> None:
    """No draft, or none of that id: what to do."""
    t = fmt.t
    st.title(t("Board builder"), anchor=False)
    with st.container(border=True, key="empty"):
        st.subheader(t("This draft does not exist") if asked else t("Which board?"), anchor=False)
        if asked:
            st.markdown(
                t("It may have been opened elsewhere, or the link is incomplete. Nothing that was published is lost.")
            )
        else:
            st.markdown(t("Choose a board to change, begin with a template, or start empty."))
        with st.container(horizontal=True):
            if allows(who.role, Role.EDITOR):
                if st.button(t("Start empty"), type="primary", icon=":material/add:", key="builder.empty"):
                    _leave(builder_desk.boards().start(who.name, zone=fmt.zone).id)
                if st.button(t("Begin with a template"), icon=":material/dashboard_customize:", key="builder.template"):
                    links.go("boards", {"view": "templates"})
            if st.button(t("Go to the boards"), icon=":material/space_dashboard:", key="builder.boards"):
                links.go("boards", {})
        if not allows(who.role, Role.EDITOR):
            st.caption(t("A configurator can build boards; an administrator gives that role."))
    _mine(who, fmt)


def _mine(who: Identity, fmt: Format) -> None:
    """Drafts that are open."""
    found = builder_desk.boards().drafts()
    if not found or not allows(who.role, Role.EDITOR):
        return
    st.subheader(fmt.t("Open drafts"), anchor=False)
    for draft in found[:20]:
        label = f"{draft.board.name.say(fmt.lang)} · {cache.person(draft.updated_by)} · {fmt.instant(draft.updated_at)}"
        st.page_link(links.path("builder"), label=label, icon=":material/edit_note:",
                     query_params={"draft": draft.id, **_lang()})  # fmt: skip


def _lang() -> dict[str, str]:
    from waypost.web import session

    return session.link_language()


def offer(board_id: str, who: Identity, fmt: Format) -> None:
    """On a published board in reading: the way to change it."""
    t = fmt.t
    if allows(who.role, Role.EDITOR) and st.button(
        t("Change it"), type="primary", icon=":material/edit:", key="builder.change"
    ):
        try:
            _leave(builder_desk.boards().start(who.name, board_id=board_id).id)
        except NotFound as error:
            st.error(str(error))


def _leave(draft_id: str) -> None:
    links.go("builder", {"draft": draft_id})
