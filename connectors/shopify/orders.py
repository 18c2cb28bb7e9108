"""An order of Shopify as statements: placed, its lines, paid, cancelled, closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.shopify import ids
from waypost.connect.bodies import Node
from waypost.connect.telling import Teller, digest
from waypost.domain.instants import UNDATED_MOMENT, Moment
from waypost.domain.statement import Statement
from waypost.domain.subject import LinkClaim, LinkRel

_REASONS = {"customer": "consignee.changed_mind", "fraud": "merchant.risk_review", "inventory": "merchant.out_of_stock"}
# Which transactions bring a financial status about; its time is that of the last of them.
_BROUGHT_BY = {
    "authorized": ("authorization",), "partially_paid": ("sale", "capture"), "paid": ("sale", "capture"),
    "partially_refunded": ("refund",), "refunded": ("refund",), "voided": ("void",),
}  # fmt: skip
_TOLD_BY_STATUS = frozenset({"sale.success", "capture.success"})


def read_order(node: Node, teller: Teller, channel: str, paid_at: Moment) -> Iterator[Statement]:
    """What an order itself says. `paid_at` is when a delivery on orders/paid was sent, else undated."""
    ref = ids.id_of(node)
    subject = ids.order(ref)
    created, changed = node.moment("created_at"), node.maybe_moment("updated_at").at
    about = _about(node, channel)
    yield teller.say(
        subject, f"order/{ref}/created/{digest(about)}", "order", "created", created,
        stated=changed, attributes=about, place_of=node.at("created_at"),
    )  # fmt: skip
    for line in node.children("line_items"):
        yield _read_line(line, ref, created, changed, teller)
    yield from _read_money(node, ref, changed, paid_at, teller)
    yield from _read_end(node, ref, changed, teller)


def _about(node: Node, channel: str) -> dict[str, Any]:
    address = node.maybe_child("shipping_address")
    service = next((line.maybe("title", 400) for line in node.children("shipping_lines")), None)
    value, currency = _total(node)
    return {
        "order_number": node.maybe("name"), "channel": channel, "value": value, "currency": currency,
        "destination": address.maybe("city", 180) if address else None,
        "country": address.maybe("country_code", 8) if address else None, "service": service,
    }  # fmt: skip


def _total(node: Node) -> tuple[float | None, str | None]:
    if "total_price" in node:
        return node.number("total_price"), node.maybe("currency", 8)
    both = node.maybe_child("total_price_set")
    money = both.child("shop_money") if both else None
    return (money.number("amount"), money.maybe("currency_code", 8)) if money else (None, node.maybe("currency", 8))


def _read_line(line: Node, order: str, created: Moment, changed: int | None, teller: Teller) -> Statement:
    ref, quantity = ids.id_of(line), line.number("quantity")
    about = {"sku": line.maybe("sku", 180), "product": line.maybe("name", 400)}
    return teller.say(
        ids.line(ref), f"line/{ref}/created/{digest(about, quantity)}", "line_item", "created", created,
        stated=changed, attributes=about, links=[LinkClaim(LinkRel.LINE_OF, ids.order(order), quantity)],
        place_of=line.at("created_at"),
    )  # fmt: skip


def _read_money(node: Node, ref: str, changed: int | None, paid_at: Moment, teller: Teller) -> Iterator[Statement]:
    moved = [*node.children("transactions")]
    for refund in node.children("refunds"):
        moved += refund.children("transactions")
    status = ids.word_of(node, "financial_status")
    if status is not None:
        moment = _last(moved, _BROUGHT_BY.get(status, ()))
        if moment.at is None and status == "paid":
            moment = paid_at
        yield teller.say(
            ids.order(ref), f"order/{ref}/financial/{status}/{moment.at or 'undated'}", "financial_status", status,
            moment, stated=changed, place_of=node.at("financial_status"),
        )  # fmt: skip
    for transaction in node.children("transactions"):
        if status is None or word(transaction) not in _TOLD_BY_STATUS:
            yield from read_transaction(transaction, teller, ref)


def _last(transactions: Iterable[Node], kinds: tuple[str, ...]) -> Moment:
    found = UNDATED_MOMENT
    for transaction in transactions:
        if ids.word_of(transaction, "kind") in kinds and ids.word_of(transaction, "status") == "success":
            moment = _processed(transaction)
            found = moment if (moment.at or 0) > (found.at or 0) else found
    return found


def word(transaction: Node) -> str:
    """Kind and status of a transaction; either alone would say nothing."""
    kind = ids.word_of(transaction, "kind") or transaction.text("kind", 60)
    return f"{kind}.{ids.word_of(transaction, 'status') or 'not told'}"


def read_transaction(node: Node, teller: Teller, order: str = "") -> Iterator[Statement]:
    """A payment, a refund or an attempt at one. A suggestion of the refund calculator has no id and says nothing."""
    if "id" not in node and (ids.word_of(node, "kind") or "").startswith("suggested"):
        return
    ref, order = ids.id_of(node), order or ids.id_of(node, "order_id")
    said = word(node)
    yield teller.say(
        ids.order(order), f"transaction/{ref}/{said}", "transaction", said, _processed(node),
        place_of=node.at("processed_at"),
    )  # fmt: skip


def _processed(node: Node) -> Moment:
    return node.moment("processed_at" if "processed_at" in node else "created_at")


def _read_end(node: Node, ref: str, changed: int | None, teller: Teller) -> Iterator[Statement]:
    if "cancelled_at" in node:
        reason = ids.word_of(node, "cancel_reason") or "not told"
        moment = node.moment("cancelled_at")
        yield teller.say(
            ids.order(ref), f"order/{ref}/cancelled/{moment.at}", "cancel_reason", reason, moment,
            stated=changed, reason=_REASONS.get(reason), place_of=node.at("cancelled_at"),
        )  # fmt: skip
    if "closed_at" in node:
        moment = node.moment("closed_at")
        yield teller.say(
            ids.order(ref), f"order/{ref}/closed/{moment.at}", "order", "closed", moment,
            stated=changed, place_of=node.at("closed_at"),
        )  # fmt: skip


def read_deleted(node: Node, teller: Teller) -> Iterator[Statement]:
    """An order that the merchant has deleted; only its id is told, and no time."""
    ref = ids.id_of(node)
    yield teller.say(ids.order(ref), f"order/{ref}/deleted", "order", "deleted")
