"""A partner's words and the event codes they stand for; a word that is not in the table is UNMAPPED, never guessed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from waypost.domain.errors import DocumentError
from waypost.domain.statement import UNMAPPED


def full_word(field: str, word: str) -> str:
    """A word with the field it stood in, as statements carry it; the same word may mean two things in two fields."""
    return f"{field}:{word}"


def split_word(full: str) -> tuple[str, str]:
    """Field and word of a full word; the field is empty where none was told."""
    field, colon, word = full.partition(":")
    return (field, word) if colon else ("", full)


class Words(Mapping[str, str]):
    """One version of a mapping table: full word -> event code."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        self._codes = dict(codes)

    def __getitem__(self, full: str) -> str:
        return self._codes[full]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def code(self, field: str, word: str) -> str:
        """The event code of a word in a field; UNMAPPED where nobody has said what it means."""
        return self._codes.get(full_word(field, word), UNMAPPED)


def read_words(text: str) -> Words:
    """Read `words.toml`: one table per field, `"word" = "code"`. Errors: DocumentError naming the entry."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError("words.toml", f"it is no TOML ({error}).", "Correct the syntax.") from None
    codes = {}
    for field, table in found.items():
        for word, code in table.items() if isinstance(table, dict) else [("", None)]:
            if not isinstance(code, str):
                remedy = 'Write [field], and below it "word" = "event.code".'
                raise DocumentError(f"words.toml: {field}.{word}", "it names no event code.", remedy)
            codes[full_word(field, word)] = code
    return Words(codes)
