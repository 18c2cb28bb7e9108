"""Business calendars: the hours in which a clock runs, in a zone, with holidays and extra working days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from waypost.journeys.labels import Id, Model, Name, Zone


def _span(value: object) -> object:
    """Hours such as '09:00-18:00', as (from, to) in minutes of the day."""
    if not isinstance(value, str):
        return value
    first, dash, last = value.partition("-")
    if not dash:
        raise ValueError(f"'{value}' are no hours; write for instance 09:00-18:00")
    return (_minutes(first), _minutes(last))


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) <= 24 and int(minutes) < 60):
        raise ValueError(f"'{text.strip()}' is no time of day; write for instance 09:00")
    return int(hours) * 60 + int(minutes)


def _written(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in span)


_SPAN_SCHEMA = {"type": "string", "examples": ["09:00-18:00"], "pattern": r"^\s*\d+:\d+\s*-\s*\d+:\d+\s*$"}
Span = Annotated[
    tuple[int, int],
    BeforeValidator(_span),
    PlainSerializer(_written, when_used="json"),
    WithJsonSchema(_SPAN_SCHEMA),
]
Hours = tuple[Span, ...]


class Calendar(Model):
    """Working hours per weekday (Monday first), in the calendar's zone; `closed` days do not count, `open` ones do.

    A day of `open` has the hours given there, or those of a Monday when none are given.
    """

    id: Id
    name: Name
    zone: Zone = "UTC"
    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    closed: tuple[date, ...] = ()
    open: dict[date, Hours] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> Calendar:
        for hours in (*self.week, *self.open.values()):
            edges = [edge for span in hours for edge in span]
            if edges != sorted(set(edges)) or (edges and edges[-1] > 24 * 60):
                raise ValueError("week: hours follow each other within a day, such as 09:00-12:00, 13:00-18:00")
        if not any(self.week):
            raise ValueError("week: at least one day must have hours")
        return self
