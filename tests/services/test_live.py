"""The live picture: the same however it came about, and never stuck."""

from __future__ import annotations

import threading
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.worlds import MARKETPLACE, World, carries, line_of, said, scan, sqlite_copy, us
from waypost.domain.instants import DAY, SECOND
from waypost.services.live import OrderQuery

PAID = "2026-03-02T09:00:00Z"


def same_as_fresh(world: World) -> pictures.Picture:
    """The picture refreshed piece by piece, which is that of a matrix that reads everything at once."""
    shown = pictures.live(world.view())
    assert pictures.differences(pictures.live(world.another_live().view()), shown) == []
    return shown


def test_an_empty_store_has_an_empty_picture(world: World) -> None:
    view = world.view()
    assert (view.n, view.orders(OrderQuery()).total, view.river(MARKETPLACE)[0][1]) == (0, 0, [0, 0, 0])
    same_as_fresh(world)


def test_subjects_of_which_only_attributes_or_links_are_known(world: World) -> None:
    # The first thing ever said is an attribute: there is no milestone anywhere.
    world.send(said("order/1", "order.amended", PAID, attributes={"channel": "web"}))
    assert world.order("order/1").dimensions["channel"] == "web"
    world.send(said("parcel/1", "vehicle.position", PAID, links=carries("order/2")))
    assert same_as_fresh(world)["found"]["open"] == {world.order(f"order/{n}").subject for n in (1, 2)}


def test_an_order_known_by_its_return_only(world: World) -> None:
    world.send(said("order/1", "payment.captured", PAID))
    world.view()
    world.send(said("return/1", "return.requested", PAID, links=[{"rel": "returns", "to": "order/2"}]))
    assert len(same_as_fresh(world)["orders"]) == 2


def test_an_order_that_was_named_by_mistake_is_gone_with_the_mistake(world: World) -> None:
    wrong = scan("parcel/1", "linehaul.picked_up", PAID, links=carries("order/wrong"))
    world.send(said("order/1", "payment.captured", PAID), wrong)
    assert world.view().orders(OrderQuery()).total == 2
    key = world.key("order/wrong")
    right = scan("parcel/1", "linehaul.picked_up", PAID, kind="correct", target=wrong["id"], links=carries("order/1"))
    world.send(right)
    shown = same_as_fresh(world)
    assert [row.subject.ref for row in shown["orders"].values()] == ["1"]
    assert sum(map(sum, (levels for _, levels in shown["rivers"][MARKETPLACE]))) == 1
    assert world.view().places_of([key]) == []
    # Should there be such an order after all, it is there again.
    world.send(said("order/wrong", "order.created", PAID))
    assert len(same_as_fresh(world)["orders"]) == 2


def test_stays_in_a_unit_that_have_no_beginning(world: World) -> None:
    inside = {"rel": "inside", "to": "unit/pallet"}
    stays = [{**inside, "from": PAID, "until": PAID}, inside, {**inside, "from": "2026-03-03T09:00:00Z"}]
    for stay in stays:
        world.send(scan("parcel/1", "linehaul.loaded", PAID, links=[stay, *carries("order/1")]))
        same_as_fresh(world)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_arrival_decides_nothing(tmp_path: Path, order: tuple[int, ...]) -> None:
    # Two parcels of one order name different carriers; parcel 1 is shared with an order of another journey.
    events = [
        scan("parcel/2", "linehaul.picked_up", PAID, links=carries("order/1"), attributes={"carrier": "YTO"}),
        scan("parcel/1", "linehaul.picked_up", PAID, links=carries("order/2", "order/1"), attributes={"carrier": "SF"}),
        said("order/1", "payment.captured", PAID),
        said("order/2", "payment.captured", PAID, attributes={"service": "store_pickup"}),
    ]
    world = World(sqlite_copy(tmp_path))
    for place in order:
        world.send(events[place])
        same_as_fresh(world)
    assert world.order("order/1").dimensions["carrier"] == "SF"  # of the parcel that comes first by its id
    view = world.view()
    unit = view.unit_of(world.key("parcel/1"))
    mine = {name: bool(found.mine_units[unit]) for name, found in view.journeys.items()}
    assert mine == {"store-pickup": True, MARKETPLACE: False, "cross-border": False}  # the journey that is asked first
    world.close()


