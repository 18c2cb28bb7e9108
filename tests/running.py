"""A real server in a process of its own, on a free port of loopback, with an API key."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import environment
from waypost.access import keys
from waypost.domain.instants import now_us
from waypost.services.app import Waypost

SCOPES = ["events:write", "data:read", "metrics:read", "journeys:write", "admin"]
START_S = 60


@dataclass
class Running:
    """A server that runs: its address, a key for everything, its process."""

    base: str
    key: str
    process: subprocess.Popen[bytes]

    def children(self) -> list[int]:
        """The processes that the server has started, such as the one that stores."""
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for each in found for pid in each.read_text().split()]

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Send a request with the key; returns the status and the parsed answer."""
        given = {"Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        request = urllib.request.Request(self.base + path, body, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, _parsed(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _parsed(refused.read())

    def post(self, path: str, value: Any) -> tuple[int, Any]:
        """Post a value as JSON."""
        return self.call("POST", path, json.dumps(value).encode())

    def get(self, path: str) -> tuple[int, Any]:
        """Get an answer as JSON."""
        return self.call("GET", path)


@contextmanager
def running(url: str, role: str = "edge", key: str | None = None) -> Iterator[Running]:
    """Start `waypost serve` on a database; ended at the end of the block, if it still runs."""
    key = key or make_key(url)
    port = free_port()
    command = [sys.executable, "-m", "waypost.cli", "serve", "--db", url, "--port", str(port), "--role", role]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL)
    server = Running(f"http://127.0.0.1:{port}", key, process)
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def make_key(url: str) -> str:
    """A key with every scope and no rate limit."""
    with Waypost.open(url) as waypost:
        raw, _ = keys.create(waypost.engine, "test", SCOPES, now_us(), "test", rate=0)
    return raw


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(server: Running) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if server.get("/api/v1/health")[0] == 200:
                return
        except (urllib.error.URLError, ConnectionError):
            if server.process.poll() is not None:
                raise RuntimeError(f"the server ended with {server.process.returncode}") from None
        time.sleep(0.1)
    raise RuntimeError("the server did not start in time")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
