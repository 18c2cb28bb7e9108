"""One process at a time works on a job, on every engine, and what it found is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from tests.engines import ENGINES
from waypost.domain.instants import SECOND
from waypost.store import jobs
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade

NOW = 1_700_000_000 * SECOND


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty store on each engine."""
    opened = open_engine(request.getfixturevalue(request.param))
    upgrade(opened)
    yield opened
    opened.dispose()


def test_a_lease_and_a_note(engine: Engine) -> None:
    assert jobs.take(engine, "sweep", "one", NOW)
    assert not jobs.take(engine, "sweep", "two", NOW + SECOND)
    assert jobs.take(engine, "other", "two", NOW), "another job is another lease"
    assert jobs.take(engine, "sweep", "one", NOW + 60 * SECOND), "kept for longer"
    assert not jobs.take(engine, "sweep", "two", NOW + jobs.LEASE_S * SECOND)
    assert jobs.take(engine, "sweep", "two", NOW + (60 + jobs.LEASE_S) * SECOND), "the first one died"
    jobs.release(engine, "sweep", "one")
    assert not jobs.take(engine, "sweep", "one", NOW + 200 * SECOND), "it was not its own to give back"
    with engine.connect() as connection:
        assert jobs.noted(connection, "sweep") is None
    jobs.note(engine, "sweep", {"found": ["订单", "x "]}, NOW)
    jobs.note(engine, "fresh", None, NOW)
    with engine.connect() as connection:
        assert jobs.noted(connection, "sweep") == (NOW, {"found": ["订单", "x "]})
        assert jobs.noted(connection, "fresh") == (NOW, None)
    assert not jobs.take(engine, "sweep", "one", NOW + 200 * SECOND), "a note leaves the lease alone"
