"""Which date format a column has: declared, or found by reading the whole column.

A value may be year-month-day, day/month/year, month/day/year or an epoch number, with or
without a time of day and an offset. Detection decides only what every value of the column
decides together; where two readings stay possible, or two formats stand side by side, it
refuses and says what to declare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

When = datetime | date
Reader = Callable[[str], When]

_CLOCK = (
    r"(?P<h>\d{1,2})[:时点](?P<mi>\d{2})(?:[:分](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?[分秒]?"
    r"(?:\s*(?P<ap>[AaPp])\.?[Mm]\.?)?(?:\s*(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<a>\d{{4}})(?:(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)|(?P<zh>年)(?P<bz>\d{{1,2}})月)(?P<c>\d{{1,2}})日?"
    rf"(?:(?:[T\s]\s*|(?<=日)){_CLOCK})?"
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}})(?:[T\s,]\s*{_CLOCK})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_EPOCH = re.compile(r"(?:(?P<s>\d{10}(?:\.\d{1,6})?)|(?P<ms>\d{13})|(?P<us>\d{16}))")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT = {"s": 1_000_000, "ms": 1_000, "us": 1}
ORDERS = {"ymd": "year-month-day", "dmy": "day/month/year", "mdy": "month/day/year"}
EPOCHS = ("epoch_s", "epoch_ms", "epoch_us")
NAMES = ("auto", *ORDERS, *EPOCHS)


class Seen(NamedTuple):
    """What a value can mean: its reading per order, its outer shape, and the style of its clock."""

    readings: dict[str, When]
    shape: str
    style: str  # "" for a plain date; "24", "12" plus "z" when an offset is written


def look(text: str) -> Seen | None:
    """All readings of a value, or None when it is no date at all."""
    if len(text) == 19 and text[4] == "-" == text[7] and text[13] == ":":
        try:  # by far the most frequent writing, read by C code
            return Seen({"ymd": datetime.fromisoformat(text)}, "ymd-", "24")
        except ValueError:
            return None
    if text.isdigit() or text.replace(".", "", 1).isdigit():
        return _number(text)
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        sep = found["sep"] or "年"
        return _seen({"ymd": (found["a"], found["b"] or found["bz"], found["c"])}, f"ymd{sep}", found)
    found = _YEAR_LAST.fullmatch(text)
    if found:
        a, b, year = found["a"], found["b"], found["c"]
        return _seen({"dmy": (year, b, a), "mdy": (year, a, b)}, f"x{found['sep']}", found)
    return None


def _number(text: str) -> Seen | None:
    if found := _EPOCH.fullmatch(text):
        unit = str(found.lastgroup)
        us = round(float(text) * 1_000_000) if "." in text else int(text) * _UNIT[unit]
        return Seen({f"epoch_{unit}": _EPOCH_START + timedelta(microseconds=us)}, f"epoch_{unit}", "24z")
    if found := _COMPACT.fullmatch(text):
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            if found[4] is None:
                return Seen({"ymd": day}, "ymd", "")
            clock = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), int(found[6]))
            return Seen({"ymd": clock}, "ymd", "24")
        except ValueError:
            return None
    return None


def _seen(orders: dict[str, tuple[str, str, str]], shape: str, found: re.Match[str]) -> Seen | None:
    readings: dict[str, When] = {}
    for order, (year, month, day) in orders.items():
        try:
            readings[order] = _when(date(int(year), int(month), int(day)), found)
        except ValueError:
            continue
    if not readings:
        return None
    if found["h"] is None:
        return Seen(readings, shape, "")
    return Seen(readings, shape, ("12" if found["ap"] else "24") + ("z" if found["z"] else ""))


def _when(day: date, found: re.Match[str]) -> When:
    if found["h"] is None:
        return day
    hour = int(found["h"])
    if found["ap"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if found["ap"] in "Pp" else 0)
    fraction = int((found["f"] or "0")[:6].ljust(6, "0"))
    zone = _offset(found["z"]) if found["z"] else None
    return datetime(
        day.year, day.month, day.day, hour, int(found["mi"]), int(found["s"] or 0), fraction, tzinfo=zone
    )  # fmt: skip


def _offset(text: str) -> timezone:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def check_format(declared: str) -> str:
    """Accept a format name or a strptime pattern that holds a whole date; ValueError otherwise."""
    if declared in NAMES:
        return declared
    if "%" not in declared:
        raise ValueError(f"'{declared}' is no date format; use {', '.join(NAMES)}, or a pattern such as %d/%m/%Y %H:%M")
    probe = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    try:
        back = datetime.strptime(probe.strftime(declared), declared)
    except ValueError as error:
        raise ValueError(f"'{declared}' is no usable pattern ({error})") from None
    if back.date() != probe.date():
        raise ValueError(f"'{declared}' lacks the day, the month or the year")
    return declared


def reader(formats: tuple[str, ...]) -> Reader:
    """A reader for declared formats; a value that none of them fits, or that two read differently, is a ValueError."""
    readers = [_one(name) for name in formats]
    if len(readers) == 1:
        return readers[0]

    def read(text: str) -> When:
        found = set(_readings(readers, text))
        if len(found) != 1:
            raise ValueError("fits none of the declared formats" if not found else "fits two of the declared formats")
        return found.pop()

    return read


def _readings(readers: list[Reader], text: str) -> Iterator[When]:
    for read in readers:
        try:
            yield read(text)
        except ValueError:
            continue


def _one(name: str) -> Reader:
    if "%" in name:
        return _pattern(name)

    def read(text: str) -> When:
        seen = look(text)
        if seen is None or name not in seen.readings:
            raise ValueError(f"is no date written as {ORDERS.get(name, name)}")
        return seen.readings[name]

    return read


def _pattern(pattern: str) -> Reader:
    plain_day = not re.search(r"%[HIMSfpXcTRs]", pattern)

    def read(text: str) -> When:
        try:
            value = datetime.strptime(text, pattern)
        except ValueError:
            raise ValueError(f"does not fit the declared format {pattern}") from None
        return value.date() if plain_day else value

    return read
