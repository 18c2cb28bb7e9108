"""A real server with the scene in its database, and real browsers that walk through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from tests.running import running
from tests.scene import fill
from waypost.access import accounts
from waypost.connect.cloudevents import read_event
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.ingest import MAX_EVENTS
from waypost.simulate.company import Company

PASSWORD = "four quiet trains at noon"


@dataclass(frozen=True)
class Town:
    """Where a console answers; `operator`, `publisher` and `chief` (administrator) have accounts there."""

    base: str


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A console over the scene, in a process of its own."""
    with opened_town(tmp_path_factory.mktemp("town"), fill) as base:
        yield Town(base)


@pytest.fixture(scope="session")
def busy_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A console over 40 days of a simulated company."""
    with opened_town(tmp_path_factory.mktemp("busy"), live_through) as base:
        yield Town(base)


@contextmanager
def opened_town(folder: Path, tell: Callable[[Waypost, int], None]) -> Iterator[str]:
    """A console over a new database that `tell` has filled; gives its address."""
    url = f"sqlite:///{folder / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        now = now_us()
        accounts.create(waypost.engine, "operator", "operator", now, "test", display="Lin Wei", password=PASSWORD)
        accounts.create(waypost.engine, "chief", "administrator", now, "test", display="Wang Fang", password=PASSWORD)
        accounts.create(waypost.engine, "publisher", "configurator_publisher", now, "test", password=PASSWORD)
        tell(waypost, now)
        waypost.boards.start("chief", board_id="cross-border")  # for the builder
    with running(url, "all") as server:
        yield server.base


def live_through(waypost: Waypost, now: int) -> None:
    """Forty days of a simulated company."""
    events = Company(seed=7, now_us=now, days=40).history()
    while batch := list(islice(events, MAX_EVENTS)):
        waypost.submit([read_event(event, waypost.vocabulary, now) for event in batch]).result(60)
