"""A real receiver of webhooks on loopback: it keeps what came, checks the signature, and answers as it is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Message:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its message id."""
        return self.headers["webhook-id"]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events in it."""
        found = json.loads(self.body)
        return found if isinstance(found, list) else [found]

    def signed_with(self, secret: str) -> bool:
        """Whether the signature is what a receiver computes by itself."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(wanted, self.headers["webhook-signature"])


@dataclass
class Receiver:
    """Where it listens and what it got; `answer(n)` gives the status of request number n, headers of all answers."""

    url: str
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[int], int] = lambda _: 204
    headers: dict[str, str] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, enough: Callable[[list[Message]], bool], seconds: float = 30) -> list[Message]:
        """Wait until enough has come; returns what there is."""
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self.messages), seconds), f"{len(self.messages)} messages came"
            return list(self.messages)

    def events(self) -> list[str]:
        """The ids of all events in the order of their coming."""
        return [event["id"] for message in self.messages for event in message.events]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that listens until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with held.changed:
                held.messages.append(Message({k.lower(): v for k, v in self.headers.items()}, body))
                status = held.answer(len(held.messages))
                held.changed.notify_all()
            self.send_response(status)
            for name, value in held.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
