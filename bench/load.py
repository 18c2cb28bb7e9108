"""A load generator for one server on loopback, run as a process of its own: `python -m bench.load ...`.

Each client keeps one connection and sends its next request when the last one is answered. Every
body is sent once; the run ends with the last body, or when the time is over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

HOST = "127.0.0.1"
GRACE_S = 30  # for the answers that are still due when the time is over
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Client(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, requests: Iterator[bytes], deadline: float, statuses: Counter[int], waits: list[float]) -> None:
        self._requests, self._deadline, self._statuses, self._waits = requests, deadline, statuses, waits
        self._held = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass of asyncio's
        self._next()

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._held, 0, end)
        if length is None or len(self._held) < end + 4 + int(length[1]):
            return
        self._statuses[int(self._held[9:12])] += 1
        self._waits.append(time.perf_counter() - self._sent)
        self._held = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._deadline else None
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def requests(bodies: list[bytes], port: int, key: str) -> Iterator[bytes]:
    """The bodies as HTTP requests; one that is `GET /path` asks for that path."""
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nhost: {HOST}:{port}\r\nauthorization: Bearer {key}\r\n"
        "content-type: application/cloudevents+json\r\ncontent-length: "
    ).encode()
    ask = f" HTTP/1.1\r\nhost: {HOST}:{port}\r\naccept-language: en\r\n\r\n".encode()
    ready = [
        body + ask if body.startswith(b"GET /") else b"%s%d\r\n\r\n%s" % (head, len(body), body) for body in bodies
    ]
    return iter(ready)


async def drive(port: int, key: str, clients: int, seconds: float, bodies: list[bytes]) -> dict[str, object]:
    """Send all bodies and report {requests, statuses, seconds, cpu_share, p50_ms, p99_ms}."""
    loop = asyncio.get_running_loop()
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    todo = requests(bodies, port, key)
    cpu, start = _cpu(), time.perf_counter()
    made = [
        (await loop.create_connection(lambda: Client(todo, start + seconds, statuses, waits), HOST, port))[1]
        for _ in range(min(clients, len(bodies)))
    ]
    await asyncio.wait_for(asyncio.gather(*(client.done for client in made)), seconds + GRACE_S)
    took = time.perf_counter() - start
    waits.sort()
    return {
        "requests": len(waits),
        "statuses": {str(code): n for code, n in statuses.items()},
        "seconds": took,
        "cpu_share": (_cpu() - cpu) / took,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the arguments, drive the server, print the report as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("clients", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("bodies", type=Path, help="one JSON body per line, or GET and a path")
    given = parser.parse_args()
    bodies = given.bodies.read_bytes().splitlines()
    print(json.dumps(uvloop.run(drive(given.port, given.key, given.clients, given.seconds, bodies))))


if __name__ == "__main__":
    main()
