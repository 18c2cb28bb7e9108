"""The feeder against a real server on loopback: order, speed, outages, refusals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice
from typing import Any

import pytest

from tests.simulate.told import company
from waypost.simulate.clock import Clock
from waypost.simulate.feeder import Feeder

DAY_A_SECOND = 86_400.0
SMALL: dict[str, Any] = {"days": 2, "scale": 0.01}


class Ingest(HTTPServer):
    """An ingest endpoint that takes events, or answers as `answers` tells it to first."""

    def __init__(self, port: int = 0, answers: list[tuple[int, dict[str, str]]] | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers = answers or []
        self.batches: list[list[dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def taken(self) -> list[str]:
        return [event["id"] for batch in self.batches for event in batch]

    def __exit__(self, *args: Any) -> None:
        self.shutdown()
        super().__exit__(*args)


class _Handler(BaseHTTPRequestHandler):
    server: Ingest

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        said = json.dumps({"accepted": len(body), "results": []} if status == 200 else {"error": "not now"}).encode()
        if status == 200:
            self.server.batches.append(body)
            self.server.headers.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def feed() -> Iterator[Callable[..., Feeder]]:
    """Start feeders, and stop them when the test is over."""
    stop, started = threading.Event(), []

    def start(url: str, speed: Callable[[], float] = lambda: DAY_A_SECOND, **more: Any) -> Feeder:
        feeder = Feeder(company(**SMALL), url, "key-1", speed, stop, every_s=0.02, first_wait_s=0.02, **more)
        feeder.start()
        started.append(feeder)
        return feeder

    yield start
    stop.set()
    for feeder in started:
        feeder.join(5)
        assert not feeder.is_alive()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds, or fail."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def expected(count: int) -> list[str]:
    return [event["id"] for _, event in islice(company(**SMALL).live(), count)]


def test_events_come_in_order_with_key_and_content_type(feed: Callable[..., Feeder]) -> None:
    with Ingest() as server:
        feeder = feed(server.url)
        until(lambda: len(server.taken) >= 200)
        taken = server.taken
        assert taken == expected(len(taken))
        assert server.headers[0]["path"] == "/api/v1/events"
        assert server.headers[0]["authorization"] == "Bearer key-1"
        assert server.headers[0]["content-type"] == "application/cloudevents-batch+json"
        until(lambda: feeder.progress.outcomes["accepted"] == feeder.progress.sent >= len(taken))


def test_nothing_is_lost_when_the_server_is_busy(feed: Callable[..., Feeder]) -> None:
    with Ingest(answers=[(429, {"Retry-After": "1"}), (503, {}), (500, {})]) as server:
        begun = time.monotonic()
        feeder = feed(server.url)
        until(lambda: len(server.taken) >= 100)
        assert time.monotonic() - begun >= 1  # as the server asked
        taken = server.taken
        assert taken == expected(len(taken))
        assert feeder.progress.retries == 3
        assert feeder.progress.failure is None


def test_a_server_that_comes_later_gets_everything(feed: Callable[..., Feeder]) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    feeder = feed(f"http://127.0.0.1:{port}")
    until(lambda: feeder.progress.retries >= 2)
    with Ingest(port) as server:
        until(lambda: len(server.taken) >= 100)
        taken = server.taken
        assert taken == expected(len(taken))


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_refusal_for_good_ends_the_feeder(status: int, feed: Callable[..., Feeder]) -> None:
    with Ingest(answers=[(status, {})]) as server:
        feeder = feed(server.url)
        feeder.join(20)
        assert not feeder.is_alive()
        assert feeder.progress.failure == f'{status} {{"error": "not now"}}'
        assert server.batches == []


def test_the_speed_can_be_changed_while_it_runs(feed: Callable[..., Feeder]) -> None:
    speed = [0.0]
    with Ingest() as server:
        feeder = feed(server.url, lambda: speed[0])
        stood = feeder.clock.now_us()
        time.sleep(0.3)
        assert server.batches == []
        assert feeder.clock.now_us() == stood
        speed[0] = DAY_A_SECOND
        until(lambda: len(server.taken) >= 50)
        assert feeder.clock.now_us() > stood


def test_the_history_can_come_first(feed: Callable[..., Feeder]) -> None:
    past = [event["id"] for event in company(**SMALL).history()]
    with Ingest() as server:
        feed(server.url, lambda: 0.0, history=True)
        until(lambda: len(server.taken) >= len(past))
        assert server.taken == past
        assert max(map(len, server.batches)) <= 1000


def test_it_runs_as_a_process_of_its_own_until_it_is_told_to_stop() -> None:
    with Ingest() as server:
        command = [sys.executable, "-m", "waypost.simulate", "--url", server.url, "--speed", str(DAY_A_SECOND)]
        environment = {**os.environ, "WAYPOST_API_KEY": "key-2", "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen([*command, "--days", "2", "--scale", "0.01"], env=environment) as process:
            until(lambda: len(server.taken) >= 50, seconds=60)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        assert server.headers[0]["authorization"] == "Bearer key-2"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no http"):
        Feeder(company(**SMALL), "localhost:8501", "key", lambda: 1.0, threading.Event())


def test_the_clock_runs_as_fast_as_it_is_told_and_never_back() -> None:
    wall, speed = [100.0], [60.0]
    clock = Clock(1_000_000, lambda: speed[0], lambda: wall[0])
    assert clock.now_us() == 1_000_000
    wall[0] += 2
    assert clock.now_us() == 1_000_000 + 120 * 1_000_000
    speed[0] = 1
    wall[0] += 3
    assert clock.now_us() == 1_000_000 + 123 * 1_000_000
    wall[0] -= 50
    assert clock.now_us() == 1_000_000 + 123 * 1_000_000
