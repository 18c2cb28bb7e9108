"""An immutable picture of all orders at one instant: stage, level, due; filters, counts and pages of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.subject import Subject
from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.cells import ABSENT, I64, NEVER, times
from waypost.journeys.document import Journey
from waypost.journeys.project import Level, Mask
from waypost.journeys.resolve import IDX
from waypost.services.live.columns import DIMENSIONS, Dimensions
from waypost.services.live.journey_view import JourneyView
from waypost.services.live.ranking import page
from waypost.services.live.returns import Returns
from waypost.services.live.summary import DELIVERED, OPEN, STATUS, Histories, Rows
from waypost.services.live.table import SubjectTable

if TYPE_CHECKING:
    from waypost.services.live.cube import Cube
    from waypost.services.live.rollups import Rolled


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


@dataclass(slots=True)
class View:
    """All orders at `now`; arrays are by place of the order and never written again."""

    now: int
    version: int
    journeys: dict[str, JourneyView]
    n: int
    journey: NDArray[np.int16]
    current: NDArray[np.int16]
    level: NDArray[np.int8]
    cause: NDArray[np.int16]
    due: I64
    since: I64
    status: NDArray[np.int8]
    created: I64
    promised: I64
    delivered: I64
    done: NDArray[np.float64]
    need: NDArray[np.float64]
    order_row: IDX
    unit_row: IDX
    pairs: tuple[IDX, IDX]
    table: SubjectTable
    dimensions: Dimensions
    order_place: dict[int, int]
    unit_place: dict[int, int]
    alive: Mask
    known: Mask  # orders that somebody still speaks of; the others are left out everywhere
    slots: dict[int, I64]  # the orders' milestone columns
    returns: Returns
    rows: Rows
    histories: Histories  # of the journeys of orders
    ids: list[str] = field(default_factory=list)
    rolled: Rolled | None = None

    def cube(self, journey_id: str) -> Cube | None:
        """The rollup of a journey's closed stages; None where there is none and rows have to be counted."""
        cubes = None if self.rolled is None else self.rolled.cubes(self)
        return None if cubes is None else cubes.get(journey_id)

    def mask(self, query: OrderQuery) -> Mask:
        """Which orders a query selects."""
        selected = self.known.copy()
        if query.keys is not None:
            selected &= self._of_keys(query.keys)
        if query.journey is not None:
            selected &= self.journey == self.place_of(query.journey)
        if query.stage is not None:
            selected &= self._in_stage(query.journey, query.stage) & (self.status == OPEN)
        if query.level is not None:
            selected &= self.level == Level[query.level.upper()]
        if query.status is not None:
            selected &= (
                (self.journey == UNASSIGNED)
                if query.status == "unassigned"
                else (self.status == STATUS.index(query.status))
            )
        if query.returns is not None:
            selected &= self.with_returns(query.returns)
        for name, words in query.where:
            codes = self.dimensions.columns[name]
            selected &= np.isin(codes.codes[: self.n], [codes.code(word) for word in words])
        return selected

    def orders(self, query: OrderQuery, only: Mask | None = None) -> OrderRows:
        """A page of the orders that a query selects; `only` narrows it further."""
        places = np.flatnonzero(self.mask(query) if only is None else self.mask(query) & only)
        return OrderRows(len(places), [self.row(place) for place in self._sorted(places, query).tolist()])

    def places(self, query: OrderQuery, only: Mask | None = None) -> list[int]:
        """The places of the orders that `orders` would give, for who makes their rows one after the other."""
        found = np.flatnonzero(self.mask(query) if only is None else self.mask(query) & only)
        places: list[int] = self._sorted(found, query).tolist()
        return places

    def places_of(self, keys: Sequence[int]) -> list[int]:
        """Places of the orders behind subjects: orders themselves, and those a parcel, line or return is part of."""
        found: dict[int, None] = {}
        for key in keys:
            row = self.table.row_of.get(key)
            if row is not None:
                places = (self.order_place.get(r, self.n) for r in self.table.orders_of(row))
                found.update({place: None for place in places if place < self.n and self.known[place]})
        return list(found)

    def unit_of(self, key: int) -> int | None:
        """The row of a tracked unit in the projections, None when the subject is no unit in force."""
        unit = self.unit_place.get(self.table.row_of.get(key, -1))
        return unit if unit is not None and unit < len(self.alive) and self.alive[unit] else None

    def units_of_order(self, place: int) -> IDX:
        """Rows of the units that belong to an order."""
        unit, order = self.pairs
        rows: IDX = unit[order == place]
        return rows

    def milestone_time(self, place: int, slot: int) -> int | None:
        """When an order reached a milestone by its strongest evidence; us, None when not or not given."""
        column = self.slots.get(slot)
        return None if column is None else _instant(times(column[place : place + 1])[0])

    def row(self, place: int) -> OrderRow:
        """One order as a line of the list."""
        row = int(self.order_row[place])
        journey_id = self.ids[self.journey[place]] if self.journey[place] >= 0 else None
        journey = self.journeys[journey_id].version.journey if journey_id else None
        value, currency = float(self.dimensions.value[place]), self.dimensions.currency
        return OrderRow(
            self.table.keys[row],
            self.table.subjects[row],
            journey_id,
            _stage_id(journey, int(self.current[place])),
            Level(int(self.level[place])).name.lower(),
            journey.stages[self.cause[place]].id if journey and self.cause[place] >= 0 else None,
            STATUS[self.status[place]],
            _instant(self.since[place]),
            _instant(self.due[place]),
            _instant(self.created[place]),
            _instant(self.promised[place]),
            _instant(self.delivered[place]),
            float(self.done[place]),
            float(self.need[place]),
            None if np.isnan(value) else value,
            currency.words[currency.codes[place]] or None,
            {name: codes.words[codes.codes[place]] or None for name, codes in self.dimensions.columns.items()},
        )

    def facets(self, name: str, query: OrderQuery, limit: int = 50) -> list[Facet]:
        """The words of a dimension among the orders selected, most frequent first."""
        codes = self.dimensions.columns[name]
        counts = np.bincount(codes.codes[: self.n][self.mask(query)], minlength=len(codes.words))
        ranked = [int(c) for c in np.argsort(-counts, kind="stable")[: limit + 1] if counts[c] and c]
        return [Facet(codes.words[c], int(counts[c])) for c in ranked[:limit]]

    def river(self, journey_id: str, query: OrderQuery | None = None) -> list[tuple[str, list[int]]]:
        """Per stage of the journey: open orders now in it by level [ok, yellow, red]."""
        found = self.journeys[journey_id]
        mine = self.mask((query or OrderQuery())._replace(journey=journey_id)) & (self.status == OPEN)
        return [
            (stage.id, [int(n) for n in np.bincount(self.level[mine & (self.current == place)], minlength=3)])
            for place, stage in enumerate(found.version.journey.path)
        ]

    def with_returns(self, which: str) -> Mask:
        """Orders that something comes back of: any | open | due, or in a stage of a journey of returns."""
        return self.orders_of_returns(self.returns.which(which))

    def orders_of_returns(self, found: Mask) -> Mask:
        """The orders of some returns."""
        selected = np.zeros(self.n, dtype=bool)
        for place in np.flatnonzero(found).tolist():
            orders = (self.order_place.get(row, self.n) for row in self.returns.orders[place])
            selected[[order for order in orders if order < self.n]] = True
        return selected

    def place_of(self, journey_id: str) -> int:
        """The number of a journey in this view; -2 when there is none of that id."""
        return self.ids.index(journey_id) if journey_id in self.ids else -2

    def _of_keys(self, keys: Sequence[int]) -> Mask:
        selected = np.zeros(self.n, dtype=bool)
        selected[self.places_of(keys)] = True
        return selected

    def _in_stage(self, journey_id: str | None, stage_id: str) -> Mask:
        selected = np.zeros(self.n, dtype=bool)
        for name, found in self.journeys.items():
            path = [stage.id for stage in found.version.journey.path]
            if stage_id in path and journey_id in (None, name):
                selected |= (self.journey == self.place_of(name)) & (self.current == path.index(stage_id))
        return selected

    def _sorted(self, places: IDX, query: OrderQuery) -> IDX:
        keys: list[NDArray[Any]]
        if query.sort == "risk":
            keys = [-self.level[places], self.due[places], self.created[places]]
        elif query.sort == "value":
            keys = [-np.nan_to_num(self.dimensions.value[places], nan=-1.0)]
        else:
            created = np.where(self.created[places] == NEVER, 0, self.created[places])
            keys = [-created if query.sort == "newest" else created]
        return page(places, keys, query.offset, query.limit)


def _stage_id(journey: Journey | None, place: int) -> str | None:
    return journey.path[place].id if journey is not None and 0 <= place < len(journey.path) else None


def _instant(us: Any) -> int | None:
    return None if us in (NEVER, ABSENT) else int(us)


__all__ = [
    "DELIVERED",
    "DIMENSIONS",
    "STATUS",
    "Facet",
    "JourneyView",
    "OrderQuery",
    "OrderRow",
    "OrderRows",
    "View",
]
