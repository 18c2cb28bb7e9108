"""Orders told event by event, with the state and the KPIs that a person works out on paper.

All stories use the shipped journey `marketplace-parcel` in UTC: `warehouse` runs from paid to the first
scan (yellow 2 d, red 4 d), `transit` on to out for delivery (8 d, 15 d), `last_mile` to delivered (12 h,
2 d), the span `carriage` from the first scan to delivered (10 d, 20 d); they count parcels. `payment`
(12 h, 2 d) and `promise` (by the end of the promised day) count orders.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds import World, carries, line_of, said, scan, us
from waypost.domain.instants import SECOND
from waypost.journeys.project import Status
from waypost.kpi.summary import Summary
from waypost.services.order import OrderJourney, order_journey

HOUR = 3_600 * SECOND
NOTHING = Summary(0, None, None, 0, 0)


def paid(order: str, at: str = "2026-03-02T09:00:00Z") -> list[dict[str, Any]]:
    """An order made on the 2nd at 08:00, and paid."""
    return [said(order, "order.created", "2026-03-02T08:00:00Z"), said(order, "payment.captured", at)]


def parcel(name: str, *orders: str, picked_up: str, delivered: str | None = None) -> list[dict[str, Any]]:
    """A parcel that is picked up and, two hours before it is delivered, out for delivery."""
    events = [scan(name, "linehaul.picked_up", picked_up, links=carries(*orders))]
    if delivered:
        out = f"{delivered[:11]}{int(delivered[11:13]) - 2:02}{delivered[13:]}"
        events += [scan(name, "lastmile.out_for_delivery", out), scan(name, "delivery.delivered", delivered)]
    return events


def journey_of(world: World, order: str) -> OrderJourney:
    """The page of one order."""
    return order_journey(world.engine, world.view(), world.key(order))


def hours(n: float, yellow: int = 0, red: int = 0) -> Summary:
    """The summary of one closed stage."""
    return Summary(1, n * 3600.0, n * 3600.0, yellow, red)


def test_split_order(world: World) -> None:
    # Paid on the 2nd at 09:00. The first parcel is picked up on the 3rd at 10:00 (25 h) and delivered on the
    # 4th at 12:00 (26 h of carriage); the second one is picked up on the 5th at 10:00 (73 h: yellow).
    world.send(*paid("order/1"))
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T10:00:00Z", delivered="2026-03-04T12:00:00Z"))
    world.send(*parcel("parcel/2", "order/1", picked_up="2026-03-05T10:00:00Z"))
    world.now = us("2026-03-06T12:00:00Z")
    row = world.order("order/1")
    assert (row.done, row.need, row.status, row.stage, row.delivered) == (1, 2, "open", "transit", None)
    assert world.kpi("warehouse").summary == Summary(2, 176_400, 254_160, 1, 0)  # 49 h, 70.6 h
    assert world.kpi("carriage").summary == hours(26)
    assert (world.kpi("carriage").open, world.kpi("carriage").open_yellow) == (1, 0)
    assert world.kpi("promise").summary == NOTHING

    # The second one is delivered on the 7th at 12:00 (50 h), without a scan when it went out.
    world.send(scan("parcel/2", "delivery.delivered", "2026-03-07T12:00:00Z"))
    world.now = us("2026-03-08T00:00:00Z")
    row = world.order("order/1")
    assert (row.done, row.need, row.status, row.stage) == (2, 2, "delivered", None)
    assert row.delivered == us("2026-03-07T12:00:00Z")
    assert world.kpi("carriage").summary == Summary(2, 136_800, 175_680, 0, 0)  # 38 h, 48.8 h
    assert world.kpi("carriage").open == 0
    assert world.unit("parcel/2", "transit").status == Status.PASSED
    assert world.kpi("last_mile").summary == hours(2)  # the second parcel's beginning is not known


def test_two_orders_in_one_parcel(world: World) -> None:
    # Order 1 is paid on the 2nd at 09:00, order 2 on the 3rd at 09:00. The warehouse could only pack the one
    # parcel when both were paid: 24 h until the pick-up on the 4th at 09:00. One parcel, two orders delivered.
    world.send(*paid("order/1"), *paid("order/2", at="2026-03-03T09:00:00Z"))
    both = ("order/1", "order/2")
    world.send(*parcel("parcel/1", *both, picked_up="2026-03-04T09:00:00Z", delivered="2026-03-05T15:00:00Z"))
    for order in both:
        row = world.order(order)
        assert (row.status, row.done, row.need) == ("delivered", 1, 1)
        assert row.delivered == us("2026-03-05T15:00:00Z")
    assert world.kpi("warehouse").summary == hours(24)
    assert world.kpi("carriage").summary == hours(30)
    assert world.kpi("payment").summary == Summary(2, 46_800, 85_680, 1, 0)  # 13 h, 23.8 h


def lines(*ordered: tuple[str, float]) -> list[dict[str, Any]]:
    """The lines of order 1."""
    made = "2026-03-02T08:00:00Z"
    return [said(f"line/{name}", "order.created", made, links=line_of("order/1", n)) for name, n in ordered]


def box(name: str, line: str, quantity: float, delivered: str | None) -> list[dict[str, Any]]:
    """A parcel with some units of a line."""
    events = [scan(name, "linehaul.picked_up", "2026-03-03T09:00:00Z", links=carries(line, quantity=quantity))]
    return events + ([scan(name, "delivery.delivered", delivered)] if delivered else [])


def test_a_whole_line_is_cancelled(world: World) -> None:
    # Two of A and one of B; B is cancelled before it is packed. The two A make the order complete, and the
    # label that was printed for B waits for nothing.
    world.send(*paid("order/1"), *lines(("A", 2), ("B", 1)), *box("parcel/1", "line/A", 2, "2026-03-05T09:00:00Z"))
    world.send(said("parcel/2", "linehaul.info_received", "2026-03-02T10:00:00Z", links=carries("line/B", quantity=1)))
    world.now = us("2026-03-06T00:00:00Z")
    assert (world.order("order/1").done, world.order("order/1").need) == (2, 3)
    assert world.order("order/1").status == "open"
    world.send(said("line/B", "order.line_cancelled", "2026-03-02T12:00:00Z"))
    row = world.order("order/1")
    assert (row.done, row.need, row.status) == (2, 2, "delivered")
    assert row.delivered == us("2026-03-05T09:00:00Z")
    assert world.unit("parcel/2", "warehouse").status == Status.ENDED
    assert (world.kpi("warehouse").summary, world.kpi("warehouse").open) == (hours(24), 0)
    assert (world.kpi("promise").summary.n, world.kpi("promise").open) == (1, 0)


def test_a_part_of_a_line_is_cancelled(world: World) -> None:
    # Three ordered, two packed and delivered: 2 of 3. Then the shop takes the third one off: complete since then.
    world.send(*paid("order/1"), *lines(("A", 3)), *box("parcel/1", "line/A", 2, "2026-03-05T09:00:00Z"))
    row = world.order("order/1")
    assert (row.done, row.need, row.status, row.delivered) == (2, 3, "open", None)
    taken = said("line/A", "order.quantity_cancelled", "2026-03-06T12:00:00Z", quantity=1)
    world.send(taken)
    row = world.order("order/1")
    assert (row.done, row.need, row.status) == (2, 2, "delivered")
    assert row.delivered == us("2026-03-05T09:00:00Z")  # when the last unit that is wanted arrived

    # The shop takes the cancellation back: one is missing again.
    world.send(said("line/A", "order.quantity_cancelled", "2026-03-06T13:00:00Z", kind="retract", target=taken["id"]))
    row = world.order("order/1")
    assert (row.done, row.need, row.status) == (2, 3, "open")


@pytest.mark.parametrize("whole", [True, False], ids=["line by line", "unit by unit"])
def test_all_lines_are_cancelled(world: World, whole: bool) -> None:
    # Both lines go, one on the 3rd and one on the 4th, whether as lines or as quantities: the order is cancelled
    # since the 4th, and no clock runs on.
    world.send(*paid("order/1"), *lines(("A", 2), ("B", 1)))
    world.now = us("2026-03-05T00:00:00Z")
    assert (world.order("order/1").status, world.kpi("warehouse").open) == ("open", 1)
    code = "order.line_cancelled" if whole else "order.quantity_cancelled"
    world.send(said("line/A", code, "2026-03-03T10:00:00Z", quantity=None if whole else 2))
    assert world.order("order/1").status == "open"
    world.send(said("line/B", code, "2026-03-04T10:00:00Z", quantity=None if whole else 1))
    found = journey_of(world, "order/1")
    assert (found.row.status, found.row.done, found.row.need) == ("ended", 0, 0)
    assert (found.outcome, found.outcome_at) == ("cancelled", us("2026-03-04T10:00:00Z"))
    for stage in ("warehouse", "promise"):
        assert (world.kpi(stage).summary, world.kpi(stage).open) == (NOTHING, 0)


def test_redirected_to_a_new_waybill(world: World) -> None:
    # Picked up on the 3rd at 09:00; on the 4th the buyer asks for another address and parcel 2 takes over. The
    # carriage is one of 99 h, from the old waybill's pick-up to the new one's delivery; the old one's later scan
    # ("returned") is history and changes nothing.
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    new = [{"rel": "replaces", "to": "parcel/1"}]
    world.send(scan("parcel/2", "linehaul.info_received", "2026-03-04T11:00:00Z", links=new))
    world.now = us("2026-03-05T00:00:00Z")
    row = world.order("order/1")
    assert (row.done, row.need, row.status, row.stage) == (0, 1, "open", "transit")
    assert world.kpi("warehouse").summary == hours(24)
    assert world.kpi("carriage").open == 1
    world.send(scan("parcel/2", "lastmile.out_for_delivery", "2026-03-07T08:00:00Z"))
    world.send(scan("parcel/2", "delivery.delivered", "2026-03-07T12:00:00Z"))
    world.send(scan("parcel/1", "return.returned_to_sender", "2026-03-08T12:00:00Z"))
    world.now = us("2026-03-09T00:00:00Z")
    found = journey_of(world, "order/1")
    assert (found.row.status, found.row.done, found.row.need, found.outcome) == ("delivered", 1, 1, None)
    assert {track.subject.ref: track.role for track in found.tracks} == {"1": "replaced", "2": "parcel"}
    assert (world.kpi("carriage").summary, world.kpi("carriage").open) == (hours(99), 0)
    assert world.kpi("last_mile").summary == hours(4)
    assert world.kpi("first_update").summary == hours(24)  # the old waybill's pick-up


def test_three_failed_attempts(world: World) -> None:
    # Out for delivery on the 5th at 08:00, nobody at home on three days; the second attempt is reported by the
    # carrier and, without a place, by an aggregator. Delivered on the 8th at 08:00: 72 h, counted once, and red.
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    for day in (5, 6, 7):
        world.send(
            scan("parcel/1", "lastmile.out_for_delivery", f"2026-03-0{day}T08:00:00Z"),
            scan("parcel/1", "lastmile.attempt_failed", f"2026-03-0{day}T10:30:00Z", place="Station 7"),
        )
    world.send(scan("parcel/1", "lastmile.attempt_failed", "2026-03-06T11:30:00+01:00", by="aggregator.example"))
    world.send(scan("parcel/1", "delivery.delivered", "2026-03-08T08:00:00Z"))
    found = journey_of(world, "order/1")
    (track,) = found.tracks
    assert [(a.at, a.place) for a in track.attempts] == [
        (us(f"2026-03-0{day}T10:30:00Z"), "Station 7") for day in (5, 6, 7)
    ]
    assert found.row.status == "delivered"
    assert world.kpi("last_mile").summary == hours(72, red=1)
    assert world.kpi("transit").summary == hours(47)


def test_a_return_leaves_the_delivery_alone(world: World) -> None:
    world.send(*paid("order/1"))
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z", delivered="2026-03-04T15:00:00Z"))
    before = [world.kpi(stage).summary for stage in ("warehouse", "carriage", "promise", "last_mile")]
    world.send(
        said("return/1", "return.requested", "2026-03-06T09:00:00Z", links=[{"rel": "returns", "to": "order/1"}]),
        scan("return/1", "linehaul.picked_up", "2026-03-07T09:00:00Z"),
        scan("return/1", "return.received", "2026-03-09T09:00:00Z"),
        said("order/1", "payment.refunded", "2026-03-10T09:00:00Z"),
    )
    found = journey_of(world, "order/1")
    assert (found.row.status, found.row.delivered) == ("delivered", us("2026-03-04T15:00:00Z"))
    assert (found.row.done, found.row.need, found.outcome) == (1, 1, None)
    assert [world.kpi(stage).summary for stage in ("warehouse", "carriage", "promise", "last_mile")] == before
    assert world.kpi("carriage").open == 0
    (back,) = [track for track in found.tracks if track.role == "return"]
    assert [(node.id, node.status.name) for node in back.nodes] == [
        ("approval", "PASSED"),  # nobody told of it
        ("handover", "DONE"),
        ("return_transit", "DONE"),
        ("inspection", "PASSED"),
        ("settlement", "DONE"),  # the refund of the order is that of its only return
    ]
    assert [len(node.events) for node in back.nodes] == [1, 1, 1, 0, 0]


def test_an_exchange_neither_completes_nor_reopens_the_order(world: World) -> None:
    # A dress comes in the wrong size. The parcel with the right one is for the same order, but the order was
    # delivered with the first; the parcel of the second order of the exchange is that order's own.
    swap = [*carries("order/1", "order/2"), {"rel": "exchanges", "to": "order/1"}]
    world.send(*paid("order/1"), *paid("order/2", at="2026-03-08T09:00:00Z"))
    world.send(said("order/2", "order.created", "2026-03-08T08:00:00Z", links=[{"rel": "exchanges", "to": "order/1"}]))
    world.send(scan("parcel/9", "linehaul.picked_up", "2026-03-09T09:00:00Z", links=swap))
    assert (world.order("order/1").status, world.order("order/1").delivered) == ("open", None)
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z", delivered="2026-03-04T15:00:00Z"))
    world.now = us("2026-03-10T00:00:00Z")
    row = world.order("order/1")
    assert (row.status, row.done, row.need, row.delivered) == ("delivered", 1, 1, us("2026-03-04T15:00:00Z"))
    assert (world.order("order/2").status, world.order("order/2").stage) == ("open", "transit")
    world.send(scan("parcel/9", "delivery.delivered", "2026-03-10T12:00:00Z"))
    world.now = us("2026-03-11T00:00:00Z")
    assert world.order("order/1").delivered == us("2026-03-04T15:00:00Z")
    assert world.order("order/2").delivered == us("2026-03-10T12:00:00Z")
    assert world.kpi("carriage").summary.n == 2


def test_the_merchants_word_against_a_scan(world: World) -> None:
    # The shop marks the order as delivered on the 5th. The carrier has scanned the parcel and never delivered it.
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    world.send(said("order/1", "delivery.delivered", "2026-03-05T10:00:00Z"))
    world.now = us("2026-03-06T09:00:00Z")
    row = world.order("order/1")
    assert (row.status, row.done, row.need, row.delivered) == ("open", 0, 1, None)
    assert (world.kpi("carriage").summary, world.kpi("carriage").open) == (NOTHING, 1)
    assert (world.kpi("promise").summary, world.kpi("promise").open) == (NOTHING, 1)
    # The scan comes, a day after the merchant's word: the scan is the truth.
    world.send(scan("parcel/1", "delivery.delivered", "2026-03-06T10:00:00Z"))
    world.now = us("2026-03-07T00:00:00Z")
    assert world.order("order/1").delivered == us("2026-03-06T10:00:00Z")
    assert world.kpi("carriage").summary == hours(73)


def test_the_merchants_word_where_nobody_scans(world: World) -> None:
    # The only parcel is a label that the shop reports. Nothing contradicts the shop: delivered on its word.
    label = said("parcel/1", "linehaul.info_received", "2026-03-02T12:00:00Z", links=carries("order/1"))
    world.send(*paid("order/1"), label, said("order/1", "delivery.delivered", "2026-03-05T10:00:00Z"))
    row = world.order("order/1")
    assert (row.status, row.done, row.need, row.delivered) == ("delivered", 1, 1, us("2026-03-05T10:00:00Z"))
    assert world.kpi("promise").summary == hours(74)
    assert world.kpi("promise").open == 0


def test_the_buyers_confirmation_needs_no_scan(world: World) -> None:
    # No carrier ever says "confirmed by buyer": the platform says it of the order, and it stands.
    world.send(*paid("order/1"))
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z", delivered="2026-03-04T15:00:00Z"))
    world.send(said("order/1", "delivery.confirmed_by_buyer", "2026-03-06T10:00:00Z"))
    view = world.view()
    assert view.milestone_time(world.view().order_place[view.table.row_of[world.key("order/1")]], 34) == us(
        "2026-03-06T10:00:00Z"
    )
