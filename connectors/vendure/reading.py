"""Orders of Vendure as statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.vendure.histories import IDS, Order, read_history
from connectors.vendure.parcels import read_fulfillment
from waypost.connect.bodies import Node, read_json
from waypost.connect.material import Material
from waypost.connect.telling import Item, Teller, digest, raw
from waypost.domain.errors import FieldError
from waypost.domain.instants import Moment
from waypost.domain.statement import Statement
from waypost.domain.subject import LinkClaim, LinkRel

_REMEDY = "Send a pulled page, {orders: [...]}, or one order, {order: {...}}."


def read(material: Material, teller: Teller, channel: str, scope: str) -> Iterator[Item]:
    """Everything that the material says. Errors: FieldError before the first item, when a part cannot be read."""
    names = material.names()
    if not names:
        raise FieldError("material", "there is nothing in it.", _REMEDY)
    nodes = [node for name in names for node in _orders(material, name)]
    return _all(nodes, teller, channel, scope)


def _orders(material: Material, name: str) -> list[Node]:
    with material.open(name) as file:
        value = read_json(file.read(), name)
    body = Node(value, "")
    data = body.maybe_child("data")
    body = Node(data.raw, "") if data else body
    if "order" in body:
        return [body.child("order")]
    if isinstance(body.raw.get("orders"), dict):
        body = Node({"orders": body.raw["orders"].get("items")}, "")
    if not isinstance(body.raw.get("orders"), list):
        raise FieldError(f"{name}.orders", "it is missing or no list.", _REMEDY)
    return list(body.children("orders"))


def _all(nodes: list[Node], teller: Teller, channel: str, scope: str) -> Iterator[Item]:
    for node in nodes:
        yield from teller.each([node], "order", lambda node: _read_order(node, teller, channel, scope))


def _read_order(node: Node, teller: Teller, channel: str, scope: str) -> Iterator[Item]:
    if "orderPlacedAt" not in node and node.text("state") in ("Created", "Draft", "AddingItems", "ArrangingPayment"):
        return  # a cart is no order yet
    order = Order(node, scope)
    placed = node.moment("orderPlacedAt")
    about = _about(node, order, channel)
    yield teller.say(
        order.subject, f"order/{order.id}/placed/{digest(about)}", "order", "placed", placed,
        stated=order.newest, attributes=about, place_of=node.at("orderPlacedAt"),
    )  # fmt: skip
    for line in node.children("lines", required=True):
        yield _read_line(line, order, placed, teller)
    for fulfillment in node.children("fulfillments"):
        yield from read_fulfillment(fulfillment, order, teller)
    yield from read_history(node, order, teller)
    told = node.child("history").number("totalItems") or 0
    if told > len(node.child("history").raw["items"]):
        error = FieldError("history", "the list goes on, but the rest did not come with it.", "Pull this order again.")
        yield teller.refuse(error, f"order/{order.id}/history", raw("order", node))


def _about(node: Node, order: Order, channel: str) -> dict[str, Any]:
    address = node.maybe_child("shippingAddress")
    lines = list(node.children("shippingLines"))
    method = lines[0].maybe_child("shippingMethod") if lines else None
    return {
        "channel": channel, "value": order.total / 100, "currency": node.maybe("currencyCode", 8),
        "destination": address.maybe("city", 180) if address else None,
        "country": address.maybe("countryCode", 8) if address else None,
        "service": method.maybe("name", 180) if method else None,
    }  # fmt: skip


def _read_line(line: Node, order: Order, placed: Moment, teller: Teller) -> Statement:
    ref, ordered = line.text("id", IDS), order.ordered(line)
    variant = line.maybe_child("productVariant")
    about = {"sku": variant.maybe("sku", 180), "product": variant.maybe("name", 400)} if variant else {}
    return teller.say(
        order.line(ref), f"line/{ref}/placed/{digest(about, ordered)}", "line", "placed", placed,
        stated=order.newest, attributes=about, links=[LinkClaim(LinkRel.LINE_OF, order.subject, ordered)],
    )  # fmt: skip
