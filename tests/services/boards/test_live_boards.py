"""A board in force moves real orders: they take its journey, and its targets colour them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boards import PUBLISHER, put_into_force, small
from tests.scene import fill
from tests.worlds import sqlite_copy
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.live.query import OrderQuery


@pytest.fixture
def waypost(tmp_path: Path) -> Iterator[Waypost]:
    with Waypost(sqlite_copy(tmp_path)) as made:
        made.journeys.install_shipped(1)
        fill(made, now_us())
        yield made


def late(waypost: Waypost) -> tuple[int, int]:
    """Open orders of the board, and those of them that are red."""
    view = waypost.current()
    if "gift-cards" not in view.ids:
        return 0, 0
    rows = view.orders(OrderQuery(journey="gift-cards", status="open")).rows
    return len(rows), sum(row.level == "red" for row in rows)


def test_orders_follow_a_board_into_force_and_out_of_it(waypost: Waypost) -> None:
    boards, elsewhere = waypost.boards, waypost.current().journey.tolist()
    assert late(waypost) == (0, 0)
    put_into_force(boards, small().model_copy(update={"priority": 99}))
    total, red = late(waypost)
    assert total > red
    for block in ("payment", "delivery"):
        boards.set_target("gift-cards", block, None, "1m", "pat", PUBLISHER)
    assert late(waypost) == (total, total)
    boards.rollback("gift-cards", 1, "pat", PUBLISHER)
    assert late(waypost) == (total, red)
    boards.retire("gift-cards", "pat", PUBLISHER)
    assert late(waypost) == (0, 0)
    assert waypost.current().journey.tolist() == elsewhere
    boards.unretire("gift-cards", "pat", PUBLISHER)
    assert late(waypost) == (total, red)
