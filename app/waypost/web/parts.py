"""The pictures that a room of a page draws with, handed in by the page: components stand above this layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol


class Facts(Protocol):
    """A short list under a title."""

    def __call__(self, title: str, lines: Sequence[Any], key: str) -> None: ...


class Words(Protocol):
    """Entries under headings, each a link."""

    def __call__(self, sections: Sequence[Any], key: str, label: str = "") -> None: ...


class Parts(NamedTuple):
    """What a room draws with, in the reader's language."""

    facts: Facts
    words: Words
