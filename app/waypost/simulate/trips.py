"""Trucks and flights that parcels share: a late truck makes everything on it late together.

Each trip hangs on the seed, its route and its day alone, so that every parcel and every position
report sees the same one, in whichever order they ask.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from math import ceil
from random import Random
from typing import NamedTuple

from waypost.simulate.dice import HOUR, MINUTE, dice, lognormal
from waypost.simulate.geography import CITIES, City, distance_km
from waypost.simulate.hours import NOT_SUNDAY, WEEKDAYS, Rounds, clock
from waypost.simulate.network import LANES, Warehouse

_TRUCK_KMH, _FLIGHT_KMH = 68, 800


class Route(NamedTuple):
    """A regular connection; `number` numbers its vehicles, `hours` is the planned duration."""

    id: str
    origin: City
    destination: City
    departures: Rounds
    hours: float
    number: int
    flight: bool = False


class Trip(NamedTuple):
    """One departure of a route, planned and real (us); `reason` says why it is late, if it is."""

    id: str
    vehicle: str
    route: Route
    planned_departure: int
    departure: int
    planned_arrival: int
    arrival: int
    reason: str | None
    broke_down: int | None


def _routes() -> dict[tuple[str, str], Route]:
    found: dict[tuple[str, str], Route] = {}
    for lane in LANES:
        origin, border = lane.warehouse.city, lane.border
        if border:
            hours = 6 + distance_km(origin, border.gateway) / _FLIGHT_KMH
            ends, departures = (origin, border.gateway), border.flights
            found.setdefault(
                (origin.name, border.gateway.name), _route(*ends, departures, hours, len(found), flight=True)
            )
            continue
        for hub in sorted({city.hub for city in lane.cities} - {origin.name}):
            hours = 1.5 + 1.22 * distance_km(origin, CITIES[hub]) / _TRUCK_KMH
            found.setdefault((origin.name, hub), _route(origin, CITIES[hub], _departures(origin), hours, len(found)))
    return found


def _departures(origin: City) -> Rounds:
    if origin.country == "CN":
        return Rounds((1.0, 17.0))
    return Rounds((22.5,), WEEKDAYS if origin.country == "NL" else NOT_SUNDAY)


def _route(a: City, b: City, departures: Rounds, hours: float, number: int, *, flight: bool = False) -> Route:
    name = f"{a.name}-{b.name}".replace(" ", "").lower().translate(str.maketrans("èã", "ea"))
    return Route(name, a, b, departures, hours, number, flight)


ROUTES = _routes()


class Timetable:
    """All trips of one simulated world."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.trip = lru_cache(maxsize=4096)(self._trip)
        self.hub_delay = lru_cache(maxsize=4096)(self._hub_delay)
        self._collection = lru_cache(maxsize=4096)(self._collection_delay)

    def next_trip(self, origin: City, destination: City, ready: int) -> Trip:
        """The first trip planned to leave not before `ready`."""
        route = ROUTES[origin.name, destination.name]
        return self.trip(route, *route.departures.after(ready, origin.zone))

    def trips_on(self, day: date) -> list[Trip]:
        """All trucks that are to leave on this local day of their origin."""
        return [
            self.trip(route, day, place)
            for route in ROUTES.values()
            if not route.flight and day.weekday() in route.departures.days
            for place in range(len(route.departures.hours))
        ]

    def collection(self, warehouse: Warehouse, ready: int) -> tuple[int, int]:
        """The carrier's truck at the warehouse's gate that takes what is ready: planned and real (us)."""
        zone = warehouse.city.zone
        day, place = warehouse.collections.after(ready, zone)
        planned = clock(day, warehouse.collections.hours[place], zone)
        return planned, planned + self._collection(warehouse.code, day, place)

    def _collection_delay(self, warehouse: str, day: date, place: int) -> int:
        rng = dice(self._seed, "collection", warehouse, day, place)
        usual = rng.expovariate(1 / 14) * MINUTE
        return round(usual + (lognormal(rng, 2.2, 0.6) * HOUR if rng.random() < 0.045 else 0))

    def _hub_delay(self, city: str, day: date) -> tuple[int, str | None]:
        """How long a hub takes on this day to pass things on (us), and why if it is long."""
        rng = dice(self._seed, "hub", city, day)
        usual = round(lognormal(rng, 1.1, 0.3) * HOUR)
        if rng.random() < 0.035:
            return usual + round(lognormal(rng, 16, 0.4) * HOUR), "carrier.hub_backlog"
        return usual, None

    def _trip(self, route: Route, day: date, place: int) -> Trip:
        rng = dice(self._seed, "trip", route.id, day, place)
        planned = clock(day, route.departures.hours[place], route.origin.zone)
        late, reason = _departure_delay(rng)
        duration = route.hours * HOUR
        slow = lognormal(rng, 1.0, 0.05)
        storm = self._storm(route.origin.country, day)
        if storm and not route.flight:
            slow, reason = slow * 1.4, storm
        broke_down = None
        if not route.flight and rng.random() < 0.012:
            reason = "carrier.vehicle_breakdown"
            broke_down = planned + late + round(rng.uniform(0.2, 0.8) * slow * duration)
        stopped = rng.uniform(4, 11) * HOUR if broke_down else 0
        arrival = planned + late + round(duration * slow + stopped)
        vehicle = f"flight-{route.id}" if route.flight else self._truck(route, day, place)
        id_ = f"trip-{route.id}-{day:%y%m%d}-{place + 1}"
        return Trip(
            id_, vehicle, route, planned, planned + late, planned + round(duration), arrival, reason, broke_down
        )

    def _storm(self, country: str, day: date) -> str | None:
        # Two days of bad weather now and then slow down every truck of a country.
        for start in (day, day - timedelta(days=1)):
            rng = dice(self._seed, "storm", country, start)
            if rng.random() < 0.015:
                warm = "weather.heavy_rain" if country in ("CN", "BR") else "weather.snow_ice"
                return rng.choice((warm, "weather.fog"))
        return None

    def _truck(self, route: Route, day: date, place: int) -> str:
        # Enough trucks per route that none is sent out before it can be back.
        per_departure = ceil((2 * route.hours + 24) / 24) + 1
        turn = (day.toordinal() % per_departure) + place * per_departure
        return f"truck-{route.number * 12 + turn + 1}"


def _departure_delay(rng: Random) -> tuple[int, str | None]:
    chance = rng.random()
    if chance < 0.04:
        return round(lognormal(rng, 7, 0.4) * HOUR), rng.choice(("carrier.capacity", "carrier.traffic"))
    if chance < 0.15:
        return round(lognormal(rng, 70, 0.4) * MINUTE), None
    return round(rng.expovariate(1 / 10) * MINUTE), None
