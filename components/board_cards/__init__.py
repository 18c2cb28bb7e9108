"""Boards and templates as cards: the path drawn small, what it is for, how its orders are, what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, ignore, picked, plain, register, words

Tier = Literal["", "yellow", "red"]


class Stop(TypedDict):
    """One block of a path: its place in columns and rows of the drawing, counted from 0.

    `label` and `note` are texts for people, `note` in few words (a target). `count` is how many orders are in it.
    """

    id: str
    kind: Literal["source", "stage", "branch", "gate"]
    x: float
    y: float
    icon: str
    label: str
    note: NotRequired[str]
    tier: NotRequired[Tier]
    count: NotRequired[str]


class Drawing(TypedDict):
    """A path: stops in the order in which orders come by, and wires as (from, to)."""

    columns: int
    rows: float
    stops: Sequence[Stop]
    wires: Sequence[tuple[str, str]]


class Chip(TypedDict):
    """A short fact with an icon; a tier gives it that colour."""

    icon: str
    text: str
    tier: NotRequired[Tier]
    tip: NotRequired[str]


class Action(TypedDict):
    """A button: with an `href` it is a link, otherwise a click is told."""

    id: str
    label: str
    icon: NotRequired[str]
    href: NotRequired[str]
    primary: NotRequired[bool]


class BoardCard(TypedDict):
    """One card; every text is for people. With an `href` its title leads there."""

    id: str
    href: NotRequired[str]
    name: str
    purpose: NotRequired[str]
    tag: NotRequired[str]
    tag_icon: NotRequired[str]
    drawing: NotRequired[Drawing | None]
    chips: NotRequired[Sequence[Chip]]
    facts: NotRequired[Sequence[Chip]]
    actions: NotRequired[Sequence[Action]]


TEXTS: Final = {
    "path": N_("The path"),
    "of": N_("{action}: {name}"),
}

_mount = register(Path(__file__).parent)


def board_cards(
    cards: Sequence[BoardCard],
    *,
    key: str,
    label: str,
    t: Mapping[str, str],
    wide: bool = False,
    on_act: Callable[[], None] | None = None,
) -> dict[str, str] | None:
    """Draw the cards; returns {"card", "do"} of the button just clicked, in this run only.

    `wide` draws each card over the whole width, its path with labels. `label` says what the cards are.
    """
    data = {"cards": plain(cards), "label": label, "wide": wide, "t": words(t, TEXTS)}
    result = _mount(key=key, data=data, on_act_change=on_act or ignore)
    found = picked(result.act, card={card["id"] for card in cards}, do=None)
    offered = {(card["id"], action["id"]) for card in cards for action in card.get("actions", ())}
    return found if found and (found["card"], found["do"]) in offered else None
