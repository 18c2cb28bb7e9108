"""Orders over a border, worked out by hand: held at customs, released, sent back; who takes the journey at all."""

from __future__ import annotations

import pytest

from tests.worlds import World, carries, said, scan, us
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.project import Status
from waypost.services.live import OrderQuery

HOUR = 3_600 * SECOND
JOURNEY = "cross-border"
BROKER = "broker.example"
STAGES = ["payment", "warehouse", "export_customs", "linehaul", "import_customs", "inland", "last_mile"]


def bought(world: World, order: str = "1", **attributes: object) -> None:
    about = {"cross_border": True, **attributes}
    world.send(
        said(f"order/{order}", "order.created", "2026-03-01T08:00:00Z", attributes=about),
        said(f"order/{order}", "payment.captured", "2026-03-01T09:00:00Z"),
    )


def flown(world: World, parcel: str = "P", order: str = "1") -> None:
    """Out of the warehouse, out of the country, and landed on the 6th."""
    world.send(
        scan(f"parcel/{parcel}", "linehaul.picked_up", "2026-03-02T09:00:00Z", links=carries(f"order/{order}")),
        said(f"parcel/{parcel}", "customs.export_cleared", "2026-03-04T09:00:00Z", BROKER),
        said(f"parcel/{parcel}", "customs.arrived_destination_country", "2026-03-06T09:00:00Z", BROKER),
        said(f"parcel/{parcel}", "customs.started", "2026-03-06T21:00:00Z", BROKER),
    )


@pytest.fixture
def at_customs(world: World) -> World:
    """One order whose parcel customs holds since the 7th at nine; now it is the 8th, noon."""
    bought(world)
    flown(world)
    world.send(said("parcel/P", "customs.inspection_started", "2026-03-07T09:00:00Z", BROKER))
    world.now = us("2026-03-08T12:00:00Z")
    return world


def test_each_stage_of_an_order_that_was_cleared_and_delivered(world):
    bought(world)
    flown(world)
    world.send(
        said("parcel/P", "customs.cleared", "2026-03-08T09:00:00Z", BROKER),
        scan("parcel/P", "lastmile.out_for_delivery", "2026-03-10T07:00:00Z"),
        scan("parcel/P", "delivery.delivered", "2026-03-10T11:00:00Z"),
    )
    hours = {stage: world.unit("parcel/P", stage, JOURNEY).dwell / HOUR for stage in STAGES[1:]}
    assert hours == {
        "warehouse": 24, "export_customs": 48, "linehaul": 48, "import_customs": 48, "inland": 46, "last_mile": 4,
    }  # fmt: skip
    assert world.stage("order/1", "payment", JOURNEY).dwell == HOUR
    assert world.unit("parcel/P", "held", JOURNEY).dwell == -1  # never held: nothing to count
    assert world.unit("parcel/P", "door_to_door", JOURNEY).dwell == 194 * HOUR
    assert world.order("order/1").status == "delivered"


def test_an_order_held_at_customs_is_late_by_its_hold_before_its_clearance_is(at_customs):
    row = at_customs.order("order/1")
    assert (row.journey, row.stage, row.level) == (JOURNEY, "import_customs", "ok")
    at_customs.now += 1 * DAY
    row = at_customs.order("order/1")
    assert (row.stage, row.level, row.cause, row.due) == (
        "import_customs",
        "yellow",
        "held",
        us("2026-03-12T09:00:00Z"),
    )
    at_customs.now += 5 * DAY
    row = at_customs.order("order/1")
    assert (row.level, row.stage) == ("red", "import_customs")
    assert at_customs.river_of(JOURNEY)["import_customs"] == [0, 0, 1]


def test_duty_that_is_paid_does_not_free_the_parcel_but_its_release_does(at_customs):
    at_customs.send(
        said("parcel/P", "customs.duty_due", "2026-03-08T09:00:00Z", BROKER, reason="customs.duty_unpaid"),
        said("parcel/P", "customs.duty_paid", "2026-03-09T09:00:00Z", BROKER),
    )
    assert at_customs.unit("parcel/P", "held", JOURNEY).status == Status.OPEN
    at_customs.send(said("parcel/P", "customs.cleared", "2026-03-09T15:00:00Z", BROKER))
    held = at_customs.unit("parcel/P", "held", JOURNEY)
    assert (held.status, held.dwell) == (Status.DONE, 54 * HOUR)  # since the inspection began, not since the duty
    assert at_customs.unit("parcel/P", "import_customs", JOURNEY).dwell == 78 * HOUR
    assert at_customs.order("order/1").stage == "inland"
    found = at_customs.kpi("held", journey=JOURNEY)
    assert (found.summary.n, found.summary.yellow, found.summary.red) == (1, 1, 0)


def test_a_parcel_that_customs_sends_back_ends_the_journey(at_customs):
    at_customs.send(
        said("parcel/P", "customs.rejected", "2026-03-08T09:00:00Z", BROKER),
        scan("parcel/P", "return.to_sender_started", "2026-03-09T09:00:00Z"),
    )
    assert at_customs.order("order/1").status == "open"
    at_customs.send(scan("parcel/P", "return.returned_to_sender", "2026-03-15T09:00:00Z"))
    at_customs.now = us("2026-03-16T00:00:00Z")
    row = at_customs.order("order/1")
    assert (row.status, row.level) == ("ended", "ok")
    assert at_customs.unit("parcel/P", "import_customs", JOURNEY).status == Status.ENDED
    assert at_customs.river_of(JOURNEY)["import_customs"] == [0, 0, 0]


def test_a_bonded_warehouse_clears_before_it_sends_and_nothing_waits_for_an_export(world):
    bought(world, lane="bonded")
    world.send(
        said("parcel/P", "customs.import_declared", "2026-03-01T10:00:00Z", BROKER, links=carries("order/1")),
        said("parcel/P", "customs.cleared", "2026-03-01T13:00:00Z", BROKER),
        scan("parcel/P", "warehouse.dispatched", "2026-03-02T09:00:00Z"),
    )
    world.now = us("2026-03-02T12:00:00Z")
    assert world.order("order/1").stage == "inland"
    assert world.unit("parcel/P", "import_customs", JOURNEY).dwell == 3 * HOUR
    assert world.unit("parcel/P", "export_customs", JOURNEY).status == Status.PASSED


@pytest.mark.parametrize(
    ("attributes", "journey"),
    [
        ({"cross_border": True}, JOURNEY),
        ({"cross_border": "Y", "service": "standard"}, JOURNEY),
        ({"lane": "bonded"}, JOURNEY),
        ({"service": "cross-border"}, JOURNEY),
        ({"customs_declared": 1}, JOURNEY),
        ({"customs_declaration": "26DE123456"}, JOURNEY),
        ({"cross_border": False}, "marketplace-parcel"),
        ({"lane": "CN-CN", "customs_declared": False}, "marketplace-parcel"),
        ({"cross_border": True, "service": "store_pickup"}, "store-pickup"),
        ({}, "marketplace-parcel"),
    ],
)
def test_who_takes_the_journey(world, attributes, journey):
    world.send(said("order/1", "order.created", "2026-03-01T08:00:00Z", attributes=attributes))
    assert world.order("order/1").journey == journey
    assert world.view().orders(OrderQuery(journey=journey)).total == 1
