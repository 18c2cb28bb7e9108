"""kill -9 of a real server while clients post: whatever was answered is there, exactly once."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.running import Running, make_key, running
from waypost.services.verify import verify
from waypost.store.engine import open_engine
from waypost.store.schema import event

ROUNDS = int(os.environ.get("WAYPOST_KILL_ROUNDS", "5"))
CLIENTS = 8


def posted(round_: int, client: int, n: int) -> dict[str, Any]:
    """The n-th event of a client: about few orders, so that rounds and clients meet in one state."""
    return {
        "specversion": "1.0",
        "id": f"{round_}-{client}-{n}",
        "source": f"client-{client}",
        "type": ("order.created", "payment.captured", "linehaul.picked_up")[n % 3],
        "subject": f"order/{n % 40}",
        "time": f"2026-11-{1 + n % 20:02d}T{n % 24:02d}:00:00Z",
    }


def test_nothing_acknowledged_is_lost(store_url: str, tmp_path: Path) -> None:
    key = make_key(store_url)
    acknowledged: list[str] = []
    dice = random.Random(20261123)
    for round_ in range(ROUNDS):
        with running(store_url, key=key) as server:
            stop = threading.Event()
            clients = [
                threading.Thread(target=_client, args=(server, round_, i, acknowledged, stop)) for i in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            threading.Event().wait(dice.uniform(0.3, 1.2))
            if round_ % 2:  # first the process that stores, in the middle of a transaction
                for child in server.children():
                    os.kill(child, signal.SIGKILL)
                threading.Event().wait(dice.uniform(0.0, 0.6))
            server.process.kill()
            stop.set()
            for client in clients:
                client.join()
    engine = open_engine(store_url)
    with engine.connect() as connection:
        stored = Counter(id_ for (id_,) in connection.execute(sa.select(event.c.event_id)))
    assert acknowledged, "the clients never got an answer"
    assert [id_ for id_ in acknowledged if stored[id_] != 1] == []
    assert max(stored.values()) == 1
    assert verify(engine).differences == 0
    engine.dispose()


def _client(server: Running, round_: int, client: int, acknowledged: list[str], stop: threading.Event) -> None:
    n = 0
    while not stop.is_set():
        batch = [posted(round_, client, n + i) for i in range(1 + n % 7)]
        try:
            status, answer = server.call("POST", "/api/v1/events", json.dumps(batch).encode())
        except (OSError, http.client.HTTPException):
            return
        if status == 200:
            acknowledged.extend(r["id"] for r in answer["results"] if r["status"] == "accepted")
        n += len(batch)
