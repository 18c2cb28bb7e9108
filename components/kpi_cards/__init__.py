"""Three to five KPI cards: value, tier, target, trend, and the orders behind each number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict, cast

from components._base import N_, ignore, picked, plain, register, words

Tier = Literal["ok", "yellow", "red", "unknown"]
What = Literal["all", "yellow", "red"]
WHATS = ("all", "yellow", "red")


class Card(TypedDict):
    """One KPI. `value`, `unit`, `target`, `delta` are texts; `trend` is numbers, oldest first, None = no data.

    With `hrefs` (by number: all, yellow, red) the numbers are links to those pages of the console.
    """

    id: str
    name: str
    value: str
    unit: NotRequired[str]
    tier: Tier
    tier_word: str
    tier_icon: NotRequired[str]
    target: NotRequired[str]
    target_value: NotRequired[float | None]
    n: int
    n_label: str
    yellow: int
    red: int
    trend: NotRequired[Sequence[float | None]]
    delta: NotRequired[str]
    delta_hint: NotRequired[str]
    delta_good: NotRequired[bool | None]
    note: NotRequired[str]
    hrefs: NotRequired[Mapping[str, str]]


class Pick(TypedDict):
    """The number a person wants to see the orders of."""

    card: str
    what: What


TEXTS: Final = {
    "label": N_("Key figures"),
    "target": N_("target {target}"),
    "better": N_("better"),
    "worse": N_("worse"),
    "yellow": N_("warn"),
    "red": N_("blocked"),
    "open": N_("open the orders"),
}

_mount = register(Path(__file__).parent)


def kpi_cards(
    cards: Sequence[Card],
    *,
    key: str,
    t: Mapping[str, str],
    lang: str = "en",
    on_open: Callable[[], None] | None = None,
) -> Pick | None:
    """Draw the cards and return the number just clicked, in this run only; `lang` sets how counts are written."""
    result = _mount(
        key=key, data={"cards": plain(cards), "t": words(t, TEXTS), "lang": lang}, on_open_change=on_open or ignore
    )
    return cast(Pick | None, picked(result.open, card={card["id"] for card in cards}, what=WHATS))
