"""Summing up closed stages: n, percentiles, tiers; and local days as ranges."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, SECOND, day_bounds, from_us, read_moment, zone_of

FAR_AWAY = 970 * 366 * DAY  # what calendars of every zone can still write


class Summary(NamedTuple):
    """Closed stages of a range. Percentiles in seconds, None when n is 0.

    They interpolate between the two nearest values, as percentile_cont of SQL does. `yellow`
    and `red` exclude each other.
    """

    n: int
    p50_s: float | None
    p95_s: float | None
    yellow: int
    red: int


def summarise(dwell: NDArray[np.int64], level: NDArray[np.int8]) -> Summary:
    """Sum up dwells (us) and their levels (0 ok, 1 yellow, 2 red)."""
    if not len(dwell):
        return Summary(0, None, None, 0, 0)
    p50, p95 = (float(p) / SECOND for p in np.percentile(dwell, [50, 95]))
    return Summary(len(dwell), p50, p95, int((level == 1).sum()), int((level == 2).sum()))


def read_edge(text: str, zone: str, field: str) -> int:
    """One end of a range: a local date means its midnight in the zone, an instant itself; us."""
    at = _local_midnight(text, zone, field) if len(text) == 10 else read_moment(text, zone, field).at
    assert at is not None  # read_moment raises rather than giving nothing
    if abs(at) > FAR_AWAY:
        raise FieldError(field, f"'{text}' is too far away.", "Write a day between 1000 and 2900.")
    return at


def _local_midnight(text: str, zone: str, field: str) -> int:
    try:
        return day_bounds(date.fromisoformat(text), zone_of(zone))[0]
    except (ValueError, OverflowError):
        raise FieldError(field, f"'{text}' is no date.", "Write 2026-11-23.") from None


def last_days(now: int, days: int, zone: str) -> list[tuple[date, int, int]]:
    """The last local days up to and with today: (day, start us, end us)."""
    today = from_us(now, zone).date()
    return [
        (day, *day_bounds(day, zone_of(zone))) for day in (today - timedelta(days=d) for d in range(days - 1, -1, -1))
    ]


def day_of(us: int, zone: str) -> date:
    """The local day of an instant."""
    local: datetime = from_us(us, zone)
    return local.date()
