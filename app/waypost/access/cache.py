"""Answers kept for a moment, so that the busy paths do not ask the database on every request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_LOCKS = 16


class FreshCache(Generic[K, V]):
    """A bounded cache whose answers are never older than `max_age_us`; safe for threads.

    `peek` never blocks on the database; `load` asks it, one caller at a time for a key.
    """

    def __init__(self, max_age_us: int, size: int) -> None:
        self._max_age_us, self._size = max_age_us, size
        self._held: OrderedDict[K, tuple[int, V]] = OrderedDict()
        self._guard = threading.Lock()
        # By key, so that a flood of unknown keys does not hold up the known ones.
        self._loading = [threading.Lock() for _ in range(_LOCKS)]

    def peek(self, key: K, now: int) -> tuple[V] | None:
        """The answer in a 1-tuple if it is fresh enough at `now` (us), else None."""
        with self._guard:
            held = self._held.get(key)
        # A clock set back must not keep an old answer alive.
        if held is None or not 0 <= now - held[0] <= self._max_age_us:
            return None
        return (held[1],)

    def load(self, key: K, now: int, ask: Callable[[], V]) -> V:
        """The fresh answer, asked for if need be; callers that come meanwhile share it."""
        with self._loading[hash(key) % _LOCKS]:
            fresh = self.peek(key, now)
            if fresh is not None:
                return fresh[0]
            answer = ask()
            self.put(key, now, answer)
            return answer

    def put(self, key: K, now: int, answer: V) -> None:
        """Keep an answer that was read at `now` (us)."""
        with self._guard:
            self._held[key] = (now, answer)
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget an answer, because what it rests on was just changed here."""
        with self._guard:
            self._held.pop(key, None)
