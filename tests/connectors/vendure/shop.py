"""A small shop of Vendure: orders as its admin interface gives them, with its habits.

It does not touch an order's updatedAt when a fulfilment moves on, gives history entries in whole seconds, and lets
nobody in without a login.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from waypost.connect.contract import Answer, Call, Context, build
from waypost.connect.errors import CannotConnect
from waypost.connect.material import Bodies
from waypost.connect.registry import discover
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import load

URL, WORD = "https://kites.example/admin-api", "hush-test"
SETTINGS = {"url": URL, "username": "tower", "password": WORD}
NOW = 1_795_430_000_000_000  # 2026-11-23T10:33:20Z


def connector(**more: Any) -> Any:
    """The installed connector."""
    found = discover().get("vendure").connector
    assert found is not None
    return build(found, {**SETTINGS, **more})


def parse(body: Any, **more: Any) -> tuple[list[Statement], list[Refusal]]:
    """What a body says, and what of it is refused."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    items = list(connector(**more).parse(Bodies({"body": raw}), Context(NOW, load())))
    said = [item for item in items if isinstance(item, Statement)]
    return said, [item for item in items if isinstance(item, Refusal)]


class Made:
    """An order that grows as things happen to it; `at` is minutes after nine."""

    entries = 100

    def __init__(self, ref: int, at: int = 0) -> None:
        self.node: dict[str, Any] = {
            "id": str(ref), "code": f"KITE{ref}", "state": "PaymentSettled", "type": "Regular", "updatedAt": time(at),
            "orderPlacedAt": time(at), "currencyCode": "EUR", "totalWithTax": 25000, "shippingWithTax": 500,
            "shippingAddress": {"city": "Bremen", "countryCode": "DE"},
            "shippingLines": [{"shippingMethod": {"name": "Standard"}}],
            "lines": [line(ref * 10 + 1, 2), line(ref * 10 + 2, 1)],
            "payments": [{"id": str(ref), "state": "Settled", "amount": 25000, "refunds": []}],
            "fulfillments": [], "history": {"items": []},
        }  # fmt: skip
        self.log("ORDER_STATE_TRANSITION", at, {"from": "Created", "to": "AddingItems"})
        self.log("ORDER_STATE_TRANSITION", at, {"from": "AddingItems", "to": "ArrangingPayment"})
        self.log("ORDER_PAYMENT_TRANSITION", at, {"paymentId": ref, "from": "Created", "to": "Settled"})
        self.log("ORDER_STATE_TRANSITION", at, {"from": "ArrangingPayment", "to": "PaymentSettled"})

    def log(self, kind: str, at: int, data: dict[str, Any]) -> None:
        """A line in its history."""
        Made.entries += 1
        entry = {"id": str(Made.entries), "type": kind, "createdAt": time(at), "data": data}
        self.node["history"]["items"].append(entry)

    def send(self, ref: int, lines: list[tuple[int, int]], at: int, code: str) -> None:
        """A fulfilment that is sent at once."""
        load_ = [{"orderLineId": str(self.number * 10 + n), "quantity": q} for n, q in lines]
        self.node["fulfillments"].append({
            "id": str(ref), "state": "Shipped", "method": "DHL", "trackingCode": code, "createdAt": time(at),
            "updatedAt": time(at), "lines": load_,
        })  # fmt: skip
        self.log("ORDER_FULFILLMENT", at, {"fulfillmentId": ref})
        self.log("ORDER_FULFILLMENT_TRANSITION", at, {"fulfillmentId": ref, "from": "Created", "to": "Pending"})
        self.log("ORDER_FULFILLMENT_TRANSITION", at, {"fulfillmentId": ref, "from": "Pending", "to": "Shipped"})
        whole = sum(q for _, q in lines) == 3
        self.turn("Shipped" if whole else "PartiallyShipped", at)

    def move(self, ref: int, state: str, at: int) -> None:
        """A fulfilment goes on, and nobody touches updatedAt of the order."""
        found = next(f for f in self.node["fulfillments"] if f["id"] == str(ref))
        moved = {"fulfillmentId": ref, "from": found["state"], "to": state}
        found.update(state=state, updatedAt=time(at))
        self.log("ORDER_FULFILLMENT_TRANSITION", at, moved)

    def turn(self, state: str, at: int) -> None:
        """The order itself goes on."""
        self.log("ORDER_STATE_TRANSITION", at, {"from": self.node["state"], "to": state})
        self.node["state"] = state

    def cancel(self, at: int) -> None:
        """All of it is called off, whatever was sent; that one does touch updatedAt."""
        lines = [{"orderLineId": int(entry["id"]), "quantity": entry["quantity"]} for entry in self.node["lines"]]
        self.log("ORDER_CANCELLATION", at, {"lines": lines, "reason": "changed my mind", "shippingCancelled": False})
        self.turn("Cancelled", at)
        for entry in self.node["lines"]:
            entry["quantity"] = 0
        self.node.update(totalWithTax=500, updatedAt=time(at))

    @property
    def number(self) -> int:
        """Its id."""
        return int(self.node["id"])


