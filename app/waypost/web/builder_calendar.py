"""Business hours: ready ones, own ones, and the clock of a stage that runs only within them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from babel.dates import get_day_names

from waypost.i18n import N_
from waypost.journeys.boards.document import Board
from waypost.journeys.calendar import Calendar
from waypost.web import builder_desk, builder_fields, builder_words
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import Form, tied
from waypost.web.builder_palette import both
from waypost.web.format import Format

_DAY, _LONG = ("09:00-18:00",), ("08:00-22:00",)
READY: Final[Mapping[str, tuple[str, tuple[tuple[str, ...], ...]]]] = {
    "weekdays": (N_("Weekdays 9:00–18:00"), (_DAY, _DAY, _DAY, _DAY, _DAY, (), ())),
    "six-days": (N_("Monday to Saturday 9:00–18:00"), (_DAY, _DAY, _DAY, _DAY, _DAY, _DAY, ())),
    "every-day": (N_("Every day 8:00–22:00"), (_LONG, _LONG, _LONG, _LONG, _LONG, _LONG, _LONG)),
}


def choose(form: Form) -> None:
    """In which hours the clock of a block runs."""
    t, board = form.fmt.t, form.board
    own = {calendar.id: calendar.name.say(form.fmt.lang) for calendar in board.calendars}
    options = {
        "": t("Around the clock"),
        **own,
        **{name: t(word) for name, (word, _) in READY.items() if name not in own},
    }
    held = str(form.held("calendar", ""))

    def put(name: str) -> None:
        block_id = form.block.id
        builder_desk.change(form.desk, lambda board: chosen(board, block_id, name))

    st.selectbox(
        t("Business hours"), list(options if held in options else {**options, held: held}),
        format_func=lambda name: options.get(name, name), help=t("Outside of them the clock stands still."),
        **tied(form.key("calendar"), held, put, disabled=form.fixed),
    )  # fmt: skip
    form.complain("calendar")


def chosen(board: Board, block_id: str, name: str) -> Board:
    """The board with a calendar given to a block; a ready one becomes the board's own."""
    if name in READY and name not in {calendar.id for calendar in board.calendars}:
        board = board.model_copy(update={"calendars": (*board.calendars, ready(name, board.zone))})
    blocks = tuple(_given(block, name) if block.id == block_id else block for block in board.blocks)
    return board.model_copy(update={"blocks": blocks})


def _given(block: Any, name: str) -> Any:
    rest = {key: value for key, value in block.set.items() if key != "calendar"}
    return block.model_copy(update={"set": {**rest, "calendar": name} if name else rest})


def ready(name: str, zone: str) -> Calendar:
    """One of the ready calendars in a zone."""
    label, week = READY[name]
    return Calendar.model_validate({"id": name, "name": both(label), "zone": zone, "week": week})


def editor(desk: Desk, fmt: Format, *, fixed: bool) -> None:
    """The calendars of the board, each with its week and holidays, and the way to one more."""
    t = fmt.t
    for calendar in desk.board.calendars:
        with st.expander(calendar.name.say(fmt.lang), icon=":material/schedule:"):
            _edit(desk, calendar, fmt, fixed=fixed)
    left = [name for name in READY if name not in {calendar.id for calendar in desk.board.calendars}]
    if not fixed:
        options = [*left, "own"]
        key = f"builder.{desk.draft.id}.calendar.add.{fmt.lang}"
        words = {**{name: t(READY[name][0]) for name in left}, "own": t("Own hours")}
        st.menu_button(
            t("Add business hours"), options, format_func=lambda name: words[name], icon=":material/add:", key=key,
            on_click=lambda: _add(desk, st.session_state.get(key), fmt),
        )  # fmt: skip


def _add(desk: Desk, name: str | None, fmt: Format) -> None:
    if not name:
        return
    held = {calendar.id for calendar in desk.board.calendars}
    made = ready("weekdays" if name == "own" else name, desk.board.zone)
    if name == "own":
        id_ = next(f"own-{n}" for n in range(1, 1000) if f"own-{n}" not in held)
        label = builder_words.named(None, fmt.t("Own hours"), fmt.lang)
        made = Calendar.model_validate({**made.model_dump(mode="json"), "id": id_, "name": label})
    builder_desk.change(desk, lambda board: board.model_copy(update={"calendars": (*board.calendars, made)}))


def _edit(desk: Desk, calendar: Calendar, fmt: Format, *, fixed: bool) -> None:
    t, body = fmt.t, calendar.model_dump(mode="json")
    key = f"builder.{desk.draft.id}.calendar.{calendar.id}"

    def put(**changes: Any) -> None:
        _replace(desk, calendar.id, Calendar.model_validate, {**body, **changes})

    def rename(text: str) -> None:
        if text.strip():
            put(name=builder_words.named(body["name"], text.strip(), fmt.lang))

    name = calendar.name.say(fmt.lang)
    st.text_input(t("Name"), max_chars=200, **tied(f"{key}.name.{fmt.lang}", name, rename, disabled=fixed))
    days = get_day_names("abbreviated", locale=fmt.locale)
    for place, hours in enumerate(body["week"]):

        def change(text: str, place: int = place) -> None:
            spans = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
            put(week=[spans if n == place else day for n, day in enumerate(body["week"])])

        st.text_input(
            str(days[place]), placeholder=t("closed"),
            **tied(f"{key}.{place}", ", ".join(hours), change, disabled=fixed),
        )  # fmt: skip
    st.caption(t("Hours such as 09:00-12:00, 13:00-18:00; an empty day is closed."))
    shut = ", ".join(body["closed"])
    st.text_input(
        t("Holidays"), placeholder="2027-01-01, 2027-02-17",
        **tied(f"{key}.closed", shut, lambda text: put(closed=_days(text)), disabled=fixed),
    )  # fmt: skip
    if desk.refused:
        builder_fields.say("error", desk.refused)
    st.button(
        t("Take these hours out"), icon=":material/delete:", key=f"{key}.off", disabled=fixed,
        on_click=lambda: _replace(desk, calendar.id, None, {}),
    )  # fmt: skip


def _days(text: str) -> list[str]:
    return sorted({part.strip() for part in text.replace("，", ",").split(",") if part.strip()})


def _replace(desk: Desk, id_: str, make: Any, body: dict[str, Any]) -> None:
    def to(board: Board) -> Board:
        new = [make(body)] if make else []
        calendars = [each for each in board.calendars if each.id != id_]
        place = next((n for n, each in enumerate(board.calendars) if each.id == id_), len(calendars))
        return board.model_copy(update={"calendars": (*calendars[:place], *new, *calendars[place:])})

    builder_desk.change(desk, to)
