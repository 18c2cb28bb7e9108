"""The whole life of one order, or of two that share a parcel, from the click to the last return."""

from __future__ import annotations

from random import Random

from waypost.simulate.aftersales import come_back, confirm_receipt
from waypost.simulate.basket import Order, fill
from waypost.simulate.demand import Placed
from waypost.simulate.dice import HOUR, MINUTE, dice, lognormal, span
from waypost.simulate.fulfilment import (
    allocate,
    announce,
    collect_in_shop,
    declare_shipped,
    leave,
    prepare,
    shipments,
)
from waypost.simulate.journal import Arrival, Journal
from waypost.simulate.lastmile import deliver, lose
from waypost.simulate.network import FEIYAN
from waypost.simulate.shipment import Outcome, Shipment, World
from waypost.simulate.shopping import confirm, pay, place
from waypost.simulate.transport import carry


def whole_life(placed: Placed, world: World) -> list[Arrival]:
    """Everything that will ever be reported about a placed order, in order of arrival."""
    orders = fill(placed, world.seed)
    journal = Journal(orders[0].ref, orders[0].at, world.seed, world.profile)
    rng = dice(world.seed, "life", orders[0].ref)
    _play(orders, world, journal, rng)
    return journal.arrivals()


def _play(orders: list[Order], world: World, journal: Journal, rng: Random) -> None:
    ready: list[tuple[Order, int]] = []
    for order in orders:
        place(order, journal, world)
        paid = pay(order, journal, rng)
        confirmed = None if paid is None else confirm(order, paid, journal, rng)
        if confirmed is not None:
            ready.append((order, confirmed))
    if not ready:
        return
    if orders[0].pickup:
        outcome = collect_in_shop(*ready[0], journal, rng)
        if outcome.how == "delivered":
            _afterwards(orders[0], outcome.at, None, world, journal, rng)
        return
    going = [order for order, _ in ready]
    allocated = max(allocate(order, confirmed, journal, rng) for order, confirmed in ready)
    parcels = shipments(going, world, journal, rng)
    outcomes = [_send(parcel, allocated, n) for n, parcel in enumerate(parcels)]
    if all(outcome is not None and outcome.how == "delivered" for outcome in outcomes):
        last = max(outcome.at for outcome in outcomes if outcome is not None)
        for order in going:
            _afterwards(order, last, parcels[-1], world, journal, rng)


def _send(parcel: Shipment, allocated: int, place_in_order: int) -> Outcome | None:
    """One parcel's way; the second parcel of a split order often starts later."""
    rng = parcel.rng
    delay = 0 if place_in_order == 0 else round(lognormal(rng, 5, 1.0) * HOUR)
    announce(parcel, allocated + min(delay, HOUR))
    packed = prepare(parcel, allocated, delay)
    if packed is None:
        return None
    if place_in_order == 0:
        declare_shipped(parcel.order, packed, parcel.journal, rng)
    taken = leave(parcel, packed)
    if parcel.fate in ("lost", "silent"):
        at = taken + span(rng, 1, 3)
        parcel.at_hub("linehaul.hub_arrived", at, parcel.order.lane.warehouse.city)
        return lose(parcel, at)
    return deliver(parcel, carry(parcel, taken))


def _afterwards(
    order: Order, delivered: int, parcel: Shipment | None, world: World, journal: Journal, rng: Random
) -> None:
    confirm_receipt(order, delivered, journal, rng)
    carrier = parcel.carrier if parcel else FEIYAN
    exchange = come_back(order, delivered + 5 * MINUTE, carrier, journal, rng)
    if exchange:
        _play([exchange], world, journal, rng)
