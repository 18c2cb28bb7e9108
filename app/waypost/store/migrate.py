"""Bringing a database's tables up to date, safely when several processes start at once."""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

import waypost.store.schema_access  # its tables join the same metadata
import waypost.store.schema_boards  # so do these
import waypost.store.schema_connect
import waypost.store.schema_jobs
import waypost.store.schema_mapping
import waypost.store.schema_outgoing
import waypost.store.schema_positions
import waypost.store.schema_segment
import waypost.store.schema_tracking  # noqa: F401
from waypost.store.engine import writing
from waypost.store.schema import metadata
from waypost.store.sources import tell_sources

MIGRATION_LOCK = 0x57415951
EXACT = ("utf8mb4_nopad_bin", "utf8mb4_0900_bin", "utf8mb4_bin")  # MariaDB, MySQL, all others


def all_tables() -> sa.MetaData:
    """The metadata with every table of Waypost on it."""
    return metadata


def config() -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    found = Config()
    found.set_main_option("script_location", str(files("waypost.store") / "migrations"))
    found.set_main_option("path_separator", "os")
    return found


def head() -> str:
    """The newest revision this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def current(engine: Engine) -> str | None:
    """The revision of a database; None when it has no tables of ours."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> bool:
    """Apply what is missing to the tables and to what is in them; returns whether anything was."""
    changed = _tables(engine)
    return tell_sources(engine) or changed


def _tables(engine: Engine) -> bool:
    if current(engine) == head():
        return False
    with writing(engine) as connection:
        _lock(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == head():
            return False
        if revision is None:
            _compare_to_the_letter(connection)
        found = config()
        found.attributes["connection"] = connection
        command.upgrade(found, "head")
    return True


def _compare_to_the_letter(connection: Connection) -> None:
    # The MySQL family takes "a" and "A" and "a " for equal unless told otherwise, and would drop an event
    # whose id differs only in that. New tables take the collation of their database.
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    found = set(connection.scalars(sa.text("SELECT collation_name FROM information_schema.collations")))
    exact = next(name for name in EXACT if name in found)
    connection.exec_driver_sql(f"ALTER DATABASE CHARACTER SET utf8mb4 COLLATE {exact}")


def _lock(connection: Connection) -> None:
    # SQLite's write transaction is the lock. MySQL commits at each DDL, so there the second
    # process relies on the first one's tables being created with "if not exists" semantics.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")


__all__ = ["all_tables", "config", "current", "head", "metadata", "upgrade"]
