"""Opening a database, and write transactions that are durable and never deadlock.

SQLite runs in WAL mode with synchronous=FULL: a commit survives a power cut. Its transactions
that write start with BEGIN IMMEDIATE, because a read transaction that turns into a writer can
fail with SQLITE_BUSY without waiting (sqlite.org, "Transaction").
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from waypost.domain.errors import FieldError
from waypost.store.trailing import keep_trailing_spaces

BUSY_MS = 30_000
# Pages in the log after which they go into the database file. A group of bodies writes some 500, mostly the same ones
# as the group before; at SQLite's own 1,000 each would be written there nearly as often as into the log.
CHECKPOINT = 4_000
LOOK_S = 0.0005  # how often a writer looks whether it is its turn
WRITER_LOCK = 0x57415950  # "WAYP": one event writer at a time, so ids follow the order of commit


def open_engine(url: str) -> Engine:
    """Open a database by URL; `sqlite:///path`, `postgresql+psycopg://...` or `mysql+pymysql://...`.

    A bare path or `postgresql://` is completed. Errors: FieldError naming `db`.
    """
    full = complete_url(url)
    try:
        parsed = make_url(full)
    except sa.exc.ArgumentError:
        raise FieldError("db", f"'{url[:80]}' is no database URL.", "Write sqlite:///waypost.db.") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(full, parsed.database)
    if parsed.get_backend_name() not in ("postgresql", "mysql", "mariadb"):
        raise FieldError("db", f"'{parsed.get_backend_name()}' is not supported.", "Use sqlite, postgresql or mysql.")
    # The positional style lets one tuple per row go to the driver without a dict per row.
    engine = sa.create_engine(full, paramstyle="format", pool_pre_ping=True, pool_size=10, max_overflow=20)
    if engine.dialect.name != "postgresql":
        keep_trailing_spaces(engine)
    return engine


def complete_url(url: str) -> str:
    """The URL with its driver named; a bare path becomes a SQLite URL."""
    for short, full in (
        ("postgresql://", "postgresql+psycopg://"),
        ("postgres://", "postgresql+psycopg://"),
        ("mysql://", "mysql+pymysql://"),
        ("mariadb://", "mariadb+pymysql://"),
    ):
        if url.startswith(short):
            return full + url[len(short) :]
    return url if "://" in url else f"sqlite:///{url}"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end of the block, rolled back on any error."""
    with engine.connect().execution_options(waypost_write=True) as connection, connection.begin():
        yield connection


class Turns:
    """The transactions of one writer, or one reader, one after the other.

    On SQLite they run on one connection, because its page cache and its prepared statements stay warm. A server's
    connection can be lost in between, so there each transaction takes one from the pool, which looks first.
    """

    def __init__(self, engine: Engine, *, write: bool = True) -> None:
        self._engine, self._write = engine, write
        # A database in memory has a connection for each thread; a reader is asked from any.
        shared = isinstance(engine.pool, sa.pool.QueuePool)
        self._keeps = engine.dialect.name == "sqlite" and (write or shared)
        self._kept: Connection | None = None

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        kept, self._kept = self._kept, None
        kept = kept or self._engine.connect().execution_options(waypost_write=self._write)
        try:
            with kept.begin():
                yield kept
        except BaseException:
            kept.close()
            raise
        if self._keeps:
            self._kept = kept
        else:
            kept.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def lock_writer(connection: Connection) -> None:
    """Make this transaction the only event writer until it ends.

    SQLite's BEGIN IMMEDIATE already is; PostgreSQL takes an advisory lock; the MySQL family
    locks one row, because GET_LOCK outlives the transaction.
    """
    name = connection.dialect.name
    if name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
    elif name in ("mysql", "mariadb"):
        connection.exec_driver_sql("SELECT value FROM setting WHERE name = 'writer_lock' FOR UPDATE")


def take_stock(engine: Engine) -> None:
    """Let PostgreSQL look how large its tables have become; the other engines see to that as they write.

    Its own daemon does so within minutes, but until then questions about few rows would read whole tables.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _open_sqlite(url: str, database: str | None) -> Engine:
    if database and database != ":memory:":
        Path(database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    connecting = {"timeout": BUSY_MS / 1000, "check_same_thread": False, "cached_statements": 512}
    engine = sa.create_engine(url, connect_args=connecting)

    @sa.event.listens_for(engine, "connect")
    def configure(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # SQLAlchemy's `begin` below starts transactions, not the driver
        cursor = raw.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"wal_autocheckpoint={CHECKPOINT}",
            f"busy_timeout={BUSY_MS}",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("waypost_write"):
            _wait_for_turn(connection.connection)
        else:
            connection.connection.cursor().execute("BEGIN")

    return engine


def _wait_for_turn(raw: Any) -> None:
    """Begin to write on a SQLite connection, as soon as nobody else does.

    SQLite itself would look less and less often, in the end every 100 ms: beside a process that stores group after
    group, whose gaps last less than a millisecond, another would wait for seconds.
    """
    cursor = raw.cursor()
    patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        until = time.monotonic() + patience
        while not _begun(cursor, last=time.monotonic() > until):
            time.sleep(LOOK_S)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={patience * 1000:.0f}")
        cursor.close()


def _begun(cursor: Any, last: bool) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error) from error
        return False
    return True
