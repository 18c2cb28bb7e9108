"""Working time is what a clock on the wall, looked at every minute, counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from tests.worlds import us
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.calendar import Calendar
from waypost.journeys.cells import NEVER
from waypost.journeys.worktime import MINUTE, after, between, worked

# Zones and days around which their clocks were put forward, back, or a whole day was left out.
CHANGES = [
    ("Europe/Berlin", "2025-03-29T12:00:00Z"),
    ("Europe/Berlin", "2025-10-25T12:00:00Z"),
    ("America/Sao_Paulo", "2017-10-14T15:00:00Z"),
    ("America/Sao_Paulo", "2018-02-17T12:00:00Z"),
    ("Pacific/Apia", "2011-12-29T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T06:00:00Z"),
    ("Asia/Kathmandu", "2025-12-30T20:00:00Z"),
]
SPANS = [(0, 1440), (540, 1080), (540, 720), (780, 1080), (90, 150), (120, 180), (0, 61), (1380, 1440), (1, 2)]
NAME = {"en": "Hours", "zh": "工时"}


def hours(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Those of the spans that follow each other within a day."""
    kept: list[tuple[int, int]] = []
    for span in sorted(spans):
        if not kept or kept[-1][1] < span[0]:
            kept.append(span)
    return tuple(kept)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, int]:
    """A calendar with lunch breaks, holidays and extra days, and an instant near which its zone changes clocks."""
    zone, around = draw(st.sampled_from(CHANGES))
    week = draw(st.lists(st.lists(st.sampled_from(SPANS), max_size=3).map(hours), min_size=7, max_size=7).filter(any))
    days = [datetime.fromisoformat(around).date() + timedelta(days=n) for n in range(-1, 5)]
    closed = draw(st.lists(st.sampled_from(days), max_size=3))
    opened = draw(st.dictionaries(st.sampled_from(days), st.lists(st.sampled_from(SPANS), max_size=2).map(hours)))
    body: dict[str, Any] = {"id": "c", "name": NAME, "zone": zone, "week": week, "closed": closed, "open": opened}
    return Calendar.model_validate(body), us(around)


def is_working(calendar: Calendar, at: int) -> bool:
    """Whether the wall shows hours at an instant; written from the calendar's own words."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(ZoneInfo(calendar.zone))
    day, minute = local.date(), local.hour * 60 + local.minute
    if day in calendar.open:
        spans = calendar.open[day] or calendar.week[0]
    else:
        spans = () if day in calendar.closed else calendar.week[day.weekday()]
    return any(first <= minute < last for first, last in spans)


@examples(1.0)
@given(made=calendars(), first=st.integers(0, 3 * 1440), second=st.integers(0, 3 * 1440), data=st.data())
def test_worked_is_what_the_minutes_count(
    made: tuple[Calendar, int], first: int, second: int, data: st.DataObject
) -> None:
    calendar, base = made
    start, end = sorted((base + first * MINUTE, base + second * MINUTE))
    # Parts of a minute at both ends, so that nothing is rounded.
    head, tail = (data.draw(st.sampled_from([0, 1, 30 * SECOND, MINUTE - 1])) for _ in range(2))
    counted = sum(is_working(calendar, at) for at in range(start, end, MINUTE)) * MINUTE
    counted += tail * is_working(calendar, end) - head * is_working(calendar, start)
    assert between(calendar, start + head, end + tail) == counted


@examples(1.0)
@given(made=calendars(), shift=st.integers(-2 * DAY, 4 * DAY), target=st.integers(1, 4 * DAY))
def test_late_begins_exactly_where_more_than_the_target_was_worked(
    made: tuple[Calendar, int], shift: int, target: int
) -> None:
    calendar, base = made
    start = base + shift
    due = int(after(calendar, np.array([start]), target)[0])
    if due != NEVER:
        assert due >= start
        assert between(calendar, start, due) == target
        assert between(calendar, start, due + 1) == target + 1


def test_nothing_runs_where_nothing_is_known_or_no_hours_come() -> None:
    week = [["09:00-18:00"]] + [[]] * 6
    calendar = Calendar.model_validate({"id": "c", "name": NAME, "zone": "Asia/Shanghai", "week": week})
    never = np.array([NEVER])
    assert worked(calendar, never).tolist() == after(calendar, never, DAY).tolist() == [NEVER]
    monday = np.array([us("2026-03-02T01:00:00Z")])
    assert after(calendar, monday, 8 * 3_600 * SECOND).tolist() == [us("2026-03-02T09:00:00Z")]
    # With the ninth hour the day is over; the clock stands until the next Monday opens.
    assert after(calendar, monday, 9 * 3_600 * SECOND).tolist() == [us("2026-03-09T01:00:00Z")]
    assert after(calendar, monday, 200_000 * DAY).tolist() == [NEVER]
    mistake = np.array([-(10**17), us("2026-03-02T01:30:00Z"), 10**17])  # the years -1199 and 5138
    assert worked(calendar, mistake).tolist()[0] == 0
    assert after(calendar, mistake, DAY).tolist()[2] == NEVER


@pytest.mark.parametrize(
    ("day", "of_that_day"),
    [("2026-02-15", 9), ("2026-02-16", 0), ("2026-02-22", 4), ("2026-03-01", 0), ("2026-03-02", 9)],
)
def test_holidays_and_extra_days_of_a_spring_festival(day: str, of_that_day: int) -> None:
    # A Sunday that is worked like a Monday, a week off, a Sunday with hours of its own.
    week = [["09:00-18:00"]] * 5 + [[], []]
    closed = [date(2026, 2, n) for n in range(16, 23)]
    opened = {"2026-02-15": [], "2026-02-22": ["10:00-14:00"]}  # what is open is open, closed or not
    body = {"id": "c", "name": NAME, "zone": "Asia/Shanghai", "week": week, "closed": closed, "open": opened}
    start = us(f"{day}T00:00:00+08:00")
    assert between(Calendar.model_validate(body), start, start + DAY) == of_that_day * 3_600 * SECOND
