"""The rate budget of a source."""

from __future__ import annotations

import pytest

from waypost.connect.pace import Pace


class Clock:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, [0.0]

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_after_a_pause_some_calls_go_at_once_and_then_at_the_rate() -> None:
    clock = Clock()
    pace = Pace(2, 3, clock, clock.sleep)
    assert [pace.take() for _ in range(6)] == [0, 0, 0, 0.5, 0.5, 0.5]
    clock.now += 100
    assert pace.left() == 3
    assert [pace.take() for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_costly_call_takes_its_share() -> None:
    clock = Clock()
    pace = Pace(100, 50, clock, clock.sleep)
    assert pace.take(50) == 0
    assert pace.take(25) == pytest.approx(0.25)
    assert pace.left() == 0


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_budget_that_lets_nothing_through_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="at least one call"):
        Pace(rate, burst)
