"""A small shop of Shopify: an order as webhooks write it, and an interface that answers the connector's queries.

The interface holds its orders as the GraphQL aliases name them and cuts its lists into pages, so that whatever
the connector does not ask for, it does not get.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from waypost.connect.contract import Answer, Call, Context, build
from waypost.connect.material import Bodies
from waypost.connect.registry import discover
from waypost.connect.signing import hmac_base64
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import load

SHOP, TOKEN, SECRET = "kite-store.myshopify.com", "shpat_test", "hush-test"
SETTINGS = {"shop": SHOP, "access_token": TOKEN, "webhook_secret": SECRET}
NOW = 1_795_430_000_000_000  # 2026-11-23T10:33:20Z


def connector(**more: Any) -> Any:
    """The installed connector."""
    found = discover().get("shopify").connector
    assert found is not None
    return build(found, {**SETTINGS, **more})


def parse(body: Any, headers: Mapping[str, str] | None = None, **more: Any) -> tuple[list[Statement], list[Refusal]]:
    """What a body says, and what of it is refused."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    items = list(connector(**more).parse(Bodies({"body": raw}, headers), Context(NOW, load())))
    said = [item for item in items if isinstance(item, Statement)]
    return said, [item for item in items if isinstance(item, Refusal)]


def line(ref: int, quantity: int = 1) -> dict[str, Any]:
    """A line of an order."""
    return {"id": ref, "sku": f"KITE-{ref}", "name": f"Kite {ref}", "quantity": quantity}


