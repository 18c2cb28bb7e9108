"""What needs a hand now: the orders at risk, the most urgent first, one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, ignore, picked, plain, register, words

Tier = Literal["yellow", "red", "held", "unknown"]


class Row(TypedDict):
    """One order at risk; every field but the tier is a text for people. `late` says that `due` has passed.

    With an `href` the row is a link to that page of the console.
    """

    order: str
    href: NotRequired[str]
    tier: Tier
    tier_word: str
    tier_icon: NotRequired[str]
    what: str
    detail: NotRequired[str]
    value: NotRequired[str]
    currency: NotRequired[str]
    due: NotRequired[str]
    due_full: NotRequired[str]
    late: NotRequired[bool]
    owner: NotRequired[str | None]


TEXTS: Final = {
    "title": N_("Needs a hand now"),
    "empty": N_("Nothing needs a hand. New cases appear here by themselves."),
    "tier": N_("Level"),
    "order": N_("Order"),
    "what": N_("What"),
    "value": N_("At risk"),
    "due": N_("Due"),
    "owner": N_("Owner"),
    "nobody": N_("nobody yet"),
    "more": N_("show all {n}"),
}

_mount = register(Path(__file__).parent)

ALL = "*"


def at_risk(
    rows: Sequence[Row],
    *,
    key: str,
    t: Mapping[str, str],
    lang: str = "en",
    total: int | None = None,
    more_href: str = "",
    on_open: Callable[[], None] | None = None,
) -> str | None:
    """Draw the rows and return the order just clicked, in this run only, or `ALL` for "show all".

    `total` counts the orders at risk, when there are more than the rows handed in; `more_href` leads to them.
    """
    data = {
        "rows": plain(rows),
        "t": words(t, TEXTS),
        "lang": lang,
        "total": len(rows) if total is None else total,
        "more_href": more_href,
    }
    result = _mount(key=key, data=data, on_open_change=on_open or ignore)
    found = picked(result.open, order=None)
    return found["order"] if found else None
