"""Dialogs of the page of boards: use a template, bring a file, and what else can be done with a board."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from waypost.access.errors import AccessError
from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError, NotFound
from waypost.services.boards.catalogue import BoardVersion, Entry
from waypost.services.boards.templates import Template
from waypost.web import deps, links
from waypost.web.boards_words import PAGE
from waypost.web.format import Format

_MOST = 1024 * 1024
_VERSIONS = 20


def use(template: Template, who: Identity, fmt: Format) -> None:
    """Ask for a name, then go to the builder with a draft of the template's board."""

    def contents() -> None:
        t = fmt.t
        st.markdown(t("You get a draft that only becomes a board once it is published. Nothing changes until then."))
        with st.form(f"{PAGE}.use", border=False):
            name = st.text_input(t("Name of your board"), template.board.name.say(fmt.lang), max_chars=200)
            if st.form_submit_button(t("Create the draft"), type="primary", icon=":material/edit:"):
                _to_builder(lambda: _boards().start(who.name, template=template.id, name=name).id, fmt)

    st.dialog(fmt.t("Use “{name}”", name=template.name.say(fmt.lang)))(contents)()


def bring(who: Identity, fmt: Format) -> None:
    """Take a file that a board was exported to, and go to the builder with a draft of it."""

    def contents() -> None:
        t = fmt.t
        st.markdown(t("A board that was exported here or by another Waypost, or a journey document, as JSON."))
        given = st.file_uploader(t("File"), type=["json"], key=f"{PAGE}.file", label_visibility="collapsed")
        if given is None:
            return
        if given.size > _MOST:
            st.error(t("The file is larger than 1 MB. A board is much smaller: is it the right one?"))
            return
        try:
            document = json.loads(given.getvalue().decode("utf-8-sig"))
        except (ValueError, RecursionError):
            st.error(t("The file is no JSON. Choose the file that a board was exported to."))
            return
        if st.button(t("Open as a draft"), type="primary", icon=":material/edit:", key=f"{PAGE}.bring"):
            _to_builder(lambda: _boards().import_(document, who.name).id, fmt)

    st.dialog(fmt.t("Import a board"))(contents)()


def more(entry: Entry, who: Identity, fmt: Format) -> None:
    """The history of a board, and what is done more seldom."""

    def contents() -> None:
        t, board = fmt.t, entry.board
        may = allows(who.role, Role.EDITOR)
        with st.container(horizontal=True):
            if entry.state != "new":
                body = json.dumps(_boards().export(entry.id), ensure_ascii=False, indent=2)
                st.download_button(t("Export"), body, f"{entry.id}.json", "application/json",
                                   icon=":material/download:", key=f"{PAGE}.export", on_click="ignore")  # fmt: skip
                if may and st.button(t("Duplicate"), icon=":material/content_copy:", key=f"{PAGE}.copy"):
                    _to_builder(lambda: _boards().start(who.name, copy_of=entry.id).id, fmt)
        if entry.state != "new":
            st.subheader(t("History"), anchor=False)
            for version in reversed(_boards().history(entry.id)[-_VERSIONS:]):
                _version(version, fmt)
        if allows(who.role, Role.PUBLISHER) and entry.state in ("live", "derived", "retired"):
            _force(entry, who, fmt)
        if not board.blocks:
            st.caption(t("Nothing stands on it yet."))

    st.dialog(entry.board.name.say(fmt.lang), width="large")(contents)()


def _version(held: BoardVersion, fmt: Format) -> None:
    t = fmt.t
    when = fmt.instant(held.published_at) if held.published_at is not None else t("shipped with Waypost")
    name = t("Version {n}", n=fmt.count(held.version)) if held.version else t("As it was shipped")
    line = " · ".join(part for part in (when, held.by, held.comment) if part)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{name}**", width=140)
        st.caption(line)


def _force(entry: Entry, who: Identity, fmt: Format) -> None:
    """Out of force and back: both ask for a reason that the history keeps."""
    t, back = fmt.t, entry.state == "retired"
    with st.expander(t("Put it into force again") if back else t("Retire this board"), icon=":material/inventory_2:"):
        st.markdown(
            t("Its orders are judged by it again from now on.")
            if back
            else t("Its orders are no longer judged by it; other journeys take them over. It can be brought back.")
        )
        comment = st.text_input(t("Why"), key=f"{PAGE}.why", max_chars=500)
        label = t("Put into force") if back else t("Retire")
        if st.button(label, icon=":material/inventory_2:", key=f"{PAGE}.force", disabled=not comment.strip()):
            step: Callable[..., Any] = _boards().unretire if back else _boards().retire
            if _done(lambda: step(entry.id, who.name, who.role, comment), fmt):
                st.rerun()


def _to_builder(start: Callable[[], str], fmt: Format) -> None:
    found: list[str] = []
    if _done(lambda: found.append(start()), fmt):
        links.go("builder", {"draft": found[0]})


def _done(step: Callable[[], object], fmt: Format) -> bool:
    """Whether a step was taken; what was refused is said, with field and remedy."""
    try:
        step()
    except FieldError as error:
        st.error(fmt.t("{field}: {problem} {remedy}", field=error.field, problem=error.problem, remedy=error.remedy))
    except (AccessError, NotFound) as error:
        st.error(str(error))
    else:
        return True
    return False


def _boards() -> Any:
    return deps.get().waypost.boards
