"""What the console shows of gates, and releasing an order at one of them on its page."""

from __future__ import annotations

import json

import pytest

from tests import parted
from tests.journeys.boards.worlds import returns
from tests.scene import NOW
from tests.web.conftest import Visit
from tests.web.test_pages import drawn, texts
from tests.worlds import said
from waypost.domain.instants import DAY, SECOND, from_us
from waypost.journeys.boards import edit
from waypost.journeys.boards.compile import compile_board
from waypost.services import ingest
from waypost.services.app import Waypost

HOUR = 3_600 * SECOND


@pytest.fixture
def gated(empty_shop: Waypost) -> Waypost:
    """A shop in which one order is held."""
    empty_shop.journeys.publish(parted.parted(calendar="office"), by="test", now=NOW - 30 * DAY)
    when = from_us(NOW - 2 * HOUR).isoformat()
    for name, value in (("dear", 900), ("cheap", 9)):
        told = said(f"order/{name}", "order.created", when, attributes={"value": value, "channel": "web"})
        reading = ingest.read_body(json.dumps([told]).encode(), empty_shop.vocabulary, NOW)
        empty_shop.submit(reading.said, reading.refused).result(60)
    return empty_shop


def test_held_orders_are_said_to_be_held(gated: Waypost, visit: Visit) -> None:
    held, free = drawn(visit("orders", "operator"), "orders_table")["rows"]
    assert (held["order"], held["tier"], held["tier_word"], held["tier_icon"]) == ("dear", "red", "held", "lock")
    assert (held["detail"], held["due"], held["late"]) == ("Held at: Parted", "for 2 h", True)
    assert ("tier_icon" in free, free["order"]) == (False, "cheap")
    risk = drawn(visit("control_tower", "operator", journey=parted.PARTED), "at_risk")["rows"]
    assert [(row["order"], row["tier_word"], row["what"]) for row in risk] == [("dear", "held", "Held at: Parted")]


def test_an_operator_releases_and_holds_again(gated: Waypost, visit: Visit) -> None:
    app = visit("order", "operator", id="dear")
    assert [chip["icon"] for chip in drawn(app, "order_head")["chips"]] == ["lock"]
    assert "held for 2 h" in texts(app)
    app.button[0].click().run()
    assert [error.value for error in app.error] == ["Please say why."]
    app.text_area[0].input("saw *the* papers")
    app.button[0].click().run()
    assert "released by a\\-operator: saw \\*the\\* papers" in texts(app)
    assert drawn(app, "order_head")["chips"] == []
    assert app.button[0].label == "Hold again"
    app.text_area[0].input("no")
    app.button[0].click().run()
    assert "held for 2 h" in texts(app)


def test_a_return_is_released_on_the_page_of_its_order(gated: Waypost, visit: Visit) -> None:
    journey = compile_board(edit.configure(returns(priority=99), "desk", {"name": "Desk"}))
    gated.journeys.publish(journey.as_json(), by="test", now=NOW - 30 * DAY)
    when, links = from_us(NOW - 2 * HOUR).isoformat(), [{"rel": "returns", "to": "order/cheap"}]
    for code in ("return.requested", "return.approved"):
        told = said("return/R-1", code, when, "service.example", attributes={"value": 9_000}, links=links)
        reading = ingest.read_body(json.dumps([told]).encode(), gated.vocabulary, NOW)
        gated.submit(reading.said, reading.refused).result(60)
    app = visit("order", "operator", id="cheap")
    assert "Return R\\-1" in texts(app)
    app.text_area[0].input("agreed")
    app.button[0].click().run()
    assert "released by a\\-operator: agreed" in texts(app)


def test_viewers_see_gates_and_cannot_open_them(gated: Waypost, visit: Visit) -> None:
    app = visit("order", "viewer", "zh-CN", id="dear")
    assert "已拦截 2 小时" in texts(app)
    assert not app.button


def test_business_hours_are_named(gated: Waypost, visit: Visit) -> None:
    clocks = drawn(visit("order", "viewer", id="cheap"), "order_head")["clocks"]
    assert [clock["target"] for clock in clocks] == ["≤ 1 d of working time"]
