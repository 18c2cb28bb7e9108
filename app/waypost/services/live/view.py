"""An immutable picture of all orders at one instant: stage, level, due; filters, counts and pages of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import SECOND
from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.cells import ABSENT, I64, NEVER, times
from waypost.journeys.document import Journey
from waypost.journeys.project import Level, Mask
from waypost.journeys.resolve import IDX
from waypost.services.live.column import Pin
from waypost.services.live.columns import DIMENSIONS, Dimensions
from waypost.services.live.due import DueIndex
from waypost.services.live.index import RowIndex
from waypost.services.live.journey_view import JourneyView, Members
from waypost.services.live.query import Facet, OrderQuery, OrderRow, OrderRows
from waypost.services.live.ranking import page
from waypost.services.live.returns import Returns
from waypost.services.live.rows import Rows
from waypost.services.live.summary import DELIVERED, OPEN, STATUS
from waypost.services.live.table import SubjectTable

if TYPE_CHECKING:
    from waypost.services.live.cube import Cube
    from waypost.services.live.rollups import Rolled

MINUTE = 60 * SECOND


A = TypeVar("A")


class _Array(Generic[A]):
    """A column of a picture by its own name, read when it is first asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, view: View, owner: type) -> A:
        return cast(A, view.columns[self._name].array)


@dataclass
class View:
    """All orders at `now`; arrays are by place of the order and never written again."""

    now: int
    version: int
    journeys: dict[str, JourneyView]
    n: int
    columns: Mapping[str, Pin]  # the arrays below, for who wants one place and not all
    rows: Rows
    table: SubjectTable
    dimensions: Dimensions
    order_place: RowIndex
    unit_place: RowIndex
    returns: Returns
    due_index: Mapping[str, DueIndex]
    ids: list[str] = field(default_factory=list)
    rolled: Rolled | None = None

    journey = _Array[NDArray[np.int16]]()
    current = _Array[NDArray[np.int16]]()
    level = _Array[NDArray[np.int8]]()
    cause = _Array[NDArray[np.int16]]()
    due = _Array[I64]()
    since = _Array[I64]()
    turns_yellow = _Array[I64]()
    turns_red = _Array[I64]()
    status = _Array[NDArray[np.int8]]()
    created = _Array[I64]()
    promised = _Array[I64]()
    delivered = _Array[I64]()
    done = _Array[NDArray[np.float64]]()
    need = _Array[NDArray[np.float64]]()
    order_row = _Array[IDX]()
    unit_row = _Array[IDX]()
    alive = _Array[Mask]()
    known = _Array[Mask]()  # orders that somebody still speaks of; the others are left out everywhere

    @property
    def pairs(self) -> tuple[IDX, IDX]:
        """Every (unit, order) that belong together, by place."""
        return self.rows.pairs

    @property
    def slots(self) -> Mapping[int, I64]:
        """The orders' milestone columns."""
        return self.rows.orders.slots

    def let_go(self, newest: View, *, for_good: bool = False) -> None:
        """Keep nothing that was read or worked out; who asks again has it made again. See `Pin.let_go`."""
        for pin in self.columns.values():
            pin.let_go(for_good=for_good)
        self.rows.let_go(newest.rows, for_good=for_good)
        journeys = [each.version.journey for each in self.journeys.values()]
        members = Members(journeys, self.columns["journey"], self.columns["alive"], self.rows)
        self.journeys = {name: each.again(members, self.now) for name, each in self.journeys.items()}

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
        if query.due is not None:
            selected &= self.turning(query.due, query.within)
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
                found.update({place: None for place in places if place < self.n and self.columns["known"].at(place)})
        return list(found)

    def unit_of(self, key: int) -> int | None:
        """The row of a tracked unit in the projections, None when the subject is no unit in force."""
        unit = self.unit_place.get(self.table.row_of.get(key, -1))
        alive = self.columns["alive"]
        return unit if unit is not None and unit < alive.n and alive.at(unit) else None

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
        at = {name: column.at(place) for name, column in self.columns.items() if name in _OF_ROW}
        row = int(at["order_row"])
        journey_id = self.ids[at["journey"]] if at["journey"] >= 0 else None
        journey = self.journeys[journey_id].version.journey if journey_id else None
        value, currency = float(self.dimensions.value[place]), self.dimensions.currency
        return OrderRow(
            self.table.keys[row],
            self.table.subjects[row],
            journey_id,
            _stage_id(journey, int(at["current"])),
            Level(int(at["level"])).name.lower(),
            journey.stages[at["cause"]].id if journey and at["cause"] >= 0 else None,
            STATUS[at["status"]],
            _instant(at["since"]),
            _instant(at["due"]),
            _instant(at["created"]),
            _instant(at["promised"]),
            _instant(at["delivered"]),
            float(at["done"]),
            float(at["need"]),
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

    def turning(self, level: str, minutes: int) -> Mask:
        """Orders that turn yellow or red within so many minutes if nothing happens."""
        found = self.due_index[level].within(self.columns[f"turns_{level}"], self.now, self.now + minutes * MINUTE)
        selected = np.zeros(self.n, dtype=bool)
        selected[found] = True
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


_OF_ROW = frozenset(
    ("order_row", "journey", "current", "level", "cause", "status", "since", "due", "created", "promised", "delivered",
     "done", "need")
)  # fmt: skip


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
