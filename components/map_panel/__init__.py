"""Beside the map: what the signs mean and count, and the card of what was chosen on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, ignore, picked, plain, register, words


class Sign(TypedDict):
    """One line of the legend: the sign as the map draws it, a word, how many. `tier` colours the sign."""

    sign: Literal["circle", "yellow", "red", "station", "vehicle", "silent"]
    label: str
    n: NotRequired[str]


class Order(TypedDict):
    """One order of the card, a link to its page."""

    order: str
    href: str
    tier: str
    tier_word: str
    tier_icon: NotRequired[str]
    what: NotRequired[str]
    due: NotRequired[str]
    late: NotRequired[bool]


class Fact(TypedDict):
    """One line about a vehicle."""

    label: str
    value: str
    hint: NotRequired[str]


class Card(TypedDict):
    """What was chosen; with `zoom` it offers to go nearer, with `more_href` it leads to all of its orders."""

    icon: str
    title: str
    note: NotRequired[str]
    facts: NotRequired[Sequence[Fact]]
    orders: NotRequired[Sequence[Order]]
    more: NotRequired[str]
    more_href: NotRequired[str]
    zoom: NotRequired[bool]


TEXTS: Final = {
    "legend": N_("On the map"),
    "hint": N_("Choose a circle, a station or a vehicle to see its orders."),
    "nearer": N_("Go nearer"),
    "close": N_("Close"),
    "none": N_("No orders."),
}
ACTIONS: Final = ("nearer", "close")

_mount = register(Path(__file__).parent)


def map_panel(
    legend: Sequence[Sign],
    card: Card | None,
    *,
    key: str,
    t: Mapping[str, str],
    notes: Sequence[str] = (),
    on_act: Callable[[], None] | None = None,
) -> str | None:
    """Draw the panel and return the button just pressed, in this run only: `nearer` or `close`."""
    data = {"legend": plain(legend), "card": plain(card), "notes": plain(notes), "t": words(t, TEXTS)}
    result = _mount(key=key, data=data, on_act_change=on_act or ignore)
    found = picked(result.act, act=ACTIONS)
    return found["act"] if found else None
