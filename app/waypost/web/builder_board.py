"""The settings of the whole board: what it is for, which orders it takes, when they leave it early."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as once
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.document import Board
from waypost.web import (
    builder_calendar,
    builder_conditions,
    builder_desk,
    builder_examples,
    builder_fields,
    builder_words,
    cache,
)
from waypost.web.builder_conditions import Rule
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import tied
from waypost.web.format import Format
from waypost.web.words import OUTCOMES

_USUAL = ("cancelled", "unavailable", "returned_to_sender", "lost", "destroyed")


def settings(desk: Desk, fmt: Format, *, fixed: bool) -> None:
    """The form of the board itself."""
    t, board, lang = fmt.t, desk.board, fmt.lang
    form = _Board(desk, fmt, fixed)
    st.text_area(
        t("What it is for"), max_chars=200, height=80,
        **form.bound("purpose", _said(board.purpose.say(lang)), lambda text: builder_words.named(
            board.purpose.model_dump(), text.strip() or "-", lang)),
    )  # fmt: skip
    builder_fields.strong(t("Which orders it takes"))
    _orders(form)
    st.selectbox(
        t("Time zone"),
        _zones(board.zone),
        help=t("Its days are counted in this zone."),
        **form.bound("zone", board.zone),
    )
    words = {"order": t("Orders"), "return": t("Returns")}
    st.segmented_control(
        t("What travels"), tuple(words), format_func=lambda name: words[name], required=True,
        **form.bound("subject", board.subject),
    )  # fmt: skip
    with st.expander(t("Ends early with"), icon=":material/logout:"):
        _exits(form)
    with st.expander(t("Business hours"), icon=":material/schedule:"):
        st.caption(t("A stage counts only the hours that are given to it in its form."))
    builder_calendar.editor(desk, fmt, fixed=fixed)
    with st.expander(t("Words of the customer page"), icon=":material/share_location:"):
        _customer(form)


class _Board:
    """The settings of the board, tied to widgets."""

    def __init__(self, desk: Desk, fmt: Format, fixed: bool) -> None:
        self.desk, self.fmt, self.fixed = desk, fmt, fixed

    def key(self, name: str) -> str:
        return f"builder.{self.desk.draft.id}.board.{name}.{self.fmt.lang}"

    def put(self, **changes: Any) -> None:
        """Change some settings; what makes no sound board is refused with a reason."""
        builder_desk.change(self.desk, lambda board: Board.model_validate({**board.as_json(), **changes}))

    def bound(self, name: str, held: Any, to: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
        return tied(self.key(name), held, lambda value: self.put(**{name: to(value)}), disabled=self.fixed)


def _said(text: str) -> str:
    return "" if text == "-" else text


@once
def _all_zones() -> tuple[str, ...]:
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc", "posix")))
    )


def _zones(held: str) -> list[str]:
    return list(dict.fromkeys([held, "UTC", *_all_zones()]))


def _orders(form: _Board) -> None:
    board, t = form.desk.board, form.fmt.t
    body = board.as_json()

    def put(when: list[Any], any_: list[Any]) -> None:
        form.put(when=when, any=any_)

    builder_conditions.draw(form.key("rule"), Rule(body["when"], body["any"], put), form.fmt, fixed=form.fixed)
    if not body["when"] and not body["any"]:
        st.caption(t("All orders of its sources that no board with a higher priority takes."))
    else:
        n, mine = builder_examples.taken(cache.view(), body["when"], body["any"])
        if n:
            text = t("{mine} of the last {n} orders fit.", mine=form.fmt.count(mine), n=form.fmt.count(n))
            st.caption(f":material/lightbulb: {text}")
    st.number_input(
        t("Priority"), min_value=-1000, max_value=1000, step=1,
        help=t("An order that fits several boards takes the one with the highest priority."),
        **form.bound("priority", board.priority, int),
    )  # fmt: skip


def _exits(form: _Board) -> None:
    """Milestones after which an order is no more waited for."""
    vocabulary, lang, board = load_vocabulary(), form.fmt.lang, form.desk.board
    held = [exit_.milestone for exit_ in board.exits]
    outcome = {exit_.milestone: exit_.outcome for exit_ in board.exits}
    options = list(dict.fromkeys([*held, *_USUAL, *(m.id for m in vocabulary.milestones)]))

    def put(chosen: list[str]) -> None:
        known = {name: outcome.get(name, name if name in OUTCOMES else "cancelled") for name in chosen}
        form.put(exits=[{"milestone": name, "outcome": known[name]} for name in chosen])

    st.multiselect(
        form.fmt.t("Ends early with"), options, format_func=lambda code: vocabulary.label(code, lang) or code,
        select_all=False, label_visibility="collapsed", **tied(form.key("exits"), held, put, disabled=form.fixed),
    )  # fmt: skip


def _customer(form: _Board) -> None:
    """What customers read once everything is there, or when it ended early; stages have words of their own."""
    t, lang = form.fmt.t, form.fmt.lang
    body = form.desk.board.as_json()["customer"]
    for name, label in (("delivered", t("Once it is delivered")), ("ended", t("When it ended early"))):
        held = builder_words.spoken(body.get(name), lang)

        def put(text: str, name: str = name) -> None:
            said = builder_words.named(body.get(name), text.strip(), lang) if text.strip() else None
            form.put(customer={**body, name: said})

        st.text_area(
            label, max_chars=200, height=80, **tied(form.key(f"customer.{name}"), held, put, disabled=form.fixed)
        )
    for name, label in (("show_carrier", t("Show the carrier")), ("show_waybill", t("Show the waybill number"))):

        def turn(on: bool, name: str = name) -> None:
            form.put(customer={**body, name: on})

        st.toggle(label, **tied(form.key(f"customer.{name}"), bool(body.get(name)), turn, disabled=form.fixed))


def name(desk: Desk, fmt: Format, *, fixed: bool) -> None:
    """The name of the board, typed in the reader's language."""
    lang, board = fmt.lang, desk.board

    def put(text: str) -> None:
        if text.strip():
            said = builder_words.named(board.name.model_dump(), text.strip(), lang)
            builder_desk.change(desk, lambda now: Board.model_validate({**now.as_json(), "name": said}))

    st.text_input(
        fmt.t("Name of the board"), max_chars=200, label_visibility="collapsed",
        **tied(f"builder.{desk.draft.id}.name.{lang}", board.name.say(lang), put, disabled=fixed),
    )  # fmt: skip
    if desk.refused:
        builder_fields.say("error", desk.refused)
