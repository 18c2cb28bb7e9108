"""The head of an order: its number, what is known of it at a glance, and its running clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, plain, register, words

Tier = Literal["ok", "yellow", "red", "held", "unknown"]


class Chip(TypedDict):
    """A mark beside the number; a tier colours it and brings its own icon."""

    label: str
    icon: NotRequired[str]
    tier: NotRequired[Tier]


class Fact(TypedDict):
    """One thing known, as text; `note` stands below the value, `hint` shows on hover."""

    label: str
    value: str
    note: NotRequired[str]
    hint: NotRequired[str]


class Clock(TypedDict):
    """One span of the journey: how long it took or has been running, and what is allowed."""

    id: str
    name: str
    icon: NotRequired[str]
    value: str
    running: NotRequired[bool]
    target: NotRequired[str]
    tier: NotRequired[Tier]
    tier_word: NotRequired[str]
    hint: NotRequired[str]


TEXTS: Final = {
    "copy": N_("Copy"),
    "clocks": N_("Clocks"),
    "running": N_("running"),
    "target": N_("target {target}"),
}

_mount = register(Path(__file__).parent)


def order_head(
    ref: str,
    *,
    key: str,
    t: Mapping[str, str],
    chips: Sequence[Chip] = (),
    facts: Sequence[Fact] = (),
    clocks: Sequence[Clock] = (),
) -> None:
    """Draw the head; a click on the number copies it."""
    data = {"ref": ref, "chips": plain(chips), "facts": plain(facts), "clocks": plain(clocks), "t": words(t, TEXTS)}
    _mount(key=key, data=data)
