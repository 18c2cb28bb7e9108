"""The form of a branch: its ways in order, each with its conditions; the rest takes the last one."""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from waypost.journeys.boards.document import Board
from waypost.web import builder_conditions, builder_desk, builder_examples, builder_fields, builder_words, cache
from waypost.web.builder_conditions import Rule
from waypost.web.builder_fields import Form

Case = dict[str, Any]


def branch(form: Form) -> None:
    """All ways of a branch, and how many of the last orders would take each."""
    t = form.fmt.t
    st.caption(t("Orders take the first way that fits."))
    cases = [dict(case) for case in form.held("cases", []) if isinstance(case, dict)]
    counted = builder_examples.ways(cache.view(), cases)
    for place, case in enumerate(cases):
        with st.container(border=True, gap="xsmall"):
            _case(form, cases, place, case)
            if counted and (case.get("when") or case.get("any")):
                _count(form, counted[0], counted[1][place])
    if not form.fixed:
        st.button(t("Add a way"), icon=":material/add:", key=form.key("cases.add"), on_click=lambda: _add(form, cases))
    form.complain("cases", inside=False)
    builder_fields.text(form, "otherwise", t("Name of the way for all others"), placeholder=t("All others"))
    if counted:
        _count(form, counted[0], counted[1][-1])


def _count(form: Form, n: int, mine: int) -> None:
    fmt = form.fmt
    text = fmt.t("Of the last {n} orders, {mine} would go this way.", n=fmt.count(n), mine=fmt.count(mine))
    st.caption(f":material/lightbulb: {text}")


def _case(form: Form, cases: list[Case], place: int, case: Case) -> None:
    t, lang = form.fmt.t, form.fmt.lang
    name = builder_words.spoken(case.get("name"), lang)
    left, off = st.columns([6, 1], vertical_alignment="bottom", gap="xsmall")

    def rename(typed: str) -> None:
        if typed.strip():
            _put(form, cases, place, {**case, "name": builder_words.named(case.get("name"), typed.strip(), lang)})

    key = form.key(f"cases.{case.get('id', place)}")
    left.text_input(
        t("Name of the way"), max_chars=200, **builder_fields.tied(f"{key}.name", name, rename, disabled=form.fixed)
    )
    off.button(
        "", icon=":material/close:", help=t("Take this way out"), key=f"{key}.off", type="tertiary",
        disabled=form.fixed or len(cases) == 1, on_click=lambda: _remove(form, cases, place),
    )  # fmt: skip

    def put(when: list[Any], any_: list[Any]) -> None:
        _put(form, cases, place, {**case, "when": when, "any": any_})

    rule = Rule(list(case.get("when") or []), list(case.get("any") or []), put)
    builder_conditions.draw(f"{key}.rule", rule, form.fmt, fixed=form.fixed)
    form.complain(f"cases.{place}")


def _put(form: Form, cases: list[Case], place: int, case: Case) -> None:
    form.put("cases", [*cases[:place], case, *cases[place + 1 :]])


def _add(form: Form, cases: list[Case]) -> None:
    lang = form.fmt.lang
    name = builder_words.named(None, form.fmt.t("Way {n}", n=len(cases) + 1), lang)
    form.put("cases", [*cases, {"id": f"case_{secrets.token_hex(2)}", "name": name, "when": []}])


def _remove(form: Form, cases: list[Case], place: int) -> None:
    """Take a way out, with the wires that leave by it."""
    block_id, gone = form.block.id, cases[place].get("id")
    left = [*cases[:place], *cases[place + 1 :]]

    def out(board: Board) -> Board:
        wires = tuple(w for w in board.wires if not (w.from_ == block_id and w.port == gone))
        blocks = tuple(
            b.model_copy(update={"set": {**b.set, "cases": left}}) if b.id == block_id else b for b in board.blocks
        )
        return board.model_copy(update={"wires": wires, "blocks": blocks})

    builder_desk.change(form.desk, out)
