"""Orders that share a parcel: each page lists its own parcels, and nothing that is only a neighbour's."""

from __future__ import annotations

from tests.worlds import CARRIER, World, carries, line_of, said, scan
from waypost.services.order import OrderJourney, find_order, order_journey

BOUGHT, SENT = "2026-03-10T08:00:00Z", "2026-03-11T08:00:00Z"


def page(world: World, order: str) -> OrderJourney:
    return order_journey(world.engine, world.view(), world.key(order))


def tracks(found: OrderJourney) -> dict[str, str]:
    return {str(track.subject): track.role for track in found.tracks}


def named(found: OrderJourney) -> set[str]:
    return {str(subject) for subject in found.subjects.values()}


def two_orders_in_one_parcel(world: World) -> None:
    """A and B are packed together in P; B's second line, and the rest of its first, travel in Q."""
    for order in ("A", "B"):
        world.send(said(f"order/{order}", "order.created", BOUGHT))
    for line, order, n in (("A-1", "A", 1), ("B-1", "B", 2), ("B-2", "B", 1)):
        world.send(said(f"line/{line}", "order.created", BOUGHT, links=line_of(f"order/{order}", n)))
    shared = [*carries("order/A"), *carries("line/A-1", "line/B-1", quantity=1)]
    world.send(scan("parcel/P", "linehaul.picked_up", SENT, links=shared))
    world.send(scan("parcel/Q", "linehaul.picked_up", SENT, links=carries("line/B-1", "line/B-2", quantity=1)))
    world.send(scan("parcel/Q2", "linehaul.picked_up", SENT, links=[{"rel": "replaces", "to": "parcel/Q"}]))
    world.send(said("return/R", "return.requested", SENT, links=[{"rel": "returns", "to": "line/B-1"}]))


def test_an_order_never_lists_the_other_parcels_of_its_neighbour(world):
    two_orders_in_one_parcel(world)
    first, second = page(world, "order/A"), page(world, "order/B")
    assert tracks(first) == {"parcel/P": "parcel"}
    assert named(first) == {"order/A", "line/A-1", "parcel/P"}
    assert tracks(second) == {"parcel/P": "parcel", "parcel/Q": "replaced", "parcel/Q2": "parcel", "return/R": "return"}
    assert [str(line[0]) for line in first.lines] == ["line/A-1"]
    assert {str(line[0]) for line in second.lines} == {"line/B-1", "line/B-2"}


def test_an_id_leads_to_the_orders_it_belongs_to_and_to_no_neighbour(world):
    two_orders_in_one_parcel(world)
    view = world.view()
    found = {name: {view.row(place).subject.ref for place in view.places_of([world.key(name)])} for name in IDS}
    assert found == IDS
    assert find_order(world.engine, world.view(), "Q") == world.key("order/B")


IDS = {
    "order/A": {"A"},
    "line/A-1": {"A"},
    "parcel/P": {"A", "B"},
    "parcel/Q": {"B"},
    "parcel/Q2": {"B"},
    "line/B-1": {"B"},
    "return/R": {"B"},
}


def test_a_waybill_replaced_by_two_stays_with_the_order_that_each_new_one_carries(world):
    for order in ("A", "B"):
        world.send(said(f"order/{order}", "order.created", BOUGHT))
    world.send(scan("parcel/O", "linehaul.picked_up", SENT, links=carries("order/A", "order/B")))
    for name in ("A", "B"):
        links = [*carries(f"order/{name}"), {"rel": "replaces", "to": "parcel/O"}]
        world.send(scan(f"parcel/N{name}", "linehaul.in_transit", SENT, links=links))
    assert tracks(page(world, "order/A")) == {"parcel/O": "replaced", "parcel/NA": "parcel"}
    assert tracks(page(world, "order/B")) == {"parcel/O": "replaced", "parcel/NB": "parcel"}


def test_redirects_are_followed_however_many_there_were(world):
    world.send(said("order/A", "order.created", BOUGHT))
    world.send(scan("parcel/P0", "linehaul.picked_up", SENT, links=carries("order/A")))
    for n in range(1, 6):
        links = [{"rel": "replaces", "to": f"parcel/P{n - 1}"}]
        world.send(scan(f"parcel/P{n}", "linehaul.in_transit", SENT, CARRIER, links=links))
    assert tracks(page(world, "order/A")) == {
        **{f"parcel/P{n}": "replaced" for n in range(5)},
        "parcel/P5": "parcel",
    }


def test_a_return_of_a_shared_parcel_stands_with_the_order_whose_line_it_names(world):
    two_orders_in_one_parcel(world)
    both = [{"rel": "returns", "to": "parcel/P"}, {"rel": "returns", "to": "line/B-1"}]
    world.send(said("return/S", "return.requested", SENT, links=both))
    world.send(said("return/T", "return.requested", SENT, links=both[:1]))
    assert "return/S" not in named(page(world, "order/A"))
    assert {"return/S", "return/T"} <= named(page(world, "order/B"))
    assert "return/T" in named(page(world, "order/A"))


def test_an_exchange_order_is_a_track_and_keeps_its_parcels_for_its_own_page(world):
    world.send(said("order/A", "order.created", BOUGHT))
    world.send(scan("parcel/P", "delivery.delivered", SENT, links=carries("order/A")))
    world.send(said("order/AX", "order.created", SENT, links=[{"rel": "exchanges", "to": "order/A"}]))
    world.send(scan("parcel/PX", "linehaul.picked_up", SENT, links=carries("order/AX")))
    replacement = [*carries("order/A"), {"rel": "exchanges", "to": "order/A"}]
    world.send(scan("parcel/PY", "linehaul.picked_up", SENT, links=replacement))
    first, exchange = page(world, "order/A"), page(world, "order/AX")
    assert tracks(first) == {"parcel/P": "parcel", "order/AX": "exchange", "parcel/PY": "replacement"}
    assert tracks(exchange) == {"parcel/PX": "parcel"}
    assert [str(subject) for subject in exchange.exchange_for] == ["order/A"]
    assert first.exchange_for == []
    track = next(track for track in first.tracks if track.role == "exchange")
    assert [node.id for node in track.nodes] == ["order_created"]
    assert track.order is not None
    assert (track.order.subject.ref, track.order.stage) == ("AX", "transit")
