"""Local times and days in zones whose clocks are not simple."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, SECOND, Moment, TzSource, day_bounds, from_us, read_moment, to_us, zone_of

HOUR = 3_600 * SECOND
FIXED = [UTC, ZoneInfo("Asia/Kathmandu")]
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "zone", "instant", "source"),
    [
        ("2026-11-23T10:00:00+08:00", None, "2026-11-23T02:00:00+00:00", TzSource.EXPLICIT),
        ("2026-11-23T10:00:00Z", "Asia/Shanghai", "2026-11-23T10:00:00+00:00", TzSource.EXPLICIT),
        ("2026-11-23 10:00", "Asia/Shanghai", "2026-11-23T02:00:00+00:00", TzSource.ZONE),
        ("2026-11-23t10:00:00.123456z", None, "2026-11-23T10:00:00.123456+00:00", TzSource.EXPLICIT),
        # Berlin, 26 October 2025: 02:30 exists twice, the first time at 00:30 UTC.
        ("2025-10-26T02:30:00", "Europe/Berlin", "2025-10-26T00:30:00+00:00", TzSource.FOLD),
        ("2025-10-26T03:00:00", "Europe/Berlin", "2025-10-26T02:00:00+00:00", TzSource.ZONE),
        # Berlin, 30 March 2025: 02:30 does not exist; half an hour after 02:00 is 03:30 by the new clock.
        ("2025-03-30T02:30:00", "Europe/Berlin", "2025-03-30T01:30:00+00:00", TzSource.GAP),
        # Lord Howe Island moves its clocks by half an hour.
        ("2025-04-06T01:45:00", "Australia/Lord_Howe", "2025-04-05T14:45:00+00:00", TzSource.FOLD),
        ("2025-10-05T02:15:00", "Australia/Lord_Howe", "2025-10-04T15:45:00+00:00", TzSource.GAP),
        # Samoa went over the date line: the 30th of December 2011 did not take place.
        ("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T22:00:00+00:00", TzSource.GAP),
        # Casablanca sets its clocks back for Ramadan.
        ("2025-02-23T02:30:00", "Africa/Casablanca", "2025-02-23T01:30:00+00:00", TzSource.FOLD),
        ("2026-06-01T00:00:00", "Pacific/Kiritimati", "2026-05-31T10:00:00+00:00", TzSource.ZONE),
        ("2026-06-01T00:00:00", "Etc/GMT+12", "2026-06-01T12:00:00+00:00", TzSource.ZONE),
        ("2026-06-01T00:00:00", "Asia/Kathmandu", "2026-05-31T18:15:00+00:00", TzSource.ZONE),
    ],
)
def test_a_time_and_where_its_zone_came_from(text: str, zone: str | None, instant: str, source: TzSource) -> None:
    assert read_moment(text, zone, "f") == Moment(us(instant), None, text, source)


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        ("2026-11-23", "Asia/Shanghai", "2026-11-22T16:00:00+00:00", 24),
        ("2025-03-30", "Europe/Berlin", "2025-03-29T23:00:00+00:00", 23),
        ("2025-10-26", "Europe/Berlin", "2025-10-25T22:00:00+00:00", 25),
        # Sao Paulo, 15 October 2017: at midnight the clocks went to 01:00, so the day begins there.
        ("2017-10-14", "America/Sao_Paulo", "2017-10-14T03:00:00+00:00", 24),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15T03:00:00+00:00", 23),
        ("2017-10-16", "America/Sao_Paulo", "2017-10-16T02:00:00+00:00", 24),
        # ... and on 17 February 2018 at midnight back to 23:00.
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00+00:00", 25),
        ("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00+00:00", 24),
        # Havana has midnight twice when the clocks go back at 01:00.
        ("2025-11-02", "America/Havana", "2025-11-02T04:00:00+00:00", 25),
        # A day that did not take place is empty, its neighbours are whole.
        ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00:00+00:00", 24),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00+00:00", 0),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00+00:00", 24),
        ("2024-02-29", "UTC", "2024-02-29T00:00:00+00:00", 24),
        ("2000-02-29", "Asia/Kolkata", "2000-02-28T18:30:00+00:00", 24),
        ("2016-12-31", "UTC", "2016-12-31T00:00:00+00:00", 24),  # its leap second has no place in POSIX time
    ],
)
def test_a_local_day(day: str, zone: str, start: str, hours: int) -> None:
    bounds = us(start), us(start) + hours * HOUR
    assert day_bounds(date.fromisoformat(day), zone_of(zone)) == bounds
    assert read_moment(day, zone, "f") == Moment(*bounds, day, TzSource.ZONE)


@examples(3)
@given(
    day=st.dates(date(1990, 1, 1), date(2035, 12, 31)), zone=st.sampled_from(ZONES), n=st.integers(0, 86_400_000_000)
)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str, n: int) -> None:
    start, end = day_bounds(day, ZoneInfo(zone))
    assert end == day_bounds(day + timedelta(days=1), ZoneInfo(zone))[0]
    assert 0 <= end - start <= 48 * HOUR
    if start + n < end:
        assert from_us(start + n, zone).date() == day


@examples(3)
@given(naive=st.datetimes(datetime(1990, 1, 1), datetime(2035, 12, 31)), zone=st.sampled_from(ZONES))
def test_a_local_time_reads_back_unless_the_clocks_left_it_out(naive: datetime, zone: str) -> None:
    moment = read_moment(naive.isoformat(), zone, "f")
    assert moment.at is not None
    back = from_us(moment.at, zone).replace(tzinfo=None)
    assert (back == naive) == (moment.tz_source != TzSource.GAP)
    if moment.tz_source == TzSource.FOLD:  # the first of the two
        again = from_us(moment.at, zone)
        assert again.fold == 0
        assert again.replace(fold=1).utcoffset() != again.utcoffset()


@examples(3)
@given(at=st.datetimes(datetime(1700, 1, 1), datetime(2900, 1, 1), timezones=st.sampled_from(FIXED)))
def test_instants_are_exact_to_the_microsecond(at: datetime) -> None:
    moment = read_moment(at.isoformat(), None, "f")
    assert moment.at is not None
    assert from_us(moment.at) == at
    assert to_us(from_us(moment.at)) == moment.at


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "23.11.2026", "11/23/2026", "2026-11-23T25:00:00Z", "2026-02-29", "2025-02-29T10:00:00Z",
        "20261123",
        "2026-W48-1", "2026-1-1", "2026-11-23T10:00:00+25:00", "2026-11-23\x0010:00:00Z", "2026-11-23\ud80010:00:00Z",
        "2026-11-23_10:00:00Z", "9999-12-31", "1764000000000", "2026-11-23T10:00:00 Europe/Berlin", "２０２６-11-23",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_moment(text, "Asia/Shanghai", "data.at")
    assert refused.value.field == "data.at"
    assert "2026-11-23T10:00:00+08:00" in refused.value.remedy
    str(refused.value).encode()


@pytest.mark.parametrize("text", ["2026-11-23", "2026-11-23T10:00:00", "2026-11-23 10:00"])
def test_a_local_time_needs_a_zone(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        read_moment(text, None, "time")
    assert "no time zone" in refused.value.problem


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America", "", "Asia/\x00", "\ud800", "x" * 300])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(FieldError):
        zone_of(zone)


@examples(3)
@given(text=st.text(max_size=40) | st.from_regex(r"\d{4}-\d{2}-\d{2}.{0,25}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        moment = read_moment(text, "America/Sao_Paulo", "f")
    except FieldError:
        return
    assert moment.at is not None
    assert moment.raw == text
    assert (moment.until is not None) == (len(text) == 10)
    assert moment.until is None or 0 <= moment.until - moment.at <= 2 * DAY
