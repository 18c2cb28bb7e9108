"""Instants and local days: everything stored is integer microseconds since the epoch, UTC ("us")."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waypost.domain.errors import FieldError

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class TzSource(IntEnum):
    """Where the zone of an instant came from."""

    EXPLICIT = 0  # the text carried an offset
    ZONE = 1  # local time in a zone that the sender or the mapping named
    FOLD = 2  # local time that exists twice (clocks went back); the first one is taken
    GAP = 3  # local time that does not exist (clocks went forward); moved over the gap
    UNDATED = 4  # no time was given


class Moment(NamedTuple):
    """A time somebody spoke of: an instant, a span (a whole local day), or nothing."""

    at: int | None
    until: int | None
    raw: str
    tz_source: TzSource


_EXPLICIT = TzSource.EXPLICIT
UNDATED_MOMENT = Moment(None, None, "", TzSource.UNDATED)


def now_us() -> int:
    """The present instant in us."""
    return time.time_ns() // 1000


def to_us(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    return (moment - EPOCH) // _MICRO


def from_us(us: int, zone: str = "UTC") -> datetime:
    """The aware datetime of an instant, in the zone given."""
    return (EPOCH + timedelta(microseconds=us)).astimezone(zone_of(zone))


def promised_day(us: int | None, zone: str) -> date | None:
    """The calendar day that ends with `us`, its last microsecond; None when `us` is no such end.

    The zone in which the day was promised is not stored with it. If its midnight is none in `zone`
    either, its noon decides: that falls on the same date in UTC for every zone from -12 to +11:59.
    """
    if us is None or (us + 1) % (15 * 60 * SECOND):
        return None
    last = from_us(us, zone)
    if (from_us(us + 1, zone)).time() == datetime.min.time():
        return last.date()
    return (from_us(us + 1 - DAY // 2)).date() if us % SECOND == SECOND - 1 else None


@lru_cache(maxsize=512)
def zone_of(name: str, field: str = "zone") -> ZoneInfo:
    """The IANA time zone of that name; an unknown one is a FieldError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldError(
            field, f"'{name[:60]}' is no time zone.", "Use an IANA name such as Asia/Shanghai or America/Sao_Paulo."
        ) from None


def local_to_us(naive: datetime, zone: ZoneInfo) -> tuple[int, TzSource]:
    """Place a local wall-clock time in a zone, telling whether the clock change made it odd.

    A time that exists twice means its first occurrence; one that does not exist is moved
    forward over the gap, as PEP 495 defines for fold=0.
    """
    first = naive.replace(tzinfo=zone, fold=0)
    second = naive.replace(tzinfo=zone, fold=1)
    us = to_us(first)
    if first.utcoffset() == second.utcoffset():
        return us, TzSource.ZONE
    exists = from_us(us).astimezone(zone).replace(tzinfo=None) == naive
    return us, TzSource.FOLD if exists else TzSource.GAP


def day_bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """The whole local day as [start, end) in us."""
    start, _ = local_to_us(datetime(day.year, day.month, day.day), zone)
    following = day + timedelta(days=1)
    end, _ = local_to_us(datetime(following.year, following.month, following.day), zone)
    return start, end


def read_moment(text: str, zone: str | None, field: str) -> Moment:
    """Read an ISO 8601 instant, local time or plain date; local ones need `zone`.

    A plain date is the whole local day, [start, end). Errors: FieldError naming `field`.
    """
    # Python takes any character between date and time, and dates without hyphens; ISO 8601 as we mean it does not.
    if len(text) < 10 or text[4] != "-" or text[7] != "-" or text[10:11] not in ("", "T", "t", " "):
        raise _unreadable(text, field)
    try:
        return _read_date(text, zone, field) if len(text) == 10 else _read_time(text, zone, field)
    except (ValueError, OverflowError):
        raise _unreadable(text, field) from None


def _read_date(text: str, zone: str | None, field: str) -> Moment:
    day = date.fromisoformat(text)
    start, end = day_bounds(day, zone_of(zone)) if zone else _needs_zone(text, field)
    return Moment(start, end, text, TzSource.ZONE)


def _read_time(text: str, zone: str | None, field: str) -> Moment:
    moment = datetime.fromisoformat(text.upper())  # RFC 3339 allows "t" and "z", Python does not
    if moment.tzinfo is not None:
        return Moment((moment - EPOCH) // _MICRO, None, text, _EXPLICIT)
    if not zone:
        _needs_zone(text, field)
    us, source = local_to_us(moment, zone_of(str(zone)))
    return Moment(us, None, text, source)


def _unreadable(text: str, field: str) -> FieldError:
    return FieldError(
        field,
        f"'{text[:60]}' is no ISO 8601 time.",
        "Write 2026-11-23T10:00:00+08:00, or a local time or date together with data.zone.",
    )


def _needs_zone(text: str, field: str) -> tuple[int, int]:
    raise FieldError(
        field, f"'{text[:60]}' has no time zone.", "Add an offset such as +08:00, or give data.zone (an IANA name)."
    )
