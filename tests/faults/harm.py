"""Clients that post while something is broken, and what must be true afterwards."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tests.running import Running
from waypost.services.verify import verify
from waypost.store.engine import open_engine
from waypost.store.schema import event

CODES = ("order.created", "payment.captured", "linehaul.picked_up")


class Clients:
    """Some clients that post to servers in turn until they are stopped; each repeats what got no clear answer."""

    def __init__(self, servers: list[Running], clients: int = 4, name: str = "c") -> None:
        self.acknowledged: list[str] = []
        self.refused: Counter[int] = Counter()  # answers that were none of success, by status; 0: no answer at all
        self._servers, self._stop, self._name = servers, threading.Event(), name
        self._threads = [threading.Thread(target=self._post, args=(number,)) for number in range(clients)]

    @contextmanager
    def posting(self) -> Iterator[Clients]:
        """They post as long as the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Wait until `more` further events were acknowledged; AssertionError when they are not in time."""
        wanted, until = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < until, f"{len(self.acknowledged)} of {wanted} answered, refused: {self.refused}"
            time.sleep(0.02)

    def _post(self, client: int) -> None:
        n = 0
        while not self._stop.is_set():
            batch = [self._event(client, n + place) for place in range(1 + n % 5)]
            server = self._servers[(client + n) % len(self._servers)]
            try:
                status, answer = server.call("POST", "/api/v1/events", json.dumps(batch).encode())
            except (OSError, http.client.HTTPException):
                status, answer = 0, None
            if status != 200:  # the same again: it must not count twice if it was stored after all
                self.refused[status] += 1
                self._stop.wait(0.05)
                continue
            self.acknowledged += [r["id"] for r in answer["results"] if r["status"] in ("accepted", "duplicate")]
            n += len(batch)

    def _event(self, client: int, n: int) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"{self._name}-{client}-{n}",
            "source": f"client-{client}",
            "type": CODES[n % 3],
            "subject": f"order/{n % 40}",
            "time": f"2026-11-{1 + n % 20:02d}T{n % 24:02d}:00:00Z",
        }


def assert_kept(url: str, acknowledged: list[str]) -> None:
    """What was acknowledged is there exactly once, and every state is what its events say."""
    assert acknowledged, "the clients never got an answer"
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            stored = Counter(id_ for (id_,) in connection.execute(sa.select(event.c.event_id)))
        assert [id_ for id_ in acknowledged if stored[id_] != 1] == []
        assert max(stored.values()) == 1
        assert verify(engine).differences == 0
    finally:
        engine.dispose()
