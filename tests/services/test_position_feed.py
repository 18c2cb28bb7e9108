"""A real broker: messages become positions, an outage is told once, and the feed comes back by itself."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.publish as publish
import pytest

from tests.running import free_port
from tests.support import absent, require_service
from tests.worlds import sqlite_copy
from waypost.connect.contract import Subscription
from waypost.connect.errors import BadCredentials, CannotConnect
from waypost.connect.mqtt import Subscriber, address, probe
from waypost.domain.errors import FieldError
from waypost.domain.instants import SECOND, now_us
from waypost.services import position_feed, quarantine
from waypost.services.app import Waypost
from waypost.services.position_feed import PositionFeed, feed_from, working
from waypost.services.settings import Settings, read_settings

pytestmark = pytest.mark.service
PATIENCE_S = 20


def until(true: Callable[[], Any]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def location(lat: float, **more: Any) -> bytes:
    return json.dumps({"_type": "location", "tst": now_us() // SECOND, "lat": lat, "lon": 121.4, **more}).encode()


@pytest.fixture
def root() -> str:
    """A topic that nobody else uses on the shared broker."""
    require_service("mosquitto")
    return f"waypost-test-{uuid.uuid4().hex}"


@pytest.fixture
def waypost(tmp_path: Path) -> Iterator[Waypost]:
    with Waypost(sqlite_copy(tmp_path)) as found:
        yield found


def feed(waypost: Waypost, root: str, port: int = 1883) -> PositionFeed:
    made = feed_from(Settings(mqtt_url=f"mqtt://127.0.0.1:{port}", mqtt_topic=f"{root}/owntracks/#"), waypost)
    assert made is not None
    return made


def send(root: str, body: bytes, device: str = "lin/truck-7", port: int = 1883) -> None:
    publish.single(f"{root}/owntracks/{device}", body, qos=1, hostname="127.0.0.1", port=port)


def test_messages_become_positions_events_and_quarantine(waypost, root):
    with working(feed(waypost, root)) as _, working(None):
        pass  # starting and stopping at once leaves nothing behind
    running = feed(waypost, root)
    with working(running):
        until(lambda: running.link.up)
        send(root, location(31.2))
        send(root, location(22.5), "wu/van-2")
        send(root, b"{broken")
        send(root, json.dumps({"_type": "lwt", "tst": 1}).encode())
        send(root, json.dumps({**json.loads(location(31.2)), "_type": "transition", "event": "enter"}).encode())
        until(lambda: running.counts.messages == 5)
    assert (running.counts.positions, running.counts.statements, running.counts.refused) == (2, 1, 1)
    found = {v.ref: p.lat for v, p in waypost.positions.snapshot().last.items()}
    assert found == {"lin/truck-7": 31.2, "wu/van-2": 22.5}
    waypost.writer.close()
    (held,) = quarantine.listing(waypost.engine)
    assert (held.source, held.field) == ("owntracks", "message")
    assert held.raw.endswith("owntracks/lin/truck-7 {broken")


def test_a_broken_device_fills_neither_queue_nor_quarantine(waypost, root, monkeypatch):
    monkeypatch.setattr(position_feed, "REFUSALS_AN_HOUR", 3)
    monkeypatch.setattr(position_feed, "MOST_WAITING", 50)
    running = feed(waypost, root)
    for n in range(120):
        running._put(f"{root}/owntracks/lin/truck-7", b"{%d" % n)
    running._put(f"{root}/owntracks/lin/truck-7", b" " * (position_feed.MOST_BYTES + 1))
    assert running.counts.dropped == 71
    with working(running):
        until(lambda: running.link.up)
    assert running.counts.refused == 50
    waypost.writer.close()
    assert quarantine.count(waypost.engine) == 3


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start brokers of our own, which may be ended in the middle of a test."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        absent("no mosquitto program to start a broker of our own")
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, *lines: str) -> subprocess.Popen[bytes]:
        config = tmp_path / "mosquitto.conf"
        config.write_text("\n".join([f"listener {port} 127.0.0.1", *lines]))
        process = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def test_an_outage_is_told_once_and_ends_by_itself(waypost, root, broker, caplog):
    caplog.set_level(logging.INFO, "waypost")
    port = free_port()
    first = broker(port, "allow_anonymous true")
    running = feed(waypost, root, port)
    with working(running):
        until(lambda: running.link.up)
        caplog.clear()
        first.terminate()
        first.wait(10)
        until(lambda: not running.link.up)
        assert "127.0.0.1" in running.link.problem
        time.sleep(2.5)  # it tries again, and says nothing more
        broker(port, "allow_anonymous true")
        until(lambda: running.link.up)
        send(root, location(30.0), port=port)
        until(lambda: running.counts.positions == 1)
    told = [record.getMessage() for record in caplog.records if "broker" in record.getMessage()]
    assert len(told) == 2
    assert "Trying again" in told[0]
    assert "there again" in told[1]


def test_a_broker_that_refuses_or_is_not_there_is_told_apart(broker):
    port = free_port()
    broker(port, "allow_anonymous false")
    until(lambda: isinstance(_problem(Subscription(f"mqtt://127.0.0.1:{port}", ("owntracks/#",))), BadCredentials))
    found = _problem(Subscription(f"mqtt://127.0.0.1:{free_port()}", ("owntracks/#",)))
    assert isinstance(found, CannotConnect)
    assert "does not answer" in str(found)


def _problem(subscription: Subscription) -> Exception | None:
    try:
        probe(subscription, 5)
    except (BadCredentials, CannotConnect) as error:
        return error
    return None


def test_a_broker_that_is_there_passes_the_probe(root):
    assert _problem(Subscription("mqtt://127.0.0.1:1883", (f"{root}/#",))) is None


def test_what_a_sink_raises_ends_nothing(root, caplog):
    heard: list[bytes] = []

    def sink(_topic: str, payload: bytes) -> None:
        heard.append(payload)
        raise ValueError("no")

    subscriber = Subscriber("mqtt://127.0.0.1:1883", [f"{root}/#"], sink)
    subscriber.start()
    until(lambda: subscriber.link.up)
    send(root, b"1")
    send(root, b"2")
    until(lambda: len(heard) == 2)
    subscriber.stop()
    assert not subscriber.link.up


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://x:port", "", "broker:1883"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(FieldError, match="mqtt://host:1883"):
        address(url)


def test_addresses_know_their_ports_and_whether_tls_is_wanted(tmp_path):
    assert address("mqtt://b") == ("b", 1883, False)
    assert address("mqtts://b") == ("b", 8883, True)
    assert address("mqtts://b:1234") == ("b", 1234, True)
    with pytest.raises(FieldError, match="cannot be read"):
        Subscriber.of(Subscription("mqtts://b", ("x",), ca_file=str(tmp_path / "no.pem")), print)


def test_the_feed_is_only_there_where_the_settings_ask_for_it(waypost):
    assert feed_from(Settings(mqtt_url=None), waypost) is None
    assert feed_from(Settings(mqtt_url="mqtt://127.0.0.1", role="console"), waypost) is None
    with pytest.raises(FieldError) as caught:
        feed_from(Settings(mqtt_url="http://127.0.0.1"), waypost)
    assert caught.value.field == "WAYPOST_MQTT_URL"


def test_a_wrong_variable_is_named(monkeypatch):
    monkeypatch.setenv("WAYPOST_TILE_URL", "https://tiles.example/")
    with pytest.raises(FieldError, match="write an address") as caught:
        read_settings(port=1)
    assert caught.value.field == "WAYPOST_TILE_URL"
