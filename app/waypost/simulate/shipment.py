"""One parcel: its waybill, what it carries, and how its scans are reported."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from waypost.simulate.basket import Order
from waypost.simulate.demand import Demand
from waypost.simulate.dice import MINUTE
from waypost.simulate.geography import City
from waypost.simulate.hours import local_text
from waypost.simulate.journal import Journal
from waypost.simulate.network import Carrier, Partner, hub_label, station_label
from waypost.simulate.profile import Profile
from waypost.simulate.trips import Timetable, Trip
from waypost.simulate.words import REASONS_ZH, UNKNOWN


class World(NamedTuple):
    """What all orders of one simulated company share."""

    seed: int
    profile: Profile
    timetable: Timetable
    demand: Demand


class Outcome(NamedTuple):
    """How a parcel's journey ended and when (us): delivered, lost, silent, returned or cancelled."""

    how: str
    at: int


@dataclass(slots=True)
class Shipment:
    """A parcel under way with the goods of one or more orders. A redirect gives it a new `ref`."""

    world: World
    journal: Journal
    rng: Random
    orders: list[Order]
    carrier: Carrier
    ref: str
    carries: list[dict[str, Any]]
    city: City
    fate: str = "delivered"

    @property
    def subject(self) -> str:
        """How events name it."""
        return f"parcel/{self.ref}"

    @property
    def order(self) -> Order:
        """The first order that it carries; where it comes from and by which lane is the same for all."""
        return self.orders[0]

    def hand_over(self, carrier: Carrier) -> None:
        """Let another carrier report from now on."""
        self.carrier = carrier

    def at_hub(self, code: str, at: int, hub: City, **more: Any) -> None:
        """A scan in a sorting hub."""
        self._scan(code, at, hub, hub_label(hub, self.carrier), **more)

    def at_station(self, code: str, at: int, **more: Any) -> None:
        """A scan in the delivery station of the parcel's city."""
        number = 1 + int(self.ref[-3:]) % 4
        self._scan(code, at, self.city, station_label(self.city, self.carrier, number), **more)

    def at_door(self, code: str, at: int, **more: Any) -> None:
        """A scan at the recipient's, in the parcel's city."""
        place = self.city.zh if self.carrier.chinese else self.city.name
        self._scan(code, at, self.city, place, missable=False, **more)

    def told(self, partner: Partner, code: str, at: int, **more: Any) -> str:
        """A statement of somebody who is not the carrier."""
        return self.journal.say(partner, self.subject, code, at, **more)

    def retract(self, code: str, at: int, target: str, reason: str) -> None:
        """Take an earlier statement of the carrier back."""
        self.journal.say(
            self.carrier.partner, self.subject, code, at, zone=self.city.zone,
            kind="retract", target=target, reason=reason, evidence="declared",
        )  # fmt: skip

    def expect(self, at: int, arrival: int) -> None:
        """The carrier's own estimate of the delivery, said at `at`; nobody guesses to the second."""
        self.journal.say(
            self.carrier.partner, self.subject, "delivery.delivered", at, zone=self.city.zone,
            speaks_of=local_text(arrival - arrival % (30 * MINUTE), self.city.zone),
            classifier="estimated", evidence="predicted",
        )  # fmt: skip

    def aboard(self, trip: Trip, *, unloaded: bool = False) -> list[dict[str, Any]]:
        """The link to the trip that the parcel is on, or was on."""
        link = {"rel": "inside", "to": f"unit/{trip.id}", "from": local_text(trip.departure, trip.route.origin.zone)}
        if unloaded:
            link["until"] = local_text(trip.arrival, trip.route.destination.zone)
        return [link]

    def reason_word(self, code: str, reason: str) -> str:
        """The carrier's word for a delay, with its cause."""
        return self.carrier.words.get(code, "").replace("{reason}", REASONS_ZH.get(reason, reason))

    def declared_at_hub(self, code: str, at: int, hub: City, reason: str) -> None:
        """Something the carrier says about a parcel in a hub without scanning it."""
        word = self.reason_word(code, reason).replace("{place}", hub_label(hub, self.carrier))
        self._say(code, at, hub, hub_label(hub, self.carrier), word, evidence="declared", reason=reason)

    def _scan(self, code: str, at: int, city: City, place: str, *, missable: bool = True, **more: Any) -> None:
        word = self.carrier.words.get(code, "").replace("{place}", place)
        self._say(code, at, city, place, word, missable=missable, evidence="scanned", **more)
        if self.journal.chance(self.journal.unknown_share):
            strange, own = self._one_of(UNKNOWN[self.carrier.partner.source])
            self._say(strange, at + 7 * MINUTE, city, place, own, evidence="scanned")

    def _one_of(self, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str]:
        """One of these, by the waybill: how things are reported must not change what happens."""
        return pairs[int(self.ref[-3:]) % len(pairs)]

    def _say(self, code: str, at: int, city: City, place: str, word: str, **more: Any) -> None:
        more |= {"place": place, "lat": city.lat, "lon": city.lon, "word": word or None}
        self.journal.say(self.carrier.partner, self.subject, code, at, zone=city.zone, **more)
