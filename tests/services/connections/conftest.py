"""A Waypost that is connected to a real shop on loopback, with a clock that tests may move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corner import shop as corner
from tests.corner.shop import Shop
from tests.worlds import sqlite_copy
from waypost.connect.http import Budget, open_transport
from waypost.domain.instants import SECOND, now_us
from waypost.services.app import Waypost
from waypost.services.connections import Connections, manage
from waypost.services.connections.model import Source


class Clock:
    """Wall time, some seconds ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> int:
        return now_us() + int(self.ahead * SECOND)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with corner.opened() as shop:
        yield shop


def connected(waypost: Waypost, clock: Clock) -> Connections:
    """Connections over a Waypost, with one try per call, so that trouble shows at once."""
    quick = Budget(rate=1_000, burst=1_000, attempts=1)
    return Connections(waypost, corner.registry(), lambda: open_transport(quick), clock)


@pytest.fixture
def waypost(tmp_path: Path, clock: Clock) -> Iterator[Waypost]:
    with Waypost(sqlite_copy(tmp_path)) as waypost:
        waypost.journeys.install_shipped(now_us())
        waypost.connections = connected(waypost, clock)
        yield waypost
        waypost.connections.close()


@pytest.fixture
def us(waypost: Waypost) -> Connections:
    return waypost.connections


@pytest.fixture
def source(us: Connections, shop: Shop) -> Source:
    """The shop, connected and running."""
    manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    return manage.start(us, "corner-shop", "ada")
