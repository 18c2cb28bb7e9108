"""Local days and opening hours: cut-offs, weekends, delivery rounds. Instants are us UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from waypost.domain.instants import SECOND, day_bounds, from_us, zone_of
from waypost.simulate.dice import HOUR

DAILY = frozenset(range(7))
NOT_SUNDAY = frozenset(range(6))
WEEKDAYS = frozenset(range(5))


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> int:
    """The start of a local day."""
    return day_bounds(day, zone_of(zone))[0]


@lru_cache(maxsize=65536)
def _offset(hour: int, zone: str) -> timezone:
    # The zones of this world change their clocks on the hour, so one look per hour is enough.
    offset = from_us(hour * HOUR, zone).utcoffset()
    return timezone(offset or timedelta())


def local(us: int, zone: str) -> datetime:
    """The wall clock in a zone, to the second, with its offset."""
    return datetime.fromtimestamp(us // SECOND, _offset(us // HOUR, zone))


def local_day(us: int, zone: str) -> date:
    """The local day that an instant falls on."""
    return local(us, zone).date()


def utc_day(us: int) -> date:
    """The UTC day that an instant falls on."""
    return local_day(us, "UTC")


def days_from(day: date) -> Iterator[date]:
    """This day and all that follow."""
    while True:
        yield day
        day += timedelta(days=1)


def clock(day: date, hour: float, zone: str) -> int:
    """The instant of an hour on a local day; 25.5 is half past one of the next."""
    return midnight(day, zone) + round(hour * HOUR)


class Week(NamedTuple):
    """Opening hours, the same on each of its days; Monday is 0."""

    opens: float
    closes: float
    days: frozenset[int] = DAILY

    def when_open(self, us: int, zone: str) -> int:
        """This instant when it is open, else the next opening."""
        day = local_day(us, zone)
        while True:
            if day.weekday() in self.days and us < clock(day, self.closes, zone):
                return max(us, clock(day, self.opens, zone))
            day += timedelta(days=1)


class Rounds(NamedTuple):
    """Departures at fixed local hours on some days of the week."""

    hours: tuple[float, ...]
    days: frozenset[int] = DAILY

    def after(self, us: int, zone: str) -> tuple[date, int]:
        """The first departure not before this instant: its local day and its place in `hours`."""
        day = local_day(us, zone)
        while True:
            if day.weekday() in self.days:
                for place, hour in enumerate(self.hours):
                    if clock(day, hour, zone) >= us:
                        return day, place
            day += timedelta(days=1)

    def next(self, us: int, zone: str) -> int:
        """The instant of the first departure not before this one."""
        day, place = self.after(us, zone)
        return clock(day, self.hours[place], zone)


def add_days(day: date, count: int, working: frozenset[int]) -> date:
    """The day `count` days later, moved on to a day on which parcels are delivered."""
    day += timedelta(days=count)
    while day.weekday() not in working:
        day += timedelta(days=1)
    return day


def local_text(us: int, zone: str) -> str:
    """The wall clock in a zone with its offset, as text."""
    return local(us, zone).isoformat()
