"""Texts that every database and every JSON reader can hold, and values as text."""

from __future__ import annotations

from typing import Any


def is_storable(text: str) -> bool:
    """Whether a text has neither a NUL character nor half a surrogate pair."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_text(value: Any) -> str:
    """An attribute's value as people compare and count it: 1 and 1.0 are one word, true is `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def storable(text: str) -> str:
    """The text with what no database can hold written as escapes; in a JSON text its meaning stays."""
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()
