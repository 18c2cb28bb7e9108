"""Many rows with few calls: statements compiled once, one tuple per row straight to the driver."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult

CHUNK = 500
# Rows per statement on SQLite, where each statement gives up the interpreter's lock and must win it back: with
# one row per statement the threads that read requests and the one that stores them would only wait for each other.
# In powers of two, so that few texts serve any number of rows and stay prepared.
AT_ONCE = 256
COPY_FROM = 300  # rows from which on PostgreSQL a COPY is quicker than as many statements, soon twice as quick
VARIABLES = 32_766 if sqlite3.sqlite_version_info >= (3, 32) else 999  # so many values a statement may have


def insert_new(
    connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Insert rows; those that collide with a unique key are left out.

    Returns how many were new, -1 when the engine does not tell.
    """
    count = _insert(connection, table, columns, rows, "ignore")
    return -1 if rows and connection.dialect.name in ("mysql", "mariadb") else count


def truth(connection: Connection) -> type[int]:
    """What makes a truth value as the driver takes it quickest."""
    return int if connection.dialect.name == "sqlite" else bool  # sqlite3 asks around what to do with a bool


def upsert(connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    _insert(connection, table, columns, rows, "update")


def _insert(
    connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], clash: str
) -> int:
    if not rows:
        return 0
    name = connection.dialect.name
    if name == "postgresql" and clash == "ignore" and len(rows) >= COPY_FROM:
        return _copy(connection, table, columns, rows)
    if name != "sqlite":  # their drivers send many rows at once by themselves
        return connection.exec_driver_sql(_insert_sql(name, table.name, columns, clash), list(rows)).rowcount
    count, start, size = 0, 0, AT_ONCE
    while size * len(columns) > VARIABLES:
        size >>= 1
    while start < len(rows):
        while size > len(rows) - start:
            size >>= 1
        given = tuple(chain.from_iterable(rows[start : start + size]))
        count += _run_sqlite(connection, _insert_sql(name, table.name, columns, clash, size), given).rowcount
        start += size
    return count


