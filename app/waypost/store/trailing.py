"""Texts that end with a space, on engines that cannot tell them from those without.

OceanBase compares "a" and "a " as equal under every collation it has for utf8mb4, and would take two
events for one. So on its connections a text that ends with a space, or with the mark itself, is written
with a mark behind it, and read without. No other engine is touched.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

MARK = "\x7f"  # sorts behind the space, so that ranges of what begins alike still hold it
_TEXTS = (15, 249, 250, 251, 252, 253, 254)  # the protocol's types of texts; bytes pass through


def marked(text: str) -> str:
    """A text as it is written."""
    return text + MARK if text.endswith((" ", MARK)) else text


def unmarked(value: Any) -> Any:
    """A value as it was given; the inverse of `marked` for texts, anything else is left alone."""
    return value[:-1] if isinstance(value, str) and value.endswith(MARK) else value


def keep_trailing_spaces(engine: Engine) -> None:
    """Let every connection of an engine to OceanBase write and read texts with their last space."""

    @sa.event.listens_for(engine, "connect")
    def configure(raw: Any, _record: Any) -> None:
        with raw.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            if "OceanBase" not in str(cursor.fetchone()[0]):
                return
        escape = raw.escape

        def escaped(value: Any, mapping: Any = None) -> str:
            text: str = escape(marked(value) if isinstance(value, str) else value, mapping)
            return text

        raw.escape = escaped
        raw.decoders = {**raw.decoders, **dict.fromkeys(_TEXTS, unmarked)}
