"""The widgets of the builder's form: each is tied to one setting of one block, and what is wrong stands below it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from waypost.i18n import N_
from waypost.journeys.boards import edit
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.document import read_duration, write_duration
from waypost.web import builder_desk, builder_words
from waypost.web.builder_desk import Desk
from waypost.web.format import Format

_REPLACED: Final = "builder.replaced"
_DRAWN: Final = "builder.drawn"
_NEW_S: Final = 1.5  # how long a field counts as new
_ECHO_S: Final = 1.0  # longer than a browser takes to answer, shorter than a person takes to choose again
_UNITS: Final = {"m": N_("minutes"), "h": N_("hours"), "d": N_("days")}
_SIZE: Final = {"m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


@dataclass(frozen=True)
class Form:
    """The form of one block: where its settings stand, and what is wrong with them."""

    desk: Desk
    block: Block
    fmt: Format
    problems: Mapping[str, Sequence[tuple[str, str]]]  # setting -> (level, text)
    fixed: bool = False

    @property
    def board(self) -> Board:
        """The board it stands on."""
        return self.desk.board

    def held(self, path: str, otherwise: Any = None) -> Any:
        """A setting as it was entered; `path` may lead into one, such as target.red."""
        found: Any = self.block.set
        for name in path.split("."):
            if not isinstance(found, Mapping) or name not in found:
                return otherwise
            found = found[name]
        return otherwise if found is None else found

    def put(self, path: str, value: Any) -> None:
        """Change one setting; None takes it away."""
        self.put_all({path: value})

    def put_all(self, changes: Mapping[str, Any]) -> None:
        """Change several settings in one step."""
        block_id = self.block.id

        def to(board: Board) -> Board:
            block = board.block(block_id)
            return board if block is None else edit.configure(board, block_id, with_settings(block.set, changes))

        builder_desk.change(self.desk, to)

    def key(self, name: str) -> str:
        """The key of a widget; the language is part of it, because the browser names a choice by its label."""
        return f"builder.{self.desk.draft.id}.{self.block.id}.{name}.{self.fmt.lang}"

    def bound(self, path: str, held: Any, to: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
        """Arguments that tie a widget to a setting: the board is the truth, a change is stored at once."""
        return tied(self.key(path), held, lambda value: self.put(path, to(value)), disabled=self.fixed)

    def complain(self, *paths: str, inside: bool = True) -> None:
        """What is wrong with some settings, at the place where they are entered."""
        for path, found in self.problems.items():
            if any(path == mine or (inside and path.startswith(f"{mine}.")) for mine in paths):
                for level, text in found:
                    say(level, text)


def tied(key: str, held: Any, put: Callable[[Any], None], *, disabled: bool = False) -> dict[str, Any]:
    """Arguments that tie a widget to what is `held`; `put` gets what a person changes it to."""
    replaced = st.session_state.setdefault(_REPLACED, {})
    drawn = st.session_state.setdefault(_DRAWN, {})
    if key not in st.session_state:
        drawn[key] = time.monotonic()
    # A run that is broken off by the next one registers its widgets, but what it put into them never reaches the
    # browser: a new field says so again for a moment, or it would stand there empty.
    if key not in st.session_state or st.session_state[key] != held or time.monotonic() - drawn.get(key, 0.0) < _NEW_S:
        if key in st.session_state and st.session_state[key] != held:
            replaced[key] = (st.session_state[key], time.monotonic())
        st.session_state[key] = held

    def changed() -> None:
        # Streamlit also reports the value that was put in from here, once the browser has sent it back. After undo
        # and redo in one breath that may be the value before: nobody chose it.
        was, at = replaced.get(key, (None, 0.0))
        late = key in replaced and st.session_state[key] == was and time.monotonic() - at < _ECHO_S
        if st.session_state[key] != held and not late:
            put(st.session_state[key])

    return {"key": key, "on_change": changed, "disabled": disabled}


def strong(text: str) -> None:
    """A small heading within the form or the drawer."""
    st.markdown(f"**{text}**")


def noted(icon: str, text: str) -> None:
    """A line with its sign."""
    st.markdown(f":material/{icon}: {text}")


def say(level: str, text: str) -> None:
    """One line about what is wrong: an error keeps from publishing, a warning does not."""
    icon = ":material/error:" if level == "error" else ":material/info:"
    st.markdown(f"{icon} {text}" if level != "error" else f":red[{icon} {text}]")


def with_settings(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some of them changed; a path may lead into one."""
    found = dict(settings)
    for path, value in changes.items():
        inside, names = found, path.split(".")
        for name in names[:-1]:
            held = inside.get(name)
            inside[name] = dict(held) if isinstance(held, Mapping) else {}
            inside = inside[name]
        inside.pop(names[-1], None)
        if value is not None:
            inside[names[-1]] = value
    return found


