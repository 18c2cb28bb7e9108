"""Events at a steady rate, one per request, a process of its own: `python -m bench.steady PORT KEY RATE ...`.

A tenth of them begin orders, a third go on with those, the rest are scans of waybills that are there (see
`bench.filled`). Each has an id of its own; what is refused is sent again until it is acknowledged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import resource
import time
from collections import Counter
from typing import Any

import uvloop

from bench.data import CARRIER, SHOP, attributes
from waypost.domain.instants import from_us, now_us

HOST = "127.0.0.1"
LINES = 32
GRACE_S = 60  # for what is still to be acknowledged when the time is over
OF_NEW = ("order.created", "payment.captured", "warehouse.allocated", "warehouse.picked")
SCANS = ("linehaul.sorted", "customs.cleared", "lastmile.out_for_delivery")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def event(number: int, orders: int, now: int) -> dict[str, Any]:
    """The event of a number, always about the same subject; it happens now (us)."""
    place = number % 10
    new = place < len(OF_NEW)
    scanned = random.Random(number).randrange(orders)
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"load-{number}",
        "source": SHOP if new else CARRIER,
        "type": OF_NEW[place] if new else SCANS[number % len(SCANS)],
        "subject": f"order/L{number // 10:08d}" if new else f"parcel/W{scanned:08d}",
        "time": from_us(now).isoformat(),
        "data": {"evidence": "declared" if new else "scanned"},
    }
    if place == 0:
        told["data"]["attributes"] = attributes(number)
    return told


class Sender:
    """Connections to one server that share what is to be sent."""

    def __init__(self, port: int, key: str, orders: int) -> None:
        self.acknowledged: list[int] = []
        self.told: Counter[str] = Counter()
        self.waits: list[float] = []
        self._port, self._orders = port, orders
        self._due: asyncio.Queue[int] = asyncio.Queue()
        self._head = (
            f"POST /api/v1/events HTTP/1.1\r\nhost: {HOST}:{port}\r\nauthorization: Bearer {key}\r\n"
            "content-type: application/cloudevents+json\r\ncontent-length: "
        ).encode()

    async def send(self, rate: float, seconds: float) -> None:
        """Send for a time; returns when all of it is acknowledged. Errors: TimeoutError when that takes too long."""
        start, total = time.perf_counter(), int(rate * seconds)
        async with asyncio.TaskGroup() as group:
            lines = [group.create_task(self._line()) for _ in range(LINES)]
            for number in range(total):
                await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
                self._due.put_nowait(number)
            async with asyncio.timeout(GRACE_S):
                await self._due.join()
            for line in lines:
                line.cancel()

    async def _line(self) -> None:
        """One connection; made anew when it breaks."""
        while True:
            try:
                reader, writer = await asyncio.open_connection(HOST, self._port)
                while True:
                    await self._one(await self._due.get(), reader, writer)
            except (OSError, EOFError):
                self.told["broken connections"] += 1
                await asyncio.sleep(0.1)

    async def _one(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start, stored = time.perf_counter(), False
        try:
            body = json.dumps(event(number, self._orders, now_us())).encode()
            writer.write(b"%s%d\r\n\r\n%s" % (self._head, len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            answer = await reader.readexactly(int(length[1]) if length else 0)
            self.told[head[9:12].decode()] += 1
            stored = head[9:12] == b"200" and json.loads(answer)["status"] in ("accepted", "duplicate")
        finally:
            if stored:
                self.acknowledged.append(number)
                self.waits.append(time.perf_counter() - start)
            else:
                self._due.put_nowait(number)
            self._due.task_done()


async def drive(port: int, key: str, rate: float, seconds: float, orders: int) -> dict[str, Any]:
    """Send and report {acknowledged, told, rate, p50_ms, p95_ms, cpu_share}."""
    sender, cpu, start = Sender(port, key, orders), _cpu(), time.perf_counter()
    await sender.send(rate, seconds)
    took, waits = time.perf_counter() - start, sorted(sender.waits)
    return {
        "acknowledged": len(sender.acknowledged),
        "once": len(set(sender.acknowledged)),
        "told": dict(sender.told),
        "per_second": round(len(waits) / took, 1),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
        "p95_ms": round(waits[len(waits) * 95 // 100] * 1000, 1),
        "cpu_share": round((_cpu() - cpu) / took, 3),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the arguments, send, print the report as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("rate", type=float)
    parser.add_argument("seconds", type=float)
    parser.add_argument("orders", type=int, help="how many waybills there are to scan")
    print(json.dumps(uvloop.run(drive(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
