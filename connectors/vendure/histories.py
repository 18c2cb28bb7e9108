"""The history of an order, Vendure's log of dated transitions, and what it does not log: refunds that are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from waypost.connect.bodies import Node
from waypost.connect.telling import Teller
from waypost.domain.instants import Moment
from waypost.domain.statement import Statement
from waypost.domain.subject import Subject, SubjectKind

# States of carts: before anything is ordered, or while the merchant edits a draft.
_CART = frozenset({"Created", "Draft", "AddingItems"})
# Entries that tell nothing that another entry, or the order itself, does not tell.
_SILENT = frozenset({
    "ORDER_FULFILLMENT", "ORDER_COUPON_APPLIED", "ORDER_COUPON_REMOVED", "ORDER_CUSTOMER_UPDATED",
    "ORDER_CURRENCY_UPDATED", "ORDER_REFUND_TRANSITION",
})  # fmt: skip
IDS = 60  # the longest id that is taken; a UUID has 36
_PAID = frozenset({"Authorized", "Settled"})
_PLAIN = {"ORDER_MODIFIED": "modified", "ORDER_NOTE": "note"}


class Order:
    """An order and the names of what belongs to it: its code is in all, because ids count from 1 in every shop."""

    def __init__(self, node: Node, scope: str) -> None:
        self.id, self.code, self._scope = node.text("id", IDS), node.text("code", 100), scope
        self.subject = Subject(SubjectKind.ORDER, self.code, scope)
        self.state = node.text("state")
        self.amounts = {
            payment.text("id"): payment.number("amount") or 0.0
            for payment in node.children("payments")
            if payment.maybe("state") in _PAID
        }
        self.total = self._total(node)
        self._cancelled = _cancelled(node)
        self.newest = max(
            (entry.moment("createdAt").at or 0 for entry in node.child("history").children("items", required=True)),
            default=node.moment("orderPlacedAt").at or 0,
        )

    def line(self, ref: str) -> Subject:
        """A line of it."""
        return Subject(SubjectKind.LINE, f"{self.code}-L{ref}", self._scope)

    def parcel(self, ref: str) -> Subject:
        """A fulfilment of it."""
        return Subject(SubjectKind.PARCEL, f"{self.code}-F{ref}", self._scope)

    def ordered(self, line: Node) -> float:
        """How much of a line was wanted, counting what was cancelled since; the shop itself takes that off."""
        return (line.number("quantity") or 0.0) + self._cancelled.get(line.text("id"), 0.0)

    def _total(self, node: Node) -> float:
        """In hundredths; of a cancelled order what was paid for it, because the shop then says nothing but 0."""
        if self.state != "Cancelled":
            return node.number("totalWithTax") or 0.0
        if any(self.amounts.values()):
            return sum(self.amounts.values())
        lines = node.children("lines")
        goods = sum((a.number("orderPlacedQuantity") or 0) * (a.number("unitPriceWithTax") or 0) for a in lines)
        return goods + (node.number("shippingWithTax") or 0.0)


def _cancelled(node: Node) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for entry in node.child("history").children("items", required=True):
        if entry.maybe("type") == "ORDER_CANCELLATION" and (data := entry.maybe_child("data")):
            for line in data.children("lines"):
                found[line.text("orderLineId", IDS)] += line.number("quantity") or 0.0
    return found


def read_history(node: Node, order: Order, teller: Teller) -> Iterator[Statement]:
    """Everything dated that happened to an order."""
    for entry in node.child("history").children("items", required=True):
        yield from _read_entry(entry, order, teller)
    for payment in node.children("payments"):
        for refund in payment.children("refunds"):
            yield _read_refund(refund, payment, order, teller)


def _read_entry(entry: Node, order: Order, teller: Teller) -> Iterator[Statement]:
    ref, kind, at = entry.text("id", IDS), entry.text("type"), entry.moment("createdAt")
    event_id, data = f"history/{ref}", entry.maybe_child("data") or Node({}, entry.at("data"))
    if kind in _SILENT:
        return
    if kind == "ORDER_STATE_TRANSITION":
        if (to := data.text("to")) not in _CART:
            yield teller.say(order.subject, event_id, "order.state", to, at)
    elif kind == "ORDER_PAYMENT_TRANSITION":
        if (to := data.text("to")) != "Created":
            yield teller.say(order.subject, event_id, _share("payment.state", order, data), to, at)
    elif kind == "ORDER_FULFILLMENT_TRANSITION":
        parcel = order.parcel(data.text("fulfillmentId", IDS))
        yield teller.say(parcel, event_id, "fulfillment.state", data.text("to"), at)
    elif kind == "ORDER_CANCELLATION":
        yield from _read_cancellation(event_id, data, at, order, teller)
    elif kind in _PLAIN:
        yield teller.say(order.subject, event_id, "order", _PLAIN[kind], at)
    else:
        yield teller.say(order.subject, event_id, "history", kind, at)


def _share(field: str, order: Order, data: Node) -> str:
    paid = order.amounts.get(data.maybe("paymentId") or "")
    whole = paid is None or paid + 0.5 >= order.total
    return field if whole else f"{field}, in part"


def _read_cancellation(event_id: str, data: Node, at: Moment, order: Order, teller: Teller) -> Iterator[Statement]:
    why = data.maybe("reason", 400)
    for line in data.children("lines"):
        ref = line.text("orderLineId", IDS)
        yield teller.say(
            order.line(ref), f"{event_id}/line/{ref}", "order", "cancellation", at,
            quantity=line.number("quantity"), attributes={"cancelled_because": why},
        )  # fmt: skip


def _read_refund(refund: Node, payment: Node, order: Order, teller: Teller) -> Statement:
    """Each state of a refund once. Only its first instant is told, so later states have no time."""
    ref, state = refund.text("id", IDS), refund.text("state", IDS)
    whole = (refund.number("total") or 0.0) + 0.5 >= (payment.number("amount") or 0.0)
    field = "refund.state" if whole else "refund.state, in part"
    at = refund.moment("createdAt")
    if state == "Pending":
        return teller.say(order.subject, f"refund/{ref}/{state}", field, state, at, place_of=refund.at("createdAt"))
    return teller.say(order.subject, f"refund/{ref}/{state}", field, state, stated=at.at)
