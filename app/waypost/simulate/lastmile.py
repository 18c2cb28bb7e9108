"""The last mile: rounds, attempts, lockers, refusals, other addresses, and scans that were not true."""

from __future__ import annotations

from typing import Any

from waypost.domain.instants import DAY
from waypost.simulate.dice import HOUR, MINUTE, lognormal, span
from waypost.simulate.geography import City, cities_of, distance_km
from waypost.simulate.hours import Week
from waypost.simulate.shipment import Outcome, Shipment

_AWAKE = Week(8, 21.5)
_FAILURES = (
    ("consignee.not_home", 50),
    ("consignee.unreachable", 22),
    ("consignee.no_access", 13),
    ("consignee.rescheduled", 10),
    ("consignee.wrong_address", 5),
)


def deliver(parcel: Shipment, at: int) -> Outcome:
    """From the delivery station to the recipient, or back."""
    if parcel.rng.random() < 0.009:
        at = _redirect(parcel, at)
    if parcel.fate == "damaged":
        parcel.at_station("side.damaged", at + HOUR, reason="carrier.damaged_in_transit")
        return _back(parcel, at + span(parcel.rng, 4, 20))
    failures = parcel.rng.choices((0, 1, 2, 3), (938, 46, 12, 4))[0]
    for attempt in range(failures):
        out = _out(parcel, at)
        at = out + span(parcel.rng, 1, 6)
        reason = parcel.rng.choices([r for r, _ in _FAILURES], [share for _, share in _FAILURES])[0]
        parcel.at_door("lastmile.attempt_failed", at, reason=reason)
        if attempt == 2 and parcel.rng.random() < 0.5:
            return _back(parcel, at + span(parcel.rng, 12, 40))
        at += 3 * HOUR
    return _last_round(parcel, _out(parcel, at))


def _out(parcel: Shipment, at: int) -> int:
    """The next round that starts at the station, and the carrier's estimate with it."""
    parcel_round = parcel.order.lane.delivery.next(at + 30 * MINUTE, parcel.city.zone)
    out = parcel_round + span(parcel.rng, -0.3, 0.5)
    parcel.at_station("lastmile.out_for_delivery", out)
    if not parcel.carrier.chinese:
        parcel.expect(out + MINUTE, out + 4 * HOUR)
    return out


def _last_round(parcel: Shipment, out: int) -> Outcome:
    rng = parcel.rng
    at = out + round(min(lognormal(rng, 2.4 if parcel.carrier.chinese else 3.4, 0.5), 10) * HOUR)
    if parcel.fate == "refused":
        parcel.at_door("side.refused", at, reason="consignee.refused")
        return _back(parcel, at + span(rng, 3, 24))
    if rng.random() < 0.0015:
        at = _untrue(parcel, at)
    if parcel.carrier.chinese and rng.random() < 0.2:
        return _left_to_collect(parcel, at)
    parcel.at_door(_door(parcel), at)
    return Outcome("delivered", at)


def _door(parcel: Shipment) -> str:
    known = [code for code in parcel.carrier.words if code.startswith("delivery.") and "collected" not in code]
    return parcel.rng.choice(known)


def _left_to_collect(parcel: Shipment, at: int) -> Outcome:
    rng = parcel.rng
    locker = rng.random() < 0.6
    parcel.at_door("lastmile.locker_deposited" if locker else "lastmile.agent_deposited", at)
    fetched = at + round(min(lognormal(rng, 5, 0.9), 100) * HOUR)
    fetched = _AWAKE.when_open(fetched, parcel.city.zone) + span(rng, 0, 0.4)
    parcel.at_door("delivery.collected_from_locker" if locker else "delivery.collected", fetched)
    return Outcome("delivered", fetched)


