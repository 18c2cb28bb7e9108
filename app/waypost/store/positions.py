"""Last positions and trails of vehicles in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.store.bulk import insert_new
from waypost.store.directory import Directory
from waypost.store.engine import writing
from waypost.store.schema import subject
from waypost.store.schema_positions import vehicle_position, vehicle_trail

_LAST = (
    "subject_id", "at", "lat", "lon", "accuracy_m", "speed_kmh", "course", "battery", "label", "source", "simulated",
    "stored_at",
)  # fmt: skip
_TRAIL = ("subject_id", "at", "lat", "lon")


def save(engine: Engine, directory: Directory, last: Sequence[Position], trail: Sequence[Position], now: int) -> None:
    """Store last positions and points of trails in one transaction; an older position never replaces a newer one."""
    if not last and not trail:
        return
    try:
        with writing(engine) as connection:
            keys = directory.subject_keys(connection, {found.vehicle for found in (*last, *trail)})
            insert_new(connection, vehicle_position, _LAST, [_row(keys[p.vehicle], p, now) for p in last])
            _replace(connection, keys, last, now)
            points = [(keys[p.vehicle], p.at, p.lat, p.lon) for p in trail]
            insert_new(connection, vehicle_trail, _TRAIL, points)
    except BaseException:
        directory.drop()
        raise
    directory.keep()


def _replace(connection: Connection, keys: Mapping[Subject, int], last: Sequence[Position], now: int) -> None:
    table = vehicle_position
    changed: dict[str, sa.BindParameter[Any]] = {
        name: sa.bindparam(f"new_{name}") for name in _LAST if name != "subject_id"
    }
    command = (
        sa.update(table)
        .where(table.c.subject_id == sa.bindparam("key"), table.c.at < sa.bindparam("newer"))
        .values(changed)
    )
    rows = [dict(zip(_LAST, _row(keys[p.vehicle], p, now), strict=True)) for p in last]
    given: list[dict[str, Any]] = [
        {"key": row["subject_id"], "newer": row["at"], **{f"new_{name}": row[name] for name in changed}} for row in rows
    ]
    if given:
        connection.execute(command, given)


def load(engine: Engine, stored_since: int = 0) -> tuple[list[Position], int]:
    """Last positions stored since an instant, and the newest instant of storing among them."""
    table = vehicle_position
    columns = [table.c[name] for name in _LAST[1:]]
    query = (
        sa.select(subject.c.ref, subject.c.scope, *columns)
        .join(subject, subject.c.id == table.c.subject_id)
        .where(table.c.stored_at >= stored_since)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    found = [
        Position._make((Subject(SubjectKind.VEHICLE, ref, scope), *rest[:-2], bool(rest[-2])))
        for ref, scope, *rest in rows
    ]
    return found, max((row.stored_at for row in rows), default=stored_since)


def trail(engine: Engine, vehicle: Subject, start: int, end: int, limit: int = 2_000) -> list[tuple[int, float, float]]:
    """The points of a vehicle's trail in [start, end) us as (at, lat, lon), oldest first; the newest when too many."""
    table = vehicle_trail
    query = (
        sa.select(table.c.at, table.c.lat, table.c.lon)
        .join(subject, subject.c.id == table.c.subject_id)
        .where(subject.c.kind == int(SubjectKind.VEHICLE), subject.c.ref == vehicle.ref)
        .where(subject.c.scope == vehicle.scope, table.c.at >= start, table.c.at < end)
        .order_by(table.c.at.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.at, row.lat, row.lon) for row in connection.execute(query)][::-1]


def prune(engine: Engine, before: int) -> int:
    """Delete points of trails older than an instant; returns how many."""
    with writing(engine) as connection:
        return connection.execute(sa.delete(vehicle_trail).where(vehicle_trail.c.at < before)).rowcount


def _row(key: int, found: Position, now: int) -> tuple[Any, ...]:
    return (key, *found[1:-1], int(found.simulated), now)
