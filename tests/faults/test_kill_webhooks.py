"""kill -9 while webhooks go out: every event arrives, in order, and a repetition is the same message."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.receiver import Message, receiver
from tests.running import make_key, running
from tests.worlds import said
from waypost.services.app import Waypost
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft

PAID = "2026-03-01T09:00:00Z"
ROUNDS, EVENTS = 3, 60


def _at_least(n: int, got: list[Message]) -> bool:
    return len({message.id for message in got}) >= n


def test_a_killed_server_loses_no_message(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    key = make_key(url)
    with receiver() as hook:
        with Waypost.open(url) as waypost:
            manage.add(waypost, Draft("warehouse", hook.url, mode="single"), "test")
        for number in range(ROUNDS):
            with running(url, "worker", key) as server:
                first = number * EVENTS
                events = [said(f"order/{n}", "payment.captured", PAID) for n in range(first, first + EVENTS)]
                assert server.post("/api/v1/events", events)[0] == 200
                # In the middle: some of this round have come, the others are stored and wait.
                hook.wait(partial(_at_least, first + 5))
                server.process.kill()
        with running(url, "worker", key):
            hook.wait(partial(_at_least, ROUNDS * EVENTS))
        ids = [message.events[0]["id"] for message in hook.messages]
        once = list(dict.fromkeys(ids))
        assert once == [f"event-{n}" for n in range(1, ROUNDS * EVENTS + 1)]
        # What came twice came directly after itself: nothing was overtaken.
        assert len([1 for one, other in pairwise(ids) if one != other]) == len(once) - 1
        same = {message.id: message.body for message in hook.messages}
        assert len(same) == len(once)
        assert all(same[message.id] == message.body for message in hook.messages)
    with Waypost.open(url) as waypost:
        (held,) = model.listing(waypost.engine)
        assert model.backlog(waypost.engine)[held.key] == 0
