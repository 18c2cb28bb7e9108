"""The company as a stream of events: its history until now, then its life without end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import chain, dropwhile
from typing import Any

from waypost.domain.instants import DAY
from waypost.domain.position import Position
from waypost.simulate.demand import Demand, promotion_day
from waypost.simulate.hours import days_from, midnight, utc_day
from waypost.simulate.journal import HORIZON, Arrival
from waypost.simulate.life import whole_life
from waypost.simulate.profile import ORDINARY, Profile
from waypost.simulate.shipment import World
from waypost.simulate.trips import Timetable
from waypost.simulate.vehicles import moves, on_the_road

_POSITIONS_KEPT = 2 * DAY  # older positions of vehicles tell nobody anything


class Company:
    """Lumen & Leaf, an invented brand for home and tea, with everything that happens to its orders.

    `now_us` (us UTC) splits history from live events. `scale` multiplies about 2,000 orders a day.
    The same arguments always give the same events; another profile changes only how the same life
    is reported. `peak_day` is the day in Shanghai with the promotion, by default the last double
    date (such as 11 November) that lies some days back.
    """

    def __init__(
        self, seed: int, now_us: int, days: int = 60, scale: float = 0.085,
        profile: Profile = ORDINARY, peak_day: date | None = None,
    ) -> None:  # fmt: skip
        if days < 1 or scale <= 0:
            raise ValueError("days and scale must be greater than zero")
        self.now, self.start = now_us, now_us - days * DAY
        self.peak_day = peak_day or promotion_day(now_us, days)
        demand = Demand(seed, scale, self.peak_day)
        self._rest: Iterator[Arrival] | None = None
        self._world = World(seed, profile, Timetable(seed), demand)

    @property
    def peak(self) -> tuple[int, int] | None:
        """Start and end of the promotion's busiest hours (us)."""
        return self._world.demand.peak

    def vehicles_at(self, at: int) -> list[Position]:
        """Where the trucks on the road are at an instant (us)."""
        return on_the_road(self._world.timetable, at)

    def history(self) -> Iterator[dict[str, Any]]:
        """The CloudEvents that have arrived until now, in order of their arrival."""
        for _, event in self.arrived():
            yield event

    def arrived(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The history as (arrival in us, event)."""
        arrivals = self._arrivals(self.start)
        for arrival in arrivals:
            if arrival.at > self.now:
                self._rest = chain((arrival,), arrivals)
                return
            yield arrival.at, arrival.event

    def live(self, start_us: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """All that arrives after an instant (default: now), as (arrival in us, event), without end.

        The orders of the history that are still open go on. An instant later than now resumes
        there, as a demo that was stopped does.
        """
        start = self.now if start_us is None else start_us
        # A history read to its end has played all open orders already; its rest need not be played again.
        arrivals, self._rest = self._rest, None
        if arrivals is None or start != self.now:
            since = max(self.start, start - HORIZON)
            arrivals = dropwhile(lambda a: a.at <= start, self._arrivals(since))
        return ((a.at, a.event) for a in arrivals)

    def _arrivals(self, since: int) -> Iterator[Arrival]:
        """Everything reported about what began after an instant, merged by arrival."""
        waiting: list[Arrival] = []
        for at, arrivals in self._beginnings(since):
            while waiting and waiting[0].at < at:
                yield heappop(waiting)
            for arrival in arrivals:
                heappush(waiting, arrival)

    def _beginnings(self, since: int) -> Iterator[tuple[int, list[Arrival]]]:
        """Orders and trucks, with an instant before which nothing of theirs arrives."""
        first = utc_day(since)
        yield since, self._trucks(first, since)
        for day in days_from(first):
            # East of Greenwich a local day begins before the UTC day does, so trucks are a day ahead.
            yield midnight(day, "UTC"), self._trucks(day + timedelta(days=1), since)
            for placed in self._world.demand.orders_on(day):
                if placed.at >= since:
                    yield placed.at, whole_life(placed, self._world)

    def _trucks(self, local_day: date, since: int) -> list[Arrival]:
        return moves(local_day, self._world, since, self.now - _POSITIONS_KEPT)
