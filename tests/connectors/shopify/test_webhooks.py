"""Deliveries of Shopify: genuine ones are let in; forged, truncated and old ones are not; a copy says nothing new."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.shopify.shop import NOW, SECRET, connector, delivery, fulfillment, order, parse
from waypost.connect.errors import Forged
from waypost.connect.signing import hmac_base64
from waypost.domain.instants import DAY
from waypost.domain.statement import Evidence

BODY = json.dumps(order()).encode()


def verify(headers: dict[str, str], body: bytes = BODY, now: int = NOW, **settings: Any) -> None:
    connector(**settings).verify(headers, body, now)


def test_a_genuine_delivery_is_let_in_however_its_headers_are_written() -> None:
    verify(delivery(BODY))
    verify({name.upper(): value for name, value in delivery(BODY).items()})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"X-Shopify-Hmac-SHA256": hmac_base64(BODY, "another secret")}, "does not fit the bytes"),
        ({"X-Shopify-Hmac-SHA256": "no base64 at all!"}, "does not fit the bytes"),
        ({"X-Shopify-Hmac-SHA256": ""}, "does not fit the bytes"),
        ({"X-Shopify-Shop-Domain": "other.myshopify.com"}, "another shop's"),
        ({"X-Shopify-Triggered-At": "2026-11-20T10:00:00Z"}, "too old"),
        ({"X-Shopify-Triggered-At": "2026-11-23T11:00:00Z"}, "from the future"),
        ({"X-Shopify-Triggered-At": "yesterday"}, "when it was sent"),
        ({"X-Shopify-Triggered-At": "2026-11-23T10:00:00"}, "when it was sent"),
        ({"X-Shopify-Webhook-Id": "", "X-Shopify-Event-Id": ""}, "no X-Shopify-Webhook-Id"),
    ],
)
def test_what_is_not_genuine_is_refused_with_the_reason(change: dict[str, str], problem: str) -> None:
    with pytest.raises(Forged, match=problem) as refused:
        verify({**delivery(BODY), **change})
    assert SECRET not in str(refused.value.as_dict())


def test_a_truncated_or_changed_body_is_refused() -> None:
    headers = delivery(BODY)
    for body in (BODY[:-1], BODY[: len(BODY) // 2], BODY + b" ", BODY.replace(b"#1001", b"#1002"), b""):
        with pytest.raises(Forged, match="does not fit the bytes"):
            verify(headers, body)


def test_how_long_a_delivery_is_taken_is_a_setting() -> None:
    verify(delivery(BODY), now=NOW + DAY)
    with pytest.raises(Forged, match="too old"):
        verify(delivery(BODY), now=NOW + DAY, replay_hours=12)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_genuine(secret: str | None) -> None:
    with pytest.raises(Forged, match="no webhook secret"):
        verify({**delivery(BODY), "X-Shopify-Hmac-SHA256": hmac_base64(BODY, "")}, webhook_secret=secret)


def test_a_copy_of_a_delivery_says_the_same_under_the_same_ids() -> None:
    first, again = parse(BODY, delivery(BODY)), parse(BODY, delivery(BODY, **{"X-Shopify-Webhook-Id": "another"}))
    assert first == again
    assert len({said.event_id for said in first[0]}) == len(first[0])


def test_orders_paid_tells_when_it_was_paid() -> None:
    said, _ = parse(BODY, delivery(BODY, "orders/paid"))
    paid = next(s for s in said if s.code == "payment.captured")
    assert (paid.at, paid.raw_time) == (1_795_429_940_123_456, "2026-11-23T10:32:20.123456789Z")
    undated = next(s for s in parse(BODY, delivery(BODY))[0] if s.code == "payment.captured")
    assert undated.at is None


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request", "shop/redact"])
def test_privacy_requests_leave_no_trace(topic: str) -> None:
    body = json.dumps({"shop_id": 1, "customer": {"id": 2, "email": "kim@example.org"}}).encode()
    assert parse(body, delivery(body, topic)) == ([], [])


def test_a_topic_that_says_nothing_about_orders_is_told() -> None:
    body = b'{"id": 1, "title": "Kite"}'
    said, refused = parse(body, delivery(body, "products/update"))
    assert said == []
    assert (refused[0].field, json.loads(refused[0].raw)) == ("X-Shopify-Topic", json.loads(body))
    assert "Remove this subscription" in refused[0].remedy


def test_every_topic_reads_its_own_kind_of_body() -> None:
    event = {
        "id": 9, "fulfillment_id": 501, "order_id": 7001, "status": "out_for_delivery", "city": "Bremen",
        "province": None, "country": "DE", "happened_at": "2026-11-22T08:00:00+01:00", "latitude": 53.1,
        "longitude": 8.8, "created_at": "2026-11-22T08:01:00+01:00", "estimated_delivery_at": "2026-11-22T18:00:00Z",
    }  # fmt: skip
    bodies: dict[str, Any] = {
        "fulfillments/create": fulfillment(501, [{"id": 11, "quantity": 2}]),
        "fulfillment_events/create": event,
        "fulfillment_orders/placed_on_hold": {"fulfillment_order": {
            "id": 3, "order_id": 7001, "status": "on_hold", "updated_at": "2026-11-21T09:00:00Z",
        }},
        "refunds/create": {"id": 4, "order_id": 7001, "created_at": "2026-11-22T08:00:00Z", "refund_line_items": [],
                           "transactions": [{"id": 5, "order_id": 7001, "kind": "refund", "status": "success",
                                             "processed_at": "2026-11-22T08:00:00Z"}]},
        "order_transactions/create": {"id": 6, "order_id": 7001, "kind": "sale", "status": "failure",
                                      "processed_at": "2026-11-20T10:00:01Z"},
        "orders/delete": {"id": 7001},
    }  # fmt: skip
    found = {}
    for topic, value in bodies.items():
        body = json.dumps(value).encode()
        said, refused = parse(body, delivery(body, topic))
        assert refused == []
        found[topic] = [(str(s.subject), s.code, s.evidence) for s in said]
    declared, scanned = Evidence.DECLARED, Evidence.SCANNED
    assert found == {
        "fulfillments/create": [
            ("parcel/501", "warehouse.shipped_declared", declared),
            ("parcel/501", "warehouse.label_purchased", declared),
        ],
        "fulfillment_events/create": [
            ("parcel/501", "lastmile.out_for_delivery", scanned), ("parcel/501", "delivery.delivered", declared),
        ],
        "fulfillment_orders/placed_on_hold": [("order/7001", "order.on_hold", declared)],
        "refunds/create": [("order/7001", "payment.partially_refunded", declared)],
        "order_transactions/create": [("order/7001", "payment.failed", declared)],
        "orders/delete": [("order/7001", "order.cancelled", declared)],
    }  # fmt: skip


def test_a_part_that_was_refused_can_be_repaired_under_the_headers_of_its_delivery() -> None:
    bad = order(fulfillments=[fulfillment(501, [{"id": 11, "quantity": 2}], created_at="soon")])
    body = json.dumps(bad).encode()
    _, refused = parse(body, delivery(body))
    assert [(r.field, r.event_id) for r in refused] == [("fulfillments[0].created_at", "fulfillment/501")]
    said, left = parse(refused[0].raw.replace("soon", "2026-11-21T09:00:00Z").encode(), delivery(body))
    assert left == []
    assert [str(s.subject) for s in said if s.code == "warehouse.shipped_declared"] == ["parcel/501"]
