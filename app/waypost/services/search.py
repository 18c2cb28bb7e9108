"""Finding orders by any id: their own, a parcel's, a line's, a return's, a customer's."""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy.engine import Connection, Engine

from waypost.store import reads

MANY = 200  # ids pasted at once
MOST = 1_000  # subjects that one id may lead to
_BETWEEN = re.compile(r"[\s,;，；、]+")


class Search(NamedTuple):
    """What was found: keys of subjects, the ids that nothing has, and whether there was more than fits."""

    keys: tuple[int, ...]
    missing: tuple[str, ...]
    cut: bool


def search(engine: Engine, text: str) -> Search:
    """Subjects whose ids start with what was typed; several ids may be pasted at once."""
    wanted = [part for part in _BETWEEN.split(text.strip()) if part]
    found: dict[int, None] = {}
    missing: list[str] = []
    cut = len(wanted) > MANY
    with engine.connect() as connection:
        for part in dict.fromkeys(wanted[:MANY]):
            keys = _keys(connection, part)
            found.update(dict.fromkeys(keys))
            cut |= len(keys) >= MOST
            if not keys:
                missing.append(part)
    return Search(tuple(found), tuple(missing), cut)


def search_keys(engine: Engine, text: str) -> tuple[int, ...]:
    """Keys of the subjects that `search` finds."""
    return search(engine, text).keys


def _keys(connection: Connection, part: str) -> list[int]:
    """As typed first; ids differ by case, people do not."""
    _, slash, ref = part.partition("/")
    text = ref if slash and ref else part
    for spelled in dict.fromkeys((part, text, text.upper(), text.lower())):
        hits = reads.search_subjects(connection, spelled, MOST)
        if hits:
            return [key for key, _ in hits]
    return []
