"""Shopify's deliveries in a real store: partial, voided and repeated shipments end as the journeys they are."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.shopify.shop import connector, delivery, fulfillment, line, order
from waypost.connect.contract import Context
from waypost.connect.material import Bodies
from waypost.domain.statement import Statement
from waypost.services.app import Waypost
from waypost.services.live.query import OrderQuery, OrderRow
from waypost.services.order import OrderJourney, find_order, order_journey
from waypost.services.verify import verify


@pytest.fixture
def waypost(sqlite_url: str) -> Iterator[Waypost]:
    with Waypost.open(sqlite_url) as opened:
        yield opened


def send(waypost: Waypost, topic: str, value: Any) -> list[str]:
    """One delivery, stored; what became of its statements."""
    body = json.dumps(value).encode()
    material = Bodies({"body": body}, delivery(body, topic))
    items = list(connector().parse(material, Context(waypost.now(), waypost.vocabulary)))
    said = [item for item in items if isinstance(item, Statement)]
    assert len(said) == len(items)
    return waypost.submit(said).result().outcomes


def shown(waypost: Waypost) -> tuple[OrderRow, OrderJourney]:
    view = waypost.current()
    (row,) = view.orders(OrderQuery()).rows
    return row, order_journey(waypost.engine, view, row.key)


def event(ref: int, parcel: int, status: str) -> dict[str, Any]:
    return {"id": ref, "fulfillment_id": parcel, "status": status, "happened_at": f"2026-11-22T08:00:{ref:02}Z"}


def test_an_order_in_two_parcels_is_there_when_both_are(waypost: Waypost) -> None:
    send(waypost, "orders/create", order(fulfillments=[]))
    send(waypost, "fulfillments/create", fulfillment(501, [line(11, 2)]))
    send(waypost, "fulfillment_events/create", event(1, 501, "delivered"))
    row, _ = shown(waypost)
    assert (row.status, row.done, row.need) == ("open", 2, 3)
    send(waypost, "fulfillments/create", fulfillment(502, [line(12)]))
    send(waypost, "fulfillment_events/create", event(2, 502, "delivered"))
    row, journey = shown(waypost)
    assert (row.status, row.done, row.need) == ("delivered", 3, 3)
    numbers = {track.subject.ref: track.attributes["tracking_number"] for track in journey.tracks}
    assert numbers == {"501": "1Z501", "502": "1Z502"}
    for known in ("7001", "#1001", "1Z502"):  # id, number, tracking number
        assert find_order(waypost.engine, waypost.current(), known) == row.key


def test_a_voided_shipment_does_not_stand_in_the_way(waypost: Waypost) -> None:
    send(waypost, "orders/create", order(fulfillments=[]))
    send(waypost, "fulfillments/create", fulfillment(501, [line(11, 2), line(12)]))
    gone = fulfillment(501, [line(11, 2), line(12)], status="cancelled", updated_at="2026-11-21T12:00:00Z")
    send(waypost, "fulfillments/update", gone)
    send(waypost, "fulfillments/create", fulfillment(502, [line(11, 2), line(12)]))
    send(waypost, "fulfillment_events/create", event(1, 502, "delivered"))
    row, journey = shown(waypost)
    assert row.status == "delivered"
    assert [track.subject.ref for track in journey.tracks] == ["502"]


def test_a_quantity_called_off_is_waited_for_no_longer(waypost: Waypost) -> None:
    send(waypost, "orders/create", order(fulfillments=[fulfillment(501, [line(11, 2)])]))
    send(waypost, "fulfillment_events/create", event(1, 501, "delivered"))
    refund = {
        "id": 4, "order_id": 7001, "created_at": "2026-11-22T09:00:00Z", "transactions": [],
        "refund_line_items": [{"id": 1, "line_item_id": 12, "quantity": 1, "restock_type": "cancel"}],
    }  # fmt: skip
    assert shown(waypost)[0].status == "open"
    send(waypost, "refunds/create", refund)
    assert set(send(waypost, "refunds/create", refund)) == {"duplicate"}
    row, _ = shown(waypost)
    assert (row.status, row.need) == ("delivered", 2)


def test_deliveries_in_any_order_and_twice_come_to_the_same(tmp_path: Path) -> None:
    sent = [
        ("orders/create", order(fulfillments=[])),
        ("fulfillments/create", fulfillment(501, [line(11, 2), line(12)])),
        ("fulfillments/update", fulfillment(501, [line(11, 2), line(12)], status="cancelled")),
        ("fulfillments/create", fulfillment(502, [line(11, 2), line(12)])),
        ("fulfillment_events/create", event(1, 502, "delivered")),
    ]
    found = set()
    for number, some in enumerate(itertools.islice(itertools.permutations(sent), 0, 120, 13)):
        with Waypost.open(f"sqlite:///{tmp_path / f'{number}.db'}") as waypost:
            for topic, value in (*some, *some):
                send(waypost, topic, value)
            row, journey = shown(waypost)
            found.add((row.status, row.done, row.need, tuple(track.subject.ref for track in journey.tracks)))
            assert verify(waypost.engine).differences == 0
    assert found == {("delivered", 3.0, 3.0, ("502",))}
