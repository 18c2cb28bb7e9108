"""Segments hold what the events hold, on every engine, and nothing depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from tests import pictures
from tests.engines import ENGINES
from tests.histories import deliveries
from tests.properties import examples
from tests.worlds import World, said, sqlite_copy, wipe
from waypost.connect.cloudevents import read_event
from waypost.domain.vocabulary import load
from waypost.services.verify import rebuild, verify
from waypost.store import columns, segments
from waypost.store.columns import Columns
from waypost.store.engine import open_engine, writing
from waypost.store.migrate import upgrade
from waypost.store.schema import state
from waypost.store.schema_segment import segment

I64S = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(
    st.tuples(I64S, I64S, st.integers(-1, 255), I64S, st.booleans(), st.booleans()), min_size=1, max_size=40
)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of a few events, so that small histories have many."""
    monkeypatch.setattr(segments, "SIZE", 5)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty store on each engine."""
    opened = open_engine(request.getfixturevalue(request.param))
    upgrade(opened)
    yield opened
    opened.dispose()


@settings(examples(2), suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_what_is_packed_comes_back(rows: list[tuple[Any, ...]]) -> None:
    found = _columns(rows)
    for given_, back in zip(found, segments.unpack(segments.pack(found)), strict=True):
        assert given_.tolist() == back.tolist()


@settings(examples(0.2), suppress_health_check=list(HealthCheck))
@given(delivery=deliveries())
def test_segments_are_the_events(delivery: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Made at any time, damaged, or half of them gone: what is read is what stands in the events."""
    _, batches = delivery
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    try:
        for place, batch in enumerate(batches):
            world.store(batch)
            if place % 2:
                segments.make_missing(world.engine, 0)
        with writing(world.engine) as connection:
            numbers = list(connection.scalars(sa.select(segment.c.number)))
            connection.execute(sa.delete(segment).where(segment.c.number.in_(numbers[::3])))
            connection.execute(sa.update(segment).where(segment.c.number.in_(numbers[1::3])).values(body=b"damaged"))
        assert _read(world.engine) == _straight(world.engine)
        broken = segments.drop_broken(world.engine)
        assert broken == numbers[1::3]
        rebuild(world.engine)
        assert verify(world.engine).differences == 0
    finally:
        world.close()


def test_a_rebuild_from_segments_on_every_engine(engine: Engine) -> None:
    world = World(engine)
    for batch in _history():
        world.store(batch)
    wanted = pictures.stored(engine)
    rebuild(engine)
    with writing(engine) as connection:
        assert len(list(connection.scalars(sa.select(segment.c.number)))) == segments.newest(connection) // 5 > 2
        connection.execute(sa.delete(state))
    rebuild(engine)
    assert verify(engine).differences == 0
    assert pictures.differences(pictures.stored(engine), wanted) == []
    wipe(engine)


def test_segments_that_were_cut_elsewhere_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(sqlite_copy(tmp_path))
    for batch in _history():
        world.store(batch)
    monkeypatch.setattr(segments, "SIZE", 3)  # as another version would
    assert segments.make_missing(world.engine, 0) > 1
    monkeypatch.setattr(segments, "SIZE", 5)
    assert _read(world.engine) == _straight(world.engine)
    world.close()


def test_a_changed_event_takes_its_segment_with_it(engine: Engine) -> None:
    world = World(engine)
    for batch in _history():
        world.store(batch)
    segments.make_missing(engine, 0)
    with writing(engine) as connection:
        before = segments.changes(connection)
        segments.drop_of(connection, [1, 5, 6])
        assert segments.changes(connection) > before
        assert min(connection.scalars(sa.select(segment.c.number))) == 2
    assert _read(engine) == _straight(engine)


def _history() -> list[Any]:
    events = []
    for n in range(6):
        for code, day in (("order.created", 1), ("payment.captured", 2), ("delivery.delivered", 5)):
            events.append(said(f"order/{n}", code, f"2026-03-{day + n:02d}T09:00:00Z"))
    told = [read_event(event, load(), 1_900_000_000_000_000) for event in events]
    return [told[start : start + 4] for start in range(0, len(told), 4)]


def _read(engine: Engine) -> list[list[Any]]:
    with engine.connect() as connection:
        return [column.tolist() for column in segments.read_all(connection, segments.newest(connection))]


def _straight(engine: Engine) -> list[list[Any]]:
    with engine.connect() as connection:
        return [column.tolist() for column in columns.read(connection, -(2**62), 2**62)]


def _columns(rows: list[tuple[Any, ...]]) -> Columns:
    subject, id_, cell, at = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(4))
    retracts, more = (np.array([row[i] for row in rows], dtype=bool) for i in (4, 5))
    return Columns(subject, id_, cell, at, retracts, more)
