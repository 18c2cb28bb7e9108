"""Entries of the vocabulary under headings: icon, label and code; every row is a link to its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NotRequired, TypedDict

from components._base import N_, plain, register, words


class Row(TypedDict):
    """One entry: its label in the reader's language, its code or what is said of it, and a few words on the right."""

    id: str
    href: str
    icon: NotRequired[str]
    label: str
    code: NotRequired[str]
    says: NotRequired[str]
    detail: NotRequired[str]
    chosen: NotRequired[bool]


class Section(TypedDict):
    """Rows under a heading."""

    id: str
    title: str
    count: NotRequired[str]
    rows: Sequence[Row]


TEXTS: Final = {
    "label": N_("Entries"),
    "empty": N_("No entry fits. Try another word, a code, or all kinds."),
}

_mount = register(Path(__file__).parent)


def word_list(sections: Sequence[Section], *, key: str, t: Mapping[str, str], label: str = "") -> None:
    """Draw the sections in the order given; the rows are links of this console. `label` names the list."""
    _mount(key=key, data={"sections": plain(sections), "t": words(t, TEXTS), "label": label})
