"""A store of open orders, the console over it as a process of its own, and people who are signed in there."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from bench.data import END, PER_ORDER, Arrivals, arrivals
from bench.servers import HOST, ROOT, free_port
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.services.app import Waypost

PASSWORD = "four quiet trains at noon"
START_S, STOP_S = 300, 60
PLACED_DAYS = 4
ONE_IN_DELIVERED = 11  # of so many orders one is delivered; the others are open


def open_orders(n: int, now: int) -> Arrivals:
    """`n` orders that are open at `now` (us), and a tenth as many delivered ones, placed over the last days."""
    total = n + n // (ONE_IN_DELIVERED - 1)
    found = arrivals(total * PER_ORDER, duplicate=0.0, days=PLACED_DAYS)
    kept = (found.step != PER_ORDER - 1) | (found.order % ONE_IN_DELIVERED == 0)
    return Arrivals(found.order[kept], found.step[kept], found.at[kept] + (now - END), found.orders)


def people(waypost: Waypost, n: int) -> list[str]:
    """Make accounts that may look and change; returns their names."""
    names = [f"person{number}" for number in range(n)]
    for place, name in enumerate(names):
        role = "administrator" if place == 0 else "operator"
        lang = "zh" if place % 4 == 3 else "en"
        accounts.create(waypost.engine, name, role, now_us(), "bench", display=name, password=PASSWORD, lang=lang)
    return names


def sign_in(port: int, name: str) -> str:
    """Sign in as a browser does, by the form; returns the cookie. Errors: RuntimeError when it is refused."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}:{port}"}
    connection.request("POST", "/login", urlencode({"name": name, "password": PASSWORD}), headers)
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    if answer.status != 303 or not cookie:
        raise RuntimeError(f"{name} could not sign in: {answer.status}")
    return cookie


class Process:
    """A server of `waypost serve`, its port, and what the system says of it."""

    def __init__(self, db: str, role: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "waypost.cli", "serve", "--json", "--db", db]
        command += ["--port", str(self.port), "--role", role]
        start = time.perf_counter()
        told = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.start_s = time.perf_counter() - start

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def _wait(self) -> None:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if "url" in line:
                return
        raise RuntimeError("the server ended before it was ready")

    def cpu_s(self) -> float:
        """Processor time used so far, seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory, MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """End it as an operator does; by force when that takes too long."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@contextmanager
def serving(db: str, role: str) -> Iterator[Process]:
    """Serve a database in a role until the end of the block."""
    process = Process(db, role)
    try:
        yield process
    finally:
        process.stop()


class Tabs:
    """Live tabs in a process of their own; `report` waits for its end."""

    def __init__(self, **plan: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.live", json.dumps(plan)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self._seconds = plan["seconds"] + plan.get("spread", 10.0) + START_S

    def report(self) -> dict[str, Any]:
        """What they found. Errors: RuntimeError when they failed."""
        said, _ = self._process.communicate(timeout=self._seconds)
        if self._process.returncode:
            raise RuntimeError("the tabs failed; their error stands above")
        found: dict[str, Any] = json.loads(said)
        return found

    def stop(self) -> None:
        """End them now."""
        self._process.kill()
        self._process.communicate()


def slope_per_minute(samples: list[tuple[float, float]]) -> float:
    """By how much of its mean a series of (seconds, value) grows in a minute, by least squares."""
    at, values = np.array(samples).T
    return float(np.polyfit(at, values, 1)[0] * 60 / values.mean())
