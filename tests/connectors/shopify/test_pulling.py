"""Pulling a shop: no gap and no repeat, also over lists that do not fit and orders that change meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.shopify import queries
from tests.connectors.shopify.shop import NOW, Shop, connector, graphql, parse
from waypost.connect.contract import Context
from waypost.connect.errors import BadCredentials, Forbidden, NotUsable, TooLarge
from waypost.domain.errors import DocumentError
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import load

OLD = {"first_days": 3650}  # the tests' orders have fixed dates


def pull(shop: Shop, cursor: str | None = None, **settings: Any) -> tuple[dict[str, Statement], list[Refusal], str]:
    """Everything that one pull brings, by event id."""
    made = connector(**{**OLD, **settings})
    said: dict[str, Statement] = {}
    refused: list[Refusal] = []
    for page in made.pull(cursor, shop.transport):
        cursor = page.cursor
        for item in made.parse(page.material, Context(NOW, load())):
            if isinstance(item, Refusal):
                refused.append(item)
            else:
                said[item.event_id] = item
    assert cursor is not None
    return said, refused, cursor


def orders(count: int) -> list[dict[str, Any]]:
    return [graphql(7000 + n, f"2026-11-21T09:{n:02}:00Z") for n in range(count)]


def placed(said: dict[str, Statement]) -> set[str]:
    return {s.subject.ref for s in said.values() if s.word == "order:created" and s.subject.kind == 0}


def test_all_pages_are_read_and_the_second_pull_says_nothing_new() -> None:
    shop = Shop(orders(25))
    said, refused, cursor = pull(shop)
    assert refused == []
    assert placed(said) == {str(7000 + n) for n in range(25)}
    again, _, _ = pull(shop, cursor)
    assert again.keys() <= said.keys()
    assert len(placed(again)) == 11  # the ten minutes that it looks back, and the newest itself


def test_a_pull_that_breaks_off_goes_on_where_it_stood() -> None:
    shop, made = Shop(orders(25)), connector(**OLD)
    first = next(iter(made.pull(None, shop.transport)))
    said, _, _ = pull(shop, first.cursor)
    assert placed(said) == {str(7000 + n) for n in range(10, 25)}


def test_an_order_that_changes_while_pages_are_read_is_not_lost() -> None:
    shop, made = Shop(orders(25)), connector(**OLD)
    pages = made.pull(None, shop.transport)
    next(pages)
    shop.orders[0]["updated_at"], shop.orders[0]["financial_status"] = "2026-11-21T10:00:00Z", "REFUNDED"
    shop.orders[15]["updated_at"] = "2026-11-21T10:01:00Z"
    words = {s.word for page in pages for s in made.parse(page.material, Context(NOW, load())) if s.subject}
    assert "financial_status:refunded" in words


def test_changes_come_with_the_next_pull() -> None:
    shop = Shop(orders(3))
    said, _, cursor = pull(shop)
    shop.orders[0].update(updated_at="2026-11-21T12:00:00Z", cancelled_at="2026-11-21T12:00:00Z", cancel_reason="FRAUD")
    fresh = {key: s for key, s in pull(shop, cursor)[0].items() if key not in said}
    assert [(s.subject.ref, s.code) for s in fresh.values()] == [("7000", "order.cancelled")]


def test_webhook_and_pull_say_the_same_under_the_same_ids() -> None:
    shop = Shop(orders(1))
    said, _, _ = pull(shop)
    sent = {
        "id": 7000, "name": "#7000", "created_at": "2026-11-20T10:00:00+01:00", "updated_at": "2026-11-21T09:00:00Z",
        "currency": "EUR", "total_price": "129.90", "financial_status": None,
        "shipping_address": {"city": "Bremen", "country_code": "DE"}, "shipping_lines": [{"title": "Standard"}],
        "line_items": [{"id": 70001, "sku": "KITE-70001", "name": "Kite 70001", "quantity": 1}],
    }  # fmt: skip
    assert {s.event_id for s in parse({"order": sent})[0]} <= said.keys()


def _long(count: int) -> dict[str, Any]:
    lines = [{"id": f"gid://shopify/LineItem/{n}", "sku": "K", "name": "Kite", "quantity": 1} for n in range(count)]
    load_ = [{"quantity": 1, "line_item": {"id": f"gid://shopify/LineItem/{n}"}} for n in range(count)]
    events = [
        {"id": f"gid://shopify/FulfillmentEvent/{n}", "status": "IN_TRANSIT", "happened_at": "2026-11-21T08:00:00Z"}
        for n in range(count)
    ]
    parcels = [
        {
            "id": str(n), "gid": f"gid://shopify/Fulfillment/{n}", "status": "SUCCESS",
            "created_at": "2026-11-21T08:00:00Z", "updated_at": "2026-11-21T08:00:00Z",
            "tracking_info": [{"number": f"1Z{n}", "company": "UPS"}], "line_items": load_ if n == 0 else [],
            "events": events if n == 0 else [],
        }
        for n in range(count)
    ]  # fmt: skip
    back = [{"quantity": 1, "restock_type": "CANCEL", "line_item": {"id": f"gid://shopify/LineItem/{n}"}}
            for n in range(count)]  # fmt: skip
    refund = {"id": "4", "gid": "gid://shopify/Refund/4", "created_at": "2026-11-21T08:00:00Z",
              "refund_line_items": back}  # fmt: skip
    returned = {
        "id": "gid://shopify/Return/6", "gid": "gid://shopify/Return/6", "name": "#1-R1", "status": "OPEN",
        "created_at": "2026-11-21T08:00:00Z", "closed_at": None,
        "return_line_items": [{"quantity": 1, "fulfillment_line_item": {"line_item": entry["line_item"]}}
                              for entry in load_],
    }  # fmt: skip
    return graphql(7000, "2026-11-21T09:00:00Z", line_items=lines, fulfillments=parcels, refunds=[refund],
                   returns=[returned])  # fmt: skip


def test_lists_that_do_not_fit_are_fetched_to_their_end() -> None:
    said, refused, _ = pull(Shop([_long(23)]))
    assert refused == []
    words = [s.word for s in said.values()]
    assert words.count("line_item:created") == 23
    assert words.count("fulfillment.status:success") == 23
    assert words.count("shipment_status:in_transit") == 23
    assert words.count("restock_type:cancel") == 23
    carried = next(s for s in said.values() if s.event_id == "fulfillment/0/success")
    assert len(carried.links) == 23
    returned = next(s for s in said.values() if s.word == "return:created")
    assert len(returned.links) == 23


def test_a_list_longer_than_shopify_gives_is_told_not_cut_in_silence() -> None:
    moves = [
        {"id": f"gid://shopify/OrderTransaction/{n}", "kind": "SALE", "status": "FAILURE",
         "processed_at": "2026-11-21T08:00:00Z"}
        for n in range(300)
    ]  # fmt: skip
    said, refused, _ = pull(Shop([graphql(7000, "2026-11-21T09:00:00Z", transactions=moves)]))
    assert [s.word for s in said.values()].count("transaction:sale.failure") == 250
    assert [r.field for r in refused] == ["order/7000.transactions"]


def test_a_page_that_is_too_dear_is_asked_for_in_smaller_ones() -> None:
    shop = Shop(orders(7), dear=3)
    assert len(placed(pull(shop)[0])) == 7
    assert [asked["variables"]["first"] for asked in shop.asked] == [10, 5, 2, 2, 2, 2]
    with pytest.raises(TooLarge):
        pull(Shop(orders(1), dear=0))


def test_places_and_returns_are_left_out_where_the_plan_does_not_allow_them() -> None:
    shop = Shop(orders(1))
    pull(shop, read_places=False, read_returns=False)
    assert "shippingAddress" not in shop.asked[0]["query"]
    assert "returns(" not in shop.asked[0]["query"]
    assert "city" not in shop.asked[0]["query"]


@pytest.mark.parametrize("places", [True, False])
def test_every_query_is_graphql(places: bool) -> None:
    graphql_core = pytest.importorskip("graphql")  # comes with the tools that test our own interface
    asked = [queries.page(places, returns) for returns in (True, False)]
    asked += [queries.whole(name, 50, places) for name in queries.FLAT]
    asked += [queries.rest_of(name, places) for name in ("line_items", "returns", "load", "events")]
    asked += [queries.rest_of(name, places) for name in ("refund_line_items", "return_line_items")]
    for query in asked:
        assert graphql_core.parse(query).definitions
        assert ("latitude" in query) == (places and "happenedAt" in query)


def test_an_empty_shop_is_one_empty_page() -> None:
    made, shop = connector(**OLD), Shop([])
    pages = list(made.pull(None, shop.transport))
    assert len(pages) == 1
    assert list(made.parse(pages[0].material, Context(NOW, load()))) == []


@pytest.mark.parametrize("cursor", ["", "{}", "[1]", "null", '{"since": "x", "newest": 1}', "7"])
def test_a_strange_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(DocumentError, match="no cursor"):
        next(iter(connector().pull(cursor, Shop([]).transport)))


def test_the_test_call_says_what_is_wrong() -> None:
    connector().test(Shop([]).transport)
    with pytest.raises(BadCredentials):
        connector(access_token="wrong").test(Shop([]).transport)
    lacking, other, newer = Shop([]), Shop([]), Shop([])
    lacking.scopes = ["read_products"]
    with pytest.raises(Forbidden, match="read_orders"):
        connector().test(lacking.transport)
    other.domain = "other.myshopify.com"
    with pytest.raises(NotUsable, match="belongs to other"):
        connector().test(other.transport)
    newer.version = "2027-01"  # Shopify moves a version that it no longer serves forward in silence
    with pytest.raises(NotUsable, match="2027-01"):
        connector().test(newer.transport)


@pytest.mark.parametrize(
    "shop", ["kites", "https://evil.example", "kites.myshopify.com.evil.example", "a b.myshopify.com"]
)
def test_only_a_shop_at_shopify_is_called(shop: str) -> None:
    with pytest.raises(DocumentError) as refused:
        connector(shop=shop)
    assert refused.value.field == "shop"


def test_the_cursor_is_small() -> None:
    _, _, cursor = pull(Shop(orders(25)))
    assert json.loads(cursor)["after"] is None
    assert len(cursor) < 120


@pytest.mark.parametrize("shop", ["https://kite-store.myshopify.com/admin", " Kite-Store.myshopify.com "])
def test_an_address_from_the_browser_will_do(shop: str) -> None:
    connector(shop=shop).test(Shop([]).transport)
