"""Answers that all sessions share: who asks gets the last one at once while the next is being made.

A hundred people look at the same few figures. Each figure is made once for all of them, by one thread behind the
pages, and as seldom as its own cost asks for. What takes no time is made where it is asked for.
Answers may be renewed before anybody asks again: once other journeys are in force, everybody will.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, Protocol, TypeVar, cast

T = TypeVar("T")
QUICK_S: Final = 0.03  # what takes less is not worth handing over
REST: Final = 3.0  # behind the pages, an answer is begun no sooner than so many times its cost after the last one
PAUSE_S: Final = 0.7  # nor sooner than this
OLD_S: Final = 10.0  # nobody is given an answer older than this
_LOG = logging.getLogger(__name__)


class Hand(Protocol):
    """What does work behind the pages, one piece after the other."""

    def submit(self, work: Callable[[], None], /) -> object:
        """Do this when its turn comes."""


class _Made(NamedTuple):
    """An answer, what it was made of, when its making began (monotonic) and how long it took; seconds."""

    value: Any
    of: Hashable
    begun: float
    cost: float


class _Question:
    """One question with its last answer; `making` is held by who makes the next."""

    def __init__(self) -> None:
        self.making = threading.Lock()
        self.last: _Made | None = None
        self.ahead: Callable[[], Any] | None = None  # how to make the next one before it is asked for
        self.asked = 0.0  # when it was last asked, seconds (monotonic)

    def answer(self, of: Hashable, oldest: float) -> _Made | None:
        """The last answer if it was made of that, and begun no earlier than `oldest`."""
        last = self.last
        return last if last is not None and last.of == of and last.begun >= oldest else None


class Answers:
    """The last answers to at most `size` questions; those asked least recently go first. Safe for threads."""

    def __init__(self, size: int = 256, hand: Hand | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._size, self._clock = size, clock
        self._held: OrderedDict[Hashable, _Question] = OrderedDict()
        self._guard = threading.Lock()
        self._hand: Hand = hand or ThreadPoolExecutor(1, "waypost-answers")

    def ask(
        self, question: Hashable, make: Callable[[], T], fresh: float, of: Hashable = None, *, ahead: bool = False
    ) -> T:
        """The answer to a question: one that is at most `fresh` seconds old, or while a costly one is made, the last.

        `of` is what it must have been made of, such as versions of journeys: another one is waited for.
        `make` must not ask who is looking; with `ahead`, `renew` may call it again at any time.
        Errors: those of `make`, when it is waited for.
        """
        asked, now = self._asked(question), self._clock()
        asked.ahead, asked.asked = make if ahead else None, now
        if found := asked.answer(of, now - fresh):
            return cast(T, found.value)
        found = asked.answer(of, now - OLD_S)
        if found is None:
            return self._wait(asked, make, of)
        if found.cost > QUICK_S:
            self._behind(asked, found, make, of)
        elif asked.making.acquire(blocking=False):
            return self._make(asked, make, of)
        return cast(T, found.value)

    def renew(self, of: Hashable, lately: float) -> None:
        """Have answers made of something else made anew behind the pages, if asked ahead in the last `lately` seconds.

        Those that are cheap to make are left to who asks.
        """
        since = self._clock() - lately
        with self._guard:
            held = [asked for asked in reversed(self._held.values()) if asked.asked >= since]
        for asked in held:
            last, make = asked.last, asked.ahead
            if make and last and last.of != of and last.cost > QUICK_S and asked.making.acquire(blocking=False):
                self._hand_over(asked, make, of)

    def _asked(self, question: Hashable) -> _Question:
        with self._guard:
            asked = self._held.setdefault(question, _Question())
            self._held.move_to_end(question)
            while len(self._held) > self._size:
                self._held.popitem(last=False)
            return asked

    def _behind(self, asked: _Question, last: _Made, make: Callable[[], Any], of: Hashable) -> None:
        """Have the next answer made, unless that is under way or too early."""
        early = self._clock() - last.begun < max(PAUSE_S, last.cost * REST)
        if not early and asked.making.acquire(blocking=False):
            self._hand_over(asked, make, of)

    def _hand_over(self, asked: _Question, make: Callable[[], Any], of: Hashable) -> None:
        """Have an answer made behind the pages; `asked.making` is held already."""

        def work() -> None:
            try:
                self._make(asked, make, of)
            except Exception:  # who asks next once the last answer is too old is told
                _LOG.warning("A figure of the console could not be made", exc_info=True)

        self._hand.submit(work)

    def _wait(self, asked: _Question, make: Callable[[], T], of: Hashable) -> T:
        """An answer made while this waited, or else made here."""
        since = self._clock()
        asked.making.acquire()
        last = asked.last
        if last is not None and last.of == of and last.begun + last.cost >= since:
            asked.making.release()
            return cast(T, last.value)
        return self._make(asked, make, of)

    def _make(self, asked: _Question, make: Callable[[], T], of: Hashable) -> T:
        """Make an answer; `asked.making` is held already, and let go of at the end."""
        begun = self._clock()
        try:
            value = make()
            asked.last = _Made(value, of, begun, self._clock() - begun)
            return value
        finally:
            asked.making.release()
