"""What turns yellow or red soon: those orders that are so once the time has passed, if nothing happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.histories import START, deliveries
from tests.properties import examples
from tests.worlds import MARKETPLACE, World, said, sqlite_copy
from waypost.domain.instants import DAY
from waypost.services.live import OrderQuery, View
from waypost.services.live.view import MINUTE

LEVELS = {"yellow": ("yellow", "red"), "red": ("red",)}


def late(view: View, level: str) -> set[int]:
    """The orders that are that late."""
    every = view.orders(OrderQuery(limit=10_000)).rows
    return {row.key for row in every if row.level in LEVELS[level] and row.status == "open"}


def soon(view: View, level: str, minutes: int) -> set[int]:
    """The orders that the filter gives."""
    return {row.key for row in view.orders(OrderQuery(due=level, within=minutes, limit=10_000)).rows}


@examples(0.25)
@given(
    delivery=deliveries(max_size=20),
    moves=st.lists(st.integers(1, 60 * 24 * 4), min_size=6, max_size=6),
    asked=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_what_turns_late_is_late_once_the_time_has_passed(
    delivery: Any, moves: list[int], asked: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    world.now = START
    for batch, minutes, ask in zip(delivery[1], moves, asked, strict=False):
        world.store(batch)
        before = world.view()
        told = {level: soon(before, level, minutes) for level in LEVELS} if ask else None
        held = {level: late(before, level) for level in LEVELS}
        world.now += minutes * MINUTE
        after = world.view()
        for level in LEVELS:
            expected = late(after, level) - held[level]
            assert (told[level] if told else soon(before, level, minutes)) == expected
    world.close()


def test_a_new_target_moves_what_is_due(world: World) -> None:
    world.now = START + DAY
    world.send(said("order/1", "order.created", "2026-03-01T00:00:00Z"))
    assert soon(world.view(), "red", 60 * 24 * 30)
    world.journeys.set_target(MARKETPLACE, "payment", yellow="36h", red="48h", by="test")
    assert soon(world.view(), "yellow", 60 * 13)
    assert not soon(world.view(), "yellow", 60 * 11)
    assert not soon(world.view(), "red", 60 * 23)
