"""A picture that was only summed up again where something changed shows what one from scratch shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import pictures
from tests.histories import START, deliveries
from tests.properties import examples
from tests.worlds import MARKETPLACE, World, sqlite_copy
from waypost.domain.instants import DAY, SECOND

# Hours and days move orders past their due instants; the clock is now and then set back.
MOVES = st.lists(st.integers(1, 24 * 6).map(lambda hours: hours * DAY // 24) | st.just(-DAY), min_size=1, max_size=4)


@examples(0.5)
@given(delivery=deliveries(max_size=20), moves=st.lists(MOVES, min_size=6, max_size=6))
def test_whatever_comes_in_and_however_the_clock_moves(
    delivery: Any, moves: list[list[int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    world.now = START
    for batch, steps in zip(delivery[1], moves, strict=False):
        world.store(batch)
        for step in steps:
            world.now += step
            shown = pictures.live(world.view())
            assert pictures.differences(shown, pictures.live(world.another_live().view())) == []
    world.close()


def test_levels_follow_new_targets_at_once(tmp_path: Any) -> None:
    world = World(sqlite_copy(tmp_path))
    world.now = START + DAY
    created = {"specversion": "1.0", "id": "1", "source": "s", "type": "order.created", "subject": "order/1"}
    world.send({**created, "time": "2026-03-01T00:00:00Z"})
    assert world.order("order/1").level == "yellow"  # unpaid for a day: the target is twelve hours
    world.journeys.set_target(MARKETPLACE, "payment", yellow="36h", red="3d", by="test")
    assert world.order("order/1").level == "ok"
    world.now = START + DAY + DAY // 2
    assert world.order("order/1").level == "yellow"
    world.now = START + 3 * DAY + SECOND
    assert world.order("order/1").level == "red"
    world.close()
