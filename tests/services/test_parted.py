"""Branches, gates and business hours in the live picture: the same however it came about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import parted, pictures
from tests.histories import START, deliveries
from tests.parted import PARTED
from tests.properties import examples
from tests.worlds import Fact, World, carries, said, scan, sqlite_copy, us
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.project import Level, Status

HOUR = 3_600 * SECOND
MONDAY = "2026-03-02T09:00:00+08:00"
LONG_AGO = us("2026-01-01T00:00:00Z")
VERSIONS = [parted.parted(), parted.parted("shop"), parted.parted(by="carrier"), parted.parted(calendar="")]


@examples(0.35)
@given(
    delivery=deliveries(max_size=20),
    versions=st.lists(st.none() | st.sampled_from(VERSIONS), min_size=6, max_size=6),
    moves=st.lists(st.integers(1, 24 * 4), min_size=6, max_size=6),
)
def test_a_picture_kept_fresh_is_one_made_at_once(
    delivery: Any, versions: list[Any], moves: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    world.now = START
    world.journeys.publish(VERSIONS[0], by="test", now=LONG_AGO)
    for batch, version, hours in zip(delivery[1], versions, moves, strict=False):
        world.store(batch)
        world.now += hours * HOUR
        if version is not None:
            world.journeys.publish(version, by="test", now=world.now - DAY)
        shown = pictures.live(world.view())
        assert pictures.differences(shown, pictures.live(world.another_live().view())) == []
    world.close()


@pytest.fixture
def parted_world(world: World) -> World:
    """A world whose orders take the journey that parts."""
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    world.now = us(MONDAY) + 4 * DAY
    return world


def fact(world: World, name: str, stage: str) -> Fact:
    """An order in a stage of the journey that parts."""
    return world.stage(f"order/{name}", stage, PARTED)


def order(world: World, name: str, created: str = MONDAY, **attributes: Any) -> None:
    """An order that was made and paid at once."""
    world.send(
        *(said(f"order/{name}", code, created, attributes=attributes) for code in ("order.created", "payment.captured"))
    )


def test_each_order_is_only_in_stages_of_its_own_way(parted_world: World) -> None:
    world = parted_world
    order(world, "web", channel="web")
    order(world, "shop", channel="store")
    world.send(scan("parcel/web", "linehaul.picked_up", MONDAY, links=carries("order/web")))
    assert {name: world.order(f"order/{name}").stage for name in ("web", "shop")} == {"web": "travel", "shop": "pickup"}
    skipped = [fact(world, "shop", stage) for stage in ("shipping", "travel")]
    assert {(f.status, f.dwell, f.level) for f in skipped} == {(Status.SKIPPED, -1, Level.OK)}
    world.send(*(said(f"order/{name}", "delivery.delivered", "2026-03-02T15:00:00+08:00") for name in ("web", "shop")))
    assert fact(world, "shop", "pickup").dwell == 6 * HOUR
    assert [world.kpi(stage, journey=PARTED).summary.n for stage in ("shipping", "pickup", "travel")] == [1, 1, 0]
    # What happened in a stage of another way does not make the own ones passed.
    order(world, "other", channel="store")
    world.send(scan("parcel/other", "linehaul.picked_up", MONDAY, links=carries("order/other")))
    assert (world.order("order/other").stage, world.unit("parcel/other", "pickup", PARTED).status) == (
        "pickup",
        Status.OPEN,
    )
    # Another attribute, another way.
    world.send(said("order/other", "order.amended", "2026-03-03T00:00:00Z", attributes={"channel": "web"}))
    assert world.order("order/other").stage == "travel"


def test_an_order_is_finished_with_the_end_of_its_own_way(world: World) -> None:
    body = parted.parted()
    body["stages"][3]["end"] = ["confirmed_by_buyer"]  # of those that are shipped only
    world.journeys.publish(body, by="test", now=LONG_AGO)
    for name, channel in (("1", "web"), ("2", "store")):
        order(world, name, channel=channel)
        world.send(said(f"order/{name}", "delivery.delivered", "2026-03-04T09:00:00Z"))
    assert [world.order(f"order/{n}").status for n in "12"] == ["open", "delivered"]
    world.send(said("order/1", "delivery.confirmed_by_buyer", "2026-03-05T09:00:00Z"))
    assert world.order("order/1").status == "delivered"


def test_orders_that_share_a_parcel_keep_to_their_own_ways(parted_world: World) -> None:
    world = parted_world
    order(world, "2", channel="web")
    order(world, "1", channel="store")
    world.send(scan("parcel/1", "linehaul.hub_arrived", MONDAY, links=carries("order/2", "order/1")))
    assert [world.order(f"order/{n}").stage for n in "12"] == ["pickup", "shipping"]
    assert world.unit("parcel/1", "pickup", PARTED).status == Status.OPEN  # on the way of its first order


def test_a_gate_is_red_at_once_and_to_blame_until_it_is_released(parted_world: World) -> None:
    world = parted_world
    order(world, "1", channel="web", value=129)
    order(world, "2", channel="web", value=128)
    world.now = us(MONDAY) + HOUR
    held, free = world.order("order/1"), world.order("order/2")
    assert (held.level, held.cause, held.due) == ("red", "check", us(MONDAY))
    assert (free.level, free.cause) == ("ok", "shipping")
    world.now = us(MONDAY) + 30 * DAY  # everything else is late by now, but the gate is what can be done about it
    assert world.order("order/1").cause == "check"
    release = said("order/1", "order.released", "2026-03-03T00:00:00Z", attributes={"gate.check": "released"})
    world.send(release)
    assert (world.order("order/1").cause, fact(world, "1", "check").status) == ("shipping", Status.SKIPPED)
    world.send(said("order/1", "order.on_hold", "2026-03-04T00:00:00Z", attributes={"gate.check": "held"}))
    assert world.order("order/1").cause == "check"


def test_what_passed_a_gate_that_held_it_stays_red_there(parted_world: World) -> None:
    world = parted_world
    order(world, "1", channel="web", value=500)
    world.send(scan("parcel/1", "linehaul.picked_up", "2026-03-02T11:00:00+08:00", links=carries("order/1")))
    passed = fact(world, "1", "check")
    assert (passed.status, passed.level, passed.dwell) == (Status.DONE, Level.RED, 2 * HOUR)
    assert world.kpi("check", journey=PARTED).summary.red == 1
    assert world.order("order/1").cause == "travel"


def test_a_gate_held_nothing_before_there_was_one(world: World) -> None:
    before = parted.parted()
    before["stages"] = [stage for stage in before["stages"] if stage["id"] != "check"]
    before["branches"] = before["branches"][:1]
    world.journeys.publish(before, by="test", now=LONG_AGO)
    order(world, "1", channel="web", value=500)
    world.send(scan("parcel/1", "linehaul.picked_up", "2026-03-02T11:00:00+08:00", links=carries("order/1")))
    order(world, "2", channel="web", value=500)
    world.journeys.publish(parted.parted(), by="test", now=us(MONDAY) + DAY)
    assert fact(world, "1", "check").status == Status.SKIPPED
    assert world.order("order/2").cause == "check"  # this one waits at it now


def test_a_clock_with_business_hours(parted_world: World) -> None:
    world = parted_world
    # Friday 17:00: one hour that day, the rest on Monday; 2 h are over at 10:00, 5 h at 14:00, after lunch.
    world.send(said("order/1", "order.created", "2026-03-06T17:00:00+08:00"))
    levels = {}
    for at in ("07T12:00", "09T10:00", "09T10:01", "09T14:00", "09T14:01"):
        world.now = us(f"2026-03-{at}:00+08:00") - 2 * SECOND
        levels[at] = world.order("order/1").level
    assert levels == {"07T12:00": "ok", "09T10:00": "ok", "09T10:01": "yellow", "09T14:00": "yellow", "09T14:01": "red"}
    world.send(said("order/1", "payment.captured", "2026-03-09T13:30:00+08:00"))
    assert (fact(world, "1", "payment").dwell, fact(world, "1", "payment").level) == (
        4 * HOUR + HOUR // 2,
        1,
    )


def test_closed_stages_keep_the_hours_of_their_day(world: World) -> None:
    # The same document but for the hours in it: 9 to 18 until the 3rd, round the clock since.
    nights = parted.hours(week=[["00:00-24:00"]] * 7)
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    world.journeys.publish({**parted.parted(), "calendars": [nights]}, by="test", now=us("2026-03-03T00:00:00Z"))
    for name, day in (("1", "02"), ("2", "04")):
        world.send(said(f"order/{name}", "order.created", f"2026-03-{day}T20:00:00+08:00"))
        world.send(said(f"order/{name}", "payment.captured", f"2026-03-{day}T22:00:00+08:00"))
    assert [fact(world, n, "payment").dwell for n in "12"] == [0, 2 * HOUR]


def test_a_version_that_led_elsewhere_judges_nothing(world: World) -> None:
    # Pickup takes a day at most, and is for shops; since the 3rd it takes two hours, and is for all.
    def version(red: str, *only: list[str]) -> dict[str, Any]:
        first, second, _, *rest = parted.parted()["stages"]
        pickup = parted.stage("pickup", "paid", "delivered", *only, target={"red": red})
        return {**parted.parted(), "stages": [first, second, pickup, *rest]}

    world.journeys.publish(version("1d", ["way:else"]), by="test", now=LONG_AGO)
    world.journeys.publish(version("2h"), by="test", now=us("2026-03-03T00:00:00Z"))
    for name, channel in (("1", "store"), ("2", "web")):
        order(world, name, channel=channel)
        world.send(said(f"order/{name}", "delivery.delivered", "2026-03-02T15:00:00+08:00"))
    judged = [fact(world, name, "pickup") for name in "12"]
    assert [(found.dwell, found.level) for found in judged] == [(6 * HOUR, Level.OK), (6 * HOUR, Level.RED)]


def test_the_source_that_told_of_an_order_chooses_its_journey(world: World) -> None:
    world.journeys.publish(parted.parted("erp"), by="test", now=LONG_AGO)
    first, later = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
    world.send(said("order/1", "order.created", first, "erp"), said("order/1", "payment.captured", first, "shop"))
    world.send(said("order/2", "order.created", later, "erp", attributes={"@source": "erp"}))
    world.send(said("order/3", "payment.captured", first, "erp"))
    assert [world.order(f"order/{n}").journey == PARTED for n in "123"] == [True, True, False]
    earlier = said("order/2", "order.created", first, "shop", attributes={"@source": "erp"})
    world.send(earlier)  # arrived later, but was said first; nobody can call himself another's name
    assert world.order("order/2").journey != PARTED
    world.send(said("order/2", "order.created", None, "shop", kind="retract", target=earlier["id"]))
    assert world.order("order/2").journey == PARTED


def test_returns_go_their_own_ways_too(world: World) -> None:
    broken = parted.case("broken", {"field": "why", "value": "broken"})
    body = {
        **{key: parted.parted()[key] for key in ("format", "name", "purpose")},
        "id": "back",
        "subject": "return",
        "assign": {"priority": 50},
        "branches": [{"id": "why", "name": parted.NAME, "cases": [broken]}],
        "calendars": [parted.hours()],
        "stages": [
            parted.stage("sent", "return_requested", "return_in_transit", grain="return"),
            parted.stage("look", "return_received", "refunded", ["why:broken"], grain="return", calendar="office"),
            parted.stage("money", "return_received", "refunded", ["why:else"], grain="return"),
        ],
    }  # fmt: skip
    world.journeys.publish(body, by="test", now=LONG_AGO)
    for name, why in (("1", "broken"), ("2", "too small")):
        told: dict[str, Any] = {"attributes": {"why": why}, "links": [{"rel": "returns", "to": f"order/{name}"}]}
        world.send(said(f"return/{name}", "return.requested", MONDAY, **told))
        world.send(said(f"return/{name}", "return.received", "2026-03-02T17:00:00+08:00"))
    returns = world.view().returns
    assert dict(returns.journeys["back"].standing().stages) == {
        "sent": [0, 0, 0],
        "look": [1, 0, 0],
        "money": [1, 0, 0],
    }
    assert int(returns.journeys["back"].refund_due.sum()) == 2
