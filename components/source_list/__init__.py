"""The connected sources: a table on a desk, cards on a phone; every row is a link to its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, plain, register, words

Tier = Literal["", "yellow", "red"]


class Source(TypedDict):
    """One source; every field but `tier` is a text for people or the address of a page.

    `tier` marks trouble: yellow when it mends itself, red when somebody must act. `note` says what is wrong.
    """

    id: str
    href: str
    name: str
    system: str
    state: str
    state_icon: str
    tier: NotRequired[Tier]
    note: NotRequired[str]
    remedy: NotRequired[str]
    last: NotRequired[str]
    last_full: NotRequired[str]
    lag: NotRequired[str]
    per_hour: NotRequired[str]
    budget: NotRequired[str]
    words: NotRequired[str]
    words_href: NotRequired[str]
    held: NotRequired[str]
    held_href: NotRequired[str]


TEXTS: Final = {
    "label": N_("Sources"),
    "source": N_("Source"),
    "state": N_("State"),
    "last": N_("Newest event"),
    "lag": N_("Lag"),
    "per_hour": N_("Events last hour"),
    "budget": N_("Calls this hour"),
    "words": N_("Unmapped words"),
    "held": N_("Quarantine"),
}

_mount = register(Path(__file__).parent)


def source_list(rows: Sequence[Source], *, key: str, t: Mapping[str, str]) -> None:
    """Draw the sources in the order given."""
    _mount(key=key, data={"rows": plain(rows), "t": words(t, TEXTS)})
