"""However the same events arrive - shuffled, repeated, split - the store and the picture are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.engine import Engine

from tests import pictures
from tests.engines import SERVERS
from tests.histories import START, deliveries
from tests.properties import examples
from tests.worlds import World, sqlite_copy, wipe
from waypost.domain.instants import SECOND, from_us
from waypost.services.verify import rebuild, verify
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade

HOUR = 3_600 * SECOND


@contextmanager
def world(engine: Engine) -> Iterator[World]:
    made = World(engine, from_us(START).isoformat())
    try:
        yield made
    finally:
        made.close()


@examples(0.7)
@given(delivery=deliveries())
def test_on_sqlite(delivery: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    with world(sqlite_copy(tmp_path_factory.getbasetemp())) as mixed:
        check(delivery, mixed, tmp_path_factory)


@pytest.mark.service
@pytest.mark.parametrize("server", SERVERS)
def test_on_servers(server: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same on real servers, compared with the events told straight on SQLite."""
    engine = open_engine(request.getfixturevalue(server))
    upgrade(engine)

    @settings(examples(0.2), suppress_health_check=list(HealthCheck))
    @given(delivery=deliveries(max_size=20))
    def run(delivery: Any) -> None:
        wipe(engine)
        with world(engine) as mixed:
            check(delivery, mixed, tmp_path_factory)

    run()
    engine.dispose()


def check(delivery: Any, mixed: World, factory: pytest.TempPathFactory) -> None:
    """Compare with the oracle, and with the same told in order, in one batch, to a store of its own."""
    told, batches = delivery
    for batch in batches:
        mixed.store(batch)
        mixed.view()  # refreshed piece by piece, while levels change with the clock
        mixed.now += 40 * HOUR
    with world(sqlite_copy(factory.getbasetemp())) as straight:
        straight.store(told)
        wanted = pictures.stored(straight.engine)
        assert pictures.differences(wanted, pictures.expected(told)) == []
        assert pictures.differences(pictures.stored(mixed.engine), wanted) == []
        assert verify(mixed.engine).differences == 0
        straight.now = mixed.now
        shown = pictures.live(straight.view())
    assert pictures.differences(pictures.live(mixed.view()), shown) == []
    assert pictures.differences(pictures.live(mixed.another_live().view()), shown) == []
    rebuild(mixed.engine)
    assert pictures.differences(pictures.stored(mixed.engine), wanted) == []
