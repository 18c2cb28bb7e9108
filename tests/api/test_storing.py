"""A server whose events are stored by a process beside it: either of them may die at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harm import Clients, assert_kept
from tests.running import Running, running

PATIENCE_S = 30
ENOUGH = 60


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'edge.db'}"


def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def storing(server: Running, url: str) -> int:
    """The storing process, once it has opened the database."""
    database = url.removeprefix("sqlite:///")
    until(lambda: [pid for pid in server.children() if database in files(pid)])
    return server.children()[0]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def files(pid: int) -> set[str]:
    return {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}


def event(id_: str, **more: Any) -> dict[str, Any]:
    known = {"specversion": "1.0", "source": "shop", "type": "order.created", "subject": "order/1"}
    return {**known, "id": id_, "time": "2026-11-20T10:00:00Z", **more}


def test_a_killed_storing_process_is_replaced_and_loses_nothing(url: str) -> None:
    with running(url) as server:
        clients = Clients([server])
        gone = storing(server, url)
        with clients.posting():
            clients.wait_for(ENOUGH)
            os.kill(gone, signal.SIGKILL)
            until(lambda: server.children() not in ([], [gone]))
            other = storing(server, url)
            clients.wait_for(ENOUGH)
        assert runs(other)
        assert not runs(gone)
        assert set(clients.refused) <= {503}

        assert server.post("/api/v1/events", event("1"))[1] == {"id": "1", "status": "accepted"}
        assert server.post("/api/v1/events", event("1"))[1] == {"id": "1", "status": "duplicate"}
        mixed = [event("2", type="gone.fishing"), event("3", time="never"), event("4", data={"attributes": {"a": 1}})]
        answer = server.post("/api/v1/events", mixed)[1]
        assert [each["status"] for each in answer["results"]] == ["unmapped", "quarantined", "accepted"]
        carries = {"links": [{"rel": "carries", "to": "order/1"}]}
        parcel = event("5", subject="parcel/p", type="linehaul.picked_up", data=carries)
        assert server.post("/api/v1/events", parcel)[1]["status"] == "accepted"
    assert_kept(url, [*clients.acknowledged, "1", "2", "4", "5"])


def test_a_killed_server_takes_its_storing_process_along(url: str) -> None:
    with running(url) as server:
        child = storing(server, url)
        clients = Clients([server])
        with clients.posting():
            clients.wait_for(ENOUGH)
            server.process.kill()
            server.process.wait()
        until(lambda: not runs(child))
    assert_kept(url, clients.acknowledged)


def test_a_server_told_to_stop_stores_what_it_took(url: str) -> None:
    with running(url) as server:
        child = storing(server, url)
        clients = Clients([server])
        with clients.posting():
            clients.wait_for(ENOUGH)
            # Ctrl+C reaches both processes; the one beside ends when the server lets go of it.
            os.kill(child, signal.SIGINT)
            os.kill(child, signal.SIGTERM)
            clients.wait_for(ENOUGH)
            assert server.children() == [child]
            server.process.terminate()
            server.process.wait(PATIENCE_S)
        assert not runs(child)
    assert_kept(url, clients.acknowledged)
