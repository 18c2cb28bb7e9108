"""What a Shopify body holds: webhooks, REST answers and pulled pages all come down to the same few kinds of items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from waypost.connect.bodies import Node
from waypost.domain.errors import FieldError

# Kinds that say something about an order, by the name that REST wraps them in.
READ = {
    "order": "order", "orders": "order",
    "fulfillment": "fulfillment", "fulfillments": "fulfillment",
    "fulfillment_event": "fulfillment_event", "fulfillment_events": "fulfillment_event",
    "fulfillment_order": "fulfillment_order", "fulfillment_orders": "fulfillment_order",
    "original_fulfillment_order": "fulfillment_order", "moved_fulfillment_order": "fulfillment_order",
    "remaining_fulfillment_order": "fulfillment_order", "replacement_fulfillment_order": "fulfillment_order",
    "refund": "refund", "refunds": "refund",
    "transaction": "transaction", "transactions": "transaction",
    "return": "return",
}  # fmt: skip
# What a webhook's body is, by the first half of its topic; bodies of webhooks are not wrapped.
TOPICS = {
    "orders": "order",
    "fulfillments": "fulfillment",
    "fulfillment_events": "fulfillment_event",
    "fulfillment_orders": "fulfillment_order",
    "refunds": "refund",
    "order_transactions": "transaction",
}
DELETED = "orders/delete"  # fmt: skip
# Shopify makes every app subscribe to these. Waypost keeps no buyer's name or address, so there is nothing to do.
PRIVACY = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
_REMEDY = "Waypost reads orders, fulfillments, fulfillment_events, fulfillment_orders, refunds and transactions."


class Found(NamedTuple):
    """The items of one kind in a body."""

    kind: str
    nodes: list[Node]


def items(value: Any, headers: Mapping[str, str]) -> Iterator[Found]:
    """The items of a body, kind by kind. Errors: FieldError for a body that says nothing about orders."""
    topic = headers.get("x-shopify-topic", "")
    if topic in PRIVACY:
        return
    if topic and not _wrapped(value):
        yield _delivered(value, topic)
        return
    if isinstance(value, list):
        yield Found(_looks_like(value), [Node(entry, f"[{place}]") for place, entry in enumerate(value)])
        return
    body = Node(value, "")
    if "data" in body:
        body = Node(body.raw["data"], "")
    known = [name for name in body.raw if name in READ]
    if not known or _is_payout(body.raw.get("transactions")):
        raise FieldError("body", f"it holds {_named(body.raw)}, which says nothing about an order.", _REMEDY)
    for name in known:
        yield Found(READ[name], _nodes(body, name))


def _wrapped(value: Any) -> bool:
    """Whether it is one part by itself, as a refusal keeps it, though it came with the headers of a whole delivery."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in READ


def _delivered(value: Any, topic: str) -> Found:
    kind = "deleted" if topic == DELETED else TOPICS.get(topic.partition("/")[0])
    if kind is None:
        remedy = f"Remove this subscription at Shopify. {_REMEDY}"
        raise FieldError("X-Shopify-Topic", f"'{topic[:60]}' says nothing about an order.", remedy)
    return Found(kind, [Node(value, "")])


def _is_payout(value: Any) -> bool:
    """Whether transactions are those between Shopify and the merchant's bank, which have the same name."""
    return isinstance(value, list) and bool(value) and all(isinstance(e, dict) and "payout_id" in e for e in value)


def _nodes(body: Node, name: str) -> list[Node]:
    value = body.raw[name]
    if isinstance(value, list) or (isinstance(value, dict) and "nodes" in value):
        return list(body.children(name))
    return [] if value is None else [body.child(name)]


def _looks_like(entries: list[Any]) -> str:
    first = entries[0] if entries and isinstance(entries[0], dict) else {}
    if "kind" in first and "order_id" in first:
        return "transaction"
    raise FieldError("body", "it is a list of something that says nothing about an order.", _REMEDY)


def _named(raw: Mapping[str, Any]) -> str:
    return ", ".join(f"'{str(name)[:40]}'" for name in list(raw)[:3]) or "nothing"
