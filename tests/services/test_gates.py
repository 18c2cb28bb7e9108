"""Releasing orders at gates: a statement in the order's history, a row in the audit log, and nothing for customers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import parted
from tests.journeys.boards.worlds import returns
from tests.running import running
from tests.worlds import carries, said, scan, us
from waypost.access import audit
from waypost.cli.app import app
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY
from waypost.journeys.boards import edit
from waypost.journeys.boards.compile import compile_board
from waypost.services import gates, ingest, order, story, verify
from waypost.services.app import Waypost
from waypost.services.gates import gates_of

MONDAY = "2026-03-02T01:00:00Z"


class Shop:
    """A Waypost in which two orders are worth so much that a gate holds them."""

    def __init__(self, waypost: Waypost) -> None:
        self.waypost = waypost
        waypost.clock = lambda: us(MONDAY) + DAY
        waypost.journeys.publish(parted.parted(), by="test", now=us("2026-01-01T00:00:00Z"))
        for n in (1, 2):
            told = {"value": 900, "channel": "web"}
            self.send(said(f"order/{n}", "order.created", MONDAY, attributes=told))
            self.send(said(f"order/{n}", "payment.captured", MONDAY))

    def send(self, *events: dict[str, Any]) -> None:
        """Store events."""
        reading = ingest.read_body(json.dumps(list(events)).encode(), self.waypost.vocabulary, self.waypost.now())
        self.waypost.submit(reading.said, reading.refused).result(60)

    def key(self, ref: str) -> int:
        """An order by its number."""
        return order.find_order(self.waypost.engine, self.waypost.current(), ref)

    def cause(self, ref: str) -> str | None:
        """What an order's level comes from."""
        view = self.waypost.current()
        return view.row(view.places_of([self.key(ref)])[0]).cause

    def states(self, ref: str) -> list[tuple[str, str, str | None]]:
        """The gates of an order."""
        return [(gate.id, gate.state, gate.by) for gate in gates_of(self.waypost.current(), self.key(ref))]


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    with Waypost.open(sqlite_url) as waypost:
        yield Shop(waypost)


@pytest.fixture
def each_shop(store_url: str) -> Iterator[Shop]:
    with Waypost.open(store_url) as waypost:
        yield Shop(waypost)


def test_releasing_and_holding_again_on_every_store(each_shop: Shop) -> None:
    shop = each_shop
    assert (shop.cause("1"), shop.states("1")) == ("check", [("check", "held", None)])
    gates.release(shop.waypost, shop.key("1"), "check", "ann", "called the buyer")
    assert (shop.cause("1"), shop.states("1")) == ("shipping", [("check", "released", "ann")])
    assert shop.cause("2") == "check"
    # In the same microsecond: what is said later counts.
    gates.hold(shop.waypost, shop.key("1"), "check", "bob", "wrong order")
    assert (shop.cause("1"), shop.states("1")) == ("check", [("check", "held", None)])
    log = [(row.actor, row.action, row.object, row.detail) for row in audit.recent(shop.waypost.engine)][:2]
    assert log == [
        ("bob", "gate.held", "order/1", {"gate": "check", "reason": "wrong order"}),
        ("ann", "gate.released", "order/1", {"gate": "check", "reason": "called the buyer"}),
    ]
    assert verify.verify(shop.waypost.engine).differences == 0


@pytest.mark.parametrize(
    ("ref", "gate", "reason", "field"),
    [("1", "check", " ", "reason"), ("1", "check", "x" * 501, "reason"), ("1", "nowhere", "why", "gate")],
)
def test_what_is_no_release_changes_nothing(shop: Shop, ref: str, gate: str, reason: str, field: str) -> None:
    with pytest.raises(FieldError) as refused:
        gates.release(shop.waypost, shop.key(ref), gate, "ann", reason)
    assert refused.value.field == field
    with pytest.raises(FieldError):
        gates.hold(shop.waypost, shop.key(ref), "check", "ann", "it is held already")
    with pytest.raises(NotFound):
        gates.release(shop.waypost, 10**9, "check", "ann", "why")
    assert shop.states("1") == [("check", "held", None)]
    assert [row for row in audit.recent(shop.waypost.engine) if row.action.startswith("gate.")] == []


