"""Numbers and times as people say them, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from tests.worlds import us
from waypost.domain.instants import DAY, SECOND, promised_day

HOUR, MINUTE = 3600 * SECOND, 60 * SECOND


@pytest.mark.parametrize(
    ("us_", "en", "zh"),
    [
        (None, "–", "–"),
        (0, "0 s", "0 秒"),
        (59 * SECOND + 999_999, "1 min", "1 分钟"),
        (42 * MINUTE + 59 * SECOND, "42 min", "42 分钟"),
        (2 * HOUR + 10 * MINUTE, "2 h 10 min", "2 小时 10 分钟"),
        (2 * HOUR, "2 h", "2 小时"),
        (3 * DAY + 4 * HOUR + 59 * MINUTE, "3 d 4 h", "3 天 4 小时"),
        (1234 * DAY + 5 * HOUR, "1,234 d", "1,234 天"),
        (-2 * HOUR, "2 h", "2 小时"),
    ],
)
def test_a_duration_has_its_two_largest_units(english, chinese, us_, en, zh):
    assert (english.duration(us_), chinese.duration(us_)) == (en, zh)


def test_an_instant_is_told_in_the_readers_zone_and_names_the_year_only_when_it_is_another(english, chinese):
    at, now = us("2026-03-14T02:32:05Z"), us("2026-12-31T00:00:00Z")
    assert english.instant(at, now) == "14 Mar 10:32"
    assert english.instant(at) == "14 Mar 2026 10:32"
    assert english.instant(at, us("2027-06-01T00:00:00Z")) == "14 Mar 2026 10:32"
    assert chinese.instant(at, now) == "3月14日 10:32"
    assert english.full(at) == "Sat, 14 Mar 2026 10:32:05 GMT+08:00\n2026-03-14 02:32:05 UTC"
    assert chinese.full(at).startswith("2026年3月14日周六 10:32:05")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Sao_Paulo", "America/Los_Angeles"])
@pytest.mark.parametrize("end", ["2026-03-14T16:00:00Z", "2026-03-15T03:00:00Z", "2026-03-15T07:00:00Z"])
def test_a_promised_day_is_the_same_day_wherever_it_is_read(zone, end):
    # The ends of 14 March in Shanghai, Sao Paulo and Los Angeles.
    assert promised_day(us(end) - 1, zone) == date(2026, 3, 14)


def test_a_promised_hour_is_no_day(english):
    assert promised_day(us("2026-03-14T16:30:00Z"), "UTC") is None
    assert english.promised(us("2026-03-14T08:30:00Z"), us("2026-04-01T00:00:00Z")) == "14 Mar 16:30"
    assert english.promised(us("2026-03-14T16:00:00Z") - 1, us("2026-04-01T00:00:00Z")) == "14 Mar"


def test_amounts_counts_and_shares(english, chinese):
    assert (english.money(1290.5, "CNY"), chinese.money(1290.5, "CNY")) == ("CN¥1,290.50", "¥1,290.50")
    assert english.money(12, None) == "12"
    assert english.money(None, "EUR") == "–"
    assert (english.count(1234567), english.percent(0.9345)) == ("1,234,567", "93.4%")
    assert (english.percent(None), english.percent(1, 0)) == ("–", "100%")
    assert (english.ago(us("2026-01-01T00:00:00Z"), us("2026-01-01T00:00:02Z"))) == "2 s ago"
