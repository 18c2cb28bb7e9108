"""One panel of a board as a small drawing: lines by day, bars of the next days, a funnel, a figure by words, a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, plain, register, words

Tier = Literal["ok", "yellow", "red"]


class Line(TypedDict):
    """One line: a value per day, None where there is none; `says` is each value as a text, `value` the newest."""

    id: str
    label: str
    value: str
    values: Sequence[float | None]
    says: Sequence[str]
    href: NotRequired[str]
    hrefs: NotRequired[Sequence[str]]


class Reading(TypedDict):
    """One way to read the lines, such as share or duration; `ticks` are heights with their texts."""

    id: str
    label: str
    low: float
    high: float
    ticks: Sequence[Mapping[str, object]]
    lines: Sequence[Line]


class Part(TypedDict):
    """A part of a bar; `words` says what it is."""

    tier: Tier
    n: int
    words: str
    href: NotRequired[str]


class Bar(TypedDict):
    """One bar: its name, a number below it and what that is in words, its parts from above."""

    id: str
    label: str
    note: NotRequired[str]
    note_words: NotRequired[str]
    note_href: NotRequired[str]
    late: NotRequired[bool]
    parts: Sequence[Part]


class Step(TypedDict):
    """One step of a funnel; `share` is of the first one, 0..1."""

    id: str
    label: str
    icon: NotRequired[str]
    n: int
    share: float
    note: str
    href: NotRequired[str]


class Row(TypedDict):
    """A figure of one word; `share` 0..1 draws its bar, None when there is nothing to measure."""

    id: str
    label: str
    value: str
    share: float | None
    note: str
    yellow: int
    red: int
    hrefs: NotRequired[Mapping[str, str]]


class Chart(TypedDict):
    """A panel: `kind` says which of the lists it draws."""

    kind: Literal["lines", "bars", "funnel", "rows", "words"]
    title: str
    icon: NotRequired[str]
    note: NotRequired[str]
    days: NotRequired[Sequence[str]]
    readings: NotRequired[Sequence[Reading]]
    bars: NotRequired[Sequence[Bar]]
    steps: NotRequired[Sequence[Step]]
    rows: NotRequired[Sequence[Row]]
    paragraphs: NotRequired[Sequence[str]]
    empty: NotRequired[str]


TEXTS: Final = {
    "open": N_("open the orders"),
    "yellow": N_("warn"),
    "red": N_("blocked"),
    "none": N_("Nothing to show yet."),
    "reading": N_("Measure"),
}

_mount = register(Path(__file__).parent)


def board_chart(chart: Chart, *, key: str, t: Mapping[str, str], lang: str = "en") -> None:
    """Draw one panel; its numbers are links to the orders behind them."""
    _mount(key=key, data={"chart": plain(chart), "t": words(t, TEXTS), "lang": lang})
