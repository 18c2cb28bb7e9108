"""A server whose database holds it up: it refuses before its memory grows, loses nothing it took, and recovers."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.running import Running, running
from waypost.services.ingest import MAX_EVENTS
from waypost.services.room import ROOM_BYTES
from waypost.services.verify import verify
from waypost.store.engine import open_engine, writing
from waypost.store.schema import event
from waypost.store.writer import WAITING_LIMIT

LARGE = 15 * 1024 * 1024
PATIENCE_S = 60


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'edge.db'}"


@pytest.fixture
def server(url: str) -> Iterator[Running]:
    with running(url) as started:
        yield started


def an_event(id_: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "shop.example",
        "type": "order.created",
        "subject": "order/1001",
        "time": "2026-11-20T10:00:00+08:00",
        "data": data,
    }


def body_of(what: Any) -> bytes:
    return json.dumps(what, separators=(",", ":")).encode()


def post(server: Running, body: bytes, *, chunked: bool = False) -> tuple[int, str | None]:
    """Send a body on a connection of its own: the status, and for how long the server asks to wait."""
    connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=PATIENCE_S)
    try:
        headers = {"Authorization": f"Bearer {server.key}"}
        if chunked:
            parts = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
            connection.request("POST", "/api/v1/events", parts, headers, encode_chunked=True)
        else:
            connection.request("POST", "/api/v1/events", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("retry-after")
    finally:
        connection.close()


@contextmanager
def held_up(url: str) -> Iterator[None]:
    """Keep the server's writer waiting: only one connection may write to a SQLite file."""
    engine = open_engine(url)
    with writing(engine):
        yield
    engine.dispose()


def memory(server: Running) -> int:
    """Resident bytes of the server."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def waiting(server: Running) -> int:
    """How many statements wait for the writer, by the server's own word."""
    lines = server.get("/metrics")[1].splitlines()
    return int(float(next(line for line in lines if line.startswith("waypost_writer_waiting ")).split()[1]))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def outcome(sent: list[Future[tuple[int, str | None]]]) -> list[int]:
    return sorted(each.result(PATIENCE_S)[0] for each in sent)


def all_right(url: str, ids: set[str]) -> bool:
    """Whether exactly these events are stored, once each, and the states are what they say."""
    engine = open_engine(url)
    with engine.connect() as connection:
        stored = list(connection.scalars(sa.select(event.c.event_id)))
    differences = verify(engine).differences
    engine.dispose()
    return sorted(stored) == sorted(ids) and not differences


def test_large_bodies_are_refused_before_they_fill_the_memory(url: str, server: Running) -> None:
    taken = ROOM_BYTES // LARGE
    text = "x" * (LARGE - 300)
    bodies = [body_of(an_event(f"large-{n}", payload=text)) for n in range(taken)]
    small = body_of(an_event("small"))
    with ThreadPoolExecutor(taken) as clients:
        with held_up(url):
            sent = [clients.submit(post, server, body) for body in bodies]
            until(lambda: waiting(server) == taken)
            full = memory(server)
            for n in range(8):
                refused = post(server, body_of(an_event(f"late-{n}", payload=text)), chunked=n % 2 == 1)
                assert refused == (429, "2")
            assert memory(server) < full + 2 * LARGE
            assert server.get("/api/v1/health")[0] == 200  # it still answers everybody else
            sent.append(clients.submit(post, server, small))  # there is room for this one
        assert outcome(sent) == [200] * (taken + 1)
    assert post(server, body_of(an_event("late-0", payload=text)))[0] == 200
    assert all_right(url, {*(f"large-{n}" for n in range(taken)), "small", "late-0"})


def test_too_many_events_are_refused_and_come_in_later(url: str, server: Running) -> None:
    # The same few events again and again: what is refused is how many wait, and storing them later is quick.
    batch = body_of([an_event(f"e{n % 50}") for n in range(MAX_EVENTS)])
    taken = WAITING_LIMIT // MAX_EVENTS
    assert taken * len(batch) < ROOM_BYTES
    with ThreadPoolExecutor(taken) as clients:
        with held_up(url):
            sent = [clients.submit(post, server, batch) for _ in range(taken)]
            until(lambda: waiting(server) == WAITING_LIMIT)
            assert post(server, body_of(an_event("late"))) == (429, "2")
            assert post(server, batch) == (429, "2")
        assert outcome(sent) == [200] * taken
    assert post(server, body_of(an_event("late")))[0] == 200
    assert all_right(url, {*(f"e{n}" for n in range(50)), "late"})