def text(
    form: Form, path: str, label: str, help_: str | None = None, *, long: bool = False, placeholder: str = ""
) -> None:
    """A text in both languages, typed in the reader's; the other follows until somebody writes it apart."""
    held, lang = form.held(path), form.fmt.lang
    bound = form.bound(path, builder_words.spoken(held, lang), lambda typed: _named(held, typed, lang))
    widget = st.text_area if long else st.text_input
    widget(label, help=help_, max_chars=200, placeholder=placeholder, **bound)
    form.complain(path)


def _named(held: Any, typed: str, lang: str) -> dict[str, str] | None:
    return builder_words.named(held, typed.strip(), lang) if typed.strip() else None


def other_language(form: Form, path: str) -> None:
    """The same text in the other language, for who wants it apart."""
    t, other = form.fmt.t, "en" if form.fmt.lang == "zh" else "zh"
    held = form.held(path)
    label = t("The same in English") if other == "en" else t("The same in Chinese")
    key = f"{path}.{other}"

    def put(typed: str) -> None:
        mine = builder_words.spoken(held, form.fmt.lang)
        form.put(path, {form.fmt.lang: mine or typed, other: typed.strip() or mine})

    st.text_input(
        label, max_chars=200, **tied(form.key(key), builder_words.spoken(held, other), put, disabled=form.fixed)
    )


def milestones(form: Form, path: str, label: str, help_: str | None = None, default: Sequence[str] = ()) -> None:
    """Milestones by name in the reader's language, several: the first of them counts."""
    vocabulary, lang = _vocabulary(), form.fmt.lang
    options = [entry.id for entry in vocabulary.milestones]
    if form.board.subject == "return":
        options += [event.code for event in vocabulary.events if event.phase == "return"]
    held = [code for code in form.held(path, list(default)) or [] if isinstance(code, str)]
    options += [code for code in held if code not in options]

    def said(code: str) -> str:
        return vocabulary.label(code, lang) or code

    st.multiselect(
        label, options, format_func=said, help=help_, select_all=False,
        placeholder=form.fmt.t("Search a milestone"), **form.bound(path, held, list),
    )  # fmt: skip
    icons = [(vocabulary.milestone(code), code) for code in held]
    shown = [f":material/{entry.icon}: {entry.label(lang)}" for entry, _ in icons if entry]
    if shown:
        st.caption(form.fmt.t(" or ").join(shown))
    form.complain(path)


def _vocabulary() -> Any:
    from waypost.web import deps

    return deps.get().waypost.vocabulary


def choice(form: Form, path: str, label: str, options: Mapping[str, str], held: Any, help_: str | None = None) -> None:
    """One of several words."""
    words = dict(options) if held in options else {**options, held: str(held)}
    st.selectbox(label, list(words), format_func=lambda name: words[name], help=help_, **form.bound(path, held))
    form.complain(path)


def switch(form: Form, path: str, label: str, *, held: bool, help_: str | None = None) -> None:
    """Yes or no."""
    st.toggle(label, help=help_, **form.bound(path, held))
    form.complain(path)


def duration(form: Form, path: str, label: str, *, sign: int = 1, help_: str | None = None) -> None:
    """A duration as a number and its unit; empty means none. `sign` -1 is for spans before an instant."""
    us, chosen_unit = read(form.held(path)), st.session_state.get(form.key(f"{path}.unit"), "")
    unit = _unit(us, chosen_unit)
    n = None if us is None else round(abs(us) / _SIZE[unit])
    t = form.fmt.t

    def put(_: Any) -> None:
        number, chosen = st.session_state[form.key(path)], st.session_state.get(form.key(f"{path}.unit"), unit)
        form.put(path, None if number is None else write_duration(sign * int(number) * _SIZE[chosen]))

    left, right = st.columns([3, 2], vertical_alignment="bottom", gap="xsmall")
    left.number_input(
        label, min_value=0, step=1, help=help_, placeholder=t("none"),
        **tied(form.key(path), n, put, disabled=form.fixed),
    )  # fmt: skip
    right.selectbox(
        t("Unit of {name}", name=label), tuple(_UNITS), format_func=lambda name: t(_UNITS[name]),
        label_visibility="collapsed", **tied(form.key(f"{path}.unit"), unit, put, disabled=form.fixed),
    )  # fmt: skip
    form.complain(path)


def read(value: Any) -> int | None:
    """A duration as it was entered, us; None when there is none that can be read."""
    try:
        return None if value in (None, "") else read_duration(value)
    except ValueError:
        return None


def _unit(us: int | None, chosen: str) -> str:
    """The unit that a person chose, if it says the span without a fraction, else the largest that does."""
    if us is None:
        return chosen or "d"
    return next((unit for unit in (chosen, "d", "h", "m") if unit and us % _SIZE[unit] == 0), "m")
