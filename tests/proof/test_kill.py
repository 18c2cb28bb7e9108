"""Many rounds of kill -9 (ROUNDS, 100 by default) on each engine: `make proof-kill`."""

from __future__ import annotations

import os

import pytest

from tests.faults.kill_rounds import Rounds
from tests.worlds import wipe
from waypost.store.engine import open_engine

TOGETHER = 10  # rounds on one and the same data; then from empty again, because each round checks everything


@pytest.mark.slow
def test_what_was_answered_survives_every_time(store_url: str) -> None:
    left, seed = int(os.environ.get("ROUNDS", "100")), int(os.environ.get("SEED", "1"))
    while left > 0:
        rounds = Rounds(store_url, seed)
        for _ in range(min(left, TOGETHER)):
            rounds.round()
        left, seed = left - TOGETHER, seed + 1
        engine = open_engine(store_url)
        wipe(engine)
        engine.dispose()
