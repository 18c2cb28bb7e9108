"""The MQTT client: one subscription that stays up by itself. The only module that imports paho.

Messages are asked for with QoS 1 in a clean session: after an interruption the present counts, not
a backlog of where vehicles were.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from waypost.connect.contract import Subscription
from waypost.connect.errors import BadCredentials, CannotConnect, ConnectorError
from waypost.domain.errors import FieldError

PLAIN_PORT, TLS_PORT = 1883, 8883
KEEPALIVE_S = 30
FIRST_WAIT_S, LONGEST_WAIT_S = 1, 60
_REFUSED = frozenset({"Bad user name or password", "Not authorized", "Client identifier not valid", "Banned"})
log = logging.getLogger("waypost.mqtt")

Sink = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Credentials:
    """Name and password for a broker, and certificates to trust beside the system's."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


@dataclass(frozen=True)
class Link:
    """How a subscription stands; `problem` says in a sentence why it is down."""

    up: bool
    problem: str = ""


class Subscriber:
    """Hands every message below the topics to `sink(topic, payload)`, on a thread of its own.

    A broker that goes away is tried again after 1, 2, 4 ... 60 seconds; that it is down is logged
    once, that it is up again once. What `sink` raises is logged and the next message goes on.
    """

    def __init__(
        self, url: str, topics: Sequence[str], sink: Sink, credentials: Credentials | None = None, *,
        first_wait_s: int = FIRST_WAIT_S,
    ) -> None:  # fmt: skip
        self._host, self._port, tls = address(url)
        self._topics, self._sink = tuple(topics), sink
        self._said: bool | None = None  # what the log heard last
        self._stopping = False
        self._settled = threading.Event()
        self.link = Link(False, "not connected yet")
        self.error: ConnectorError | None = None
        self._client = self._made(tls, credentials or Credentials(), first_wait_s)

    @classmethod
    def of(cls, subscription: Subscription, sink: Sink) -> Subscriber:
        """A subscriber for what a connector asks for."""
        held = Credentials(subscription.username, subscription.password, subscription.ca_file)
        return cls(subscription.url, subscription.topics, sink, held)

    def start(self) -> None:
        """Connect in the background and stay connected."""
        self._client.connect_async(self._host, self._port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Leave the broker; returns when no message can come any more."""
        self._stopping = True
        self._client.disconnect()
        self._client.loop_stop()
        self.link = Link(False, "stopped")

    def settled(self, timeout_s: float) -> bool:
        """Wait until the broker has answered for the first time, with yes or no."""
        return self._settled.wait(timeout_s)

    def _made(self, tls: bool, credentials: Credentials, first_wait_s: int) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, clean_session=True)
        client.disable_logger()  # what matters is told here, once
        client.reconnect_delay_set(first_wait_s, LONGEST_WAIT_S)
        if credentials.username:
            client.username_pw_set(credentials.username, credentials.password)
        if tls:
            client.tls_set_context(_context(credentials.ca_file))
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_connect_fail, client.on_subscribe = self._unreachable, self._subscribed
        client.on_message = self._heard
        return client

    def _connected(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure:
            kind = BadCredentials if str(reason) in _REFUSED else CannotConnect
            self._down(kind(f"The broker {self._host}:{self._port} refuses: {reason}."))
            return
        client.subscribe([(topic, 1) for topic in self._topics])

    def _subscribed(self, _client: paho.Client, _data: Any, _mid: int, reasons: Sequence[Any], _more: Any) -> None:
        refused = [topic for topic, reason in zip(self._topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self._down(BadCredentials(f"The broker does not let us read {', '.join(refused)}."))
            return
        if self._said is False:
            log.warning("The broker %s:%s is there again.", self._host, self._port)
        self._said, self.error, self.link = True, None, Link(True)
        self._settled.set()

    def _disconnected(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if not self._stopping and self.error is None:
            self._down(CannotConnect(f"The broker {self._host}:{self._port} is gone: {reason}."))

    def _unreachable(self, _client: paho.Client, _data: Any) -> None:
        self._down(CannotConnect(f"The broker {self._host}:{self._port} does not answer."))

    def _down(self, error: ConnectorError) -> None:
        if self._said is not False and not self._stopping:
            log.warning("%s Trying again until it works.", error)
        self._said, self.error, self.link = False, error, Link(False, str(error))
        self._settled.set()

    def _heard(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            self._sink(message.topic, bytes(message.payload))
        except Exception:  # one message must not end the subscription
            log.exception("A message of %s could not be taken in", message.topic[:120])


def probe(subscription: Subscription, timeout_s: float = 10.0) -> None:
    """Connect, subscribe and leave. Errors: BadCredentials, CannotConnect, FieldError."""
    subscriber = Subscriber.of(subscription, _nothing)
    subscriber.start()
    try:
        answered = subscriber.settled(timeout_s)
        error = subscriber.error
    finally:
        subscriber.stop()
    if error is not None:
        raise error
    if not answered:
        raise CannotConnect(f"The broker {subscription.url} does not answer within {timeout_s:g} seconds.")


def address(url: str) -> tuple[str, int, bool]:
    """Host, port, and whether TLS is wanted. Errors: FieldError naming `url`."""
    remedy = "Write mqtt://host:1883, or mqtts://host:8883 for TLS."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FieldError("url", "its port is no number.", remedy) from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise FieldError("url", "it is no address of an MQTT broker.", remedy)
    tls = parts.scheme == "mqtts"
    return parts.hostname, port or (TLS_PORT if tls else PLAIN_PORT), tls


def _context(ca_file: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if ca_file:
            context.load_verify_locations(ca_file)
    except OSError as error:
        raise FieldError("ca_file", f"it cannot be read ({error}).", "Name a PEM file with certificates.") from None
    return context


def _nothing(_topic: str, _payload: bytes) -> None:
    """Take a message and forget it."""
