"""The order before anything moves: placed, promised, paid, checked, sometimes held or cancelled."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from waypost.domain.instants import SECOND
from waypost.simulate.basket import Order
from waypost.simulate.dice import HOUR, MINUTE, lognormal, span
from waypost.simulate.geography import CITIES, distance_km
from waypost.simulate.hours import add_days, clock, local_day
from waypost.simulate.journal import Journal
from waypost.simulate.network import HUOPO
from waypost.simulate.shipment import World
from waypost.simulate.trips import ROUTES

_DRIVE_KMH = 55


def place(order: Order, journal: Journal, world: World) -> None:
    """The shop reports the order, its lines and the day it promises."""
    shop = order.channel.partner
    links = [{"rel": "exchanges", "to": f"order/{order.exchanges}"}] if order.exchanges else None
    journal.say(shop, order.subject, "order.created", order.at, attributes=order.attributes(), links=links)
    if order.itemised:
        for line in order.lines:
            about = {"sku": line.sku, "category": line.category, "price": line.price}
            owner = [{"rel": "line_of", "to": order.subject, "quantity": line.quantity}]
            journal.say(shop, f"line/{line.ref}", "order.created", order.at, attributes=about, links=owner)
    order.promised = promised_day(order, world)
    what = "lastmile.ready_for_pickup" if order.pickup else "delivery.delivered"
    journal.say(
        shop, order.subject, what, order.at + 2 * SECOND,
        speaks_of=order.promised.isoformat(), zone=order.zone, classifier="planned",
    )  # fmt: skip


def promised_day(order: Order, world: World) -> date:
    """The local day that the shop promises, from the cut-off, the timetable and the days of delivery."""
    lane, zone = order.lane, order.lane.warehouse.city.zone
    if order.pickup:
        return local_day(order.at + 20 * HOUR, order.zone)
    ship = local_day(order.at, zone)
    if order.at + 40 * MINUTE > clock(ship, lane.warehouse.cutoff, zone):
        ship += timedelta(days=1)
    ship = add_days(ship, 0, lane.warehouse.collections.days)
    extra = 1 if world.demand.on_peak_day(order.at) else 0
    if lane.border:
        return add_days(ship, lane.border.promise_days + extra, lane.delivery.days)
    collected = clock(ship, lane.warehouse.collections.hours[-1], zone)
    arrived = _planned_arrival(order, collected)
    round_ = lane.delivery.next(arrived, order.zone)
    spare = 0 if order.express else 1
    return add_days(local_day(round_, order.zone), spare + extra, lane.delivery.days)


def _planned_arrival(order: Order, collected: int) -> int:
    """When a parcel that is collected then is planned to be in its delivery station."""
    origin = order.lane.warehouse.city
    route = ROUTES.get((origin.name, order.city.hub))
    at = collected + 3 * HOUR
    if route:
        at = route.departures.next(at, origin.zone) + round(route.hours * HOUR)
    return at + 3 * HOUR + drive(order)


def drive(order: Order) -> int:
    """The planned time from the hub to the delivery station (us)."""
    return HOUR + round(distance_km(CITIES[order.city.hub], order.city) * 1.25 / _DRIVE_KMH * HOUR)


def pay(order: Order, journal: Journal, rng: Random) -> int | None:
    """When the money came (us), or None when the order was closed unpaid."""
    if order.exchanges:
        return order.at + MINUTE
    shop, at = order.channel.partner, order.at
    if rng.random() < 0.013:
        journal.say(shop, order.subject, "payment.pending", at + 30 * SECOND)
        limit = 24 * HOUR if order.channel.prefix == "71" else 30 * MINUTE
        journal.say(shop, order.subject, "order.cancelled_unpaid", at + limit)
        return None
    at += round(lognormal(rng, 45, 1.0) * SECOND)
    if rng.random() < 0.015:
        journal.say(shop, order.subject, "payment.failed", at)
        at += round(lognormal(rng, 6, 0.8) * MINUTE)
    if order.lane.currency == "USD":
        journal.say(shop, order.subject, "payment.authorized", at)
        at += rng.randrange(3, 40) * SECOND
    journal.say(shop, order.subject, "payment.captured", at)
    return at


def confirm(order: Order, paid: int, journal: Journal, rng: Random) -> int | None:
    """When the order was cleared for the warehouse (us), or None when it was cancelled before."""
    shop, at = order.channel.partner, paid + round(lognormal(rng, 4, 0.9) * MINUTE)
    if rng.random() < 0.013:
        journal.say(shop, order.subject, "order.on_hold", at, reason="merchant.risk_review")
        at += round(lognormal(rng, 5, 0.8) * HOUR)
        if rng.random() < 0.08:
            cancel(order, at, journal, "order.cancelled", "merchant.risk_review")
            return None
        journal.say(shop, order.subject, "order.released", at)
    if _given_up(order, at, journal, rng):
        return None
    if order.channel is not HUOPO:  # a live shop takes what is paid as confirmed
        journal.say(shop, order.subject, "order.confirmed", at)
    _reduce(order, at, journal, rng)
    return at


def _given_up(order: Order, at: int, journal: Journal, rng: Random) -> bool:
    """Whether the order ends here: nothing to supply, or the buyer does not want it any more."""
    chance = rng.random()
    if chance < 0.003:
        cancel(order, at + span(rng, 2, 20), journal, "order.unavailable", "merchant.out_of_stock")
    elif chance < 0.016:
        asked, reason = at + span(rng, 0, 0.3), "consignee.changed_mind"
        journal.say(order.channel.partner, order.subject, "order.cancellation_requested", asked, reason=reason)
        cancel(order, asked + span(rng, 0.05, 2), journal, "order.cancelled", reason)
    return chance < 0.016


def cancel(order: Order, at: int, journal: Journal, code: str, reason: str) -> None:
    """The whole order ends and the money goes back."""
    shop = order.channel.partner
    journal.say(shop, order.subject, code, at, reason=reason)
    journal.say(shop, order.subject, "payment.refunded", at + 3 * MINUTE)


def _reduce(order: Order, at: int, journal: Journal, rng: Random) -> None:
    """Sometimes a line, or a part of it, cannot be supplied."""
    if not order.itemised or order.exchanges:
        return
    line, shop = order.lines[-1], order.channel.partner
    if len(order.lines) > 1 and rng.random() < 0.035:
        taken, code = line.quantity, "order.line_cancelled"
    elif line.quantity > 1 and rng.random() < 0.03:
        taken, code = 1, "order.quantity_cancelled"
    else:
        return
    line.live -= taken
    at += span(rng, 0.1, 1.5)
    journal.say(shop, f"line/{line.ref}", code, at, quantity=taken, reason="merchant.out_of_stock")
    journal.say(shop, order.subject, "payment.partially_refunded", at + 5 * MINUTE)
