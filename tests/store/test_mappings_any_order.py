"""Random events and random edits of the tables: history read again is history told anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.engine import Engine

from tests import pictures
from tests.engines import SERVERS
from tests.histories import START
from tests.properties import examples
from tests.spoken import STEPS, spoken
from tests.worlds import World, sqlite_copy, wipe
from waypost.domain.instants import from_us
from waypost.domain.statement import Statement
from waypost.domain.vocabulary import load
from waypost.services.mappings import replay, tables
from waypost.services.mappings.tables import Edits
from waypost.services.verify import rebuild, verify
from waypost.store import documents
from waypost.store.engine import open_engine, writing
from waypost.store.meanings import KIND
from waypost.store.migrate import upgrade
from waypost.store.schema import document, event
from waypost.store.schema import source as source_table


@contextmanager
def world(engine: Engine) -> Iterator[World]:
    with writing(engine) as connection:
        connection.execute(sa.delete(document).where(document.c.kind == KIND))
    made = World(engine, from_us(START).isoformat())
    try:
        yield made
    finally:
        made.close()


@examples(0.7)
@given(told=spoken(), steps=STEPS)
def test_on_sqlite(told: Any, steps: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    with world(sqlite_copy(tmp_path_factory.getbasetemp())) as live:
        check(told, steps, live, tmp_path_factory)


@pytest.mark.service
@pytest.mark.parametrize("server", SERVERS)
def test_on_servers(server: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same on real servers, compared with the events told anew on SQLite."""
    engine = open_engine(request.getfixturevalue(server))
    upgrade(engine)

    @settings(examples(0.15), suppress_health_check=list(HealthCheck))
    @given(told=spoken(), steps=STEPS)
    def run(told: Any, steps: Any) -> None:
        wipe(engine)
        with world(engine) as live:
            check(told, steps, live, tmp_path_factory)

    run()
    engine.dispose()


def check(told: list[Statement], steps: Any, live: World, factory: pytest.TempPathFactory) -> None:
    """Events come in between the edits, and jobs are left half done; the end is as if it had always been so."""
    both = [told[0]._replace(event_id="first", source=source) for source in ("shop", "carrier")]
    live.store(both)  # a table is made for a source that has spoken
    share = len(told) // (len(steps) + 1)
    final: dict[str, dict[str, str]] = {}
    for place, (source, words, finished) in enumerate(steps):
        live.store(told[place * share : (place + 1) * share])
        live.view()  # whoever looked before must see what changes after
        final[source] = {word[:191]: code for word, code in words.items()}
        made = tables.publish(live.engine, load(), source, Edits(final[source]), by="test", now=live.now)
        if finished:
            read_again(live, made.job)
    live.store(told[len(steps) * share :])
    live.view()
    for job in replay.unfinished(live.engine):
        read_again(live, job)
    compare([*both, *told], final, live, factory)


def read_again(live: World, job: int) -> None:
    assert replay.run(live.engine, load(), job, live.clock, lambda reached, upto: None).status == "done"


def compare(
    told: list[Statement], final: dict[str, dict[str, str]], live: World, factory: pytest.TempPathFactory
) -> None:
    """Compare with a store that had the last tables before the first event."""
    with world(sqlite_copy(factory.getbasetemp())) as fresh:
        for source, words in final.items():
            body = {"format": 1, "source": source, "words": words}
            documents.publish(fresh.engine, KIND, source, body, by="test", now=fresh.now)
        fresh.store(told)
        wanted = pictures.stored(fresh.engine)
        assert pictures.differences(pictures.stored(live.engine), wanted) == []
        assert meanings(live.engine) == meanings(fresh.engine)
        assert verify(live.engine).differences == 0
        fresh.now = live.now
        shown = pictures.live(fresh.view())
    assert pictures.differences(pictures.live(live.view()), shown) == []
    rebuild(live.engine)
    assert pictures.differences(pictures.stored(live.engine), wanted) == []


def meanings(engine: Engine) -> dict[Any, Any]:
    """What every event means, and what it came as."""
    columns = (event.c.code, event.c.slot, event.c.repeats, event.c.told, event.c.word)
    query = sa.select(source_table.c.name, event.c.event_id, *columns).join(
        source_table, source_table.c.id == event.c.source_id
    )
    with engine.connect() as connection:
        return {(name, event_id): rest for name, event_id, *rest in connection.execute(query)}
