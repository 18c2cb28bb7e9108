"""A world of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds import World, sqlite_copy


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty Waypost whose clock stands at the hour the test sets."""
    made = World(sqlite_copy(tmp_path))
    yield made
    made.close()
