"""When orders are placed and where: hour of the day, day of the week, one promotion peak."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from waypost.domain.instants import SECOND
from waypost.simulate import network
from waypost.simulate.dice import HOUR, dice, poisson
from waypost.simulate.hours import clock, local, local_day, midnight
from waypost.simulate.network import Channel, Lane

ORDERS_PER_DAY = 2000
PEAK_FACTOR = 17
_PEAK_HOURS = (20, 24)
_PEAK_ZONE = "Asia/Shanghai"
_BACKLOG_HOURS = 26.0  # what the peak leaves on the warehouses' tables, at its end
_RECOVERY = 0.5  # hours of backlog worked off per hour

# Orders per local hour, as a share of an average hour.
_WEB = (5, 3, 2, 1, 1, 2, 4, 7, 10, 13, 15, 16, 16, 14, 14, 14, 14, 15, 17, 20, 23, 22, 16, 9)
_LIVE = (8, 4, 2, 1, 1, 1, 2, 3, 5, 8, 10, 11, 12, 10, 9, 9, 10, 12, 16, 26, 38, 40, 30, 17)
_WEEK = (0.97, 0.95, 0.96, 0.98, 1.0, 1.08, 1.11)


class Segment(NamedTuple):
    """A channel selling on a lane; `share` of all orders. `pickup` orders are collected in a shop."""

    channel: Channel
    lane: Lane
    share: float
    pickup: bool = False

    @property
    def hours(self) -> tuple[int, ...]:
        """The orders of each local hour, relative to one another."""
        return _LIVE if self.channel is network.HUOPO else _WEB


SEGMENTS = (
    Segment(network.WEBSHOP, network.CN_EAST, 0.05),
    Segment(network.WEBSHOP, network.EU, 0.11),
    Segment(network.WEBSHOP, network.US, 0.09),
    Segment(network.WEBSHOP, network.CN_EU, 0.03),
    Segment(network.WEBSHOP, network.CN_US, 0.02),
    Segment(network.WEBSHOP, network.CN_BR, 0.01),
    Segment(network.WEBSHOP, network.CN_EAST, 0.018, pickup=True),
    Segment(network.WEBSHOP, network.EU, 0.012, pickup=True),
    Segment(network.WEBSHOP, network.US, 0.01, pickup=True),
    Segment(network.YUELAN, network.CN_EAST, 0.22),
    Segment(network.YUELAN, network.CN_SOUTH, 0.12),
    Segment(network.HUOPO, network.CN_EAST, 0.13),
    Segment(network.HUOPO, network.CN_SOUTH, 0.09),
    Segment(network.HUOPO, network.CN_US, 0.02),
    Segment(network.HUOPO, network.CN_BR, 0.02),
    Segment(network.HUOPO, network.EU, 0.02),
    Segment(network.HUOPO, network.US, 0.03),
)


class Placed(NamedTuple):
    """One order (or two that share a parcel) about to be played; `number` counts within its UTC day."""

    at: int
    day: date
    number: int
    segment: Segment


class Demand:
    """The orders of every day; `peak_day` is a day in Shanghai, `scale` multiplies the usual rate."""

    def __init__(self, seed: int, scale: float, peak_day: date | None) -> None:
        self._seed, self._scale = seed, scale
        self.peak: tuple[int, int] | None = None
        if peak_day is not None:
            start, end = (clock(peak_day, hour, _PEAK_ZONE) for hour in _PEAK_HOURS)
            self.peak = start, end

    def orders_on(self, day: date) -> list[Placed]:
        """The orders placed on a UTC day, in order of time."""
        rng = dice(self._seed, "demand", day)
        start = midnight(day, "UTC")
        found = [
            (at, place)
            for hour in range(24)
            for place, segment in enumerate(SEGMENTS)
            for at in self._orders_in(rng, start + hour * HOUR, segment)
        ]
        return [Placed(at, day, n, SEGMENTS[place]) for n, (at, place) in enumerate(sorted(found), 1)]

    def backlog(self, at: int) -> float:
        """Hours by which the warehouses lag behind at an instant, because of the peak."""
        if self.peak is None or at < self.peak[0]:
            return 0.0
        start, end = self.peak
        if at < end:
            return _BACKLOG_HOURS * (at - start) / (end - start)
        return max(0.0, _BACKLOG_HOURS - _RECOVERY * (at - end) / HOUR)

    def on_peak_day(self, at: int) -> bool:
        """Whether an order falls on the day for which the shops promise more time."""
        return self.peak is not None and self.peak[0] - 20 * HOUR <= at < self.peak[1]

    def _orders_in(self, rng: Random, start: int, segment: Segment) -> Iterator[int]:
        wall = local(start, _market_zone(segment))
        hours = segment.hours
        rate = ORDERS_PER_DAY * self._scale * segment.share
        rate *= hours[wall.hour] / sum(hours) * _WEEK[wall.weekday()]
        if self.peak is not None and self.peak[0] <= start < self.peak[1]:
            rate *= PEAK_FACTOR
        for _ in range(poisson(rng, rate)):
            at = start + rng.randrange(HOUR)
            yield at - at % SECOND


def promotion_day(now: int, days: int) -> date:
    """The last double date (11 November, 12 December, ...) that leaves a few days to work it off."""
    today = local_day(now, _PEAK_ZONE)
    for back in range(4, max(5, days - 2)):
        day = today - timedelta(days=back)
        if day.day == day.month:
            return day
    return today - timedelta(days=max(1, days // 2))


def _market_zone(segment: Segment) -> str:
    return segment.lane.cities[0].zone