def test_an_attribute_is_the_same_word_whatever_its_type(world: World) -> None:
    # The type of one order's value must not decide about the others', nor depend on which came together.
    body = world.journeys.in_force(MARKETPLACE).journey.as_json() | {"id": "first-class"}
    body["assign"] = {"priority": 5, "when": [{"field": "tier", "op": "in", "value": [1, True]}]}
    world.journeys.publish(body, by="test", now=us("2026-01-01T00:00:00Z"))
    tiers: list[Any] = [1, 1.0, "1", True, "true", 1.5, "one", None, 2**62]
    for n, tier in enumerate(tiers):
        world.send(said(f"order/{n}", "payment.captured", PAID, attributes={"tier": tier, "channel": tier}))
        if n % 3:
            world.view()
    same_as_fresh(world)
    assert [world.order(f"order/{n}").journey == "first-class" for n in range(9)] == [True] * 5 + [False] * 4
    facets = {facet.word: facet.n for facet in world.view().facets("channel", OrderQuery())}
    assert facets == {"1": 3, "true": 2, "1.5": 1, "one": 1, str(2**62): 1}


def test_a_clock_that_is_set_back_does_not_stop_the_picture(world: World) -> None:
    world.send(said("order/1", "payment.captured", PAID))
    assert world.view().n == 1
    world.now -= 3 * DAY
    world.send(said("order/2", "payment.captured", PAID))
    view = world.view()
    assert (view.n, view.now) == (2, world.now)


def test_levels_follow_the_clock_and_targets_the_document(world: World) -> None:
    world.send(said("order/1", "order.created", PAID), said("order/1", "payment.captured", PAID))
    levels = []
    for hours in (1, 48, 49, 96, 97):
        world.now = us(PAID) + hours * 3_600 * SECOND - 2 * SECOND + 1
        levels.append((world.order("order/1").level, world.river_of(MARKETPLACE)["warehouse"]))
    assert levels == [
        ("ok", [1, 0, 0]),
        ("yellow", [0, 1, 0]),
        ("yellow", [0, 1, 0]),
        ("red", [0, 0, 1]),
        ("red", [0, 0, 1]),
    ]
    for stage in ("warehouse", "first_update"):
        world.journeys.set_target(MARKETPLACE, stage, yellow="10d", red="20d", by="test")
    assert world.order("order/1").level == "ok"


def test_a_picture_that_was_taken_stays_as_it_was(world: World) -> None:
    world.send(*(said(f"order/{n}", "payment.captured", PAID) for n in range(5)))
    held = world.view()
    before = pictures.live(held)
    world.send(*(scan(f"order/{n}", "delivery.delivered", "2026-03-05T09:00:00Z") for n in range(3)))
    world.send(*(said(f"order/{n}", "payment.captured", PAID) for n in range(5, 3_000)))  # the columns grow
    assert world.view().n == 3_000
    assert pictures.differences(pictures.live(held), before) == []


def test_a_picture_that_let_go_of_what_it_had_read_is_still_the_same(world: World) -> None:
    world.send(said("order/1", "payment.captured", PAID), scan("parcel/1", "linehaul.picked_up", PAID))
    held = world.view()
    before = pictures.live(held)
    world.send(
        scan("parcel/1", "delivery.delivered", PAID, links=carries("order/1")), said("order/2", "order.created", PAID)
    )
    newest = world.view()
    held.let_go(newest)
    assert pictures.differences(pictures.live(held), before) == []
    assert pictures.differences(pictures.live(newest), before) != []


def test_who_writes_and_then_asks_sees_it_though_others_look_at_a_held_picture(world: World) -> None:
    assert world.live.current().n == 0
    world.send(said("order/1", "payment.captured", PAID))
    assert world.live.view().n == 0  # the same instant: nobody looks twice
    assert world.live.current().n == 1
    assert world.live.view().n == 1


def test_many_threads_look_while_events_come_in(world: World) -> None:
    stop, wrong = threading.Event(), []

    def look() -> None:
        seen = 0
        while not stop.is_set():
            world.now += SECOND
            view = world.live.view()
            if world.live.current().n < view.n:
                wrong.append(view.n)
            if view.n < seen or view.orders(OrderQuery()).total != view.n:
                wrong.append(view.n)
            seen = view.n

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(30):
        world.send(
            said(f"order/{n}", "payment.captured", PAID),
            said(f"line/{n}", "order.created", PAID, links=line_of(f"order/{n}", 2)),
            scan(f"parcel/{n}", "delivery.delivered", PAID, links=carries(f"line/{n}", quantity=1)),
        )
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(same_as_fresh(world)["orders"]) == 30
    assert world.order("order/7").done == 1
