"""The warehouse: stock, waybills, picking and packing, the trucks at the gate; and collection in a shop."""

from __future__ import annotations

from random import Random
from typing import Any

from waypost.simulate.basket import Order
from waypost.simulate.dice import HOUR, MINUTE, lognormal, span
from waypost.simulate.hours import Week, local_day
from waypost.simulate.journal import Journal
from waypost.simulate.network import TILL, Warehouse
from waypost.simulate.shipment import Outcome, Shipment, World
from waypost.simulate.shopping import cancel

_FATES = (("lost", 0.002), ("silent", 0.0015), ("refused", 0.004), ("damaged", 0.0015))
_SHOP = Week(10, 21)


def allocate(order: Order, confirmed: int, journal: Journal, rng: Random) -> int:
    """When stock was set aside for the order (us); now and then it has to be waited for."""
    wms, at = order.lane.warehouse.partner, confirmed + round(lognormal(rng, 3, 0.7) * MINUTE)
    if rng.random() < 0.014:
        journal.say(wms, order.subject, "warehouse.backordered", at, reason="merchant.out_of_stock")
        at += round(lognormal(rng, 22, 0.6) * HOUR)
        journal.say(wms, order.subject, "warehouse.replenishment_arrived", at - 20 * MINUTE)
    journal.say(wms, order.subject, "warehouse.allocated", at)
    return at


def shipments(orders: list[Order], world: World, journal: Journal, rng: Random) -> list[Shipment]:
    """The parcels: usually one, sometimes two for an order or one for two orders."""
    first = orders[0]
    carrier = first.lane.carriers[0] if first.express else rng.choice(first.lane.carriers)
    contents = _contents(orders, rng)
    first.split = len(contents) > 1
    return [
        Shipment(world, journal, rng, orders, carrier, first.waybill(carrier.prefix), carried, first.city, _fate(rng))
        for carried in contents
    ]


def _contents(orders: list[Order], rng: Random) -> list[list[dict[str, Any]]]:
    whole = [part for order in orders for part in _parts(order)]
    if len(orders) == 1 and orders[0].itemised:
        if len(whole) > 1 and rng.random() < 0.16:
            return [_carried(whole[:1]), _carried(whole[1:])]
        if len(whole) == 1 and whole[0][1] > 2 and rng.random() < 0.3:
            subject, quantity = whole[0]
            return [_carried([(subject, quantity - 1)]), _carried([(subject, 1)])]
    return [_carried(whole)]


def _parts(order: Order) -> list[tuple[str, int]]:
    if not order.itemised:
        return [(order.subject, 1)]
    return [(f"line/{line.ref}", line.live) for line in order.lines if line.live]


def _carried(parts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"rel": "carries", "to": subject, "quantity": quantity} for subject, quantity in parts]


def _fate(rng: Random) -> str:
    chance = rng.random()
    for fate, share in _FATES:
        if chance < share:
            return fate
        chance -= share
    return "delivered"


def announce(parcel: Shipment, allocated: int) -> int:
    """The carrier receives the waybill: the first news of the parcel (us)."""
    rng, carrier = parcel.rng, parcel.carrier
    at = allocated + round(lognormal(rng, 5, 0.8) * MINUTE)
    about = {"carrier": carrier.code, "service": "express" if parcel.order.express else "standard"}
    about["warehouse"] = parcel.order.lane.warehouse.code
    parcel.journal.say(
        carrier.partner, parcel.subject, "linehaul.info_received", at, zone=parcel.order.lane.warehouse.city.zone,
        word=carrier.words["linehaul.info_received"], attributes=about, links=parcel.carries,
    )  # fmt: skip
    return at


