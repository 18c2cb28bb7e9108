"""A short list under a title: what is known, one line each (promises, attempts, lines, attributes)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, plain, register, words


class Line(TypedDict):
    """One line: a label on the left, its value on the right, a note below, a hint on hover."""

    label: str
    value: NotRequired[str]
    note: NotRequired[str]
    hint: NotRequired[str]
    icon: NotRequired[str]
    tier: NotRequired[Literal["yellow", "red"]]
    tier_word: NotRequired[str]


TEXTS: Final = {"more": N_("show all {n}")}

_mount = register(Path(__file__).parent)


def fact_list(title: str, lines: Sequence[Line], *, key: str, t: Mapping[str, str], lang: str = "en") -> None:
    """Draw the lines in the order given."""
    _mount(key=key, data={"title": title, "lines": plain(lines), "t": words(t, TEXTS), "lang": lang})
