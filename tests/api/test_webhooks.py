"""Deliveries of partners over real HTTP: only what is signed is read, and what is answered is stored."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.connectors.shopify import shop as shopify
from tests.corner.corner_shop import sign
from tests.corner.shop import SECRET, Shop, registry
from tests.worlds import sqlite_copy
from waypost.api.context import AccessContext
from waypost.api.edge import build_edge
from waypost.api.webhooks import MAX_BYTES
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.connections import Connections, deliver, health, manage, trial


@dataclass
class Door:
    """A server that takes deliveries."""

    waypost: Waypost
    port: int

    @property
    def us(self) -> Connections:
        return self.waypost.connections

    def send(self, body: bytes, key: str = "corner-shop", secret: str = SECRET, **headers: str) -> tuple[int, Any, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            given = {"X-Corner-Signature": sign(body, secret), "X-Corner-Topic": "orders"}
            connection.request("POST", f"/api/v1/webhooks/{key}", body, {**given, **headers})
            answer = connection.getresponse()
            text = answer.read().decode()
            parsed = json.loads(text) if answer.headers["content-type"].startswith("application/json") else text
            return answer.status, parsed, answer.headers
        finally:
            connection.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    waypost = Waypost(sqlite_copy(tmp_path))
    waypost.journeys.install_shipped(now_us())
    waypost.connections = Connections(waypost, registry())
    app = build_edge(waypost, AccessContext.open(waypost.engine))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", proxy_headers=False))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    yield Door(waypost, listener.getsockname()[1])
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def shop(door: Door) -> Shop:
    """The shop as a connection that runs; it only delivers here."""
    shop = Shop(port=9)
    manage.add(door.us, "corner_shop", "Corner shop", shop.settings(), "ada")
    manage.start(door.us, "corner-shop", "ada")
    return shop


def order(shop: Shop, **changes: Any) -> bytes:
    shop.sell(1, **changes)
    return json.dumps(shop.orders[-1]).encode()


def test_a_signed_delivery_is_stored_before_its_answer(door, shop):
    status, told, _ = door.send(order(shop))
    assert (status, told["status"], told["accepted"]) == (200, "stored", 4)
    assert door.waypost.current().n == 1
    (row,) = health.deliveries(door.us.engine, door.us.find("corner-shop"))
    assert (row.status, row.events, row.topic) == ("stored", 4, "orders")
    assert health.of(door.us, door.us.find("corner-shop")).per_hour == 4


def test_the_same_delivery_again_is_a_duplicate_and_changes_nothing(door, shop):
    body = order(shop)
    door.send(body)
    status, told, _ = door.send(body, **{"X-Corner-Delivery": "another-id"})
    assert (status, told["status"], told["accepted"]) == (200, "duplicate", 0)
    (row,) = health.deliveries(door.us.engine, door.us.find("corner-shop"))
    assert row.repeats == 1
    status, told, _ = door.send(body, **{"X-Corner-Topic": "another"})
    assert (status, told["accepted"], told["duplicate"]) == (200, 0, 4)


@pytest.mark.parametrize("wrong", ["forged", "altered", "none", "other secret"])
def test_what_is_not_signed_is_refused_unread_and_counted(door, shop, wrong):
    body = order(shop)
    secret = "not-the-secret" if wrong == "other secret" else SECRET
    given = {"forged": "0" * 64, "none": "", "altered": sign(body, SECRET)}.get(wrong, sign(body, secret))
    sent = body.replace(b"C-0001", b"C-0002") if wrong == "altered" else body
    status, told, headers = door.send(sent, **{"X-Corner-Signature": given})
    assert (status, told) == (401, "The signature does not fit.\n")
    assert headers["content-type"].startswith("text/plain")
    assert door.waypost.current().n == 0
    assert health.inputs(door.us.engine, "corner-shop") == []
    assert door.us.find("corner-shop").forged == 1


def test_a_truncated_delivery_without_a_fitting_signature_is_forged_and_with_one_is_kept(door, shop):
    body = order(shop)
    half = body[: len(body) // 2]
    assert door.send(half, **{"X-Corner-Signature": sign(body, SECRET)})[0] == 401
    status, told, _ = door.send(half)
    assert (status, told["status"], told["quarantined"]) == (422, "quarantined", 1)
    (held,) = health.inputs(door.us.engine, "corner-shop")
    assert held.raw.encode() == half
    assert door.send(half)[1]["status"] == "duplicate"


def test_a_delivery_in_quarantine_is_repaired_and_replayed_with_its_headers(door, shop):
    body = order(shop)
    door.send(body[:-1])
    (held,) = health.inputs(door.us.engine, "corner-shop")
    from waypost.services import quarantine

    assert quarantine.replay(door.waypost, held.id, "ada", held.raw + "}") == "accepted"
    assert door.waypost.current().n == 1


def test_too_many_wrong_signatures_from_one_address_are_not_looked_at_any_more(door, shop):
    body = order(shop)
    for _ in range(30):
        assert door.send(body, secret="wrong")[0] == 401
    status, _, headers = door.send(body)
    assert status == 429
    assert 0 < int(headers["retry-after"]) <= 60
    assert door.us.find("corner-shop").forged == 30


def test_a_delivery_of_shopify_is_taken_once_and_never_when_forged_old_or_cut_off(door):
    us, body = door.us, json.dumps(shopify.order()).encode()
    us.clock = lambda: shopify.NOW
    manage.add(us, "shopify", "Kites", shopify.SETTINGS, "ada")
    manage.start(us, "kites", "ada")

    def send(body: bytes, **headers: str) -> tuple[int, Any]:
        return door.send(body, key="kites", **{**shopify.delivery(body), **headers})[:2]

    signed = shopify.delivery(body)["X-Shopify-Hmac-SHA256"]
    half = body[: len(body) // 2]
    assert send(half, **{"X-Shopify-Hmac-SHA256": signed})[0] == 401
    assert send(body, **{"X-Shopify-Hmac-SHA256": signed[::-1]})[0] == 401
    assert send(body, **{"X-Shopify-Triggered-At": "2026-10-01T10:00:00Z"})[0] == 401
    assert send(body, **{"X-Shopify-Shop-Domain": "another.myshopify.com"})[0] == 401
    assert door.waypost.current().n == 0
    status, told = send(body)
    assert (status, told["status"]) == (200, "stored")
    assert told["accepted"] > 3
    assert door.waypost.current().n == 1
    for again in ({}, {"X-Shopify-Webhook-Id": "another"}, {"X-Shopify-Topic": "orders/paid"}):
        status, told = send(body, **again)
        assert (status, told["accepted"]) == (200, 0)
    assert send(half)[0] == 422
    assert [held.raw for held in health.inputs(us.engine, "kites")] == [half.decode()]
    assert us.find("kites").forged == 4


def test_nobody_learns_which_connections_there_are(door, shop):
    manage.add(door.us, "corner_shop", "Gone", shop.settings(), "ada")
    manage.remove(door.us, "gone", "ada")
    assert door.send(b"{}", key="nothing")[:2] == door.send(b"{}", key="gone")[:2] == (404, "Nobody is here.\n")


def test_a_body_beyond_the_limit_is_not_read_to_its_end(door, shop):
    with contextlib.suppress(ConnectionError):  # the server may close the door while we are still sending
        assert door.send(b"x" * (MAX_BYTES + 1))[0] == 413
    assert door.us.find("corner-shop").forged == 0


def test_a_paused_connection_asks_to_come_back(door, shop):
    manage.pause(door.us, "corner-shop", "ada")
    status, _, headers = door.send(order(shop))
    assert (status, headers["retry-after"]) == (503, "300")
    manage.start(door.us, "corner-shop", "ada")
    assert door.send(json.dumps(shop.orders[-1]).encode())[0] == 200


def test_what_comes_before_the_start_is_the_sample_and_is_stored_at_the_start(door, shop):
    manage.add(door.us, "corner_shop", "Second shop", shop.settings(), "ada")
    status, told, _ = door.send(order(shop), key="second-shop")
    assert (status, told["status"]) == (200, "sample")
    assert door.waypost.current().n == 0
    source = door.us.find("second-shop")
    assert len(deliver.kept(door.us, source)) == 1
    found = trial.sample(door.us, source)
    assert found is not None
    assert found.found is not None
    assert found.found.row.subject.ref == "C-0001"
    manage.start(door.us, "second-shop", "ada")
    assert door.waypost.current().n == 1
    assert deliver.kept(door.us, source) == []


def test_the_same_delivery_many_times_at_once_is_stored_once(door, shop):
    body = order(shop)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(door.send(body)[1])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told["accepted"] for told in answers) == 4
    assert len(health.deliveries(door.us.engine, door.us.find("corner-shop"))) == 1


def test_other_methods_and_paths_below_it_are_no_way_in(door):
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    connection.request("GET", "/api/v1/webhooks/corner-shop")
    assert connection.getresponse().status in (404, 405)
    connection.close()