def _copy(connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert new rows on PostgreSQL by way of a temporary table, which COPY fills."""
    insert = _insert_sql("postgresql", table.name, columns, "ignore")
    head, end = insert[: insert.index(" VALUES (")], insert[insert.index(" ON CONFLICT") :]
    names, coming = head[head.index("(") : head.index(")") + 1], f"coming_{table.name}"
    if not connection.in_transaction():
        connection.begin()
    error_class: Any = connection.dialect.loaded_dbapi.Error
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(f"CREATE TEMP TABLE {coming} AS SELECT {names[1:-1]} FROM {table.name} WITH NO DATA")
        with cursor.copy(f"COPY {coming} {names} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"{head} SELECT {names[1:-1]} FROM {coming}{end}")
        count: int = cursor.rowcount
        cursor.execute(f"DROP TABLE {coming}")
    except error_class as error:
        raise sa.exc.DBAPIError.instance(insert[:1000], None, error, error_class, hide_parameters=True) from error
    finally:
        cursor.close()
    return count


def select_in(
    connection: Connection, table: sa.Table, columns: tuple[str, ...], key: str, values: Collection[Any]
) -> list[tuple[Any, ...]]:
    """Rows whose column `key` has one of the values, as bare tuples in the order of `columns`."""
    wanted = list(values)
    if not wanted:
        return []
    name = connection.dialect.name
    query = _select_sql(name, table.name, columns, key)
    if name == "sqlite":
        return _run_sqlite(connection, f"{query} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)).fetchall()
    if name == "postgresql":
        return driver_rows(connection.exec_driver_sql(f"{query} = ANY(%s)", (wanted,)))
    found: list[tuple[Any, ...]] = []
    for part in chunks(wanted):
        places = ", ".join(["%s"] * len(part))
        found += driver_rows(connection.exec_driver_sql(f"{query} IN ({places})", tuple(part)))
    return found


def _run_sqlite(connection: Connection, text: str, given: tuple[Any, ...]) -> sqlite3.Cursor:
    """Run a statement on the driver's own cursor: what SQLAlchemy does around it costs more than a small statement."""
    if not connection.in_transaction():
        connection.begin()  # as any other statement would, so that this one is part of the caller's transaction
    cursor: Any = connection.connection.cursor()
    try:
        done: sqlite3.Cursor = cursor.execute(text, given)
        return done
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(text[:1000], None, error, sqlite3.Error, hide_parameters=True) from error


def one_row(connection: Connection, query: sa.Select[Any]) -> tuple[Any, ...]:
    """The only row of a constant query, whose text is made once; for what every transaction asks."""
    name = connection.dialect.name
    text = _text(query, name)
    if name == "sqlite":
        row: tuple[Any, ...] = _run_sqlite(connection, text, ()).fetchone()
        return row
    return driver_rows(connection.exec_driver_sql(text))[0]


def parts_of(
    connection: Connection, query: sa.Select[Any], given: tuple[Any, ...], step: int
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a constant query with bound values, some at a time, as the driver's own tuples."""
    if connection.dialect.name == "sqlite":
        cursor = _run_sqlite(connection, _asking(query), given)
        while part := cursor.fetchmany(step):
            yield part
        return
    bound = dict(zip(query.compile().params, given, strict=True))
    for rows in connection.execute(query, bound, execution_options={"stream_results": True}).partitions(step):
        yield [tuple(row) for row in rows]


def driver_rows(result: CursorResult[Any]) -> list[tuple[Any, ...]]:
    """All rows of a result as the driver's own tuples: making SQLAlchemy's would cost a third on top.

    Only for columns that need no conversion, which is all of ours but truth values.
    """
    assert result.cursor is not None  # every SELECT has one
    rows: list[tuple[Any, ...]] = list(result.cursor.fetchall())
    result.close()
    return rows


def chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """The items in runs short enough for one IN list on any engine."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@lru_cache(maxsize=1024)
def _insert_sql(dialect_name: str, table_name: str, columns: tuple[str, ...], on_conflict: str, rows: int = 1) -> str:
    if rows > 1:
        text = _insert_sql(dialect_name, table_name, columns, on_conflict)
        one = text[text.index(" VALUES (") + 8 : text.index(") ON CONFLICT") + 1]
        return text.replace(one, ", ".join([one] * rows), 1)
    from waypost.store.schema import metadata

    table = metadata.tables[table_name]
    values: dict[str, Any] = {name: sa.bindparam(name) for name in columns}
    keys = [column.name for column in table.primary_key]
    changed = [name for name in columns if name not in keys]
    if dialect_name in ("mysql", "mariadb"):
        command = mysql.insert(table).values(values)
        if on_conflict == "update":
            command = command.on_duplicate_key_update({name: command.inserted[name] for name in changed})
        else:
            # Not IGNORE: that would also cut texts short and make empty what is missing.
            command = command.on_duplicate_key_update({keys[0]: table.c[keys[0]]})
        return _compiled(command, mysql.dialect(paramstyle="format"), columns)
    maker = postgresql if dialect_name == "postgresql" else sqlite
    insert: Any = maker.insert(table).values(values).inline()  # else it would ask for the key of every row
    if on_conflict == "update":
        insert = insert.on_conflict_do_update(index_elements=keys, set_={n: insert.excluded[n] for n in changed})
    else:
        insert = insert.on_conflict_do_nothing()
    dialect: Any = (
        postgresql.dialect(paramstyle="format") if dialect_name == "postgresql" else sqlite.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
    )
    return _compiled(insert, dialect, columns)


@lru_cache(maxsize=128)
def _select_sql(dialect_name: str, table_name: str, columns: tuple[str, ...], key: str) -> str:
    from waypost.store.schema import metadata

    table = metadata.tables[table_name]
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}.get(dialect_name, mysql)
    query = sa.select(*(table.c[name] for name in columns)).compile(dialect=dialect.dialect())
    return f"{query} WHERE {table.name}.{key}"


@lru_cache(maxsize=64)
def _asking(query: sa.Select[Any]) -> str:
    dialect: Any = sqlite
    return str(query.compile(dialect=dialect.dialect(paramstyle="qmark")))


@lru_cache(maxsize=64)
def _text(query: sa.Select[Any], dialect_name: str) -> str:
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}.get(dialect_name, mysql)
    return str(query.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True}))


def _compiled(command: Any, dialect: Any, columns: tuple[str, ...]) -> str:
    compiled = command.compile(dialect=dialect)
    if tuple(compiled.positiontup) != columns:
        # The driver gets bare tuples, so the order of the placeholders must be the caller's.
        order = {name: place for place, name in enumerate(compiled.positiontup)}
        raise AssertionError(f"columns must be listed in table order: {sorted(columns, key=order.__getitem__)}")
    return str(compiled)
