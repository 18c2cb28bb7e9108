"""Where two people changed the same thing: theirs stands, mine is kept here, and either can be chosen."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from waypost.journeys.boards.document import Board
from waypost.journeys.boards.merge import Conflict
from waypost.web import builder_desk, builder_faces, builder_words
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import read, strong, with_settings
from waypost.web.format import Format

_SHOWN = 120


def draw(desk: Desk, fmt: Format) -> None:
    """Every conflict that waits for a decision."""
    if not desk.conflicts:
        return
    t = fmt.t
    with st.container(border=True, key="builder-conflicts"):
        strong(t("You and somebody else changed the same thing"))
        st.caption(t("Theirs stands for now. Yours is kept here until you decide."))
        for place, each in enumerate(list(desk.conflicts)):
            _row(desk, place, each, fmt)


def _row(desk: Desk, place: int, each: Conflict, fmt: Format) -> None:
    t = fmt.t
    where, mine, theirs, keep = st.columns([3, 4, 4, 3], vertical_alignment="center")
    block = desk.board.block(each.block) if each.block else None
    name = builder_words.title(block, t) if block else each.block or t("The board")
    what = builder_words.part(each.field, t) if each.field else t("The whole block")
    where.markdown(f"**{builder_words.safe(name)}** · {what}")
    mine.markdown(t("Yours: {value}", value=value(each.mine, fmt, each.field)))
    theirs.markdown(t("Theirs: {value}", value=value(each.theirs, fmt, each.field)))
    with keep, st.container(horizontal=True, gap="xsmall"):
        st.button(t("Take mine"), key=f"builder.mine.{place}", on_click=_settle, args=(desk, each, True))
        st.button(t("Keep theirs"), key=f"builder.theirs.{place}", on_click=_settle, args=(desk, each, False))


def value(given: Any, fmt: Format, path: str = "") -> str:
    """A setting as it was entered, short, and nothing but text; `path` tells what it is."""
    if path.rpartition(".")[2] in ("yellow", "red") and (us := read(given)) is not None:
        return fmt.duration(us)
    return builder_words.safe(_value(given, fmt))


def _value(given: Any, fmt: Format) -> str:
    if given is None:
        return fmt.t("taken out")
    if isinstance(given, dict) and ({"en", "zh"} & given.keys()):
        return builder_words.spoken(given, fmt.lang)
    if isinstance(given, dict) and "kind" in given:
        return builder_words.spoken(given.get("set", {}).get("name"), fmt.lang) or str(given["kind"])
    if isinstance(given, dict) and ("yellow" in given or "red" in given):
        return builder_faces.targets(given, fmt) or "–"
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return builder_faces.milestone_names(given, fmt)
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _settle(desk: Desk, each: Conflict, mine: bool) -> None:
    desk.conflicts = [other for other in desk.conflicts if other is not each]
    if mine:
        builder_desk.change(desk, lambda board: taken(board, each))


def taken(board: Board, each: Conflict) -> Board:
    """The board with my side of a conflict."""
    body = board.as_json()
    if each.block is None:
        return Board.model_validate(with_settings(body, {each.field: each.mine}) if each.field else each.mine)
    if each.field:
        blocks = [
            {**block, "set": with_settings(block["set"], {each.field: each.mine})}
            if block["id"] == each.block
            else block
            for block in body["blocks"]
        ]
    else:
        blocks = [block for block in body["blocks"] if block["id"] != each.block]
        if each.mine is not None:
            blocks.append(each.mine)
    ids = {block["id"] for block in blocks}
    wires = [wire for wire in body["wires"] if {wire["from"], wire["to"]} <= ids]
    return Board.model_validate({**body, "blocks": blocks, "wires": wires})
