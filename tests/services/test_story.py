"""What customers read of an order, worked out by hand; and what they must never read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds import CARRIER, MARKETPLACE, SHOP, World, carries, line_of, said, scan, us
from waypost.domain.vocabulary import load
from waypost.services.order import order_journey
from waypost.services.story import DONE, NEXT, NOW, Part, Story, tell

SHANGHAI = "Asia/Shanghai"


def story(world: World, subject: str = "order/1", zone: str = SHANGHAI) -> Story:
    """The story of an order as it stands."""
    key = world.key(subject)
    view = world.view()
    found = order_journey(world.engine, view, key)
    journey = view.journeys[found.row.journey].version.journey if found.row.journey else None
    return tell(found, journey, load(), view.now, zone)


def bought(order: str = "order/1", promised: str = "2026-03-22") -> list[dict[str, Any]]:
    """Bought, paid, and promised for a day in Shanghai."""
    return [
        said(order, "order.created", "2026-03-16T02:00:00Z"),
        said(order, "payment.captured", "2026-03-16T03:00:00Z"),
        said(order, "delivery.delivered", "2026-03-16T02:00:00Z", classifier="planned", at=promised, zone=SHANGHAI),
    ]


def picked_up(parcel: str, *orders: str, at: str = "2026-03-17T08:00:00Z", **more: Any) -> dict[str, Any]:
    return scan(parcel, "linehaul.picked_up", at, links=carries(*orders), **more)


def states(part: Part) -> list[tuple[str, str]]:
    return [(step.label.en, step.state) for step in part.steps]


def read(found: Story) -> str:
    """Everything in it as one text."""
    return json.dumps(found, default=lambda labels: labels.model_dump(), ensure_ascii=False)


def test_an_order_on_its_way_is_expected_on_the_promised_day(world: World) -> None:
    world.send(*bought(), picked_up("parcel/P", "order/1"))
    found = story(world)
    assert (found.status, found.now and found.now.en, found.told) == ("open", "On its way", False)
    assert found.expected is not None
    assert (found.expected.start, found.expected.until) == (us("2026-03-21T16:00:00Z"), us("2026-03-22T16:00:00Z"))
    assert (found.expected.late, found.expected.firm, found.promised_first) == (False, True, None)
    (part,) = found.parts
    assert (part.role, part.waybill) == ("parcel", "P")
    assert states(part) == [("Order placed", DONE), ("Prepared", DONE), ("On its way", NOW), ("Delivery", NEXT)]
    assert [said.text.zh for said in part.steps[2].said] == ["快递已揽收"]
    assert [said.text.en for said in part.steps[0].said] == ["We have received your order", "Your payment has arrived"]


def test_a_passed_promise_is_late_until_an_estimate_says_when(world: World) -> None:
    world.send(*bought(promised="2026-03-18"), picked_up("parcel/P", "order/1"))
    late = story(world).expected
    assert late is not None
    assert late.late
    eta = {"classifier": "estimated", "evidence": "predicted", "at": "2026-03-23T06:00:00Z"}
    world.send(said("parcel/P", "delivery.delivered", "2026-03-19T00:00:00Z", CARRIER, **eta))
    found = story(world)
    assert found.expected is not None
    assert (found.expected.start, found.expected.late, found.expected.firm) == (
        us("2026-03-23T06:00:00Z"),
        False,
        False,
    )
    assert found.promised_first is not None
    assert found.promised_first.until == us("2026-03-18T16:00:00Z")
    assert "predicted" not in read(found)


def test_two_parcels_come_with_the_last_one_and_one_may_be_there(world: World) -> None:
    world.send(*bought(), picked_up("parcel/A", "order/1"), picked_up("parcel/B", "order/1"))
    world.send(scan("parcel/A", "delivery.delivered", "2026-03-19T04:00:00Z"))
    found = story(world)
    assert [(part.waybill, part.delivered) for part in found.parts] == [("A", True), ("B", False)]
    assert (found.status, found.partly) == ("open", True)
    assert found.now is not None
    assert found.now.en == "On its way"
    world.send(scan("parcel/B", "delivery.delivered", "2026-03-19T09:00:00Z"))
    done = story(world)
    assert (done.status, done.at, done.expected) == ("delivered", us("2026-03-19T09:00:00Z"), None)
    assert done.advice is not None
    assert "missing or damaged" in done.advice.en


def test_a_failed_attempt_is_said_on_top_until_the_courier_comes_again(world: World) -> None:
    world.send(*bought(), picked_up("parcel/P", "order/1"))
    world.send(scan("parcel/P", "lastmile.out_for_delivery", "2026-03-19T01:00:00Z"))
    world.send(scan("parcel/P", "lastmile.attempt_failed", "2026-03-19T06:00:00Z", reason="consignee.not_home"))
    found = story(world)
    assert found.told
    assert found.now is not None
    assert found.now.en == "We could not deliver and will try again"
    assert found.advice is not None
    assert "phone" in found.advice.en
    world.send(scan("parcel/P", "lastmile.out_for_delivery", "2026-03-19T10:00:00Z"))
    again = story(world)
    assert (again.told, again.now and again.now.en) == (False, "Out for delivery")


def test_what_waits_for_its_customer_names_no_day(world: World) -> None:
    world.send(*bought(), picked_up("parcel/P", "order/1"))
    world.send(scan("parcel/P", "lastmile.ready_for_pickup", "2026-03-19T01:00:00Z"))
    found = story(world)
    assert (found.now and found.now.en, found.expected) == ("Your parcel is waiting for you to collect it", None)


def test_a_parcel_that_goes_back_is_not_expected_any_more(world: World) -> None:
    world.send(*bought(), picked_up("parcel/P", "order/1"))
    world.send(scan("parcel/P", "side.damaged", "2026-03-19T01:00:00Z"))
    damaged = story(world)
    assert (damaged.now and damaged.now.en, damaged.told) == ("Your parcel was damaged on the way", True)
    world.send(scan("parcel/P", "return.to_sender_started", "2026-03-19T02:00:00Z"))
    found = story(world)
    assert (found.now and found.now.zh, found.expected) == ("包裹正在退回商家", None)


def test_an_old_waybill_a_return_and_an_exchange_are_shown_as_what_they_are(world: World) -> None:
    world.send(*bought(), picked_up("parcel/OLD", "order/1"))
    world.send(scan("parcel/NEW", "linehaul.picked_up", "2026-03-18T08:00:00Z", links=[_to("replaces", "parcel/OLD")]))
    world.send(said("return/R", "return.requested", "2026-03-19T00:00:00Z", links=[_to("returns", "order/1")]))
    found = story(world)
    assert [(part.role, part.waybill) for part in found.parts] == [
        ("parcel", "NEW"),
        ("replaced", "OLD"),
        ("return", "R"),
    ]
    old, back = found.parts[1:]
    assert (old.continues, old.steps) == ("NEW", [])
    assert [(step.label.en, step.state) for step in back.steps][:2] == [
        ("Return requested", "now"),
        ("Send it back", "next"),
    ]
    assert back.now
    assert back.now.zh == "退货申请审核中"


def _to(rel: str, to: str) -> dict[str, Any]:
    return {"rel": rel, "to": to}


def test_a_cancelled_order_shows_how_far_it_came(world: World) -> None:
    world.send(*bought(), said("order/1", "order.cancelled", "2026-03-17T00:00:00Z"))
    found = story(world)
    assert (found.status, found.now and found.now.zh) == ("ended", "订单已取消")
    assert (found.at, found.expected) == (us("2026-03-17T00:00:00Z"), None)
    assert states(found.parts[0]) == [("Order placed", DONE)]


def test_nothing_of_the_house_or_of_others_is_in_it(world: World) -> None:
    who = {"customer": "Zhang San", "phone": "13800138000", "address": "1 Nanjing Road", "tier": "gold-secret"}
    world.send(*bought(), *bought("order/2"))
    world.send(said("order/1", "order.note_added", "2026-03-16T05:00:00Z", attributes=who, word="call him back"))
    world.send(said("order/1", "order.blocked", "2026-03-16T05:30:00Z", word="fraud score 97"))
    world.send(said("order/1", "order.released", "2026-03-16T06:00:00Z"))
    world.send(said("order/1", "PARCEL_GIRAFFE", "2026-03-16T06:30:00Z", word="giraffe"))
    payload = {"receiver": "Zhang San"}
    heard = "signed by Mr Zhang 13800138000"
    world.send(picked_up("parcel/P", "order/1", "order/2", place="Hub 13800138000", word=heard, payload=payload))
    world.send(scan("parcel/P", "lastmile.out_for_delivery", "2026-03-18T08:00:00Z", place="Nanjing Road 1"))
    world.send(said("line/2-1", "order.created", "2026-03-16T02:00:00Z", links=line_of("order/2")))
    found = story(world)
    text = read(found)
    for secret in ("Zhang", "13800138000", "Nanjing", "gold-secret", "call him", "fraud", "giraffe", "order/2", '"2"'):
        assert secret not in text, secret
    for inner in ("yellow", '"red"', "level", "tier", SHOP, CARRIER, "checked", "hold"):
        assert inner not in text, inner
    assert found.parts[0].steps[2].said[0].place == "Hub"


def test_what_was_taken_back_never_happened(world: World) -> None:
    world.send(*bought(), picked_up("parcel/P", "order/1"))
    world.send(scan("parcel/P", "lastmile.attempt_failed", "2026-03-19T06:00:00Z", id="wrong"))
    assert story(world).told
    gone = {"kind": "retract", "target": "wrong"}
    world.send(scan("parcel/P", "lastmile.attempt_failed", "2026-03-19T07:00:00Z", **gone))
    found = story(world)
    assert (found.told, found.now and found.now.en) == (False, "On its way")


@pytest.fixture
def tailored(world: World) -> World:
    """A world whose journey tells its customers something else."""
    body = world.journeys.in_force(MARKETPLACE).journey.as_json()
    body["customer"] = {
        "stages": {
            "payment": {"hidden": True},
            "warehouse": {"label": {"en": "In our workshop", "zh": "手工制作"}, "show_events": False},
            "transit": {"hidden": True},
        },
        "events": {"lastmile.station_arrived": {"en": "Around the corner", "zh": "就在附近"}},
        "hide_events": ["lastmile.out_for_delivery"],
        "show_waybill": False,
        "show_carrier": True,
    }
    world.journeys.publish(body, by="test")
    return world


def test_the_journey_says_what_is_shown(tailored: World) -> None:
    tailored.send(*bought(), picked_up("parcel/P", "order/1", attributes={"carrier": "SF"}))
    found = story(tailored)
    part = found.parts[0]
    assert states(part) == [("In our workshop", DONE), ("Last mile", NEXT)]
    assert (part.waybill, part.carrier, part.steps[0].said) == (None, "SF", [])
    assert found.now is not None
    assert found.now.en == "In our workshop"  # the transit is hidden, so it is where it was seen last
    tailored.send(scan("parcel/P", "lastmile.out_for_delivery", "2026-03-19T01:00:00Z"))
    tailored.send(scan("parcel/P", "lastmile.station_arrived", "2026-03-19T02:00:00Z"))
    assert [said.text.en for said in story(tailored).parts[0].steps[1].said] == ["Around the corner"]


def test_days_are_counted_in_the_orders_zone_else_the_merchants_else_the_journeys(world: World) -> None:
    world.send(*bought())
    assert story(world, zone="").zone == "UTC"
    assert story(world, zone="Europe/Berlin").zone == "Europe/Berlin"
    zone = {"zone": "America/Sao_Paulo"}
    world.send(said("order/1", "order.amended", "2026-03-16T05:00:00Z", attributes=zone))
    assert story(world, zone="Europe/Berlin").zone == "America/Sao_Paulo"
