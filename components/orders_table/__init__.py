"""A page of the orders list: a table on a desk, cards on a phone; every row is a link to its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, ignore, picked, plain, register, words

Tier = Literal["ok", "yellow", "red", "unknown"]


class Row(TypedDict):
    """One order; every field but `tier` and `late` is a text for people, `href` the address of its page.

    `mark` says in a few words that something comes back, or what the order exchanges.
    """

    id: str
    href: str
    order: str
    tier: Tier
    tier_word: str
    tier_icon: NotRequired[str]
    stage: NotRequired[str]
    stage_icon: NotRequired[str]
    detail: NotRequired[str]
    since: NotRequired[str]
    since_full: NotRequired[str]
    due: NotRequired[str]
    due_full: NotRequired[str]
    late: NotRequired[bool]
    promised: NotRequired[str]
    promised_note: NotRequired[str]
    value: NotRequired[str]
    channel: NotRequired[str]
    carrier: NotRequired[str]
    place: NotRequired[str]
    created: NotRequired[str]
    created_full: NotRequired[str]
    mark: NotRequired[str]


TEXTS: Final = {
    "label": N_("Orders"),
    "tier": N_("Level"),
    "order": N_("Order"),
    "stage": N_("Stage"),
    "due": N_("Due"),
    "promised": N_("Promised"),
    "value": N_("Value"),
    "by": N_("Channel, carrier"),
    "place": N_("Destination"),
    "created": N_("Ordered"),
    "empty": N_("No order fits. Remove a filter or search for another id."),
    "range": N_("{first}–{last} of {total}"),
    "previous": N_("Previous page"),
    "next": N_("Next page"),
    "more": N_("show all {n}"),
}

_mount = register(Path(__file__).parent)
_TURNS = {"previous": -1, "next": 1}


def orders_table(
    rows: Sequence[Row],
    *,
    key: str,
    t: Mapping[str, str],
    total: int,
    first: int = 1,
    lang: str = "en",
    on_turn: Callable[[], None] | None = None,
    title: str = "",
    more_href: str = "",
) -> int:
    """Draw rows `first`.. of `total`; returns how many pages were just turned (-1, 0 or 1), in this run only.

    With a `title` it is a part of another page: the first rows under it, and `more_href` opens all of them.
    """
    head = {"title": title, "more_href": more_href}
    data = {"rows": plain(rows), "t": words(t, TEXTS), "total": total, "first": first, "lang": lang, **head}
    result = _mount(key=key, data=data, on_turn_change=on_turn or ignore)
    turned = picked(result.turn, to=_TURNS)
    return _TURNS[turned["to"]] if turned else 0