def prepare(parcel: Shipment, allocated: int, delay: int) -> int | None:
    """When the parcel is packed (us); None when the order was stopped in the warehouse."""
    order, rng, world = parcel.order, parcel.rng, parcel.world
    warehouse = order.lane.warehouse
    wait = lognormal(rng, 40, 0.6) * MINUTE + world.demand.backlog(allocated) * rng.uniform(0.6, 1.15) * HOUR
    reason = None
    if rng.random() < 0.026:
        wait, reason = wait + lognormal(rng, 20, 0.5) * HOUR, "merchant.late_handover"
    started = warehouse.week.when_open(allocated + delay + round(wait), warehouse.city.zone)
    picked = started + span(rng, 0.1, 0.7)
    packed = picked + round(lognormal(rng, 22, 0.5) * MINUTE)
    wms, seen = warehouse.partner, _at_warehouse(warehouse)
    if not order.split and len(parcel.orders) == 1 and not order.exchanges and rng.random() < 0.005:
        parcel.told(wms, "warehouse.intercepted", picked, **seen)
        cancel(order, picked + 10 * MINUTE, parcel.journal, "order.cancelled", "consignee.changed_mind")
        return None
    if warehouse.reports_picks:
        parcel.told(wms, "warehouse.picked", picked, missable=True, reason=reason, **seen)
    parcel.told(wms, "warehouse.packed", packed, missable=True, reason=reason, **seen)
    return packed


def _at_warehouse(warehouse: Warehouse) -> dict[str, Any]:
    city = warehouse.city
    return {"evidence": "scanned", "place": f"{city.name} {warehouse.code}", "lat": city.lat, "lon": city.lon}


def declare_shipped(order: Order, packed: int, journal: Journal, rng: Random) -> None:
    """The merchant clicks 'shipped', which only says that the parcel is ready."""
    at = packed + round(rng.uniform(1, 12) * MINUTE)
    word = "卖家已发货" if order.channel.partner.zone == "Asia/Shanghai" else "Marked as shipped"
    journal.say(order.channel.partner, order.subject, "warehouse.shipped_declared", at, word=word)


def leave(parcel: Shipment, packed: int) -> int:
    """When the parcel has left on a truck of the carrier's, together with all others on it (us)."""
    warehouse, rng = parcel.order.lane.warehouse, parcel.rng
    planned, real = parcel.world.timetable.collection(warehouse, packed + 15 * MINUTE)
    out = max(packed + 4 * MINUTE, min(planned, real) - round(rng.uniform(5, 45) * MINUTE))
    seen = _at_warehouse(warehouse)
    parcel.told(warehouse.partner, "warehouse.outbound_scan", out, missable=True, **seen)
    late = "carrier.late_pickup" if real - planned > 45 * MINUTE else None
    taken = real + round(rng.uniform(1, 9) * MINUTE)
    parcel.at_hub("linehaul.picked_up", taken, warehouse.city, reason=late)
    return taken


def collect_in_shop(order: Order, confirmed: int, journal: Journal, rng: Random) -> Outcome:
    """An order that its buyer fetches from a shop, or forgets there."""
    zone, place = order.zone, f"Lumen & Leaf {order.city.name}"
    spot = {"lat": order.city.lat, "lon": order.city.lon}
    seen: dict[str, Any] = {"evidence": "scanned", "place": place, "zone": zone, **spot}
    picked = _SHOP.when_open(confirmed + span(rng, 0.2, 1.5), zone) + span(rng, 0.1, 1.2)
    if rng.random() < 0.05:
        picked += span(rng, 6, 30)  # the shop has none left and gets it from the warehouse
    journal.say(TILL, order.subject, "warehouse.picked", picked, missable=True, **seen)
    ready = picked + span(rng, 0.1, 0.6)
    journal.say(TILL, order.subject, "lastmile.ready_for_pickup", ready, **seen)
    if rng.random() < 0.035:
        expired = ready + 7 * 24 * HOUR
        journal.say(TILL, order.subject, "lastmile.pickup_expired", expired, reason="consignee.not_collected", **seen)
        cancel(order, expired + HOUR, journal, "order.cancelled", "consignee.not_collected")
        return Outcome("cancelled", expired)
    fetched = _SHOP.when_open(ready + round(lognormal(rng, 15, 0.9) * HOUR), zone) + span(rng, 0, 2)
    if local_day(fetched, zone) > local_day(ready + 2 * 24 * HOUR, zone):
        journal.say(TILL, order.subject, "lastmile.pickup_reminded", ready + 2 * 24 * HOUR, zone=zone)
    journal.say(TILL, order.subject, "delivery.collected", fetched, **seen)
    return Outcome("delivered", fetched)
