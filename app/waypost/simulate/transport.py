"""From the warehouse's gate to the delivery station: hubs, shared trips, flights and customs."""

from __future__ import annotations

from random import Random
from typing import Any

from waypost.domain.instants import DAY
from waypost.simulate import words
from waypost.simulate.dice import HOUR, MINUTE, lognormal, span
from waypost.simulate.geography import CITIES, City, distance_km
from waypost.simulate.hours import WEEKDAYS, Week, local_day
from waypost.simulate.network import BROKER, Border
from waypost.simulate.shipment import Shipment
from waypost.simulate.shopping import drive
from waypost.simulate.trips import Trip

_CUSTOMS_DESK = Week(8, 18, WEEKDAYS)
_LATE = 3 * HOUR  # a trip later than this is announced as a delay
_HOLDS = (
    ("customs.documents_requested", "customs.documents_missing", 3),
    ("customs.inspection_started", "customs.inspection", 4),
    ("customs.duty_due", "customs.duty_unpaid", 2),
    ("customs.documents_requested", "customs.value_doubted", 1),
)


def carry(parcel: Shipment, taken: int) -> int:
    """When the parcel reaches its delivery station (us)."""
    border = parcel.order.lane.border
    if border:
        return _across(parcel, taken, border)
    origin, hub = parcel.order.lane.warehouse.city, CITIES[parcel.city.hub]
    at = taken + span(parcel.rng, 0.7, 1.6)
    if hub == origin or parcel.carrier.reports_origin:
        parcel.at_hub("linehaul.hub_arrived", at, origin)
    if hub != origin:
        at = _by_truck(parcel, at + span(parcel.rng, 0.6, 1.3), origin, hub)
    return _to_station(parcel, at, hub)


def _by_truck(parcel: Shipment, ready: int, origin: City, hub: City) -> int:
    """Unloaded at the destination hub, with everything else that was on the truck."""
    rng = parcel.rng
    trip = parcel.world.timetable.next_trip(origin, hub, ready)
    parcel.at_hub(
        "linehaul.departed_origin_hub", trip.departure + span(rng, -0.05, 0.0), origin, links=parcel.aboard(trip)
    )
    if rng.random() < 0.25:
        parcel.expect(trip.departure + span(rng, 0, 0.5), trip.planned_arrival + span(rng, 14, 26))
    _announce_delay(parcel, trip)
    at = trip.arrival + round(rng.uniform(6, 55) * MINUTE)
    aboard = parcel.aboard(trip, unloaded=True)
    parcel.at_hub("linehaul.arrived_destination_hub", at, hub, links=aboard)
    return at


def _announce_delay(parcel: Shipment, trip: Trip) -> None:
    late = trip.arrival - trip.planned_arrival
    if trip.reason is None or late < _LATE:
        return
    known = trip.broke_down or trip.planned_departure + 2 * HOUR
    at = max(trip.departure, known) + 20 * MINUTE
    hub = trip.route.destination
    parcel.declared_at_hub("side.delayed", at, hub, trip.reason)
    parcel.expect(at + MINUTE, trip.arrival + 20 * HOUR)


def _to_station(parcel: Shipment, at: int, hub: City) -> int:
    """Sorted in the hub and driven to the delivery station."""
    rng = parcel.rng
    delay, reason = parcel.world.timetable.hub_delay(hub.name, local_day(at, hub.zone))
    if reason:
        parcel.declared_at_hub("linehaul.held_at_hub", at + 2 * HOUR, hub, reason)
    at += delay
    if rng.random() < 0.006:
        parcel.at_hub("linehaul.missorted", at, hub, reason="carrier.missort")
        at += span(rng, 20, 44)
    at += round(drive(parcel.order) * rng.uniform(0.9, 1.5)) + span(rng, 0, 1)
    parcel.at_station("lastmile.station_arrived", at)
    return at


def _across(parcel: Shipment, taken: int, border: Border) -> int:
    rng, origin = parcel.rng, parcel.order.lane.warehouse.city
    at = taken + span(rng, 2, 14)
    parcel.at_hub("linehaul.hub_arrived", at, origin)
    at += round(lognormal(rng, 17, 0.45) * HOUR)
    _customs(parcel, "customs.export_cleared", at, zone=origin.zone, place=origin.name)
    trip = parcel.world.timetable.next_trip(origin, border.gateway, at + 4 * HOUR)
    flight = {"word": parcel.carrier.words["linehaul.flight_departed"].replace("{flight}", trip.route.id)}
    parcel.told(
        parcel.carrier.partner, "linehaul.flight_departed", trip.departure, missable=True, evidence="scanned",
        zone=origin.zone, place=origin.name, lat=origin.lat, lon=origin.lon, links=parcel.aboard(trip), **flight,
    )  # fmt: skip
    _announce_delay(parcel, trip)
    landed = trip.arrival + span(rng, 0.4, 1.5)
    gate = border.gateway
    here = {"zone": gate.zone, "place": gate.name, "lat": gate.lat, "lon": gate.lon}
    aboard = parcel.aboard(trip, unloaded=True)
    _customs(parcel, "customs.arrived_destination_country", landed, links=aboard, **here)
    at = _clear(parcel, landed + span(rng, 3, 14), gate, border.clearance)
    parcel.hand_over(border.carrier)
    at += span(rng, 5, 22)
    parcel.at_hub("linehaul.forwarded", at, gate)
    at += round((distance_km(gate, parcel.city) * 1.2 / 70 * rng.uniform(0.9, 1.3) + rng.uniform(10, 30)) * HOUR)
    parcel.at_hub("linehaul.arrived_destination_hub", at, CITIES[parcel.city.hub])
    return _to_station(parcel, at, CITIES[parcel.city.hub])


def _clear(parcel: Shipment, at: int, gate: City, usual: float) -> int:
    """Import clearance; some are held, a few for very long."""
    rng = parcel.rng
    started = _CUSTOMS_DESK.when_open(at, gate.zone) + span(rng, 0, 4)
    here = {"zone": gate.zone, "place": f"{gate.name} customs"}
    _customs(parcel, "customs.started", started, **here)
    cleared = started + round(lognormal(rng, usual, 0.4) * HOUR)
    if rng.random() < 0.055:
        cleared = _hold(parcel, started + span(rng, 2, 20), here, rng)
    cleared = _CUSTOMS_DESK.when_open(cleared, gate.zone)
    _customs(parcel, "customs.cleared", cleared, **here)
    return cleared


def _hold(parcel: Shipment, held: int, here: dict[str, str], rng: Random) -> int:
    code, reason, _ = rng.choices(_HOLDS, [share for *_, share in _HOLDS])[0]
    _customs(parcel, code, held, reason=reason, **here)
    until = held + min(round(lognormal(rng, 3.5, 0.7) * DAY), 21 * DAY)
    if code == "customs.documents_requested":
        _customs(parcel, "customs.documents_submitted", held + (until - held) // 2, **here)
    elif code == "customs.duty_due":
        _customs(parcel, "customs.duty_paid", until - 2 * HOUR, **here)
    return until


def _customs(parcel: Shipment, code: str, at: int, **more: Any) -> None:
    """Something the customs broker says, in its own words."""
    parcel.told(BROKER, code, at, word=words.BROKER[code], **more)
