"""What may be asked of a picture of orders, and what it answers."""

from __future__ import annotations

from typing import NamedTuple

from waypost.domain.subject import Subject


class OrderQuery(NamedTuple):
    """Which orders, in which order; every field narrows, None means any."""

    journey: str | None = None
    stage: str | None = None  # the stage an order is in now
    level: str | None = None  # ok | yellow | red
    status: str | None = None  # open | delivered | ended | unassigned
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()  # dimension -> words
    keys: tuple[int, ...] | None = None  # only these subjects (a search by id, a KPI's orders)
    sort: str = "risk"  # risk | newest | oldest | value
    limit: int = 50
    offset: int = 0
    returns: str | None = None  # any | open | due (a refund), or the stage that a return of theirs is in
    due: str | None = None  # yellow | red: not so late now, but within `within` minutes if nothing happens
    within: int = 60
    exact: bool = False  # figures about them count rows for percentiles, however many there are


class OrderRow(NamedTuple):
    """One line of the orders list; instants in us, None when there is none."""

    key: int
    subject: Subject
    journey: str | None
    stage: str | None
    level: str
    cause: str | None  # the stage whose clock gives the level
    status: str
    since: int | None
    due: int | None
    created: int | None
    promised: int | None
    delivered: int | None
    done: float
    need: float
    value: float | None
    currency: str | None
    dimensions: dict[str, str | None]


class OrderRows(NamedTuple):
    """A page of orders and how many there are in all."""

    total: int
    rows: list[OrderRow]


class Facet(NamedTuple):
    """A word of a dimension and how many orders have it."""

    word: str
    n: int
