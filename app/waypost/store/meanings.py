"""What a partner's words mean where people have said so: published mapping tables, applied as statements are stored.

A table changes the code of a statement, and with it everything the vocabulary says of that code. The
code it came with is kept beside it (`told`), so that a table that is taken back leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.connect.shipped import NO_WORDS, shipped_words
from waypost.connect.words import Words
from waypost.domain.statement import UNMAPPED, Statement
from waypost.domain.vocabulary import Vocabulary
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.store.bulk import one_row
from waypost.store.schema import document
from waypost.store.schema_mapping import mapped_source

KIND = "mapping"
WORD_LIMIT = 191  # as long as a counted word may be


def counted(word: str | None) -> str:
    """A word as it is counted and looked up: its first characters; empty where no word was told."""
    return (word or "")[:WORD_LIMIT]


class Meaning(NamedTuple):
    """What a code stands for in the store: the code, the slot it fills, and what recurs with it."""

    code: str
    slot: int | None
    repeats: str | None


def meaning(code: str, vocabulary: Vocabulary) -> Meaning:
    """Everything that follows from a code; nothing from UNMAPPED."""
    entry = vocabulary.event(code)
    return Meaning(code, vocabulary.slot_of(code), entry.repeats if entry else None)


class Table(NamedTuple):
    """The table of one source: published edits (counted full word -> code), and what its connector ships."""

    edits: Mapping[str, str]
    shipped: Words = NO_WORDS

    def code(self, word: str | None, came: str) -> str:
        """The code of a statement that came with the code `came`."""
        return self.edits.get(counted(word), came) if word else came


_NOTHING: Mapping[str, Mapping[str, str]] = {}


class Tables:
    """All published tables by source, read again when one was published; belongs to the one that reads them."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = vocabulary or load_vocabulary()
        self._stamp: object = None
        self._found: dict[str, Table] = {}

    def read(self, connection: Connection) -> Mapping[str, Table]:
        """The tables by source; sources without edits are not in it."""
        stamp = one_row(connection, _STAMP)
        if stamp != self._stamp:
            self._found = read_tables(connection)
            self._stamp = stamp
        return self._found

    def retold(self, connection: Connection, said: Sequence[Statement]) -> Sequence[Statement]:
        """The statements with the codes that the published tables give them."""
        tables = self.read(connection)
        if not tables or not any(s.source in tables for s in said):
            return said
        return [self._retold(s, tables[s.source]) if s.source in tables else s for s in said]

    def _retold(self, said: Statement, table: Table) -> Statement:
        edited = table.edits.get(counted(said.word)) if said.word else None
        if edited is None:
            return said
        # A connector that was handed the table has read the word by it already: it came with the shipped code.
        came = said.code if said.told is None else said.told
        if came == edited and table.shipped:
            came = table.shipped.get(said.word or "", UNMAPPED)
        code, slot, repeats = meaning(edited, self._vocabulary)
        return said._replace(code=code, slot=slot, repeats=repeats, told=None if came == code else came)


def read_tables(connection: Connection, instead: Mapping[str, Mapping[str, str]] = _NOTHING) -> dict[str, Table]:
    """The published tables by source: a connector's edits, and over them those of the source itself.

    `instead` puts other edits in the place of what some of them say, to see what would be.
    """
    tried = {name: {counted(word): code for word, code in words.items()} for name, words in instead.items()}
    edits = {**dict(_published(connection)), **tried}
    if not edits:
        return {}
    connectors = connectors_of_sources(connection)
    found = {}
    for source in {*edits, *(s for s, connector in connectors.items() if connector in edits)}:
        connector = connectors.get(source, "")
        merged = {**edits.get(connector, {}), **edits.get(source, {})}
        if merged:
            found[source] = Table(merged, shipped_words(connector) if connector else NO_WORDS)
    return found


def connectors_of_sources(connection: Connection) -> dict[str, str]:
    """Which connector reads a source, as far as one does."""
    rows = connection.execute(sa.select(mapped_source.c.source, mapped_source.c.connector))
    return {row.source: row.connector for row in rows}


def edits_of(body: Mapping[str, object]) -> dict[str, str]:
    """The edits of a mapping document by counted word."""
    words = body.get("words")
    return {counted(full): str(code) for full, code in words.items()} if isinstance(words, Mapping) else {}


def _published(connection: Connection) -> Iterable[tuple[str, dict[str, str]]]:
    query = sa.select(document.c.body).where(document.c.kind == KIND, document.c.status == "published")
    for text in connection.scalars(query):
        body = json.loads(text)
        yield body["source"], edits_of(body)


_STAMP = sa.select(
    sa.func.max(document.c.id),
    sa.func.count(document.c.retired_at),
    sa.select(sa.func.count()).select_from(mapped_source).scalar_subquery(),
).where(document.c.kind == KIND)
