"""Positions from a real broker move on the map of a real browser at 1 Hz: `make proof-positions`.

VEHICLES (3,000 by default) says how many move at once in the second part, SECONDS how long each part is watched.
"""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser.conftest import PASSWORD
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.running import Running, running
from tests.scene import fill
from tests.support import require_service
from waypost.access import accounts
from waypost.domain.instants import SECOND, now_us
from waypost.services.app import Waypost

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.service]

VEHICLES = int(os.environ.get("VEHICLES", "3000"))
SECONDS = int(os.environ.get("SECONDS", "30"))
FEW = 20
DEGREES_A_SECOND = 0.0005  # about 200 km/h
_FRAMES = """() => { window.frames_ = 0; const count = () => { window.frames_++; requestAnimationFrame(count); };
requestAnimationFrame(count); }"""


class Fleet(threading.Thread):
    """Vehicles that drive in circles around Wuhan and publish where they are once a second."""

    def __init__(self, root: str, n: int) -> None:
        super().__init__(daemon=True)
        self._root, self.n = root, n
        self.sent = 0
        self.stopped = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.max_queued_messages_set(0)
        self._client.connect("127.0.0.1", 1883)
        self._client.loop_start()

    def run(self) -> None:
        begun = time.monotonic()
        while not self.stopped.is_set():
            round_begun = time.monotonic()
            for number in range(self.n):
                body = json.dumps(self._location(number, round_begun - begun))
                self._client.publish(f"{self._root}/owntracks/fleet/v{number}", body, qos=1)
                self.sent += 1
            self.stopped.wait(max(0.0, 1 - (time.monotonic() - round_begun)))
        self._client.loop_stop()
        self._client.disconnect()

    def _location(self, number: int, seconds: float) -> dict[str, object]:
        far = 0.3 + 0.02 * (number % 120)
        angle = number * 0.7 + seconds * DEGREES_A_SECOND / far
        place = {"lat": round(30.6 + far * math.sin(angle), 6), "lon": round(114.3 + far * math.cos(angle), 6)}
        return {"_type": "location", "tst": now_us() // SECOND, "vel": 80, "cog": 45, "acc": 8, **place}


class Wire:
    """What comes to the browser: the bytes of each update of the map, and where one vehicle is in it."""

    def __init__(self, page: Page) -> None:
        self.updates: list[tuple[float, int, set[bytes]]] = []
        page.on("websocket", self._open)

    def _open(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)

    def _hear(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes) and b'"ScatterplotLayer"' in payload:
            places = set(re.findall(rb'"p":(\[[^\]]+\]),"tip":"fleet/v0"', payload.replace(b" ", b"")))
            self.updates.append((time.monotonic(), len(payload), places))

    def since(self, begun: float) -> list[tuple[int, set[bytes]]]:
        """Updates after an instant."""
        return [(size, places) for at, size, places in self.updates if at >= begun]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Running, str]]:
    """A console that listens below a topic of its own on the shared broker."""
    require_service("mosquitto")
    root = f"waypost-proof-{uuid.uuid4().hex}"
    monkeypatch.setenv("WAYPOST_MQTT_URL", "mqtt://127.0.0.1:1883")
    monkeypatch.setenv("WAYPOST_MQTT_TOPIC", f"{root}/owntracks/#")
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        now = now_us()
        accounts.create(waypost.engine, "operator", "operator", now, "test", display="Lin Wei", password=PASSWORD)
        fill(waypost, now)
    with running(url, "all") as found:
        yield found, root


@contextmanager
def driving(root: str, n: int) -> Iterator[Fleet]:
    """A fleet on the road during the block."""
    fleet = Fleet(root, n)
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.stopped.set()
        fleet.join()


def chart(page: Page) -> Image.Image:
    """The map as it is on the screen."""
    shot = page.locator("[data-testid=stDeckGlJsonChart]").screenshot()
    return Image.open(BytesIO(shot)).convert("RGB")


@pytest.mark.parametrize(("n", "at"), [(FEW, "30.6,114.6,11.0"), (VEHICLES, "30.6,114.3,7.0")])
def test_vehicles_of_a_broker_move_on_the_map(
    server: tuple[Running, str], chromium: Browser, n: int, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, root = server
    walker = Walker(chromium, found.base, Way("en", "light", 1440, 900))
    page, wire = walker.page, Wire(walker.page)
    with driving(root, n) as fleet:
        walker.sign_in(path=f"/map?at={at}&pick=vehicle:fleet/v0")
        expect(page.locator(".legend [data-sign=vehicle]")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".legend li", has=page.locator("[data-sign=vehicle]")).locator(".n")).to_have_text(
            f"{n:,}", timeout=2 * PATIENCE_MS
        )
        page.evaluate(_FRAMES)
        before, begun, sent = chart(page), time.monotonic(), fleet.sent
        page.wait_for_timeout(SECONDS * 1_000)
        took, frames, published = time.monotonic() - begun, page.evaluate("window.frames_"), fleet.sent - sent
        updates, after = wire.since(begun), chart(page)
        card = page.locator(".chosen").inner_text()
    places = {place for _, seen in updates for place in seen}
    mean = sum(size for size, _ in updates) / max(1, len(updates))
    with capsys.disabled():
        print(
            f"\n{n} vehicles, {took:.0f} s: {published / took:.0f} messages/s published, {len(updates)} updates of the "
            f"map ({len(updates) / took:.2f}/s), {mean / 1000:.0f} kB each ({mean / n:.0f} B a vehicle), "
            f"{len(places)} places of one vehicle, {frames / took:.1f} frames/s (software renderer)"
        )
    assert len(places) >= 5, "one and the same vehicle is seen in hardly any other place"
    assert ImageChops.difference(before, after).getbbox() is not None, "the picture stands still"
    assert "fleet/v0" in card
    assert "80 km/h" in card
    assert walker.close() == []  # no request to anywhere else among it
