"""Who told of an order: the same in any order of arrival, and in databases that were written before states said so."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.worlds import World, said, sqlite_copy
from waypost.domain.state import SOURCE, pack_attributes, unpack_attributes
from waypost.services.verify import verify
from waypost.store.engine import open_engine, writing
from waypost.store.migrate import upgrade
from waypost.store.schema import setting, state
from waypost.store.sources import DONE

FIRST, LATER = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"


def sources(world: World) -> list[str | None]:
    """What the states of all subjects say of who told of them, by key."""
    with world.engine.connect() as connection:
        rows = connection.scalars(sa.select(state.c.attributes).order_by(state.c.subject_id)).all()
    return [unpack_attributes(row).get(SOURCE, (0, None))[1] for row in rows]


def forget(world: World) -> None:
    """Make the database one that an older program wrote."""
    with writing(world.engine) as connection:
        for key, told in connection.execute(sa.select(state.c.subject_id, state.c.attributes)).all():
            rest = {name: value for name, value in unpack_attributes(told).items() if name != SOURCE}
            connection.execute(
                sa.update(state).where(state.c.subject_id == key).values(attributes=pack_attributes(rest))
            )
        connection.execute(sa.delete(setting).where(setting.c.name == DONE))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_earliest_stated_counts_and_ties_are_settled_by_name(tmp_path: Path, order: tuple[int, ...]) -> None:
    world = World(sqlite_copy(tmp_path))
    events = [
        said("order/1", "order.created", FIRST, "b.example"),
        said("order/1", "order.created", FIRST, "a.example"),
        said("order/1", "order.created", LATER, "0.example"),
        said("order/1", "order.created", None, "00.example"),  # nobody knows when: after all others
    ]
    for place in order:
        world.send(events[place])
    assert sources(world) == ["a.example"]
    world.close()


@pytest.mark.parametrize(
    "server", ["sqlite_url", *(pytest.param(n, marks=pytest.mark.service) for n in ("pg_url", "mariadb_url"))]
)
def test_an_older_database_is_completed_once(server: str, request: pytest.FixtureRequest) -> None:
    engine = open_engine(request.getfixturevalue(server))
    upgrade(engine)
    world = World(engine)
    world.send(said("order/1", "order.created", LATER, "shop"), said("order/1", "order.created", FIRST, "erp"))
    world.send(said("order/2", "payment.captured", FIRST, "shop", attributes={"channel": "web"}))
    wrong = said("order/3", "order.created", FIRST, "mistaken")
    world.send(wrong, said("order/3", "order.created", LATER, "shop", attributes={"channel": "web"}))
    world.send(said("order/3", "order.created", None, "mistaken", kind="retract", target=wrong["id"]))
    assert sources(world) == ["erp", None, "shop"]
    forget(world)
    assert verify(engine).differences == 2
    assert upgrade(engine)
    assert sources(world) == ["erp", None, "shop"]
    assert verify(engine).differences == 0
    assert not upgrade(engine)
    world.close()
