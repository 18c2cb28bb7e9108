"""Answers that sessions share: made once for all, given at once while the next is made, never from other journeys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from waypost.web import answers
from waypost.web.answers import Answers


class Later:
    """Work that is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, work: Callable[[], None], /) -> None:
        self.waiting.append(work)

    def do(self) -> None:
        """Do all of it."""
        while self.waiting:
            self.waiting.pop(0)()


class Clock:
    """A time that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def counting(clock: Clock, cost: float = 0.0) -> Callable[[], int]:
    made = [0]

    def make() -> int:
        made[0] += 1
        clock.now += cost
        return made[0]

    return make


def test_a_fresh_answer_is_given_again_and_a_cheap_one_is_made_anew_at_once(clock):
    shared, make = Answers(hand=Later(), clock=clock), counting(clock)
    assert [shared.ask("n", make, 1.0), shared.ask("n", make, 1.0)] == [1, 1]
    clock.now += 1.5
    assert shared.ask("n", make, 1.0) == 2


def test_who_asks_for_a_costly_answer_gets_the_last_one_while_the_next_is_made(clock):
    hand = Later()
    shared, make = Answers(hand=hand, clock=clock), counting(clock, cost=0.4)
    assert shared.ask("n", make, 1.0) == 1
    clock.now += 1.5
    assert [shared.ask("n", make, 1.0), shared.ask("n", make, 1.0)] == [1, 1]
    assert len(hand.waiting) == 1
    hand.do()
    assert shared.ask("n", make, 1.0) == 2


def test_a_costly_answer_rests_between_two_makings(clock):
    hand = Later()
    shared, make = Answers(hand=hand, clock=clock), counting(clock, cost=1.0)
    shared.ask("n", make, 0.0)
    clock.now += 1.0
    shared.ask("n", make, 0.0)
    assert not hand.waiting
    clock.now += answers.REST
    shared.ask("n", make, 0.0)
    assert len(hand.waiting) == 1


def test_an_answer_made_of_something_else_or_too_long_ago_is_waited_for(clock):
    shared, make = Answers(hand=Later(), clock=clock), counting(clock, cost=0.4)
    assert shared.ask("n", make, 60.0, of="version 1") == 1
    assert shared.ask("n", make, 60.0, of="version 2") == 2
    clock.now += answers.OLD_S + 1
    assert shared.ask("n", make, 1.0, of="version 2") == 3


def test_many_who_ask_at_once_wait_for_one_making():
    shared, made, begun = Answers(), [], threading.Event()
    go = threading.Event()

    def make() -> int:
        begun.set()
        assert go.wait(10)
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(8) as crowd:
        asked = [crowd.submit(shared.ask, "n", make, 60.0) for _ in range(8)]
        assert begun.wait(10)
        go.set()
        assert {each.result(10) for each in asked} == {1}
    assert made == [1]


def test_a_failure_is_told_to_who_waits_and_leaves_the_last_answer_to_the_others(clock):
    hand = Later()
    shared, make = Answers(hand=hand, clock=clock), counting(clock, cost=0.4)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shared.ask("n", fail, 1.0)
    assert shared.ask("n", make, 1.0) == 1
    clock.now += 2
    for _ in range(2):
        assert shared.ask("n", fail, 1.0) == 1
        hand.do()
    clock.now += answers.OLD_S
    with pytest.raises(ValueError, match="no"):
        shared.ask("n", fail, 1.0)


def test_only_so_many_answers_are_kept(clock):
    shared, make = Answers(size=2, hand=Later(), clock=clock), counting(clock)
    assert [shared.ask(name, make, 60.0) for name in "abc"] == [1, 2, 3]
    assert [shared.ask(name, make, 60.0) for name in "cba"] == [3, 2, 4]


def test_answers_asked_lately_are_renewed_before_anybody_asks_again(clock):
    hand = Later()
    shared = Answers(hand=hand, clock=clock)
    costly, alone, cheap, forgotten = (counting(clock, cost) for cost in (0.4, 0.4, 0.0, 0.4))
    shared.ask("forgotten", forgotten, 1.0, of=1, ahead=True)
    clock.now += 6
    for name, make, ahead in (("costly", costly, True), ("alone", alone, False), ("cheap", cheap, True)):
        shared.ask(name, make, 1.0, of=1, ahead=ahead)
    shared.renew(1, lately=5)
    assert not hand.waiting  # they are made of it already
    shared.renew(2, lately=5)
    shared.renew(2, lately=5)
    assert len(hand.waiting) == 1
    hand.do()
    assert shared.ask("costly", costly, 1.0, of=2, ahead=True) == 2
    assert [make() for make in (costly, alone, cheap, forgotten)] == [3, 2, 2, 2]
