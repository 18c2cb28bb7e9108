"""Conditions in plain words: channel is one of, value is at least; with the words that orders really have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import streamlit as st

from waypost.domain.text import as_text
from waypost.i18n import N_
from waypost.services.live import OrderQuery
from waypost.web import builder_sources, cache
from waypost.web.builder_fields import tied
from waypost.web.builder_words import FIELDS
from waypost.web.format import Format
from waypost.web.words import DIMENSIONS

Condition = dict[str, Any]
Put = Callable[[list[Condition], list[Condition]], None]  # all of these, one of these
_WORDS: Final = {
    "in": N_("is one of"),
    "not_in": N_("is none of"),
    "present": N_("is given"),
    "absent": N_("is missing"),
}
_NUMBER: Final = {"gte": N_("is at least"), "lt": N_("is less than"), "present": N_("is given")}
_AS_LIST: Final = {"eq": "in", "ne": "not_in"}
_LANE: Final = "lane"
_ASKED: Final = ("channel", _LANE, "value", "category", "presale", "carrier", "warehouse", "service", "@source")


class Rule(NamedTuple):
    """Conditions as they stand: all of `when` hold and one of `any`."""

    when: list[Condition]
    any: list[Condition]
    put: Put


def draw(key: str, rule: Rule, fmt: Format, *, fixed: bool = False) -> None:
    """The conditions one below the other, how they count together, and one more."""
    t = fmt.t
    rows = [*rule.when, *rule.any]
    if len(rows) > 1 and not (rule.when and rule.any):
        _together(key, rule, fmt, fixed=fixed)
    for place, condition in enumerate(rows):
        if rule.when and rule.any and place == len(rule.when):
            st.caption(t("and one of these:"))
        _row(f"{key}.{place}", rule, place, condition, fmt, fixed=fixed)
    if not fixed:
        st.menu_button(
            t("Add a condition"), _ASKED, format_func=lambda name: field_label(name, fmt), icon=":material/add:",
            key=f"{key}.add.{fmt.lang}", on_click=_adder(f"{key}.add.{fmt.lang}", rule),
        )  # fmt: skip


def field_label(name: str, fmt: Format) -> str:
    """What a condition asks about, in words."""
    if name == _LANE:
        return fmt.t("Lane (from and to)")
    return fmt.t(FIELDS[name]) if name in FIELDS else name


def _adder(key: str, rule: Rule) -> Callable[[], None]:
    def add() -> None:
        chosen = st.session_state.get(key)
        if not chosen:
            return
        names = ("origin", "destination") if chosen == _LANE else (chosen,)
        more = [_blank(name) for name in names]
        if rule.any and not rule.when:
            rule.put(rule.when, [*rule.any, *more])
        else:
            rule.put([*rule.when, *more], rule.any)

    return add


def _blank(name: str) -> Condition:
    if name == "value":
        return {"field": name, "op": "gte", "value": 100}
    return {"field": name, "op": "present"} if name == "presale" else {"field": name, "op": "in", "value": []}


def _together(key: str, rule: Rule, fmt: Format, *, fixed: bool) -> None:
    words = {"all": fmt.t("All must hold"), "any": fmt.t("One is enough")}
    held = "all" if rule.when else "any"

    def put(chosen: str) -> None:
        everything = [*rule.when, *rule.any]
        rule.put(*((everything, []) if chosen == "all" else ([], everything)))

    st.segmented_control(
        fmt.t("How they count"), tuple(words), format_func=lambda name: words[name], required=True,
        label_visibility="collapsed", **tied(f"{key}.together.{fmt.lang}", held, put, disabled=fixed),
    )  # fmt: skip


def _row(key: str, rule: Rule, place: int, condition: Condition, fmt: Format, *, fixed: bool) -> None:
    field, op = str(condition.get("field", "")), str(condition.get("op", "eq"))
    ops = dict(_NUMBER if field == "value" else _WORDS)
    shown = _AS_LIST.get(op, op)
    label = field_label(field, fmt)
    with st.container(border=True, gap="xsmall"):
        name, way, off = st.columns([5, 5, 2], vertical_alignment="center", gap="xsmall")
        name.markdown(f"**{label}**")
        way.selectbox(
            fmt.t("How {name} is compared", name=label), tuple(ops) if shown in ops else (*ops, shown),
            format_func=lambda each: fmt.t(ops[each]) if each in ops else each, label_visibility="collapsed",
            **tied(f"{key}.op.{fmt.lang}", shown, _changer(rule, place, "op"), disabled=fixed),
        )  # fmt: skip
        off.button(
            "", icon=":material/close:", help=fmt.t("Take this condition away"), key=f"{key}.off", type="tertiary",
            disabled=fixed, on_click=_remover(rule, place),
        )  # fmt: skip
        if shown in ("in", "not_in"):
            _words(key, rule, place, condition, fmt, fixed=fixed)
        elif shown in ("gte", "lt"):
            held = condition.get("value")
            number = float(held) if isinstance(held, int | float) and not isinstance(held, bool) else None
            st.number_input(
                label, min_value=0.0, step=10.0, format="%g", label_visibility="collapsed",
                **tied(f"{key}.n", number, _changer(rule, place, "value"), disabled=fixed),
            )  # fmt: skip


def _words(key: str, rule: Rule, place: int, condition: Condition, fmt: Format, *, fixed: bool) -> None:
    field, value = str(condition["field"]), condition.get("value")
    held = [as_text(v) for v in value] if isinstance(value, list | tuple) else [] if value is None else [as_text(value)]
    options = list(dict.fromkeys([*known_words(field), *held]))
    st.multiselect(
        field_label(field, fmt), options, accept_new_options=True, select_all=False,
        placeholder=fmt.t("Choose or type words"), label_visibility="collapsed",
        **tied(f"{key}.words.{fmt.lang}", held, _changer(rule, place, "value"), disabled=fixed),
    )  # fmt: skip


def known_words(field: str) -> list[str]:
    """The words that orders really have for a field, the most frequent first."""
    if field == "@source":
        return [each.name for each in builder_sources.known()]
    if field not in DIMENSIONS:
        return ["true", "false"] if field == "presale" else []
    return [facet.word for facet in cache.view().facets(field, OrderQuery())]


def _changer(rule: Rule, place: int, name: str) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        rows: Sequence[Condition] = [*rule.when, *rule.any]
        changed = {**rows[place], name: value}
        if name == "op" and value in ("present", "absent"):
            changed.pop("value", None)
        elif changed.get("op") in ("eq", "ne") and isinstance(value, list):
            changed["op"] = _AS_LIST[changed["op"]]
        _replace(rule, place, [changed])

    return put


def _remover(rule: Rule, place: int) -> Callable[[], None]:
    return lambda: _replace(rule, place, [])


def _replace(rule: Rule, place: int, new: list[Condition]) -> None:
    first = len(rule.when)
    if place < first:
        rule.put([*rule.when[:place], *new, *rule.when[place + 1 :]], rule.any)
    else:
        rule.put(rule.when, [*rule.any[: place - first], *new, *rule.any[place - first + 1 :]])
