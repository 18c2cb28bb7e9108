"""The words that partners really used: how often, when last, and one real example of each."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.domain.instants import DAY
from waypost.domain.statement import UNMAPPED
from waypost.services.mappings.sources import governed
from waypost.store.meanings import counted
from waypost.store.reads import events_by_id, watermark
from waypost.store.rows import StoredEvent
from waypost.store.schema import event, source

MOST = 1_000  # words of one source; a free-text field has more, and nobody maps those one by one
RECENT = 200_000  # events that a count of the last days looks at, so that it stays quick in a large store


class Heard(NamedTuple):
    """One word of a source: what it means as stored (the most frequent code), how often, and when last (us)."""

    word: str
    code: str
    n: int
    last_seen: int
    example: StoredEvent | None


class Use(NamedTuple):
    """How often a source said a word for a code in the last days."""

    source: str
    word: str
    code: str
    n: int


def heard(engine: Engine, name: str) -> list[Heard]:
    """The words of a source, those without a code first, then the most frequent; at most `MOST`."""
    with engine.connect() as connection:
        keys = sorted(governed(connection, name))
        rows = connection.execute(_WORDS.where(event.c.source_id.in_(keys))).all() if keys else []
        found = _by_word([tuple(row) for row in rows])
        ranked = sorted(found.values(), key=lambda w: (w[1] != UNMAPPED, -w[2], w[0]))[:MOST]
        examples = {e.id: e.said for e in events_by_id(connection, [w[4] for w in ranked])}
    stored = {key: said for key, said in examples.items() if isinstance(said, StoredEvent)}
    return [Heard(word, code, n, last, stored.get(example)) for word, code, n, last, example in ranked]


def _by_word(rows: list[tuple[Any, ...]]) -> dict[str, tuple[str, str, int, int, int]]:
    found: dict[str, tuple[str, str, int, int, int]] = {}
    for full, code, n, last, example in sorted(rows, key=lambda row: (row[1] != UNMAPPED, -row[2])):
        word = counted(full)
        _, first, held, latest, seen = found.get(word, (word, code, 0, 0, 0))
        found[word] = (word, first, held + n, max(latest, last), max(seen, example))
    return found


def uses(engine: Engine, now: int, days: int = 7) -> list[Use]:
    """Which words stood for which codes among the events of the last days, most frequent first."""
    with engine.connect() as connection:
        recent = event.c.id > watermark(connection) - RECENT
        query = _USES.where(recent, event.c.recorded_at > now - days * DAY, event.c.code != UNMAPPED)
        rows = connection.execute(query).all()
    found = [Use(row.name, counted(row.word), row.code, int(row.n)) for row in rows]
    return sorted(found, key=lambda use: (-use.n, use.source, use.word))


_WORDS = (
    sa.select(event.c.word, event.c.code, sa.func.count(), sa.func.max(event.c.recorded_at), sa.func.max(event.c.id))
    .where(event.c.word.is_not(None))
    .group_by(event.c.word, event.c.code)
)
_USES = (
    sa.select(source.c.name, event.c.word, event.c.code, sa.func.count().label("n"))
    .join(source, source.c.id == event.c.source_id)
    .where(event.c.word.is_not(None))
    .group_by(source.c.name, event.c.word, event.c.code)
)
