"""Connections on the database servers: the same tables, leases and transactions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from tests.corner.corner_shop import sign
from tests.corner.shop import SECRET, Shop
from tests.engines import SERVERS
from tests.services.connections.conftest import Clock, connected
from waypost.services.app import Waypost
from waypost.services.connections import Connections, deliver, health, manage, pull


@pytest.fixture(params=SERVERS)
def us(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connections]:
    """Connections over a database server, whose key comes from the environment."""
    monkeypatch.setenv("WAYPOST_SECRET_KEY", "k" * 40)
    with Waypost.open(request.getfixturevalue(request.param)) as waypost:
        waypost.connections = connected(waypost, Clock())
        yield waypost.connections


def test_pulls_deliveries_leases_and_quarantine(us: Connections, shop: Shop) -> None:
    shop.sell(12)
    del shop.orders[3]["history"]
    manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    source = manage.start(us, "corner-shop", "ada")
    got: list[str] = []
    threads = [threading.Thread(target=_want, args=(us, source.id, f"p{n}", got)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    run = pull.run_once(us, us.find("corner-shop"))
    assert (run.code, run.pages, run.tally.refused) == (None, 2, 1)
    again = pull.lease(us, source.id, "again")
    assert again is not None
    assert pull.run_once(us, again).tally.accepted == 0
    shop.sell(1)
    body = json.dumps(shop.orders[-1]).encode()
    headers = {"x-corner-signature": sign(body, SECRET)}
    assert deliver.receive(us, "corner-shop", headers, body).status == "stored"
    assert deliver.receive(us, "corner-shop", headers, body).status == "duplicate"
    assert health.of(us, us.find("corner-shop")).quarantined == 1
    assert us.waypost.current().n == 12
    assert manage.reseal(us, "ada") == 1
    manage.remove(us, "corner-shop", "ada")
    assert us.listing() == []


def _want(us: Connections, source_id: int, name: str, got: list[str]) -> None:
    if pull.lease(us, source_id, name) is not None:
        got.append(name)
