"""A real server on loopback: the gate and the login pages in front of a small app that echoes."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import ClientConnection, connect

from waypost.access import accounts, sessions
from waypost.api.context import AccessContext, caller_of
from waypost.api.gate import Gate
from waypost.api.login import login_routes
from waypost.domain.instants import SECOND, now_us

PASSWORD = "lantern harbour nine"


class Clock:
    """The present, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return now_us() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += int(seconds * SECOND)


@dataclass
class Answer:
    """One HTTP answer; header names in lower case, repeated ones in a list."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def cookie(self) -> str:
        """The session cookie as a browser would send it back."""
        return self.header("set-cookie").split(";")[0]


@dataclass
class Doorway:
    """The running server and what tests do at its door."""

    engine: Engine
    access: AccessContext
    clock: Clock
    port: int
    passed: list[str] = field(default_factory=list)  # paths that reached the app behind the gate

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            found = [(key.lower(), value) for key, value in answer.getheaders()]
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def post_form(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        sent = {
            "Origin": self.origin,
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.ask("POST", path, sent, urlencode(form).encode())

    def account(self, name: str, role: str = "operator") -> accounts.Account:
        return accounts.create(self.engine, name, role, self.clock(), "test", password=PASSWORD)

    def signed_in(self, name: str = "", role: str = "operator") -> str:
        """Make an account with an open session; returns the Cookie header."""
        name = name or f"user-{uuid.uuid4().hex[:8]}"
        made = accounts.create(self.engine, name, role, self.clock(), "test")
        token = sessions.create(self.engine, made.id, self.clock(), self.access.policy)
        return f"waypost_session={token}"

    def handshake(self, path: str = "/_stcore/stream", **headers: str) -> Answer:
        """A bare websocket handshake, answered in plain HTTP when it is refused."""
        sent = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Origin": self.origin,
            **headers,
        }
        return self.ask("GET", path, {name: value for name, value in sent.items() if value})

    def socket(self, cookie: str, **headers: str) -> ClientConnection:
        return connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            additional_headers={"Cookie": cookie, "Origin": self.origin, **headers},
            proxy=None,
        )


def _identity_headers(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if "waypost" in name and name != "cookie"}


def _behind(door: dict[str, Any]) -> list[Any]:
    async def page(request: Request) -> Response:
        door["passed"].append(request.url.path)
        caller = caller_of(request.scope)
        return JSONResponse({"headers": _identity_headers(request.headers), "actor": caller.actor if caller else None})

    async def stream(request: Request) -> Response:
        async def ticks() -> AsyncIterator[bytes]:
            for n in range(200):
                yield f"data: {n}\n\n".encode()
                await asyncio.sleep(0.1)

        return StreamingResponse(ticks(), media_type="text/event-stream")

    async def framed(request: Request) -> Response:
        policy = {"Content-Security-Policy": "frame-ancestors https://shop.example"}
        return Response("tracking", headers=policy)

    async def chat(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(_identity_headers(websocket.headers))
        async for text in websocket.iter_text():
            await websocket.send_text(f"echo {text}")
            while text == "flood":
                await websocket.send_text("x" * 100_000)

    every = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    return [
        Route("/api/v1/ticks", stream),
        Route("/t/{token}", framed),
        WebSocketRoute("/_stcore/stream", chat),
        WebSocketRoute("/{path:path}", chat),
        Route("/{path:path}", page, methods=every),
    ]


@contextmanager
def opened_doorway(
    engine: Engine, trusted_proxies: tuple[str, ...] = (), access_log: bool = False
) -> Iterator[Doorway]:
    """Serve the gate on a free port of loopback until the block ends."""
    clock = Clock()
    access = AccessContext.open(engine, trusted_proxies=trusted_proxies, clock=clock)
    passed: list[str] = []
    routes = [*login_routes(access), *_behind({"passed": passed})]
    app = Starlette(routes=routes, middleware=[Middleware(Gate, access=access)])
    # proxy_headers=False as in production: whom to believe is the gate's decision.
    config = uvicorn.Config(
        app,
        log_level="info" if access_log else "error",
        lifespan="off",
        proxy_headers=False,
        access_log=access_log,
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield Doorway(engine, access, clock, listener.getsockname()[1], passed)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()
