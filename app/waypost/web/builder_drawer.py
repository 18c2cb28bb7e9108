"""The drawer below the canvas: problems, the try, changes, comments, history; and conflicts above all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.i18n import N_
from waypost.journeys.boards.check import Problem
from waypost.web import (
    builder_conflicts,
    builder_desk,
    builder_fields,
    builder_history,
    builder_problems,
    builder_try,
    builder_words,
    cache,
)
from waypost.web.builder_changes import changes
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import tied
from waypost.web.builder_life import TAB
from waypost.web.format import Format

TABS: Final = {
    "problems": N_("Problems"),
    "try": N_("Try"),
    "changes": N_("Changes"),
    "comments": N_("Comments"),
    "history": N_("Versions"),
}
Canvas = Callable[..., Any]


def room(tall: int, low: int) -> int:
    """How high the canvas above may be."""
    return tall if st.session_state.get(TAB, "problems") == "problems" else low


def draw(desk: Desk, problems: Sequence[Problem], who: Identity, fmt: Format, canvas: Canvas) -> None:
    """What is open in the drawer."""
    t = fmt.t
    builder_conflicts.draw(desk, fmt)
    held = st.session_state.get(TAB, "problems")
    with st.container(key="builder-drawer" if held == "problems" else "builder-drawer-open"):

        def put(chosen: str) -> None:
            st.session_state[TAB] = chosen

        st.segmented_control(
            t("Below the canvas"), tuple(TABS), format_func=lambda name: t(TABS[name]), required=True,
            label_visibility="collapsed", **tied(f"builder.tabs.{fmt.lang}", held, put),
        )  # fmt: skip
        if held == "problems":
            _problems(desk, problems, fmt)
        elif held == "try":
            builder_try.draw(desk, problems, fmt)
        elif held == "changes":
            changes(desk, fmt, canvas)
        elif held == "comments":
            _comments(desk, who, fmt)
        else:
            builder_history.draw(desk, who, fmt, canvas)


def _problems(desk: Desk, problems: Sequence[Problem], fmt: Format) -> None:
    t = fmt.t
    if not problems:
        builder_fields.noted("check", t("Nothing is missing: this board can be published."))
        return
    for place, problem in enumerate(problems):
        left, right = st.columns([1, 4], vertical_alignment="center")
        name = builder_problems.where(problem, desk.board, fmt)
        if problem.block:
            left.button(
                name, key=f"builder.problem.{place}", type="tertiary", icon=":material/my_location:",
                help=t("Show it on the canvas"), on_click=builder_desk.look_at, args=(desk, problem.block),
            )  # fmt: skip
        else:
            left.markdown(name)
        with right:
            builder_fields.say(problem.level, builder_problems.text(problem, fmt))


def _comments(desk: Desk, who: Identity, fmt: Format) -> None:
    """What was said about this draft, and a line to say more; about the selected block when there is one."""
    t, now = fmt.t, _now()
    for each in builder_desk.boards().comments(desk.draft.id):
        block = desk.board.block(each.block) if each.block else None
        about = f" · {builder_words.title(block, t)}" if block else ""
        did = t(DID[each.kind]) if each.kind in DID else ""
        st.markdown(f"**{builder_words.safe(cache.person(each.by))}** :gray[{fmt.ago(each.at, now)}{about}] {did}")
        if each.body:
            st.text(each.body)
    block = desk.board.block(desk.selected) if desk.selected else None
    label = t("About {block}", block=builder_words.title(block, t)) if block else t("About the board")
    with st.form("builder.comment", clear_on_submit=True, border=False):
        said = st.text_input(label, max_chars=2000)
        if st.form_submit_button(t("Say it"), icon=":material/send:") and said:
            try:
                builder_desk.boards().comment(desk.draft.id, said, who.name, desk.selected)
            except WaypostError as error:
                st.error(str(error))
            st.rerun(scope="fragment")


DID: Final = {
    "submitted": N_("asked for approval"),
    "approved": N_("approved it"),
    "rejected": N_("sent it back"),
    "published": N_("published it"),
    "discarded": N_("discarded it"),
    "voided": N_("changed it after it was approved"),
}


def _now() -> int:
    from waypost.web import deps

    return deps.get().waypost.now()
