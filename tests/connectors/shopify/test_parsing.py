"""What Shopify's bodies say, statement by statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.shopify.shop import NOW, connector, fulfillment, line, order, parse
from waypost.connect.contract import Context
from waypost.connect.material import Bodies
from waypost.connect.words import Words
from waypost.domain.errors import FieldError
from waypost.domain.instants import TzSource
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Statement
from waypost.domain.vocabulary import load


def one(said: list[Statement], word: str) -> Statement:
    found = [s for s in said if s.word == word]
    assert len(found) == 1, [s.word for s in said]
    return found[0]


def links(said: Statement) -> list[tuple[str, str, float | None]]:
    return [(claim.rel.word, str(claim.to), claim.quantity) for claim in said.links]


def test_an_order_is_placed_with_what_people_search_by_and_without_the_buyer() -> None:
    said, refused = parse({"order": order()})
    assert refused == []
    placed = one([s for s in said if str(s.subject) == "order/7001"], "order:created")
    assert (placed.code, placed.at, placed.tz_source) == ("order.created", 1_795_165_200_000_000, TzSource.EXPLICIT)
    assert placed.source == "kite-store.myshopify.com"
    assert placed.attributes == {
        "order_number": "#1001", "channel": "shopify", "value": 129.9, "currency": "EUR", "destination": "Bremen",
        "country": "DE", "service": "Standard",
    }  # fmt: skip
    assert "kim" not in repr(said).lower()


def test_lines_belong_to_the_order_and_parcels_carry_them() -> None:
    said, _ = parse({"order": order()})
    lines = [s for s in said if s.word == "line_item:created"]
    assert [(str(s.subject), links(s)) for s in lines] == [
        ("line/11", [("line_of", "order/7001", 2.0)]), ("line/12", [("line_of", "order/7001", 1.0)]),
    ]  # fmt: skip
    shipped = one(said, "fulfillment.status:success")
    assert (str(shipped.subject), shipped.code, shipped.evidence) == (
        "parcel/501", "warehouse.shipped_declared", Evidence.DECLARED,
    )  # fmt: skip
    assert links(shipped) == [("carries", "line/11", 2.0)]
    tracking = one(said, "fulfillment:tracking_number")
    assert tracking.attributes == {"tracking_number": "1Z501", "carrier": "UPS"}
    assert tracking.at is None  # nobody says when the number was entered


def test_two_parcels_and_a_changed_tracking_number() -> None:
    parcels = [fulfillment(501, [line(11, 1)]), fulfillment(502, [line(11, 1), line(12)], tracking_numbers=["A", "B"])]
    said, _ = parse({"order": order(fulfillments=parcels)})
    assert [(str(s.subject), links(s)) for s in said if s.word == "fulfillment.status:success"] == [
        ("parcel/501", [("carries", "line/11", 1.0)]),
        ("parcel/502", [("carries", "line/11", 1.0), ("carries", "line/12", 1.0)]),
    ]
    several = [s for s in said if s.word == "fulfillment:tracking_number"][1]
    assert several.attributes == {"tracking_number": "A", "carrier": "UPS", "tracking_numbers": "A, B"}
    before = {s.event_id for s in said}
    after, _ = parse({"order": order(fulfillments=[fulfillment(501, [line(11, 1)], tracking_numbers=["NEW"])])})
    fresh = [s for s in after if s.event_id not in before]
    assert [s.attributes for s in fresh] == [{"tracking_number": "NEW", "carrier": "UPS"}]


def test_a_cancelled_fulfilment_takes_back_what_it_carried() -> None:
    said, _ = parse({"order": order()})
    shipped = one(said, "fulfillment.status:success")
    gone = fulfillment(501, [line(11, 2)], status="cancelled", updated_at="2026-11-21T12:00:00Z")
    after, refused = parse({"fulfillment": gone})
    assert refused == []
    voided = one([s for s in after if s.kind == Kind.ASSERT], "fulfillment.status:cancelled")
    assert (voided.code, voided.links) == ("warehouse.shipment_voided", ())
    back = [s for s in after if s.kind == Kind.RETRACT]
    assert [(s.target, s.subject) for s in back] == [(shipped.event_id, shipped.subject)]


@pytest.mark.parametrize(
    ("status", "code", "evidence"),
    [
        ("label_printed", "warehouse.waybill_printed", Evidence.DECLARED),
        ("confirmed", "linehaul.info_received", Evidence.DECLARED),
        ("carrier_picked_up", "linehaul.picked_up", Evidence.SCANNED),
        ("in_transit", "linehaul.in_transit", Evidence.SCANNED),
        ("OUT_FOR_DELIVERY", "lastmile.out_for_delivery", Evidence.SCANNED),
        ("attempted_delivery", "lastmile.attempt_failed", Evidence.SCANNED),
        ("ready_for_pickup", "lastmile.ready_for_pickup", Evidence.SCANNED),
        ("picked_up", "delivery.collected", Evidence.SCANNED),  # by the buyer, not by the carrier
        ("delivered", "delivery.delivered", Evidence.SCANNED),
        ("failure", "side.exception", Evidence.SCANNED),
        ("teleported", UNMAPPED, Evidence.SCANNED),
    ],
)
def test_what_carriers_scanned(status: str, code: str, evidence: Evidence) -> None:
    event = {"id": 9, "fulfillment_id": 501, "status": status, "happened_at": "2026-11-22T08:00:00-05:00"}
    said, _ = parse({"fulfillment_event": event})
    assert [(s.code, s.evidence, s.word) for s in said] == [(code, evidence, f"shipment_status:{status.lower()}")]


def test_the_latest_scan_of_a_fulfilment_has_no_time_and_an_attempt_is_not_counted_twice() -> None:
    said, _ = parse({"fulfillment": fulfillment(501, [line(11)], shipment_status="delivered")})
    delivered = one(said, "shipment_status:delivered")
    assert (delivered.at, delivered.tz_source, delivered.evidence) == (None, TzSource.UNDATED, Evidence.SCANNED)
    said, _ = parse({"fulfillment": fulfillment(501, [line(11)], shipment_status="attempted_delivery")})
    assert [s.word for s in said] == ["fulfillment.status:success", "fulfillment:tracking_number"]


def test_an_estimate_is_no_fact() -> None:
    event = {
        "id": 9, "fulfillment_id": 501, "status": "in_transit", "happened_at": "2026-11-22T08:00:00Z",
        "created_at": "2026-11-22T08:01:00Z", "estimated_delivery_at": "2026-11-24T18:00:00Z",
    }  # fmt: skip
    said, _ = parse({"fulfillment_event": event})
    estimate = one(said, "fulfillment:estimated_delivery_at")
    assert (estimate.code, estimate.classifier) == ("delivery.delivered", Classifier.ESTIMATED)
    assert estimate.stated_at == 1_795_334_460_000_000


@pytest.mark.parametrize(
    ("reason", "why"), [("customer", "consignee.changed_mind"), ("inventory", "merchant.out_of_stock"), (None, None)]
)
def test_a_cancelled_order(reason: str | None, why: str | None) -> None:
    said, _ = parse({"order": order(cancelled_at="2026-11-21T10:00:00Z", cancel_reason=reason)})
    ended = one(said, f"cancel_reason:{reason or 'not told'}")
    assert (ended.code, ended.reason, ended.at) == ("order.cancelled", why, 1_795_255_200_000_000)


def test_a_refund_says_line_by_line_what_became_of_the_goods() -> None:
    def back(line_id: int, quantity: int, restock: str) -> dict[str, Any]:
        return {"id": line_id * 7, "line_item_id": line_id, "quantity": quantity, "restock_type": restock}

    refund = {
        "id": 88, "order_id": 7001, "created_at": "2026-11-22T10:00:00Z", "processed_at": "2026-11-22T10:00:00Z",
        "refund_line_items": [back(11, 1, "cancel"), back(11, 1, "cancel"), back(12, 1, "return"),
                              back(13, 1, "legacy_restock")],
        "transactions": [{"id": 5, "kind": "refund", "status": "success", "processed_at": "2026-11-22T10:00:00Z"}],
    }  # fmt: skip
    said, refused = parse({"order": order(refunds=[refund])})
    assert refused == []
    cancelled = one(said, "restock_type:cancel")
    assert (str(cancelled.subject), cancelled.code, cancelled.quantity) == ("line/11", "order.quantity_cancelled", 2.0)
    returned = one(said, "restock_type:return")
    assert (str(returned.subject), returned.code) == ("return/refund-88", "return.approved")
    assert links(returned) == [("returns", "line/12", 1.0)]
    assert one(said, "restock_type:legacy_restock").code == UNMAPPED
    assert one(said, "transaction:refund.success").code == "payment.partially_refunded"


def test_money_is_dated_by_the_transaction_that_brought_it() -> None:
    moves = [
        {"id": 1, "kind": "authorization", "status": "success", "processed_at": "2026-11-20T10:00:01Z"},
        {"id": 2, "kind": "capture", "status": "failure", "processed_at": "2026-11-20T11:00:00Z"},
        {"id": 3, "kind": "capture", "status": "success", "processed_at": "2026-11-20T12:00:00Z"},
    ]
    said, _ = parse({"order": order(transactions=moves)})
    paid = one(said, "financial_status:paid")
    assert (paid.code, paid.raw_time) == ("payment.captured", "2026-11-20T12:00:00Z")
    assert [s.code for s in said if s.word and s.word.startswith("transaction:")] == [
        "payment.authorized", "payment.failed",
    ]  # fmt: skip
    partly, _ = parse({"order": order(transactions=moves, financial_status="partially_paid")})
    assert [s.code for s in partly if s.code == "payment.captured"] == []


def test_one_part_that_cannot_be_read_leaves_the_others_and_can_be_repaired() -> None:
    bad = fulfillment(501, [line(11, 2)], created_at="yesterday")
    said, refused = parse({"order": order(fulfillments=[bad, fulfillment(502, [line(12)])])})
    assert [str(s.subject) for s in said if s.word == "fulfillment.status:success"] == ["parcel/502"]
    assert (refused[0].field, refused[0].event_id) == ("order.fulfillments[0].created_at", "fulfillment/501")
    repaired = refused[0].raw.replace("yesterday", "2026-11-21T09:00:00+01:00")
    again, left = parse(repaired.encode())
    assert left == []
    assert [str(s.subject) for s in again if s.word == "fulfillment.status:success"] == ["parcel/501"]


def test_a_list_that_goes_on_is_told() -> None:
    lines = {"nodes": [line(11)], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    said, refused = parse({"orders": [order(line_items=lines)]})
    assert [str(s.subject) for s in said if s.word == "line_item:created"] == ["line/11"]
    assert [(r.field, r.problem) for r in refused] == [
        ("order/7001.line_items", "the list goes on, but the rest did not come with it.")
    ]


def test_the_table_in_force_is_used_and_ids_stay() -> None:
    body = json.dumps({"order": order(financial_status="bartered")}).encode()
    words = Words({"financial_status:bartered": "payment.captured"})
    ours = list(connector().parse(Bodies({"b": body}), Context(NOW, load())))
    theirs = list(connector().parse(Bodies({"b": body}), Context(NOW, load(), "north shop", words)))
    assert [s.event_id for s in ours] == [s.event_id for s in theirs]
    assert {s.source for s in theirs} == {"north shop"}
    assert [s.code for s in ours if s.word == "financial_status:bartered"] == [UNMAPPED]
    assert [s.code for s in theirs if s.word == "financial_status:bartered"] == ["payment.captured"]
    assert {s.code for s in theirs} == {UNMAPPED, "payment.captured"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"), (b"  ", "body"), (b"{", "body"), (b'{"order": {"id": 1', "body"), (b"\xff\xfe{}", "body"),
    ],
)  # fmt: skip
def test_material_that_is_no_json_is_refused_as_a_whole(body: bytes, field: str) -> None:
    with pytest.raises(FieldError) as refused:
        parse(body)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"order": 7}, "order"), ([], "body"), ({"orders": [7]}, "orders[0]"),
        ({"product": {"id": 1}}, "body"), ({"order": order(line_items="many")}, "order.line_items"),
        ({"order": order(id=None)}, "order.id"), ({"order": order(name="x" * 5000)}, "order.name"),
        ({"order": order(total_price="much")}, "order.total_price"), ({"order": order(name="a\0b")}, "order.name"),
        ({"order": order(created_at="2030-01-01T00:00:00Z")}, "order.created_at"),
        ({"order": order(created_at="2026-11-20T10:00:00")}, "order.created_at"),
    ],
)  # fmt: skip
def test_an_item_that_cannot_be_read_is_refused_with_its_field(value: Any, field: str) -> None:
    said, refused = parse(value)
    assert field in {item.field for item in refused}
    assert [s for s in said if s.word == "order:created"] == []
