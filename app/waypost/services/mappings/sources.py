"""The sources whose words can be mapped: every partner that has spoken, and every connector that is installed."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.connect.shipped import connectors_with_words, shipped_words
from waypost.domain.errors import NotFound
from waypost.store.bulk import upsert
from waypost.store.engine import writing
from waypost.store.meanings import KIND, connectors_of_sources
from waypost.store.schema import document, source, unmapped
from waypost.store.schema_mapping import mapped_source


class Source(NamedTuple):
    """One source: the connector that reads it, the version of its table (0: none), how many words wait."""

    name: str
    connector: str
    version: int
    waiting: int


def remember(engine: Engine, name: str, connector: str) -> None:
    """Note which connector reads a source; quick where it is known."""
    if not name or not connector or name == connector:
        return
    with engine.connect() as connection:
        held = connection.execute(_CONNECTOR, {"name": name}).scalar()
    if held != connector:
        with writing(engine) as connection:
            upsert(connection, mapped_source, ("source", "connector"), [(name, connector)])


def connector_of(engine: Engine, name: str) -> str:
    """The connector that reads a source, empty when none does; a connector's own id is its own."""
    with engine.connect() as connection:
        held = connection.execute(_CONNECTOR, {"name": name}).scalar()
    return str(held or (name if shipped_words(name) else ""))


def governed(connection: Connection, name: str) -> dict[int, str]:
    """The sources by key that a table governs: the one of its name, and those a connector of its name reads."""
    readers = connectors_of_sources(connection)
    names = {name, *(s for s, connector in readers.items() if connector == name)}
    rows = connection.execute(sa.select(source.c.id, source.c.name).where(source.c.name.in_(sorted(names))))
    return {row.id: row.name for row in rows}


def sources(engine: Engine) -> list[Source]:
    """All sources, those with words that wait first, then by name; connectors that bring words are among them."""
    with engine.connect() as connection:
        names = set(connection.scalars(sa.select(source.c.name)))
        readers = connectors_of_sources(connection)
        waiting = {row.name: int(row.n) for row in connection.execute(_WAITING)}
        tables = {row.key: int(row.version) for row in connection.execute(_VERSIONS)}
    names |= {*readers, *readers.values(), *connectors_with_words()}
    found = [
        Source(name, readers.get(name, name if shipped_words(name) else ""), tables.get(key_of(name), 0), n)
        for name, n in ((name, waiting.get(name, 0)) for name in names)
    ]
    return sorted(found, key=lambda s: (-s.waiting, s.name))


def known(engine: Engine, name: str) -> None:
    """Check that there is a source of this name. Errors: NotFound naming some there are."""
    names = [found.name for found in sources(engine)]
    if name not in names:
        some = ", ".join(names[:10]) or "none yet; send its first events"
        raise NotFound(f"There is no source '{name[:80]}'. There are: {some}.")


def key_of(name: str) -> str:
    """The key of a source's mapping document; names longer than a key are shortened with a digest."""
    if len(name) <= _KEY:
        return name
    return f"{name[: _KEY - 21]}~{hashlib.sha256(name.encode()).hexdigest()[:20]}"


_KEY = 64
_CONNECTOR = sa.select(mapped_source.c.connector).where(mapped_source.c.source == sa.bindparam("name"))
_WAITING = (
    sa.select(source.c.name, sa.func.count().label("n"))
    .join(unmapped, unmapped.c.source_id == source.c.id)
    .group_by(source.c.name)
)
_VERSIONS = sa.select(document.c.key, document.c.version).where(
    document.c.kind == KIND, document.c.status == "published"
)
