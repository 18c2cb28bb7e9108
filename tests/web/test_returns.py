"""Returns wherever orders are shown: on the tower, in the list, on the order's own page."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.scene import NOW, Clock
from tests.web.test_pages import column, drawn, texts
from tests.worlds import carries, said, scan
from waypost.services import ingest
from waypost.web import export


def tell(shop: Any, *events: dict[str, Any]) -> None:
    reading = ingest.read_body(json.dumps(list(events)).encode(), shop.vocabulary, NOW)
    assert reading.refused == []
    shop.submit(reading.said).result(60)


@pytest.fixture
def busy(shop: Any) -> Any:
    """The scene, where A-1 is exchanged for A-1X too, and gets a replacement parcel."""
    at = Clock(NOW)
    back = [{"rel": "returns", "to": "order/A-1"}]
    tell(
        shop,
        said("return/R-1", "return.exchange_requested", at.ago(4), links=back),
        said("return/R-1", "return.approved", at.ago(3.9)),
        scan("return/R-1", "return.received", at.ago(3)),
        said("order/A-1X", "order.created", at.ago(1), links=[{"rel": "exchanges", "to": "order/A-1"}]),
        said("order/A-1X", "payment.captured", at.ago(1)),
        scan("parcel/P-9", "linehaul.picked_up", at.ago(0.5),
             links=[*carries("order/A-1"), {"rel": "exchanges", "to": "order/A-1"}]),
    )  # fmt: skip
    return shop


def test_the_tower_shows_the_stages_of_returns_with_links(busy, visit):
    app = visit("control_tower")
    stages = {stage["id"]: stage for stage in drawn(app, "stage_river", 1)["stages"]}
    assert {name: stage["n"] for name, stage in stages.items()} == {
        "approval": 1, "handover": 0, "return_transit": 0, "inspection": 1, "settlement": 0,
    }  # fmt: skip
    assert stages["inspection"]["yellow"] == 1
    assert "returns=inspection" in stages["inspection"]["hrefs"]["all"]
    (line,) = [html.proto.body for html in app.get("html") if 'data-testid="wp-returns"' in html.proto.body]
    assert "2 open returns" in line
    assert "1 refund or exchange due" in line


def test_the_time_that_returns_took_opens_their_orders(busy, visit):
    at = Clock(NOW)
    tell(
        busy,
        said("return/R-1", "return.inspected", at.ago(2)),
        said("return/R-1", "return.replacement_sent", at.ago(1)),
    )
    app = visit("control_tower")
    (line,) = [html.proto.body for html in app.get("html") if 'data-testid="wp-returns"' in html.proto.body]
    assert "Received to settled: half within 2 d" in line
    (href,) = re.findall(r'href="/orders\?([^"]*kpi=money_back[^"]*)"', line)
    app = visit("orders", **dict(parse_qsl(href.replace("&amp;", "&"))))
    assert column(app) == ["A-1"]
    assert "1 return in 1 order" in texts(app)


def test_a_shop_without_returns_shows_no_river_of_them(empty_shop, visit):
    tell(empty_shop, said("order/1", "order.created", Clock(NOW).ago(1)))
    app = visit("control_tower")
    assert len([e for e in app.get("bidi_component") if e.proto.component_name == "waypost_stage_river"]) == 1


@pytest.mark.parametrize(
    ("which", "orders"),
    [("any", {"A-1", "A-2"}), ("open", {"A-1", "A-2"}), ("due", {"A-1"}), ("approval", {"A-2"}), ("settlement", set())],
)
def test_the_list_is_narrowed_to_returns(busy, visit, which, orders):
    app = visit("orders", returns=which)
    assert set(column(app)) == orders


def test_a_row_says_what_comes_back_and_what_it_exchanges(busy, visit):
    marks = {row["order"]: row["mark"] for row in drawn(visit("orders"), "orders_table")["rows"]}
    assert marks["A-1"] == "Return: Inspection"
    assert marks["A-2"] == "Return: Approval"
    assert marks["A-1X"] == "Exchange for A-1"
    assert marks["A-3"] == ""
    marks = {row["order"]: row["mark"] for row in drawn(visit("orders", locale="zh-CN"), "orders_table")["rows"]}
    assert marks["A-1"] == "退货：退货质检"


def test_the_page_of_an_order_shows_its_return_as_a_journey(busy, visit):
    units = {unit["ref"]: unit for unit in drawn(visit("order", id="A-1"), "journey_map")["units"]}
    headings = {unit["heading"] for unit in units.values()}
    assert headings == {"Parcel", "Return", "Exchange order", "Replacement parcel"}
    nodes = {node["id"]: node for node in units["R-1"]["nodes"]}
    assert [node["state"] for node in nodes.values()] == ["done", "passed", "done", "late", "expected"]
    assert nodes["inspection"]["tier"] == "yellow"
    assert nodes["approval"]["dwell"]
    assert units["A-1X"]["chips"][0]["label"] == "Warehouse"


def test_the_exchange_says_what_it_is_for(busy, visit):
    chips = [chip["label"] for chip in drawn(visit("order", id="A-1X"), "order_head")["chips"]]
    assert "exchange for A-1" in chips


@pytest.mark.parametrize(("role", "covered"), [("viewer", True), ("operator", False)])
def test_the_events_of_an_order_can_be_taken_away_as_the_reader_may_see_them(shop, visit, monkeypatch, role, covered):
    sheets: list[Any] = []
    monkeypatch.setattr(export, "offer", lambda sheet, *_, **__: sheets.append(sheet))
    app = visit("order", role, id="A-1")
    assert not app.exception
    raw = export.to_csv(sheets[-1]).decode()
    assert sheets[-1].name == "events-A-1"
    assert ("13800138000" not in raw) is covered
    assert raw.count("\n") == 1 + len(drawn(app, "event_log", 1)["events"])


def test_a_list_too_long_for_memory_is_offered_as_a_stream(busy, visit, monkeypatch):
    from waypost.web import orders_view

    monkeypatch.setattr(orders_view, "STREAM_FROM", 3)
    app = visit("orders", status="open", channel="mall")
    (line,) = [found.value for found in app.markdown if "/api/v1/orders" in found.value]
    assert "status=open" in line
    assert "channel=mall" in line
    assert "format=parquet" in line
