"""Texts on their way into HTML."""

from __future__ import annotations

from html import escape

_CONTROLS = dict.fromkeys((*range(32), 127), " ")


def html(text: str) -> str:
    """A text that may stand in HTML, in an attribute, and in one line of an event stream."""
    return escape(str(text).translate(_CONTROLS))
