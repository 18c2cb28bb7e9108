"""The shop's server: real HTTP on loopback, with a state that a test can change."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waypost.connect.registry import GROUP, Registry, discover

KEY, SECRET = "corner-key-9f31", "corner-hook-secret-77"


@dataclass
class Shop:
    """A running shop; `trouble` answers the next calls in place of it."""

    port: int = 0
    key: str = KEY
    orders: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[Response] = field(default_factory=list)
    fails_at: dict[int, Response] = field(default_factory=dict)  # number of the call, from 1
    calls: list[str] = field(default_factory=list)
    hold: threading.Event | None = None  # calls wait for it
    holds_at: int | None = None  # the call with this number is never answered

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **changes: Any) -> dict[str, Any]:
        return {"url": self.url, "api_key": self.key, "webhook_secret": SECRET, **changes}

    def sell(self, number: int = 1, **changes: Any) -> None:
        """Take some orders, half of them under way in a parcel."""
        for _ in range(number):
            n = len(self.orders) + 1
            order = {
                "id": f"C-{n:04d}",
                "channel": "web",
                "customer": "Ada Corner",
                "value": 20.0 + n,
                "currency": "EUR",
            }
            order["history"] = [
                {"status": "placed", "at": "2026-11-20T08:00:00+01:00"},
                {"status": "paid", "at": "2026-11-20T08:05:00+01:00"},
            ]
            if n % 2:
                scans = [
                    {"status": "handed over", "at": "2026-11-20T17:00:00+01:00"},
                    {"status": "with the courier", "at": "2026-11-21T09:00:00+01:00"},
                ]
                order["parcels"] = [{"no": f"P-{n:04d}", "history": scans}]
            self.orders.append({**order, **changes})


async def _orders(request: Request) -> Response:
    shop: Shop = request.app.state.shop
    shop.calls.append(str(request.url.query))
    number = len(shop.calls)
    while (shop.hold is not None and not shop.hold.is_set()) or shop.holds_at == number:
        await asyncio.sleep(0.02)
    if len(shop.calls) in shop.fails_at:
        return shop.fails_at[len(shop.calls)]
    if shop.trouble:
        return shop.trouble.pop(0)
    if request.headers.get("authorization") != f"Bearer {shop.key}":
        return JSONResponse({"error": "unknown key"}, 401)
    after, limit = (int(request.query_params.get(name, default)) for name, default in (("after", 0), ("limit", 10)))
    found = shop.orders[after : after + limit]
    last = after + len(found)
    return JSONResponse({"orders": found, "last": last, "more": last < len(shop.orders)})


@contextmanager
def opened(port: int = 0) -> Iterator[Shop]:
    """A shop on a port of loopback (a free one unless given) until the block ends."""
    shop = Shop()
    app = Starlette(routes=[Route("/orders", _orders)])
    app.state.shop = shop
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", port))
    shop.port = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield shop
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        listener.close()


def registry() -> Registry:
    """The shop's connector beside some of ours, installed or not."""
    ours = [EntryPoint(name, f"connectors.{name}", GROUP) for name in ("shopify", "table_file")]
    return discover([EntryPoint("corner_shop", "tests.corner.corner_shop", GROUP), *ours])
