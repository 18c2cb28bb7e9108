"""Many rows with few calls: statements compiled once, one tuple per row straight to the driver."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult

CHUNK = 500


def insert_new(
    connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Insert rows; those that collide with a unique key are left out.

    Returns how many were new, -1 when the engine does not tell.
    """
    if not rows:
        return 0
    command = _insert_sql(connection.dialect.name, table.name, columns, "ignore")
    count = connection.exec_driver_sql(command, list(rows)).rowcount
    return -1 if connection.dialect.name in ("mysql", "mariadb") else count


def upsert(connection: Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    if rows:
        connection.exec_driver_sql(_insert_sql(connection.dialect.name, table.name, columns, "update"), list(rows))


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
        return driver_rows(
            connection.exec_driver_sql(f"{query} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
        )
    if name == "postgresql":
        return driver_rows(connection.exec_driver_sql(f"{query} = ANY(%s)", (wanted,)))
    found: list[tuple[Any, ...]] = []
    for part in chunks(wanted):
        places = ", ".join(["%s"] * len(part))
        found += driver_rows(connection.exec_driver_sql(f"{query} IN ({places})", tuple(part)))
    return found


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


@lru_cache(maxsize=128)
def _insert_sql(dialect_name: str, table_name: str, columns: tuple[str, ...], on_conflict: str) -> str:
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
    insert: Any = maker.insert(table).values(values)
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


def _compiled(command: Any, dialect: Any, columns: tuple[str, ...]) -> str:
    compiled = command.compile(dialect=dialect)
    if tuple(compiled.positiontup) != columns:
        # The driver gets bare tuples, so the order of the placeholders must be the caller's.
        order = {name: place for place, name in enumerate(compiled.positiontup)}
        raise AssertionError(f"columns must be listed in table order: {sorted(columns, key=order.__getitem__)}")
    return str(compiled)
