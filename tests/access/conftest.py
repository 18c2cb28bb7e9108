"""A database with the tables of access, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from waypost.store.engine import open_engine
from waypost.store.schema import metadata
from waypost.store.schema_access import account, api_key, audit, audit_head, login_link, session

ACCESS_TABLES = [account, session, api_key, login_link, audit, audit_head]


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """Open the database once on SQLite and once on PostgreSQL."""
    yield from opened(store_url)


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """Open one on SQLite only, for rules that no engine has a part in."""
    yield from opened(sqlite_url)


def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    metadata.create_all(engine, tables=ACCESS_TABLES)
    yield engine
    engine.dispose()
