"""What a Vendure order says, statement by statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.vendure.shop import Made, parse
from waypost.domain.errors import FieldError
from waypost.domain.statement import UNMAPPED, Evidence, Kind, Statement


def said(made: Made, **settings: Any) -> list[Statement]:
    found, refused = parse({"orders": [made.node]}, **settings)
    assert refused == []
    return found


def told(statements: list[Statement], kind: str) -> list[tuple[str, str, str]]:
    return [
        (str(s.subject), s.code, s.raw_time[11:16])
        for s in statements
        if s.subject.kind.word == kind and s.at is not None
    ]


def test_a_partial_shipment_with_its_tracking_code() -> None:
    made = Made(1)
    made.send(5, [(1, 2)], 60, "JD014600000000001")
    made.move(5, "Delivered", 90)
    made.turn("PartiallyDelivered", 90)
    found = said(made)
    assert told(found, "order") == [
        ("order/KITE1", "order.created", "09:00"), ("order/KITE1", "payment.pending", "09:00"),
        ("order/KITE1", "payment.captured", "09:00"), ("order/KITE1", "payment.captured", "09:00"),
        ("order/KITE1", "warehouse.shipped_declared", "10:00"),
        ("order/KITE1", "delivery.partially_delivered", "10:30"),
    ]  # fmt: skip
    assert told(found, "parcel") == [
        ("parcel/KITE1-F5", "warehouse.order_received", "10:00"),
        ("parcel/KITE1-F5", "warehouse.order_received", "10:00"),
        ("parcel/KITE1-F5", "warehouse.shipped_declared", "10:00"),
        ("parcel/KITE1-F5", "delivery.delivered", "10:30"),
    ]
    assert {s.evidence for s in found} == {Evidence.DECLARED}  # the shop knows no carrier's scan
    tracking = next(s for s in found if s.word == "fulfillment:tracking code")
    assert tracking.attributes == {"tracking_number": "JD014600000000001", "carrier": "DHL"}
    carried = next(s for s in found if s.word == "fulfillment:created")
    assert [(str(c.to), c.quantity) for c in carried.links] == [("line/KITE1-L11", 2.0)]
    lines = [(str(s.subject), s.links[0].quantity) for s in found if s.word == "line:placed"]
    assert lines == [("line/KITE1-L11", 2.0), ("line/KITE1-L12", 1.0)]


def test_an_order_cancelled_after_it_was_delivered() -> None:
    made = Made(1)
    made.send(5, [(1, 2), (2, 1)], 60, "JD1")
    made.move(5, "Delivered", 90)
    made.turn("Delivered", 90)
    before = {s.event_id: s for s in said(made)}
    made.cancel(120)
    after = {s.event_id: s for s in said(made)}
    assert before.keys() <= after.keys()  # nothing that was said is unsaid
    fresh = [s for key, s in after.items() if key not in before]
    assert [(str(s.subject), s.code, s.quantity) for s in fresh] == [
        ("line/KITE1-L11", "order.quantity_cancelled", 2.0), ("line/KITE1-L12", "order.quantity_cancelled", 1.0),
        ("order/KITE1", "order.cancelled", None),
    ]  # fmt: skip
    placed = next(s for s in after.values() if s.word == "order:placed")
    assert placed.attributes == {
        "channel": "vendure", "value": 250.0, "currency": "EUR", "destination": "Bremen", "country": "DE",
        "service": "Standard",
    }  # fmt: skip


def test_a_cancelled_fulfilment_takes_back_what_it_carried() -> None:
    made = Made(1)
    made.send(5, [(1, 2), (2, 1)], 60, "JD1")
    made.move(5, "Cancelled", 90)
    found = said(made)
    created = next(s for s in found if s.word == "fulfillment:created" and s.kind == Kind.ASSERT)
    back = [s for s in found if s.kind == Kind.RETRACT]
    assert [(s.target, s.subject) for s in back] == [(created.event_id, created.subject)]
    assert ("parcel/KITE1-F5", "warehouse.shipment_voided", "10:30") in told(found, "parcel")


@pytest.mark.parametrize(
    ("state", "total", "expected"),
    [
        ("Pending", 25000, ("payment.refund_approved", True)),
        ("Settled", 25000, ("payment.refunded", False)),
        ("Settled", 100, ("payment.partially_refunded", False)),
        ("Failed", 100, ("payment.refund_rejected", False)),
    ],
)
def test_refunds_whole_and_in_part(state: str, total: int, expected: tuple[str, bool]) -> None:
    made = Made(1)
    refund = {"id": "3", "state": state, "total": total, "createdAt": "2026-11-22T12:00:00.000Z", "reason": ""}
    made.node["payments"][0]["refunds"].append(refund)
    found = next(s for s in said(made) if s.word and s.word.startswith("refund.state"))
    assert (found.code, found.at is not None) == expected


def test_a_payment_that_does_not_cover_the_order_is_no_full_payment() -> None:
    made = Made(1)
    made.node["payments"][0]["amount"] = 1000
    codes = [s.code for s in said(made) if s.word and s.word.startswith("payment.state")]
    assert codes == ["payment.partially_captured"]


def test_unknown_words_are_kept_and_carts_are_no_orders() -> None:
    made, cart = Made(1), Made(2)
    made.turn("AwaitingSignature", 30)
    made.log("ORDER_BLESSED", 31, {})
    cart.node.update(state="AddingItems", orderPlacedAt=None)
    found, refused = parse({"orders": [made.node, cart.node]})
    assert refused == []
    assert [s.word for s in found if s.code == UNMAPPED] == ["order.state:AwaitingSignature", "history:ORDER_BLESSED"]
    assert {s.subject.ref.partition("-")[0] for s in found} == {"KITE1"}


def test_a_name_space_keeps_two_shops_apart() -> None:
    assert {s.subject.scope for s in said(Made(1), scope="north")} == {"north"}
    assert {s.subject.scope for s in said(Made(1))} == {""}
    assert {s.source for s in said(Made(1))} == {"kites.example"}


def test_one_order_that_cannot_be_read_leaves_the_others_and_can_be_repaired() -> None:
    good, bad = Made(1), Made(2)
    bad.node["history"]["items"][2]["createdAt"] = "soon"
    found, refused = parse({"orders": [good.node, bad.node]})
    assert {s.subject.ref.partition("-")[0] for s in found} == {"KITE1"}
    assert (refused[0].field, refused[0].event_id) == ("orders[1].history.items[2].createdAt", "order/2")
    again, left = parse(refused[0].raw.replace("soon", "2026-11-22T09:00:00Z").encode())
    assert left == []
    assert {s.subject.ref.partition("-")[0] for s in again} == {"KITE2"}


def test_a_history_that_goes_on_is_told() -> None:
    made = Made(1)
    made.node["history"]["totalItems"] = 9
    _, refused = parse({"orders": [made.node]})
    assert [(r.field, r.problem) for r in refused] == [
        ("history", "the list goes on, but the rest did not come with it.")
    ]


def test_an_answer_of_the_interface_itself_is_read_too() -> None:
    page = {"data": {"orders": {"items": [Made(1).node], "totalItems": 1}}}
    assert len(parse(page)[0]) == len(parse({"order": Made(1).node})[0]) == len(said(Made(1)))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"orders": 7}', b'{"products": []}', b"\xff\xfe"])
def test_material_that_is_no_page_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(FieldError):
        parse(body)


@pytest.mark.parametrize("name", ["id", "code", "state", "orderPlacedAt", "lines", "history"])
def test_what_an_order_must_have_is_named(name: str) -> None:
    node = json.loads(json.dumps(Made(1).node))
    del node[name]
    found, refused = parse({"orders": [node]})
    assert found == []
    assert [r.field for r in refused] == [f"orders[0].{name}"]
