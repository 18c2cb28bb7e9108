"""Mapping tables: what each partner's words mean, as versioned documents, and reading history again by them."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from waypost.connect.shipped import shipped_words
from waypost.connect.words import Words
from waypost.services.mappings.sources import remember
from waypost.store.meanings import read_tables


def words_for(engine: Engine, connector_id: str, source: str) -> Words | None:
    """The table in force for a source: the connector's shipped words under the published edits; None without edits.

    It also notes that this connector reads the source, so that tables of the connector govern it.
    """
    remember(engine, source, connector_id)
    with engine.connect() as connection:
        table = read_tables(connection).get(source)
    return Words({**shipped_words(connector_id), **table.edits}) if table else None


__all__ = ["words_for"]
