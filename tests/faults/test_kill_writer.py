"""kill -9 of a process that writes: two rounds here, a hundred by `make proof-kill`."""

from __future__ import annotations

from tests.faults.kill_rounds import Rounds


def test_what_was_answered_survives(store_url: str) -> None:
    rounds = Rounds(store_url, seed=20261123)
    for _ in range(2):
        rounds.round()
    assert len(set(rounds.answered)) > 10
