"""Sends a company's live events to Waypost's public ingest API, at any speed."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from waypost.simulate.clock import Clock
from waypost.simulate.company import Company

_BATCH = 1000  # far below the API's limit of 5,000, so that a burst never grows too large
_TIMEOUT_S = 30
_LONGEST_WAIT_S = 60.0
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_log = logging.getLogger(__name__)

Timed = tuple[int, dict[str, Any]]


class FeedRefused(Exception):
    """The server will never take this: a wrong key, or a batch that is no batch."""


@dataclass(slots=True)
class Progress:
    """What has been fed so far; `outcomes` counts what the server said of the events."""

    sent: int = 0
    retries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failure: str | None = None


class Feeder(threading.Thread):
    """Posts each live event once the simulated clock has reached its arrival, in batches.

    `speed` is asked at every step, so it can change while the feeder runs. Errors of the server, 429,
    503 and refused connections are retried with growing pauses and nothing is left out; a refusal
    that no retry can heal ends the feeder and stands in `progress.failure`. `start_us` resumes a
    demo that was stopped; `history` sends the past first, as fast as it is taken.
    """

    def __init__(
        self, company: Company, base_url: str, key: str, speed: Callable[[], float], stop: threading.Event, *,
        start_us: int | None = None, history: bool = False, every_s: float = 1.0, first_wait_s: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__(name="simulated events", daemon=True)
        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"'{base_url}' is no http or https address")
        self.progress = Progress()
        self.clock = Clock(company.now if start_us is None else start_us, speed)
        self._url, self._key, self._stop_feeding = f"{base_url.rstrip('/')}/api/v1/events", key, stop
        self._events = _stream(company, start_us, history=history)
        self._every, self._first_wait = every_s, first_wait_s
        self._pending: Timed | None = None
        # The server stands beside us or is named on purpose; no proxy of the environment comes between.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def run(self) -> None:
        """Feed until told to stop, or until the server refuses for good."""
        stop = self._stop_feeding
        try:
            while not stop.is_set():
                batch = self._due(self.clock.now_us())
                if batch:
                    self._deliver(batch, stop)
                if len(batch) < _BATCH:
                    stop.wait(self._every)
        except FeedRefused as refusal:
            self.progress.failure = str(refusal)
            _log.error("Simulated events are refused: %s", refusal)

    def _due(self, now: int) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        while len(batch) < _BATCH:
            at, event = self._pending or next(self._events)
            if at > now:
                self._pending = at, event
                break
            self._pending = None
            batch.append(event)
        return batch

    def _deliver(self, batch: list[dict[str, Any]], stop: threading.Event) -> None:
        body = json.dumps(batch, ensure_ascii=False).encode()
        wait, down = self._first_wait, False
        while not stop.is_set():
            asked = self._post(body, len(batch))
            if asked is None:
                if down:
                    _log.info("The server takes simulated events again.")
                return
            if not down:
                _log.warning("The server takes no simulated events for the moment; retrying.")
            down = True
            self.progress.retries += 1
            stop.wait(min(_LONGEST_WAIT_S, max(wait, asked)))
            wait = min(_LONGEST_WAIT_S, wait * 2)

    def _post(self, body: bytes, size: int) -> float | None:
        """Post once: None when it was taken, else the seconds the server asks us to wait (0 if none)."""
        headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {self._key}"}
        request = urllib.request.Request(self._url, body, headers, method="POST")
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                self._count(answer.read(), size)
                return None
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(500).decode("utf-8", "replace")
            if error.code not in _RETRIED:
                raise FeedRefused(f"{error.code} {said}") from None
            return _seconds(error.headers.get("Retry-After"))
        except (OSError, ValueError, http.client.HTTPException):  # refused, reset, timed out, cut off
            return 0.0

    def _count(self, answer: bytes, size: int) -> None:
        said = json.loads(answer)
        self.progress.sent += size
        self.progress.outcomes.update({name: n for name, n in said.items() if isinstance(n, int)})


def _stream(company: Company, start_us: int | None, *, history: bool) -> Iterator[Timed]:
    if history:
        yield from company.arrived()
    yield from company.live(start_us)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isdigit() else 0.0
