"""Mapping tables of partners' words as people publish them."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from waypost.connect.words import Words


def words_for(engine: Engine, connector_id: str, source: str) -> Words | None:
    """The published mapping table of a connector or of one source; None where the connector's own is in force."""
    return None