def fulfillment(ref: int, lines: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A fulfilment that the merchant marked as shipped."""
    return {
        "id": ref, "order_id": 7001, "status": "success", "created_at": "2026-11-21T09:00:00+01:00",
        "updated_at": "2026-11-21T09:05:00+01:00", "tracking_company": "UPS", "tracking_numbers": [f"1Z{ref}"],
        "shipment_status": None, "line_items": lines, **more,
    }  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    """An order of two lines, paid, one of them sent."""
    return {
        "id": 7001, "name": "#1001", "created_at": "2026-11-20T10:00:00+01:00", "cancelled_at": None,
        "updated_at": "2026-11-21T09:05:00+01:00", "closed_at": None, "cancel_reason": None, "currency": "EUR",
        "total_price": "129.90", "financial_status": "paid", "fulfillment_status": "partial", "source_name": "web",
        "email": "kim@example.org", "shipping_address": {"city": "Bremen", "country_code": "DE", "name": "Kim Doe"},
        "shipping_lines": [{"title": "Standard"}], "line_items": [line(11, 2), line(12)], "refunds": [],
        "fulfillments": [fulfillment(501, [line(11, 2)])], **more,
    }  # fmt: skip


def delivery(body: bytes, topic: str = "orders/updated", **more: str) -> dict[str, str]:
    """The headers of a genuine delivery of these bytes, sent a minute ago."""
    return {
        "X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": SHOP, "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "X-Shopify-Event-Id": "98880550-7158",
        "X-Shopify-Triggered-At": "2026-11-23T10:32:20.123456789Z", "X-Shopify-Hmac-SHA256": hmac_base64(body, SECRET),
        **more,
    }  # fmt: skip


def graphql(ref: int, changed: str, **more: Any) -> dict[str, Any]:
    """An order as the interface holds it; its lists are cut into pages when it is asked for."""
    return {
        "id": str(ref), "gid": f"gid://shopify/Order/{ref}", "name": f"#{ref}", "created_at": "2026-11-20T09:00:00Z",
        "updated_at": changed, "cancelled_at": None, "cancel_reason": None, "closed_at": None,
        "financial_status": "PAID", "shipping_address": {"city": "Bremen", "country_code": "DE"},
        "total_price_set": {"shop_money": {"amount": "129.9", "currency_code": "EUR"}},
        "shipping_lines": {"nodes": [{"title": "Standard"}]},
        "line_items": [{**line(ref * 10 + 1), "id": f"gid://shopify/LineItem/{ref * 10 + 1}"}],
        "transactions": [{
            "id": f"gid://shopify/OrderTransaction/{ref}", "kind": "SALE", "status": "SUCCESS",
            "created_at": "2026-11-20T09:00:05Z", "processed_at": "2026-11-20T09:00:05Z",
        }],
        "fulfillments": [], "refunds": [], "returns": [], **more,
    }  # fmt: skip


_PAGED = ("line_items", "returns", "events", "refund_line_items", "return_line_items")
_FLAT = ("transactions", "fulfillments", "refunds")
_FIELDS = {"lineItems": "line_items", "fulfillmentLineItems": "line_items", "refundLineItems": "refund_line_items",
           "returnLineItems": "return_line_items"}  # fmt: skip


class Shop:
    """The interface: `transport` answers the connector's queries and keeps them in `asked`."""

    def __init__(self, orders: list[dict[str, Any]], dear: int = 10_000) -> None:
        self.orders, self.dear = orders, dear
        self.asked: list[dict[str, Any]] = []
        self.scopes, self.domain, self.version = ["read_orders"], SHOP, "2026-10"

    def transport(self, call: Call) -> Answer:
        """Answer one call as the shop would."""
        assert call.url == f"https://{SHOP}/admin/api/2026-10/graphql.json"
        if call.headers.get("x-shopify-access-token") != TOKEN:
            return self._answer({"errors": [{"message": "Invalid token", "extensions": {"code": "UNAUTHENTICATED"}}]})
        asked = json.loads(call.body)
        self.asked.append(asked)
        query, given = asked["query"], asked["variables"]
        if "shop {" in query:
            scopes = [{"handle": scope} for scope in self.scopes]
            shop = {"name": "Kites", "myshopifyDomain": self.domain}
            return self._answer({"data": {"shop": shop, "currentAppInstallation": {"accessScopes": scopes}}})
        if "orders(first:" in query:
            return self._page(given)
        return self._rest(query, given)

    def _answer(self, body: Any) -> Answer:
        return Answer(200, {"x-shopify-api-version": self.version}, json.dumps(body).encode())

    def _page(self, given: Mapping[str, Any]) -> Answer:
        if given["first"] > self.dear:
            return self._answer({"errors": [{"message": "dear", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
        found = re.fullmatch(r"updated_at:>='(.+)'", given["changed"])
        assert found
        hits = sorted((o["updated_at"], int(o["id"])) for o in self.orders if o["updated_at"] >= found[1])
        start = 0 if given["after"] is None else 1 + hits.index(tuple(json.loads(given["after"])))
        some = hits[start : start + given["first"]]
        by_id = {int(o["id"]): o for o in self.orders}
        nodes = [_cut(deepcopy(by_id[ref])) for _, ref in some]
        info = {"hasNextPage": start + len(some) < len(hits), "endCursor": json.dumps(some[-1]) if some else None}
        return self._answer({"data": {"orders": {"nodes": nodes, "pageInfo": info}}})

    def _rest(self, query: str, given: Mapping[str, Any]) -> Answer:
        found = re.search(r"list: (\w+)\(first: (\d+)", query)
        assert found
        name, first = _FIELDS.get(found[1], found[1]), int(found[2])
        owner = next(thing for order in self.orders for thing in _things(order) if thing.get("gid") == given["id"])
        entries = deepcopy(owner[name])
        if name in _FLAT:
            return self._answer({"data": {"node": {"list": [_cut(entry) for entry in entries[:first]]}}})
        return self._answer({"data": {"node": {"list": _connection(entries, int(given["after"]), first)}}})


def _things(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [order, *order["fulfillments"], *order["refunds"], *order["returns"]]


def _cut(node: dict[str, Any]) -> dict[str, Any]:
    """The first ten of every list, as the queries ask for them."""
    for name in _FLAT:
        if isinstance(node.get(name), list):
            node[name] = [_cut(entry) for entry in node[name][:10]]
    for name in _PAGED:
        if isinstance(node.get(name), list):
            node[name] = _connection(node[name], 0, 10)
    return node


def _connection(entries: list[Any], start: int, first: int) -> dict[str, Any]:
    some = [_cut(entry) for entry in entries[start : start + first]]
    info = {"hasNextPage": start + first < len(entries), "endCursor": str(start + len(some))}
    return {"nodes": some, "pageInfo": info}
