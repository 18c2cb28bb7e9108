"""The form beside the canvas: of the selected block, or of the board when nothing is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from waypost.journeys.boards import edit
from waypost.journeys.boards.check import Problem
from waypost.journeys.boards.document import Block
from waypost.web import (
    builder_board,
    builder_branch,
    builder_desk,
    builder_fields,
    builder_figures,
    builder_flow,
    builder_problems,
    builder_words,
)
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import Form
from waypost.web.format import Format

_FORMS: Final[dict[str, Callable[[Form], None]]] = {
    "source": builder_flow.source,
    "stage": builder_flow.stage,
    "branch": builder_branch.branch,
    "gate": builder_flow.gate,
    "kpi": builder_figures.kpi,
    "panel": builder_figures.panel,
}


def draw(desk: Desk, problems: Sequence[Problem], fmt: Format, *, fixed: bool) -> None:
    """The form for what is selected."""
    block = desk.board.block(desk.selected) if desk.selected else None
    if block is None:
        st.subheader(fmt.t("The board"), anchor=False)
        _complaints(builder_problems.of_block(problems, None, fmt))
        builder_board.settings(desk, fmt, fixed=fixed)
        return
    found = builder_problems.of_block(problems, block.id, fmt)
    form = Form(desk, block, fmt, found, fixed)
    _head(form)
    _complaints({name: said for name, said in found.items() if name in ("wires", "kind", "")})
    if block.kind in _FORMS:
        builder_fields.text(form, "name", fmt.t("Name"), placeholder=fmt.t(builder_words.KINDS[block.kind]))
        _FORMS[block.kind](form)
    _others(form)


def _head(form: Form) -> None:
    t, block = form.fmt.t, form.block
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.subheader(t(builder_words.KINDS.get(block.kind, block.kind)), anchor=False, width="stretch")
        _step(form, "content_copy", t("Duplicate"), lambda: _twice(form.desk, block))
        _step(form, "delete", t("Take out"), lambda: _out(form.desk, block))
        st.button(
            "", icon=":material/close:", key=f"builder.{block.id}.close", type="tertiary",
            help=t("Close, and show the settings of the board"), on_click=lambda: _close(form.desk),
        )  # fmt: skip


def _step(form: Form, icon: str, label: str, do: Callable[[], None]) -> None:
    st.button(
        "", icon=f":material/{icon}:", help=label, key=f"builder.{form.block.id}.{icon}", type="tertiary",
        disabled=form.fixed, on_click=do,
    )  # fmt: skip


def _twice(desk: Desk, block: Block) -> None:
    held = {each.id for each in desk.board.blocks}
    builder_desk.change(desk, lambda board: edit.duplicate(board, block.id))
    new = [each.id for each in desk.board.blocks if each.id not in held]
    if new:
        builder_desk.look_at(desk, new[0])


def _out(desk: Desk, block: Block) -> None:
    builder_desk.change(desk, lambda board: edit.remove(board, block.id))
    desk.selected = ""


def _close(desk: Desk) -> None:
    desk.selected = ""


def _complaints(found: builder_problems.Found) -> None:
    for said in found.values():
        for level, text in said:
            builder_fields.say(level, text)


def _others(form: Form) -> None:
    """Somebody else who stands on this block."""
    names = [person.who for person in form.desk.people if person.block == form.block.id]
    if names:
        text = form.fmt.t("{names} is here, too.", names=form.fmt.t(", ").join(names))
        st.caption(f":material/group: {text}")
