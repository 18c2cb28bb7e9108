"""Trucks on the road: departures, positions, breakdowns, arrivals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from waypost.domain.geo import Point, bearing_deg
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.simulate.dice import HOUR, MINUTE
from waypost.simulate.geography import between, distance_km
from waypost.simulate.hours import local_text, utc_day
from waypost.simulate.journal import Arrival, Journal
from waypost.simulate.network import TELEMATICS
from waypost.simulate.shipment import World
from waypost.simulate.trips import Timetable, Trip

_EVERY = 20 * MINUTE
_LONGEST = 4  # days that a truck may be under way


def moves(day: date, world: World, since: int, positions_from: int) -> list[Arrival]:
    """What the trucks leaving on a local day after `since` report; positions only from an instant (us) on."""
    trips = [trip for trip in world.timetable.trips_on(day) if trip.departure >= since]
    return [arrival for trip in trips for arrival in _trip(trip, world, positions_from)]


def on_the_road(timetable: Timetable, at: int) -> list[Position]:
    """Where every truck that is under way at an instant (us) is, as its receiver would tell it."""
    today = utc_day(at)
    days = [today + timedelta(days=n) for n in range(-_LONGEST, 2)]
    trips = [trip for day in days for trip in timetable.trips_on(day) if trip.departure <= at < trip.arrival]
    return [_reading(trip, at) for trip in trips]


def _reading(trip: Trip, at: int) -> Position:
    route, share = trip.route, _share(trip, at)
    here, soon = (Point(*between(route.origin, route.destination, part)) for part in (share, share + 0.01))
    drives = _share(trip, at + MINUTE) > share
    hours = (trip.arrival - trip.departure) / HOUR
    return Position(
        vehicle=Subject(SubjectKind.VEHICLE, trip.vehicle),
        at=at,
        lat=here.lat,
        lon=here.lon,
        speed_kmh=round(1.22 * distance_km(route.origin, route.destination) / hours) if drives else 0,
        course=round(bearing_deg(here, soon)),
        source=TELEMATICS.source,
        simulated=True,
    )


def _trip(trip: Trip, world: World, positions_from: int) -> list[Arrival]:
    route = trip.route
    journal = Journal(trip.id, trip.departure, world.seed, world.profile)
    unit, truck = f"unit/{trip.id}", f"vehicle/{trip.vehicle}"
    link: dict[str, Any] = {"rel": "inside", "to": truck, "from": local_text(trip.departure, route.origin.zone)}
    about = {"route": route.id, "vehicle": trip.vehicle}
    start: dict[str, Any] = {
        "zone": route.origin.zone,
        "place": route.origin.name,
        "lat": route.origin.lat,
        "lon": route.origin.lon,
    }
    journal.say(
        TELEMATICS, unit, "vehicle.departed", trip.departure, evidence="scanned",
        reason=trip.reason, attributes=about, links=[link], **start,
    )  # fmt: skip
    if trip.broke_down:
        lat, lon = between(route.origin, route.destination, _share(trip, trip.broke_down))
        seen: dict[str, Any] = {"evidence": "scanned", "reason": "carrier.vehicle_breakdown", "lat": lat, "lon": lon}
        journal.say(TELEMATICS, truck, "vehicle.broke_down", trip.broke_down, zone=route.origin.zone, **seen)
    end: dict[str, Any] = {"zone": route.destination.zone, "place": route.destination.name}
    done = [{**link, "until": local_text(trip.arrival, route.destination.zone)}]
    journal.say(TELEMATICS, unit, "vehicle.arrived", trip.arrival, evidence="scanned", links=done, **end)
    return journal.arrivals() + _positions(trip, truck, world, positions_from)


def _positions(trip: Trip, truck: str, world: World, positions_from: int) -> list[Arrival]:
    found: list[Arrival] = []
    route = trip.route
    for n, at in enumerate(range(trip.departure + 5 * MINUTE, trip.arrival, _EVERY), 1):
        if at < positions_from:
            continue
        # A journal each, so that a position has the same id however many before it are left out.
        journal = Journal(f"{trip.id}.at{n}", trip.departure, world.seed, world.profile)
        lat, lon = between(route.origin, route.destination, _share(trip, at))
        seen: dict[str, Any] = {"evidence": "scanned", "lat": lat, "lon": lon, "zone": route.origin.zone}
        journal.say(TELEMATICS, truck, "vehicle.position", at, missable=True, **seen)
        found += journal.arrivals()
    return found


def _share(trip: Trip, at: int) -> float:
    """The share of the way done at an instant; a truck that broke down stands until it is repaired."""
    whole = trip.arrival - trip.departure
    if trip.broke_down is None:
        return min(1.0, (at - trip.departure) / whole)
    stood = _standing(trip)
    driving = whole - stood
    on_road = min(at, trip.broke_down) - trip.departure
    if at > trip.broke_down + stood:
        on_road += at - trip.broke_down - stood
    return min(1.0, on_road / driving)


def _standing(trip: Trip) -> int:
    """How long a broken-down truck stood: what it is late beyond its late departure (us)."""
    late = (trip.arrival - trip.planned_arrival) - (trip.departure - trip.planned_departure)
    return max(0, late)
