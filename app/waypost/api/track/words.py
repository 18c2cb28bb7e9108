"""The story of an order in sentences, in one language and in the order's own zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.core import Locale
from babel.dates import format_date, format_skeleton, get_timezone_gmt, get_timezone_location

from waypost.domain.instants import DAY, SECOND, from_us, promised_day
from waypost.i18n import N_, Translator
from waypost.services.story import Expected, Part, Story

# Day before month and 24 hours, in English too, as in the console.
_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
_HALF_HOUR = 1800 * SECOND
_NEARLY_A_DAY = 23 * 3600 * SECOND  # the day on which clocks go forward
ROLES = {
    "order": N_("Your order"),
    "parcel": N_("Parcel"),
    "replaced": N_("Earlier parcel number"),
    "return": N_("Return"),
    "exchange": N_("Exchange"),
    "replacement": N_("Replacement"),
}


def own_name(lang: str) -> str:
    """What a language calls itself."""
    return str(_LOCALES[lang].get_language_name(lang)).capitalize()


class Words:
    """Sentences about one story; `now` in us."""

    def __init__(self, story: Story, t: Translator, now: int) -> None:
        self._story, self.t, self._now = story, t, now
        self._locale = _LOCALES[t.lang]

    @property
    def lang(self) -> str:
        """The language."""
        return self.t.lang

    def headline(self) -> str:
        """The one sentence on top."""
        story, t = self._story, self.t
        if story.status == "delivered":
            return self._delivered(story.at, story.partly)
        if story.status == "ended":
            said = story.now.say(self.lang) if story.now else t("This order has ended")
            return said if story.at is None else t("{what} ({when})", what=said, when=self.day_of(story.at))
        travelling = story.travelling
        done = sum(part.delivered for part in travelling)
        if travelling and done == len(travelling):
            return t("Part of your order is delivered, the rest follows")
        rest = self.state(story.now.say(self.lang) if story.now else "", story.expected, told=story.told)
        if not done:
            return rest
        count = t.plural(
            "{n} of {all} parcels delivered.", "{n} of {all} parcels delivered.", done, all=len(travelling)
        )
        return t("{count} The rest: {where}", count=count, where=rest)

    def state(self, where: str, expected: Expected | None, *, told: bool = False) -> str:
        """Where something is, and when it comes."""
        t = self.t
        where = where or t("We have received your order")
        if expected is None:
            return where
        when = self.window(expected)
        if expected.late:
            return t("{where}. It was expected {when} and is late: we are sorry", where=where, when=when)
        if told:
            return t("{where}. Expected {when}", where=where, when=when)
        return t("{where}, expected {when}", where=where, when=when)

    def before(self) -> str:
        """What was promised first, when it is another day by now."""
        first, story = self._story.promised_first, self._story
        if first is None or story.expected is None:
            return ""
        told = self.window(first)
        return "" if told == self.window(story.expected) else self.t("Promised first: {when}", when=told)

    def part(self, part: Part, number: int, of: int) -> str:
        """What a part of the order is."""
        name = self.t(ROLES[part.role])
        if part.role == "parcel" and of > 1:
            return self.t("Parcel {n} of {all}", n=number, all=of)
        return name

    def part_state(self, part: Part) -> str:
        """Where a part is."""
        if part.delivered:
            return self._delivered(part.at, False)
        if part.role == "replaced":
            return self.t("Goes on as {ref}", ref=part.continues) if part.continues else ""
        if part.now is None:
            return ""
        expected = part.expected if part.role in ("parcel", "order") else None
        return self.state(part.now.say(self.lang), expected, told=part.told)

    def window(self, expected: Expected) -> str:
        """A window or a day in words."""
        t, zone = self.t, self._story.zone
        last = promised_day(expected.until - 1, zone) if expected.until > expected.start else None
        if last is not None and expected.until - expected.start >= _NEARLY_A_DAY:
            days = max(round((expected.until - expected.start) / DAY), 1)
            return self._days(last - timedelta(days=days - 1), last)
        start, end = from_us(expected.start, zone), from_us(expected.until, zone)
        if start.date() != end.date():
            return t("{start} to {end}", start=self.instant(expected.start), end=self.instant(expected.until))
        if start == end:
            return self._about(expected.start)
        day = self._day(start.date())
        return t("{day}, {time}", day=day, time=f"{start:%H:%M}–{end:%H:%M}")

    def instant(self, us: int) -> str:
        """Day and minute."""
        moment = self._local(us)
        return f"{self._short(moment.date())} {moment:%H:%M}"

    def day_of(self, us: int) -> str:
        """The day of an instant."""
        return self._day(self._local(us).date())

    def zone(self) -> str:
        """Which zone the times are in."""
        moment = self._local(self._now)
        place = get_timezone_location(moment.tzinfo, locale=self._locale, return_city=True)
        gmt = get_timezone_gmt(moment, "long", self._locale)
        return self.t("Times are those of {place} ({gmt}).", place=place, gmt=gmt)

    def _about(self, us: int) -> str:
        """An estimate of one instant: no more exact than it can be."""
        rounded = round(us / _HALF_HOUR) * _HALF_HOUR
        if abs(us - self._now) > DAY:
            return self.day_of(us)
        return self.t("{day}, about {time}", day=self.day_of(rounded), time=f"{self._local(rounded):%H:%M}")

    def _delivered(self, at: int | None, partly: bool) -> str:
        t = self.t
        if at is None:
            return t("Delivered in part") if partly else t("Delivered")
        when = self.day_of(at)
        return t("Delivered in part, last on {when}", when=when) if partly else t("Delivered on {when}", when=when)

    def _days(self, first: date, last: date) -> str:
        if first >= last:
            return self._day(last)
        return self.t("between {first} and {last}", first=self._day(first), last=self._day(last))

    def _day(self, day: date) -> str:
        """A day; near ones by name too. The year only when it is another one."""
        away = (day - self._local(self._now).date()).days
        text = self._long(day)
        names = {-1: N_("yesterday, {day}"), 0: N_("today, {day}"), 1: N_("tomorrow, {day}")}
        return self.t(names[away], day=text) if away in names else text

    def _long(self, day: date) -> str:
        same = self._local(self._now).year == day.year
        if same:
            return str(format_skeleton("MMMMd", day, locale=self._locale))
        return str(format_date(day, "long", self._locale))

    def _short(self, day: date) -> str:
        same = self._local(self._now).year == day.year
        return str(format_skeleton("MMMd" if same else "yMMMd", day, locale=self._locale))

    def _local(self, us: int) -> datetime:
        return from_us(us, self._story.zone)
