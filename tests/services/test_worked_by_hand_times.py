"""Orders told event by event, worked out on paper: times that are missing, late, promised or taken back.

All stories use the shipped journey `marketplace-parcel` in UTC: `warehouse` runs from paid to the first
scan (yellow 2 d, red 4 d), `transit` on to out for delivery (8 d, 15 d), `last_mile` to delivered (12 h,
2 d), the span `carriage` from the first scan to delivered (10 d, 20 d); they count parcels. `payment`
(12 h, 2 d) and `promise` (by the end of the promised day) count orders.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds import MARKETPLACE, SHOP, Fact, World, carries, said, scan, us
from waypost.domain.instants import DAY, SECOND
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


def test_cancelled_without_a_time(world: World) -> None:
    # The shop's table says "cancelled" and no date: the journey ends, its time is told as not given.
    world.send(*paid("order/1"), said("order/1", "order.cancelled"))
    found = journey_of(world, "order/1")
    assert (found.row.status, found.outcome, found.outcome_at) == ("ended", "cancelled", None)
    assert world.unit("order/1", "warehouse").status == Status.ENDED
    for stage in ("warehouse", "promise", "carriage"):
        assert (world.kpi(stage).summary, world.kpi(stage).open) == (NOTHING, 0)
    assert world.kpi("payment").summary == hours(1)


def test_delivered_without_a_time(world: World) -> None:
    # It happened, so the journey is over; but nobody can say how long it took, so it counts nowhere.
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    world.send(scan("parcel/1", "delivery.delivered", None))
    row = world.order("order/1")
    assert (row.status, row.delivered, row.done, row.need) == ("delivered", None, 1, 1)
    carriage = world.unit("parcel/1", "carriage")
    assert (carriage.status, carriage.dwell, carriage.level) == (Status.DONE, -1, 0)
    assert (world.kpi("carriage").summary, world.kpi("carriage").open) == (NOTHING, 0)
    assert world.kpi("promise").summary == NOTHING
    # A time for it, even a declared one, is better than none.
    world.send(said("parcel/1", "delivery.delivered", "2026-03-04T09:00:00Z"))
    assert world.order("order/1").delivered == us("2026-03-04T09:00:00Z")
    assert world.kpi("carriage").summary == hours(24)


def test_delivered_after_it_was_cancelled(world: World) -> None:
    # Cancelled on the 3rd, too late to stop the truck: what was delivered is delivered.
    world.send(*paid("order/1"), said("order/1", "order.cancelled", "2026-03-03T10:00:00Z"))
    assert world.order("order/1").status == "ended"
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z", delivered="2026-03-04T15:00:00Z"))
    found = journey_of(world, "order/1")
    assert (found.row.status, found.row.delivered, found.outcome) == ("delivered", us("2026-03-04T15:00:00Z"), None)
    assert world.kpi("carriage").summary == hours(30)
    assert world.kpi("promise").summary == hours(55)


def test_a_missed_scan_stops_the_clock(world: World) -> None:
    # Paid on the 2nd; the warehouse's and the courier's scan are both missing, the next news is "out for
    # delivery" on the 8th. Warehouse and transit are over: nobody is alarmed for a parcel that moves.
    world.send(*paid("order/1"))
    world.now = us("2026-03-08T00:00:00Z")
    assert (world.order("order/1").level, world.order("order/1").cause) == ("red", "warehouse")
    world.send(scan("parcel/1", "lastmile.out_for_delivery", "2026-03-08T08:00:00Z", links=carries("order/1")))
    world.now = us("2026-03-08T10:00:00Z")
    warehouse, transit = world.unit("parcel/1", "warehouse"), world.unit("parcel/1", "transit")
    assert (warehouse.status, warehouse.level) == (Status.PASSED, 0)
    assert (transit.status, transit.dwell) == (Status.DONE, -1)
    assert (world.kpi("warehouse").summary, world.kpi("warehouse").open) == (NOTHING, 0)
    assert world.order("order/1").stage == "last_mile"
    # The span to the first news runs on: there was none before the van. That is what it is for.
    assert (world.kpi("first_update").open, world.kpi("first_update").open_red) == (1, 1)


def test_out_of_sequence(world: World) -> None:
    # The handheld's clock is wrong: delivered at 08:00, out for delivery at 10:00 of the same day. No negative
    # durations: 0, counted, and marked.
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    world.send(scan("parcel/1", "lastmile.out_for_delivery", "2026-03-05T10:00:00Z"))
    world.send(scan("parcel/1", "delivery.delivered", "2026-03-05T08:00:00Z"))
    fact = world.unit("parcel/1", "last_mile")
    assert (fact.status, fact.dwell, fact.out_of_sequence) == (Status.DONE, 0, True)
    assert world.kpi("last_mile").summary == hours(0)
    assert not world.unit("parcel/1", "transit").out_of_sequence


PROMISED = {"classifier": "planned", "at": "2026-03-05", "zone": "America/Sao_Paulo"}
END_OF_DAY = us("2026-03-06T03:00:00Z")  # midnight of the 6th in Sao Paulo


@pytest.mark.parametrize(
    ("delivered", "level"),
    [("2026-03-06T02:59:59.999999Z", 0), ("2026-03-06T03:00:00Z", 2)],
    ids=["last microsecond of the day", "midnight"],
)
def test_a_promised_day_ends_with_its_local_day(world: World, delivered: str, level: int) -> None:
    world.send(*paid("order/1"), said("order/1", "delivery.delivered", "2026-03-02T08:00:00Z", **PROMISED))
    world.now = END_OF_DAY - 1 - 2 * SECOND  # the picture is taken 2 s later: in the very last microsecond
    fact = world.stage("order/1", "promise")
    assert world.order("order/1").promised == END_OF_DAY - 1
    assert (fact.due_yellow, fact.due_red) == (END_OF_DAY - 1 - DAY, END_OF_DAY - 1)
    world.send(*parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    world.send(scan("parcel/1", "delivery.delivered", delivered))
    world.now = us("2026-03-08T00:00:00Z")
    assert world.stage("order/1", "promise").level == level
    summary = world.kpi("promise").summary
    assert (summary.n, summary.yellow, summary.red) == (1, 0, level // 2)


def test_an_open_promise_turns_yellow_a_day_ahead_and_red_after_its_day(world: World) -> None:
    world.send(*paid("order/1"), said("order/1", "delivery.delivered", "2026-03-02T08:00:00Z", **PROMISED))
    levels = []
    for moment in (END_OF_DAY - 1 - DAY, END_OF_DAY - DAY, END_OF_DAY - 1, END_OF_DAY):
        world.now = moment
        levels.append(Fact(world.another_live().view().journeys[MARKETPLACE].orders.facts("promise"), 0).level)
    assert levels == [0, 1, 1, 2]


def test_first_and_latest_promise(world: World) -> None:
    # Promised for the 5th, on the 4th put off to the 8th, delivered on the 7th: late by the word that the buyer
    # ordered on, on time by the last one. `marketplace-parcel` keeps to the first.
    body = world.journeys.in_force(MARKETPLACE).journey.as_json()
    body |= {"id": "lenient", "assign": {"priority": 5, "when": [{"field": "channel", "value": "lenient"}]}}
    body["stages"][-1]["target"]["promise"] = "latest"
    world.journeys.publish(body, by="test", now=us("2026-01-01T00:00:00Z"))
    put_off = {**PROMISED, "at": "2026-03-08"}
    for order, channel in (("order/1", "web"), ("order/2", "lenient")):
        world.send(
            # In the wrong order, as it happens.
            said(order, "delivery.delivered", "2026-03-04T08:00:00Z", **put_off),
            said(order, "delivery.delivered", "2026-03-02T08:00:00Z", **PROMISED),
            said(order, "order.created", "2026-03-02T08:00:00Z", attributes={"channel": channel}),
            said(order, "delivery.delivered", "2026-03-07T08:00:00Z"),
        )
    strict = world.kpi("promise").summary
    lenient = world.kpi("promise", journey="lenient").summary
    assert (strict.n, strict.red, lenient.n, lenient.red) == (1, 1, 1, 0)
    told = journey_of(world, "order/1").promises
    assert [promise.until for promise in told] == [END_OF_DAY, END_OF_DAY + 3 * DAY]
    assert world.order("order/1").promised == us("2026-03-09T03:00:00Z") - 1  # the list shows the latest word
    assert world.stage("order/1", "promise").due_red == END_OF_DAY - 1
    # The second promise was somebody's mistake: only the first one was ever made.
    (later,) = [e.event_id for e in journey_of(world, "order/1").events if e.until == END_OF_DAY + 3 * DAY]
    world.send(said("order/1", "delivery.delivered", "2026-03-09T08:00:00Z", kind="retract", target=later))
    assert [promise.until for promise in journey_of(world, "order/1").promises] == [END_OF_DAY]
    assert world.order("order/1").promised == END_OF_DAY - 1


def test_a_retracted_scan_reopens_and_a_corrected_one_moves(world: World) -> None:
    wrong = scan("parcel/1", "delivery.delivered", "2026-03-04T09:00:00Z")
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"), wrong)
    assert world.order("order/1").status == "delivered"
    corrected = scan("parcel/1", "delivery.delivered", "2026-03-04T11:00:00Z", kind="correct", target=wrong["id"])
    world.send(corrected)
    assert world.order("order/1").delivered == us("2026-03-04T11:00:00Z")
    assert world.kpi("carriage").summary == hours(26)
    world.send(
        scan("parcel/1", "delivery.delivered", "2026-03-04T12:00:00Z", kind="retract", target=corrected["id"]),
        scan("parcel/1", "delivery.delivered", "2026-03-04T12:00:00Z", kind="retract", target=wrong["id"]),
    )
    row = world.order("order/1")
    assert (row.status, row.delivered, row.stage) == ("open", None, "transit")
    assert (world.kpi("carriage").summary, world.kpi("carriage").open) == (NOTHING, 1)


def test_a_prediction_is_never_a_fact(world: World) -> None:
    world.send(*paid("order/1"), *parcel("parcel/1", "order/1", picked_up="2026-03-03T09:00:00Z"))
    guess = {"evidence": "predicted", "classifier": "estimated", "at": "2026-03-05T12:00:00Z"}
    world.send(said("parcel/1", "delivery.delivered", "2026-03-03T10:00:00Z", by="model.example", **guess))
    row = world.order("order/1")
    assert (row.status, row.delivered, row.promised) == ("open", None, None)
    assert journey_of(world, "order/1").estimate == (us("2026-03-03T10:00:00Z"),) + (us("2026-03-05T12:00:00Z"),) * 2


def test_what_a_shop_calls_shipped_is_no_pickup(world: World) -> None:
    # "Shipped" of a shop is a word about a label. The warehouse's clock runs until somebody scans.
    world.send(*paid("order/1"), said("order/1", "warehouse.shipped_declared", "2026-03-02T10:00:00Z", by=SHOP))
    world.now = us("2026-03-05T00:00:00Z")
    assert world.unit("order/1", "warehouse").status == Status.OPEN
    assert (world.order("order/1").stage, world.order("order/1").level) == ("warehouse", "yellow")