def test_what_passed_although_it_was_held_is_said(shop: Shop) -> None:
    shop.send(scan("parcel/1", "linehaul.picked_up", "2026-03-02T05:00:00Z", links=carries("order/1")))
    assert shop.states("1") == [("check", "passed", None)]
    with pytest.raises(FieldError):
        gates.release(shop.waypost, shop.key("1"), "check", "ann", "too late")


def test_customers_never_read_of_gates(shop: Shop) -> None:
    def read() -> str:
        view, key = shop.waypost.current(), shop.key("1")
        found = order.order_journey(shop.waypost.engine, view, key)
        journey = view.journeys[parted.PARTED].version.journey
        assert "check" in [node.id for node in found.spans] or "released" in {g.state for g in gates_of(view, key)}
        return str(story.tell(found, journey, shop.waypost.vocabulary, view.now))

    before = read()
    gates.release(shop.waypost, shop.key("1"), "check", "ann", "called the buyer")
    assert read() == before


def test_a_return_is_released_at_the_gate_of_its_board(shop: Shop) -> None:
    journey = compile_board(edit.configure(returns(priority=99), "desk", {"name": "Desk"}))
    shop.waypost.journeys.publish(journey.as_json(), by="test", now=us("2026-01-01T00:00:00Z"))
    links = [{"rel": "returns", "to": "order/2"}]
    asked = said("return/R", "return.requested", MONDAY, "service.example", attributes={"value": 9_000}, links=links)
    shop.send(asked, said("return/R", "return.approved", MONDAY, "service.example", links=links))
    engine, view = shop.waypost.engine, shop.waypost.current()
    key = gates.find(engine, view, "R")
    assert key == gates.find(engine, view, "return/R") != shop.key("R") == shop.key("2")
    assert [(gate.id, gate.state) for gate in gates_of(view, key)] == [("watch", "held")]
    before = shop.states("2")
    gates.release(shop.waypost, key, "watch", "ann", "spoke with the buyer")
    (gate,) = gates_of(shop.waypost.current(), key)
    assert (gate.state, gate.by, gate.reason) == ("released", "ann", "spoke with the buyer")
    assert shop.states("2") == before, "the order has gates of its own"
    assert [(e.actor, e.object) for e in audit.recent(engine, 1)] == [("ann", "return/R")]
    gates.hold(shop.waypost, key, "watch", "bob", "they called again")
    assert [gate.state for gate in gates_of(shop.waypost.current(), key)] == ["held"]
    assert verify.verify(engine).differences == 0


def test_over_http_and_by_command_line(sqlite_url: str) -> None:
    with Waypost.open(sqlite_url) as waypost:
        Shop(waypost)
    with running(sqlite_url) as server:
        path = "/api/v1/orders/1/gates/check/release"
        assert server.post(path, {"why": "no reason"})[0] == 422
        assert server.post("/api/v1/orders/1/gates/check/open", {"reason": "why"})[0] == 404
        status, found = server.post(path, {"reason": "called"})
        assert (status, [gate["state"] for gate in found["gates"]]) == (200, ["released"])
        assert server.get("/api/v1/orders/1")[1]["gates"][0]["reason"] == "called"
        assert server.post(path, {"reason": "again"})[0] == 422
    arguments = ["gates", "release", "2", "check", "--reason", "fine", "--db", sqlite_url, "--json"]
    done = CliRunner().invoke(app, arguments)
    assert json.loads(done.output)["gates"][0]["by"] == "cli"
    listed = CliRunner().invoke(app, ["gates", "list", "2", "--db", sqlite_url, "--json"])
    assert [gate["state"] for gate in json.loads(listed.output)["gates"]] == ["released"]
