"""Positions in the tables of every engine: written once, replaced only by newer ones, read back, pruned."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.engines import ENGINES
from waypost.domain.instants import SECOND
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.store import positions
from waypost.store.directory import Directory
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade
from waypost.store.schema import metadata

T0 = 1_774_000_000 * SECOND


def at(seconds: int, name: str = "truck-7", lat: float = 31.0) -> Position:
    vehicle = Subject(SubjectKind.VEHICLE, name, "north")
    return Position(vehicle, T0 + seconds * SECOND, lat, 121.25, speed_kmh=8.5, label="t7", source="s", simulated=True)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest):
    made = open_engine(request.getfixturevalue(request.param))
    upgrade(made)
    yield made
    made.dispose()


def test_positions_are_stored_replaced_read_back_and_pruned(engine):
    directory = Directory()
    positions.save(engine, directory, [at(10), at(5, "卡车-2")], [at(0), at(10)], now=100)
    positions.save(engine, directory, [at(8)], [at(10)], now=200)  # late, and a point that is there already
    found, newest = positions.load(engine)
    assert sorted(found) == sorted([at(10), at(5, "卡车-2")])
    assert newest == 100
    positions.save(engine, Directory(), [at(20, lat=31.5)], [at(20, lat=31.5)], now=300)
    assert positions.load(engine, 300) == ([at(20, lat=31.5)], 300)
    vehicle = at(0).vehicle
    assert [lat for _, lat, _ in positions.trail(engine, vehicle, 0, T0 + 60 * SECOND)] == [31.0, 31.0, 31.5]
    assert [t for t, _, _ in positions.trail(engine, vehicle, 0, T0 + 60 * SECOND, limit=1)] == [T0 + 20 * SECOND]
    assert positions.prune(engine, T0 + 20 * SECOND) == 2
    assert positions.trail(engine, vehicle, 0, T0 + 20 * SECOND) == []


def test_the_migration_makes_the_tables_that_the_program_uses(engine):
    inspector = sa.inspect(engine)
    for table in ("vehicle_position", "vehicle_trail"):
        assert {c["name"] for c in inspector.get_columns(table)} == set(metadata.tables[table].columns.keys())
        held = {index["name"] for index in inspector.get_indexes(table)} or _indexes(engine, table)
        assert {index.name for index in metadata.tables[table].indexes} <= held


def _indexes(engine, table):
    """Names of indexes where SQLAlchemy does not understand how the engine describes a table."""
    with engine.connect() as connection:
        return {row[2] for row in connection.exec_driver_sql(f"SHOW INDEX FROM {table}")}
