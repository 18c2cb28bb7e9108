"""A canvas on which a person builds a journey from blocks and wires, without writing anything.

The picture is a React program of its own, built into `waypost/web/assets/journey_canvas`; `src/` holds its source.
The browser owns the document while it is edited and sends it whole after each step; see docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from components._base import ignore, plain, words
from components.journey_canvas.claims import Act, Block, Canvas, Doc, Wire, read_act, read_doc, read_selected
from components.journey_canvas.texts import TEXTS
from waypost.web import theme

__all__ = [
    "TEXTS",
    "Act",
    "Block",
    "Canvas",
    "Case",
    "Doc",
    "Face",
    "Group",
    "Item",
    "Person",
    "Problem",
    "Saved",
    "Server",
    "Wire",
    "journey_canvas",
]

Mode: TypeAlias = Literal["edit", "read", "diff"]
Level: TypeAlias = Literal["error", "warning"]


class Case(TypedDict):
    """One output of a branch."""

    id: str
    label: str


# `in` and `out`: whether wires may end and start there; `cases`: its labelled outputs, None for a plain one; `to`: the
# kinds that it may lead to, all if absent; `set`: the settings a new block begins with.
Item = TypedDict(
    "Item",
    {
        "id": str,
        "kind": str,
        "label": str,
        "hint": NotRequired[str],
        "icon": str,
        "in": bool,
        "out": bool,
        "cases": NotRequired[Sequence[Case] | None],
        "to": NotRequired[Sequence[str]],
        "set": NotRequired[Mapping[str, Any]],
    },
)


class Group(TypedDict):
    """A part of the palette under a heading."""

    id: str
    label: str
    items: Sequence[Item]


class Problem(TypedDict):
    """What is wrong with a block, in words."""

    level: Level
    text: str


class Face(TypedDict):
    """How a block looks: all texts in the reader's language, `icon` a Material Symbol, up to three `lines`."""

    title: str
    lines: NotRequired[Sequence[str]]
    icon: NotRequired[str]
    tone: NotRequired[Literal["", "ok", "yellow", "red", "unknown"]]
    badge: NotRequired[str]
    mark: NotRequired[Literal["", "added", "changed", "removed"]]
    problems: NotRequired[Sequence[Problem]]
    cases: NotRequired[Sequence[Case]]


class Server(TypedDict):
    """The document as Python has it; the browser takes it in only when `rev` has risen.

    `note` says why it has: "form", "merged", "conflict", "restored", "reloaded" or "". With `undoable` the step can be
    taken back on the canvas.
    """

    rev: int
    draft: str
    blocks: Sequence[Block]
    wires: Sequence[Wire]
    undoable: NotRequired[bool]
    note: NotRequired[str]


class Saved(TypedDict):
    """The last revision of a browser page that stands in the database, and when it got there, as a text."""

    client: str
    rev: int
    at: str


class Person(TypedDict):
    """Somebody else who edits this draft."""

    name: str
    since: NotRequired[str]


@cache
def _mount() -> ComponentRenderer:
    """Register on first use: Streamlit knows of packaged components only while its runtime is up."""
    return st.components.v2.component("waypost.journey_canvas", js="index.js", css="index.css", isolate_styles=True)


def journey_canvas(
    server: Server,
    palette: Sequence[Group],
    faces: Mapping[str, Face],
    *,
    key: str,
    t: Mapping[str, str],
    lang: str,
    saved: Saved | None = None,
    people: Sequence[Person] = (),
    mode: Mode = "edit",
    height: int = 640,
    on_change: Callable[[], None] = ignore,
    focus: Mapping[str, Any] | None = None,
) -> Canvas:
    """Draw the canvas and return what came back from it, as claims.

    `height` is in pixels. `focus` is `{"id": a block, "n": a number}`: when n rises, the block is shown. Call it with
    a constant key, in a fragment. Never send a document back as `server` only because it came from the browser.
    """
    data = {
        "server": plain(server),
        "palette": plain(palette),
        "faces": plain(faces),
        "saved": plain(saved),
        "people": plain(people),
        "focus": plain(focus),
        "mode": mode,
        "height": height,
        "t": words(t, TEXTS),
        "lang": lang,
        "theme": theme.css_variables(),
    }
    result = _mount()(
        key=key,
        data=data,
        height=height,
        on_doc_change=on_change,
        on_selected_change=on_change,
        on_act_change=on_change,
    )
    return Canvas(read_doc(result.doc), read_selected(result.selected), read_act(result.act))
