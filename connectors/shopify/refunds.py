"""Refunds and returns of Shopify: money given back, quantities called off, goods that come home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from connectors.shopify import ids
from connectors.shopify.orders import read_transaction
from waypost.connect.bodies import Node
from waypost.connect.telling import Teller
from waypost.domain.instants import UNDATED_MOMENT
from waypost.domain.statement import Statement
from waypost.domain.subject import LinkClaim, LinkRel


def read_refund(node: Node, teller: Teller, order: str = "") -> Iterator[Statement]:
    """A refund: per line what became of the goods, and the money. The refund calculator's answer has no id."""
    if "id" not in node and "transactions" in node:
        for transaction in node.children("transactions"):
            yield from read_transaction(transaction, teller)
        return
    ref, order = ids.id_of(node), order or ids.id_of(node, "order_id")
    moment = node.moment("processed_at" if "processed_at" in node else "created_at")
    back: list[LinkClaim] = []
    for (line, restock), quantity in _quantities(node).items():
        if restock == "return":
            back.append(LinkClaim(LinkRel.RETURNS, ids.line(line), quantity))
            continue
        yield teller.say(
            ids.line(line), f"refund/{ref}/line/{line}/{restock}", "restock_type", restock, moment,
            quantity=quantity, place_of=node.at("created_at"),
        )  # fmt: skip
    if back:
        yield teller.say(
            ids.returned(f"refund-{ref}"), f"refund/{ref}/return", "restock_type", "return", moment,
            links=back, place_of=node.at("created_at"),
        )  # fmt: skip
    for transaction in node.children("transactions"):
        yield from read_transaction(transaction, teller, order)


def _quantities(node: Node) -> dict[tuple[str, str], float]:
    """Line and fate of the goods -> quantity; one line may stand in a refund twice, from two warehouses."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for entry in node.children("refund_line_items"):
        line = entry.maybe_child("line_item")
        ref = ids.id_of(line) if line and "line_item_id" not in entry else ids.id_of(entry, "line_item_id")
        found[ref, ids.word_of(entry, "restock_type") or "not told"] += entry.number("quantity") or 0.0
    return dict(found)


def read_return(node: Node, teller: Teller, order: str) -> Iterator[Statement]:
    """A return that the buyer asked for or the merchant opened."""
    ref, status = ids.id_of(node), ids.word_of(node, "status") or node.text("status", 60)
    links = [
        LinkClaim(LinkRel.RETURNS, ids.line(ids.id_of(line)), entry.number("quantity"))
        for entry in node.children("return_line_items")
        if (line := _line(entry)) is not None
    ] or [LinkClaim(LinkRel.RETURNS, ids.order(order))]
    yield teller.say(
        ids.returned(ref), f"return/{ref}/created", "return", "created", node.moment("created_at"),
        links=links, attributes={"reference": node.maybe("name", 180)}, place_of=node.at("created_at"),
    )  # fmt: skip
    moment = node.moment("closed_at") if status == "closed" and "closed_at" in node else UNDATED_MOMENT
    yield teller.say(ids.returned(ref), f"return/{ref}/{status}", "return.status", status, moment)


def _line(entry: Node) -> Node | None:
    parcel_line = entry.maybe_child("fulfillment_line_item")
    return parcel_line.maybe_child("line_item") if parcel_line else None
