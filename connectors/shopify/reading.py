"""Bytes of Shopify into statements: every part of the material, every item in it, each on its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from connectors.shopify import ids
from connectors.shopify.bodies import Found, items
from connectors.shopify.orders import read_deleted, read_order, read_transaction
from connectors.shopify.parcels import read_event, read_fulfillment, read_fulfillment_order
from connectors.shopify.refunds import read_refund, read_return
from waypost.connect.bodies import Node, read_json
from waypost.connect.material import Material
from waypost.connect.telling import Item, Teller, raw
from waypost.domain.errors import FieldError
from waypost.domain.instants import UNDATED_MOMENT, Moment, read_moment

_NESTED = {"fulfillments": "fulfillment", "refunds": "refund", "returns": "return"}


def read(material: Material, teller: Teller, channel: str) -> Iterator[Item]:
    """Everything that the material says. Errors: FieldError before the first item, when a part cannot be read."""
    names = material.names()
    if not names:
        raise FieldError("material", "there is nothing in it.", "Send the body of a delivery or a pulled page.")
    found = [(name, read_json(_bytes(material, name), name)) for name in names]
    return _all(found, material.headers, _Reader(teller, channel, _paid_at(material.headers)))


def _bytes(material: Material, name: str) -> bytes:
    with material.open(name) as file:
        return file.read()


def _all(parts: list[tuple[str, object]], headers: Mapping[str, str], reader: _Reader) -> Iterator[Item]:
    for name, value in parts:
        try:
            kinds = list(items(value, headers))
        except FieldError as error:
            yield reader.teller.refuse(error, f"body/{name}", json.dumps(value))
            continue
        for kind in kinds:
            yield from reader.read(kind)


class _Reader:
    def __init__(self, teller: Teller, channel: str, paid_at: Moment) -> None:
        self.teller = teller
        self._by_kind: dict[str, Callable[[Node], Iterator[Item]]] = {
            "order": lambda node: read_order(node, teller, channel, paid_at),
            "fulfillment": lambda node: read_fulfillment(node, teller),
            "fulfillment_event": lambda node: read_event(node, teller),
            "fulfillment_order": lambda node: read_fulfillment_order(node, teller),
            "refund": lambda node: read_refund(node, teller),
            "transaction": lambda node: read_transaction(node, teller),
            "return": lambda node: read_return(node, teller, ids.id_of(node, "order_id")),
            "deleted": lambda node: read_deleted(node, teller),
        }

    def read(self, found: Found) -> Iterator[Item]:
        yield from self.teller.each(found.nodes, found.kind, self._by_kind[found.kind])
        if found.kind == "order":
            for node in found.nodes:
                yield from self._inside(node)

    def _inside(self, order: Node) -> Iterator[Item]:
        """What hangs on an order; a parcel that cannot be read does not take the order with it."""
        try:
            ref = ids.id_of(order)
        except FieldError:
            return  # the order itself was refused for it, with all that is in it
        readers: dict[str, Callable[[Node], Iterator[Item]]] = {
            "fulfillment": lambda node: read_fulfillment(node, self.teller),
            "refund": lambda node: read_refund(node, self.teller, ref),
            "return": lambda node: read_return(node, self.teller, ref),
        }
        for name, kind in _NESTED.items():
            try:
                # With the order's id in it, a part that is refused can be read again by itself.
                nodes = [Node({**node.raw, "order_id": ref}, node.path) for node in order.children(name)]
            except FieldError as error:
                yield self.teller.refuse(error, f"order/{ref}/{name}", raw("order", order))
                continue
            yield from self.teller.each(nodes, kind, readers[kind])
        yield from self._cut(order, ref)

    def _cut(self, node: Node, ref: str) -> Iterator[Item]:
        """Lists that go on beyond what was sent; nothing is left out in silence."""
        for path in cut_lists(node.raw, f"order/{ref}"):
            error = FieldError(path, "the list goes on, but the rest did not come with it.", "Pull this order again.")
            yield self.teller.refuse(error, path, raw("order", node))


def cut_lists(value: object, path: str) -> Iterator[str]:
    """The paths of the lists in a GraphQL answer that have a next page."""
    if isinstance(value, dict):
        info = value.get("pageInfo")
        if isinstance(info, dict) and info.get("hasNextPage"):
            yield path
        for name, entry in value.items():
            yield from cut_lists(entry, f"{path}.{name}")
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from cut_lists(entry, f"{path}[{place}]")


def _paid_at(headers: Mapping[str, str]) -> Moment:
    """When the delivery was sent, if it says that an order has just been paid."""
    if headers.get("x-shopify-topic") != "orders/paid":
        return UNDATED_MOMENT
    try:
        return read_moment(headers.get("x-shopify-triggered-at", ""), None, "X-Shopify-Triggered-At")
    except FieldError:
        return UNDATED_MOMENT
