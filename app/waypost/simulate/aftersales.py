"""After delivery: the buyer confirms, sends something back, or wants it exchanged."""

from __future__ import annotations

from random import Random
from typing import Any

from waypost.domain.instants import DAY
from waypost.simulate.basket import Line, Order
from waypost.simulate.dice import HOUR, MINUTE, lognormal, span
from waypost.simulate.hours import Week
from waypost.simulate.journal import Journal
from waypost.simulate.network import YUELAN, Carrier, hub_label

_AUTO_CONFIRM = 10 * DAY
_DAYTIME = Week(9, 21)


def confirm_receipt(order: Order, delivered: int, journal: Journal, rng: Random) -> None:
    """On the marketplace the buyer confirms, or time does it."""
    if order.channel is not YUELAN:
        return
    if rng.random() < 0.4:
        at = delivered + round(min(lognormal(rng, 20, 1.1) * HOUR, 9 * DAY))
        journal.say(order.channel.partner, order.subject, "delivery.confirmed_by_buyer", at)
    else:
        journal.say(order.channel.partner, order.subject, "delivery.auto_confirmed", delivered + _AUTO_CONFIRM)


def come_back(order: Order, delivered: int, carrier: Carrier, journal: Journal, rng: Random) -> Order | None:
    """A return or an exchange, for some; the exchange's new order is given back to be played."""
    if order.exchanges or rng.random() >= (0.012 if order.lane.border else 0.04):
        return None
    exchange = not order.lane.border and rng.random() < 0.18
    return _Return(order, carrier, journal, rng).run(delivered, exchange=exchange)


class _Return:
    def __init__(self, order: Order, carrier: Carrier, journal: Journal, rng: Random) -> None:
        self._order, self._carrier, self._journal, self._rng = order, carrier, journal, rng
        self._subject = f"return/R{order.ref}"

    def run(self, delivered: int, *, exchange: bool) -> Order | None:
        rng, order, shop = self._rng, self._order, self._order.channel.partner
        asked = _DAYTIME.when_open(delivered + round(min(lognormal(rng, 50, 0.7), 150) * HOUR), order.zone)
        asked += span(rng, 0, 1.5)
        code = "return.exchange_requested" if exchange else "return.requested"
        line = next((line for line in reversed(order.lines) if line.live), order.lines[0])
        about = {"channel": order.channel.code, "warehouse": order.lane.warehouse.code}
        self._say(shop, code, asked, reason="consignee.changed_mind", links=self._links(line), attributes=about)
        approved = asked + round(lognormal(rng, 50, 0.8) * MINUTE)
        if rng.random() < 0.03:
            self._say(shop, "return.rejected", approved)
            return None
        self._say(shop, "return.approved", approved)
        received = self._travel(approved)
        if not exchange:
            self._say(shop, "payment.refunded", received + span(rng, 4, 40))
            return None
        sent = received + span(rng, 2, 10)
        self._say(shop, "return.replacement_sent", sent)
        return self._replacement(line, sent)

    def _travel(self, approved: int) -> int:
        rng, city, home = self._rng, self._order.city, self._order.lane.warehouse
        at = _DAYTIME.when_open(approved + span(rng, 6, 40), city.zone) + span(rng, 0, 3)
        seen: dict[str, Any] = {"evidence": "scanned", "missable": True}
        self._say(self._carrier.partner, "return.picked_up", at, zone=city.zone, place=city.name, **seen)
        at += span(rng, 8, 20)
        label = hub_label(city, self._carrier)
        self._say(self._carrier.partner, "return.hub_arrived", at, zone=city.zone, place=label, **seen)
        if self._order.lane.border:
            at += span(rng, 24 * 6, 24 * 11)
        at = home.week.when_open(at + span(rng, 20, 70), home.city.zone) + span(rng, 0, 2)
        self._say(home.partner, "return.received", at, evidence="scanned", place=f"{home.city.name} {home.code}")
        self._say(home.partner, "return.inspected", at + span(rng, 1, 20), evidence="scanned")
        return at + 20 * HOUR

    def _links(self, line: Line) -> list[dict[str, Any]]:
        if self._order.itemised:
            return [{"rel": "returns", "to": f"line/{line.ref}", "quantity": 1}]
        return [{"rel": "returns", "to": self._order.subject}]

    def _replacement(self, line: Line, at: int) -> Order:
        old = self._order
        ref = f"{old.ref}X"
        again = Line(f"{ref}-1", line.sku, line.category, line.price, 1, 1)
        return Order(
            ref, at, old.channel, old.lane, old.city, old.customer, False, old.express, [again],
            exchanges=old.ref, serial=old.serial, parcels=5,
        )  # fmt: skip

    def _say(self, partner: Any, code: str, at: int, **more: Any) -> None:
        self._journal.say(partner, self._subject, code, at, **more)
