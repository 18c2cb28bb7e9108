"""A stream of positions at work: a subscription, the connector that reads it, and where the readings go."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from waypost.connect.contract import Context, StreamsPositions
from waypost.connect.errors import NotUsable, Unreadable
from waypost.connect.material import Bodies
from waypost.connect.mqtt import Link, Subscriber
from waypost.connect.registry import discover
from waypost.domain.errors import DocumentError, FieldError, WaypostError
from waypost.domain.position import Position
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import Vocabulary
from waypost.services.positions import Positions
from waypost.services.settings import Settings

MOST_WAITING = 20_000  # messages; then the oldest are dropped, and counted
MOST_BYTES = 64 * 1024  # a location has a few hundred
REFUSALS_AN_HOUR = 200  # a broken device must not fill the quarantine; the rest is counted
CONNECTOR = "owntracks"
log = logging.getLogger("waypost.positions")


class Sink(Protocol):
    """Where a feed leaves what it has read: the positions, and a store for everything else."""

    @property
    def positions(self) -> Positions:
        """Takes positions."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the trade."""

    def submit(self, said: Sequence[Statement], refused: Sequence[Refusal] = ()) -> Any:
        """Takes statements and refusals."""

    def now(self) -> int:
        """The present instant, us."""


class FeedCounts(NamedTuple):
    """What came through the subscription since it was opened."""

    messages: int = 0
    positions: int = 0
    statements: int = 0
    refused: int = 0
    dropped: int = 0  # messages that had to make room for newer ones, or were far too large


class PositionFeed:
    """Reads one subscription on a thread of its own; the network's thread only puts messages into a bounded queue."""

    def __init__(self, connector: StreamsPositions, sink: Sink, source: str = CONNECTOR) -> None:
        self._connector, self._sink, self._source = connector, sink, source
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._hour, self._refused_in_hour = 0, 0
        self.counts = FeedCounts()
        self._subscriber = Subscriber.of(connector.subscription(), self._put)
        self._thread = threading.Thread(target=self._work, name="position feed", daemon=True)

    @property
    def link(self) -> Link:
        """How the subscription stands."""
        return self._subscriber.link

    def start(self) -> None:
        """Subscribe and read until `stop`."""
        self._thread.start()
        self._subscriber.start()

    def stop(self) -> None:
        """Leave the broker and read what has come until then."""
        self._subscriber.stop()
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _put(self, topic: str, payload: bytes) -> None:
        with self._wake:
            dropped = 0
            if len(payload) > MOST_BYTES:
                dropped = 1
            else:
                self._waiting.append((topic, payload))
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                dropped += 1
            held = self.counts
            self.counts = held._replace(messages=held.messages + 1, dropped=held.dropped + dropped)
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._stopping)
                found = list(self._waiting)
                self._waiting.clear()
                if not found:
                    return
            try:
                self._read(found)
            except Exception:  # the stream goes on, whatever one moment's messages did
                log.exception("Positions could not be taken in")

    def _read(self, messages: list[tuple[str, bytes]]) -> None:
        context = Context(self._sink.now(), self._sink.vocabulary, self._source)
        positions: list[Position] = []
        said: list[Statement] = []
        refused: list[Refusal] = []
        for topic, payload in messages:
            for item in self._items(topic, payload, context):
                if isinstance(item, Position):
                    positions.append(item)
                elif isinstance(item, Statement):
                    said.append(item)
                else:
                    refused.append(item)
        self._sink.positions.take(positions)
        kept = refused[: self._room(len(refused), context.now)]
        if said or kept:
            self._sink.submit(said, kept)
        held = self.counts
        self.counts = held._replace(
            positions=held.positions + len(positions),
            statements=held.statements + len(said),
            refused=held.refused + len(refused),
        )

    def _items(self, topic: str, payload: bytes, context: Context) -> list[Position | Statement | Refusal]:
        try:
            return list(self._connector.positions(Bodies({topic: payload}), context))
        except (Unreadable, WaypostError) as error:
            remedy = "Check what the device publishes."
            return [Refusal(self._source, "", "message", str(error)[:500], remedy, topic[:180] or "no topic")]

    def _room(self, wanted: int, now: int) -> int:
        """How many of so many refusals still go to quarantine in this hour."""
        hour = now // 3_600_000_000
        if hour != self._hour:
            self._hour, self._refused_in_hour = hour, 0
        room = min(wanted, REFUSALS_AN_HOUR - self._refused_in_hour)
        self._refused_in_hour += room
        return room


@contextmanager
def working(feed: PositionFeed | None) -> Iterator[None]:
    """A feed that runs during the block; None is no feed."""
    if feed is None:
        yield
        return
    feed.start()
    try:
        yield
    finally:
        feed.stop()


def feed_from(settings: Settings, sink: Sink) -> PositionFeed | None:
    """The feed that the settings ask for, not started yet; None without WAYPOST_MQTT_URL. Errors: FieldError."""
    if not settings.mqtt_url or settings.role in ("console", "edge"):
        return None
    password = settings.mqtt_password
    asked: dict[str, Any] = {
        "url": settings.mqtt_url,
        "topic": settings.mqtt_topic,
        "username": settings.mqtt_username,
        "password": password.get_secret_value() if password else None,
        "ca_file": settings.mqtt_ca_file,
        "vehicle": settings.mqtt_vehicle,
        "names": settings.mqtt_names,
    }
    try:
        connector: object = discover().get(CONNECTOR).build(asked)
    except DocumentError as error:
        raise FieldError(f"WAYPOST_MQTT_{error.field.upper()}", error.problem, error.remedy) from None
    if not isinstance(connector, StreamsPositions):
        raise NotUsable(f"The connector '{CONNECTOR}' streams no positions.")
    return PositionFeed(connector, sink)


__all__ = ["FeedCounts", "PositionFeed", "Sink", "feed_from", "working"]
