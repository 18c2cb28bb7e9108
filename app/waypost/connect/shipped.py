"""The words that a connector brings along (`words.toml` in its package), for whoever is not that connector."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files

from waypost.connect.registry import GROUP
from waypost.connect.words import Words, read_words
from waypost.domain.errors import DocumentError

NO_WORDS = Words({})


@cache
def shipped_words(connector_id: str) -> Words:
    """The shipped table of a connector; empty when there is no such connector or it brings none.

    Errors: DocumentError when its file is broken.
    """
    for point in entry_points(group=GROUP, name=connector_id):
        try:
            text = files(point.module).joinpath("words.toml").read_text(encoding="utf-8")
        except (ImportError, FileNotFoundError):
            return NO_WORDS
        return read_words(text)
    return NO_WORDS


@cache
def connectors_with_words() -> tuple[str, ...]:
    """The installed connectors that bring words, by id; one whose file is broken is left out."""
    return tuple(name for name in sorted({point.name for point in entry_points(group=GROUP)}) if _readable(name))


def _readable(connector_id: str) -> bool:
    try:
        return bool(shipped_words(connector_id))
    except DocumentError:
        return False