def time(minutes: int) -> str:
    """So many minutes after nine o'clock."""
    return f"2026-11-22T{9 + minutes // 60:02}:{minutes % 60:02}:00.000Z"


def line(ref: int, quantity: int) -> dict[str, Any]:
    """A line of an order."""
    return {
        "id": str(ref), "quantity": quantity, "orderPlacedQuantity": quantity, "unitPriceWithTax": 8000,
        "productVariant": {"sku": f"KITE-{ref}", "name": f"Kite {ref}"},
    }  # fmt: skip


class Shop:
    """The admin interface; `transport` answers the connector's queries."""

    def __init__(self, orders: list[Made]) -> None:
        self.orders = orders
        self.logins, self.calls, self.down, self.tokens = 0, 0, False, set[str]()
        self.bearer = True
        self.full: list[str] = []  # ids of orders that were read as a whole

    def restart(self) -> None:
        """The shop forgets who is logged in."""
        self.tokens.clear()

    def transport(self, call: Call) -> Answer:
        """Answer one call as the shop would."""
        assert call.url == URL
        if self.down:
            raise CannotConnect("the shop is down")
        self.calls += 1
        asked = json.loads(call.body)
        query, given = asked["query"], asked["variables"]
        if query.startswith("mutation"):
            return self._login(given)
        given_pass = call.headers.get("authorization", "").removeprefix("Bearer ") or call.headers.get("cookie", "")
        if given_pass not in self.tokens and call.headers.get("vendure-api-key") != "key-test":
            message = "You are not currently authorized to perform this action"
            return _json({"errors": [{"message": message, "extensions": {"code": "FORBIDDEN"}}], "data": None})
        if "activeChannel" in query:
            channel = {"code": "__default_channel__"}
            return _json({"data": {"activeChannel": channel, "orders": {"totalItems": len(self.orders)}}})
        if "orders(options" in query:
            return self._list(given["options"], full="orderPlacedQuantity" in query)
        return self._history(given)

    def _login(self, given: dict[str, str]) -> Answer:
        if given != {"username": "tower", "password": WORD}:
            error = {
                "__typename": "InvalidCredentialsError",
                "errorCode": "X",
                "message": "The credentials are invalid",
            }
            return _json({"data": {"login": error}})
        self.logins += 1
        token = f"token{self.logins}" if self.bearer else f"session=abc{self.logins}; session.sig=xyz"
        self.tokens.add(token)
        cookie = ", ".join(f"{part}; path=/; httponly" for part in token.split("; "))
        headers = {"vendure-auth-token": token} if self.bearer else {"set-cookie": cookie}
        return _json({"data": {"login": {"__typename": "CurrentUser", "id": "1"}}}, headers)

    def _list(self, options: dict[str, Any], full: bool) -> Answer:
        hits = [made.node for made in self.orders if _fits(made.node, options["filter"])]
        hits.sort(key=lambda node: int(node["id"]))
        some = deepcopy(hits[options["skip"] : options["skip"] + options["take"]])
        for node in some:
            entries = node["history"]["items"]
            node["trace"] = {"totalItems": len(entries)}
            node["history"] = {"totalItems": len(entries), "items": entries[:100]}
            if full:
                self.full.append(node["id"])
        return _json({"data": {"orders": {"totalItems": len(hits), "items": some}}})

    def _history(self, given: dict[str, Any]) -> Answer:
        entries = next(made.node for made in self.orders if made.node["id"] == given["id"])["history"]["items"]
        found = {"totalItems": len(entries), "items": entries[given["skip"] : given["skip"] + 100]}
        return _json({"data": {"order": {"history": found}}})


def _fits(node: dict[str, Any], where: dict[str, Any]) -> bool:
    if "id" in where and node["id"] not in where["id"]["in"]:
        return False
    if "orderPlacedAt" in where and where["orderPlacedAt"].get("isNull") is False and not node["orderPlacedAt"]:
        return False
    if "after" in where.get("orderPlacedAt", {}) and not node["orderPlacedAt"] > where["orderPlacedAt"]["after"]:
        return False
    if "updatedAt" in where and not node["updatedAt"] > where["updatedAt"]["after"]:
        return False
    if "state" in where and node["state"] in where["state"]["notIn"]:
        return False
    return "_or" not in where or any(_fits(node, one) for one in where["_or"])


def _json(body: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, headers or {}, json.dumps(body).encode())
