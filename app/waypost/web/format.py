"""Numbers, durations and instants as people say them, by language (CLDR through Babel) and zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from babel.core import Locale
from babel.dates import format_skeleton, get_timezone_gmt
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

from waypost.domain.instants import SECOND, from_us, promised_day
from waypost.i18n import Translator

# Day before month and 24 hours, in English too: the tower is read across borders.
_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
_NONE = "–"


@dataclass(frozen=True)
class Format:
    """How one reader sees values; instants and durations come in as us. None is written as a dash."""

    t: Translator
    zone: str = "UTC"
    locale: Locale = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "locale", _LOCALES[self.t.lang])

    @property
    def lang(self) -> str:
        """The language, as it is written in links."""
        return self.t.lang

    def duration(self, us: int | float | None) -> str:
        """The two largest units: 2 h 10 min, 3 天 4 小时; from 60 days on only days."""
        if us is None:
            return _NONE
        seconds = round(abs(us) / SECOND)  # a promised day ends a microsecond before the hour
        days, rest = divmod(seconds, 86_400)
        hours, rest = divmod(rest, 3_600)
        minutes, rest = divmod(rest, 60)
        if days:
            return self._pair(self.t("{n} d", n=self.count(days)), hours if days < 60 else 0, self.t("{n} h", n=hours))
        if hours:
            return self._pair(self.t("{n} h", n=hours), minutes, self.t("{n} min", n=minutes))
        return self.t("{n} min", n=minutes) if minutes else self.t("{n} s", n=rest)

    @staticmethod
    def _pair(first: str, n: int, second: str) -> str:
        return f"{first} {second}" if n else first

    def instant(self, us: int | None, now: int | None = None) -> str:
        """Day and minute, in the reader's zone; with `now`, the year only when it is another one."""
        if us is None:
            return _NONE
        moment = self._local(us)
        return f"{self.day(moment.date(), now)} {moment:%H:%M}"

    def full(self, us: int | None) -> str:
        """To the second, with the reader's zone, and in UTC."""
        if us is None:
            return _NONE
        moment, utc = self._local(us), from_us(us)
        day = format_skeleton("yMMMEd", moment.date(), locale=self.locale)
        zone = get_timezone_gmt(moment, "long", self.locale)
        return f"{day} {moment:%H:%M:%S} {zone}\n{utc:%Y-%m-%d %H:%M:%S} UTC"

    def day(self, day: date | None, now: int | None = None) -> str:
        """A calendar day; with `now`, the year only when it is another one."""
        if day is None:
            return _NONE
        same_year = now is not None and self._local(now).year == day.year
        return str(format_skeleton("MMMd" if same_year else "yMMMd", day, locale=self.locale))

    def promised(self, us: int | None, now: int | None = None, zone: str | None = None) -> str:
        """The end of a promise: a day when a whole local day was promised, else the instant."""
        day = promised_day(us, zone or self.zone)
        return self.instant(us, now) if day is None else self.day(day, now)

    def ago(self, us: int | None, now: int) -> str:
        """How long ago an instant was."""
        if us is None:
            return _NONE
        return self.t("{duration} ago", duration=self.duration(max(now - us, 0)))

    def count(self, n: int | float) -> str:
        """A number with the language's own separators."""
        return str(format_decimal(n, locale=self.locale))

    def short(self, n: int | float) -> str:
        """A long number in little room: 12K, 1.2万."""
        return str(format_compact_decimal(n, locale=self.locale, fraction_digits=1))

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share of 1 as a percentage."""
        if share is None:
            return _NONE
        return str(format_percent(share, f"#,##0.{'0' * digits}%" if digits else "#,##0%", locale=self.locale))

    def money(self, value: float | None, currency: str | None) -> str:
        """An amount with its currency; without one, the number alone."""
        if value is None:
            return _NONE
        if not currency:
            return str(format_decimal(round(value, 2), locale=self.locale))
        return str(format_currency(value, currency.upper(), locale=self.locale))

    def _local(self, us: int) -> datetime:
        return from_us(us, self.zone)


def local_days(start: int, end: int, zone: str) -> tuple[date, date]:
    """The first and the last local day of [start, end)."""
    return from_us(start, zone).date(), (from_us(end, zone) - timedelta(microseconds=1)).date()
