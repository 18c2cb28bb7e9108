"""What is in an order: customer, city, lines with quantities, and the order's own number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from waypost.simulate.demand import Placed
from waypost.simulate.dice import MINUTE, dice
from waypost.simulate.geography import City
from waypost.simulate.network import Channel, Lane

_EPOCH = date(2020, 1, 1).toordinal()
_RATES = {"CNY": 1.0, "EUR": 0.128, "USD": 0.139, "BRL": 0.75}
# sku, category, price in CNY, share
_GOODS = (
    ("TEA-LJ-100", "tea", 128, 14), ("TEA-WY-250", "tea", 218, 9), ("TEA-PE-357", "tea", 368, 5),
    ("TEA-JM-050", "tea", 59, 13), ("CUP-CEL-02", "home", 89, 10), ("POT-YX-01", "home", 459, 4),
    ("TRAY-BAM", "home", 139, 6), ("LAMP-PAPER-S", "lighting", 199, 10), ("LAMP-PAPER-L", "lighting", 389, 5),
    ("LAMP-DESK", "lighting", 279, 6), ("CANDLE-OSM", "home", 79, 9), ("GIFT-AUTUMN", "gift", 298, 5),
)  # fmt: skip
_SHARES = [goods[3] for goods in _GOODS]


@dataclass(slots=True)
class Line:
    """One line; `live` is what is left of it after cancellations."""

    ref: str
    sku: str
    category: str
    price: float
    quantity: int
    live: int


@dataclass(slots=True)
class Order:
    """One order; `promised` is the local day at the destination by which it shall be there."""

    ref: str
    at: int
    channel: Channel
    lane: Lane
    city: City
    customer: str
    pickup: bool
    express: bool
    lines: list[Line]
    promised: date | None = None
    exchanges: str | None = None
    serial: int = 0
    parcels: int = 0
    split: bool = False

    @property
    def subject(self) -> str:
        """How events name it."""
        return f"order/{self.ref}"

    @property
    def itemised(self) -> bool:
        """Whether the shop reports its lines; for a single piece none of them does."""
        return self.channel.lines and (len(self.lines) > 1 or self.lines[0].quantity > 1)

    @property
    def zone(self) -> str:
        """The zone of the buyer."""
        return self.city.zone

    def attributes(self) -> dict[str, Any]:
        """What the shop says about it when it is placed."""
        lane = self.lane
        value = sum(line.price * line.quantity for line in self.lines)
        service = "store_pickup" if self.pickup else "express" if self.express else "standard"
        if self.exchanges:
            value = 0.0
        return {
            "channel": self.channel.code, "value": round(value, 2), "currency": lane.currency,
            "customer": self.customer, "origin": self.city.name if self.pickup else lane.warehouse.city.name,
            "destination": self.city.name, "country": self.city.country, "lane": lane.code,
            "warehouse": f"store-{self.city.name}" if self.pickup else lane.warehouse.code,
            "service": service, "category": self.lines[0].category,
            **({"cross_border": True} if lane.border and not self.pickup else {}),
        }  # fmt: skip

    def waybill(self, prefix: str) -> str:
        """The next waybill number of this order; no two orders ever share one."""
        self.parcels += 1
        digits = f"{(self.serial * 10 + self.parcels) * 7_368_787 % 10**11:011d}"
        return f"{prefix}{digits[4:]}{digits[:4]}"


def fill(placed: Placed, seed: int) -> list[Order]:
    """The order that was placed, sometimes with a second one whose goods travel in the same parcel."""
    rng = dice(seed, "basket", placed.day, placed.number)
    first = _order(rng, placed, placed.at, 0)
    if placed.segment.pickup or rng.random() >= 0.012:
        return [first]
    second = _order(rng, placed, placed.at + rng.randrange(3, 45) * MINUTE, 1)
    second.city, second.customer, second.express = first.city, first.customer, first.express
    return [first, second]


def _order(rng: Random, placed: Placed, at: int, twin: int) -> Order:
    channel, lane, pickup = placed.segment.channel, placed.segment.lane, placed.segment.pickup
    cities = lane.cities[:3] if pickup else lane.cities
    city = rng.choices(cities, [c.weight for c in cities])[0]
    ref = f"{channel.prefix}{placed.day:%y%m%d}{placed.number:05d}{'B' if twin else ''}"
    serial = ((placed.day.toordinal() - _EPOCH) * 100_000 + placed.number) * 2 + twin
    express = not pickup and not lane.border and rng.random() < 0.2
    customer = f"C-{rng.randrange(10**6):06d}"
    lines = _lines(rng, ref, lane.currency)
    return Order(ref, at, channel, lane, city, customer, pickup, express, lines, serial=serial)


def _lines(rng: Random, ref: str, currency: str) -> list[Line]:
    count = rng.choices((1, 2, 3, 4), (66, 23, 8, 3))[0]
    lines = []
    for n, place in enumerate(rng.choices(range(len(_GOODS)), _SHARES, k=count), 1):
        sku, category, price, _ = _GOODS[place]
        quantity = rng.choices((1, 2, 3, 4), (78, 15, 4, 3))[0]
        lines.append(Line(f"{ref}-{n}", sku, category, round(price * _RATES[currency], 2), quantity, quantity))
    return lines