def _untrue(parcel: Shipment, at: int) -> int:
    """A courier scans 'delivered' to meet a target; the scan is taken back and the parcel comes next day."""
    data: dict[str, Any] = {"evidence": "scanned", "zone": parcel.city.zone, "place": parcel.city.name}
    claimed = parcel.told(parcel.carrier.partner, _door(parcel), at, **data)
    parcel.retract("delivery.delivered", at + span(parcel.rng, 0.5, 4), claimed, "carrier.false_scan")
    return _out(parcel, at + 8 * HOUR) + span(parcel.rng, 1, 5)


def _back(parcel: Shipment, at: int) -> Outcome:
    """The parcel goes back to the sender, and the buyer gets the money back."""
    rng, order = parcel.rng, parcel.order
    parcel.at_station("return.to_sender_started", at)
    home = at + round(distance_km(order.lane.warehouse.city, parcel.city) / 40 * HOUR) + span(rng, 18, 60)
    if order.lane.border:
        home += 6 * DAY
    parcel.told(
        order.lane.warehouse.partner, "return.returned_to_sender", home,
        evidence="scanned", place=f"{order.lane.warehouse.city.name} {order.lane.warehouse.code}",
    )  # fmt: skip
    _refund(parcel, home + 20 * MINUTE, "merchant.cancelled")
    return Outcome("returned", home)


def _redirect(parcel: Shipment, at: int) -> int:
    """The buyer is elsewhere: the parcel goes on to another city under a new waybill."""
    rng, order = parcel.rng, parcel.order
    others = [c for c in cities_of(parcel.city.country) if c.name != parcel.city.name]
    if not others:
        return at
    asked = at - span(rng, 1, 5)
    parcel.told(order.channel.partner, "side.redirect_requested", asked, reason="consignee.moved")
    changed = at + span(rng, 0.3, 2)
    parcel.at_station("side.waybill_replaced", changed)
    old, city = parcel.subject, _nearest(parcel.city, others)
    parcel.ref, parcel.city = order.waybill(parcel.carrier.prefix), city
    parcel.journal.say(
        parcel.carrier.partner, parcel.subject, "linehaul.info_received", changed + MINUTE, zone=city.zone,
        attributes={"carrier": parcel.carrier.code}, links=[{"rel": "replaces", "to": old}],
    )  # fmt: skip
    arrived = changed + round(distance_km(parcel.city, city) / 50 * HOUR) + span(rng, 8, 16)
    parcel.at_station("lastmile.station_arrived", arrived)
    return arrived


def _nearest(city: City, others: list[City]) -> City:
    return min(others, key=lambda other: distance_km(city, other))


def lose(parcel: Shipment, at: int) -> Outcome:
    """No more scans: the carrier searches and gives up, or says nothing and the shop gives up."""
    rng, order = parcel.rng, parcel.orders[0]
    slow, hub = (2 if order.lane.border else 1), order.lane.warehouse.city
    missed = at + span(rng, 60 * slow, 130 * slow)
    lost = missed + span(rng, 72 * slow, 170 * slow)
    if parcel.fate == "silent":
        lost += span(rng, 72, 120)
        parcel.told(order.channel.partner, "side.expired", missed + 48 * HOUR, reason="carrier.no_scan")
        parcel.told(order.channel.partner, "side.lost", lost, reason="carrier.lost_in_transit")
    else:
        parcel.declared_at_hub("side.missing", missed, hub, "carrier.lost_in_transit")
        parcel.declared_at_hub("side.lost", lost, hub, "carrier.lost_in_transit")
    _refund(parcel, lost + span(rng, 2, 30), "carrier.lost_in_transit")
    return Outcome("lost", lost)


def _refund(parcel: Shipment, at: int, reason: str) -> None:
    """The money goes back; of a split order only for what was in this parcel."""
    shop, say = parcel.order.channel.partner, parcel.journal.say
    for order in parcel.orders:
        if not order.split:
            say(shop, order.subject, "payment.refunded", at)
            continue
        for carried in parcel.carries:
            say(shop, carried["to"], "order.quantity_cancelled", at, quantity=carried["quantity"], reason=reason)
        say(shop, order.subject, "payment.partially_refunded", at + MINUTE)
