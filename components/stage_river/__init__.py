"""The stages as a river: the more orders stand in a stage, the wider it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict, cast

from components._base import N_, ignore, picked, plain, register, words

Tier = Literal["all", "yellow", "red"]
TIERS = ("all", "yellow", "red")


class Stage(TypedDict):
    """One stage: `n` open orders in it now, `yellow` and `red` of them late; `note` is a short text below.

    With `hrefs` (by part: all, yellow, red) the parts are links to those pages of the console.
    """

    id: str
    label: str
    icon: NotRequired[str]
    n: int
    yellow: int
    red: int
    note: NotRequired[str]
    hrefs: NotRequired[Mapping[str, str]]


class Pick(TypedDict):
    """The stage, and the part of it, that a person wants to see the orders of."""

    stage: str
    tier: Tier


TEXTS: Final = {
    "label": N_("Orders by stage"),
    "empty": N_("No open orders."),
    "orders": N_("{n} orders"),
    "yellow": N_("warn"),
    "red": N_("blocked"),
    "open": N_("open the orders"),
}

_mount = register(Path(__file__).parent)


def stage_river(
    stages: Sequence[Stage],
    *,
    key: str,
    t: Mapping[str, str],
    lang: str = "en",
    on_open: Callable[[], None] | None = None,
) -> Pick | None:
    """Draw the river and return the stage or tier part just clicked, in this run only."""
    result = _mount(
        key=key, data={"stages": plain(stages), "t": words(t, TEXTS), "lang": lang}, on_open_change=on_open or ignore
    )
    return cast(Pick | None, picked(result.open, stage={stage["id"] for stage in stages}, tier=TIERS))
