"""Effective orders and tracked units of all subjects, updated in place for what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.resolve import IDX, Resolved, resolve
from waypost.journeys.ways import Ways
from waypost.services.journeys import JourneyVersion
from waypost.services.live.asks import Asks
from waypost.services.live.attributes import alike, described
from waypost.services.live.column import CellColumns, Column, Pin
from waypost.services.live.columns import Dimensions
from waypost.services.live.index import RowIndex
from waypost.services.live.rows import Pairs, Rows, pairs_of
from waypost.services.live.table import SubjectTable
from waypost.services.live.told import NOTHING, Told

_FEW = 256  # so many orders are looked up one by one; more are found by one look at all units


def completing_slots() -> frozenset[int]:
    """Slots an order only reaches with the last of its parcels."""
    return frozenset(m.slot for m in load_vocabulary().milestones if m.rollup == "all")


class Touched(NamedTuple):
    """What an update resolved: places of orders and units, and of orders that nobody speaks of any more."""

    orders: IDX
    units: IDX
    gone: IDX
    found: Resolved


class Effective:
    """Growing columns of orders and units; `order_row` and `unit_row` lead back to the subject table."""

    def __init__(self) -> None:
        self.orders, self.units = CellColumns(), CellColumns()
        self.of_orders = {
            "order_row": Column(np.zeros(0, dtype=np.intp), -1),
            "known": Column(np.zeros(0, dtype=bool), False),  # orders that somebody still speaks of
            "done": Column(np.zeros(0), 0.0),
            "need": Column(np.zeros(0), 0.0),
        }
        self.of_units = {
            "unit_row": Column(np.zeros(0, dtype=np.intp), -1),
            "unit_order": Column(np.zeros(0, dtype=np.intp), -1),
            "alive": Column(np.zeros(0, dtype=bool), False),
        }
        self.dimensions = Dimensions()
        self.attributes = Told()  # an order's own, completed by its parcels'
        self.assigned: NDArray[np.int16] = np.zeros(0, dtype=np.int16)
        self.ways = Ways()
        self.n_orders = self.n_units = 0
        self.order_place, self.unit_place = RowIndex(), RowIndex()
        self._seen = 0  # orders that were ever described
        self._described: set[int] = set()  # orders whose attributes changed since they were assigned
        self._asks: Asks | None = None  # what orders were assigned by
        self._more: Mapping[int, tuple[int, ...]] = {}  # further orders of units that serve several; never written into
        self._pairs: Pairs | None = None

    def update(self, table: SubjectTable, rows: IDX) -> Touched:
        """Resolve rows (closed under their links) again."""
        cells, links, cancelled = table.cells.take(rows), table.links_of(rows), table.cancelled_of(rows)
        found = resolve(table.kinds_of(rows), cells, links, cancelled, completing_slots())
        gone = _held(self.order_place, rows)
        orders = self._put_orders(found, rows, gone)
        units = self._put_units(found, rows, orders, table)
        self._describe(table, rows, found, orders)
        if len(gone):
            gone = gone[:0] if np.array_equal(gone, orders) else gone[~np.isin(gone, orders)]
        return Touched(orders, units, gone, found)

    def pairs(self) -> Pairs:
        """Every (unit, order) that belong together, in places of this table; only units in force."""
        alive, order = (Pin(self.of_units[name], self.n_units) for name in ("alive", "unit_order"))
        if self._pairs is None or not self._pairs.same(alive, order, self._more):
            self._pairs = Pairs(alive, order, self._more)
        return self._pairs

    def _put_orders(self, found: Resolved, rows: IDX, held: IDX) -> IDX:
        subject_rows = rows[found.order]
        places = _places(self.order_place, subject_rows)
        self.n_orders = len(self.order_place)
        if self.n_orders > self.orders.n:
            self._grow(self.n_orders, self.orders, self.of_orders)
        self.orders.put(places, found.orders)
        columns = self.of_orders
        columns["order_row"].put(places, subject_rows)
        columns["done"].put(places, found.done)
        columns["need"].put(places, found.need)
        _stand(columns["known"], places, held)  # the only link to an order may have been taken back
        return places

    def _put_units(self, found: Resolved, rows: IDX, orders: IDX, table: SubjectTable) -> IDX:
        held = _held(self.unit_place, rows)
        subject_rows = rows[found.unit]
        places = _places(self.unit_place, subject_rows)
        self.n_units = len(self.unit_place)
        if self.n_units > self.units.n:
            self._grow(self.n_units, self.units, self.of_units)
        self.units.put(places, found.units)
        columns = self.of_units
        columns["unit_row"].put(places, subject_rows)
        _stand(columns["alive"], places, held)  # an order that got its first parcel, an old waybill
        first = np.where(found.unit_order >= 0, orders[found.unit_order] if len(orders) else -1, -1)
        columns["unit_order"].put(places, self._put_more(found, places, orders, table, first))
        return places

    def _put_more(self, found: Resolved, places: IDX, orders: IDX, table: SubjectTable, first: IDX) -> IDX:
        """Further orders of units that serve several: the first is the one that comes first by its id."""
        unit, order = found.pairs
        shared = np.bincount(unit, minlength=len(places))[unit] > 1
        if not self._more and not shared.any():
            return first
        members: dict[int, list[int]] = {}
        for place, mine in zip(unit[shared].tolist(), orders[order[shared]].tolist(), strict=True):
            members.setdefault(place, []).append(mine)
        again = set(places.tolist())
        more = {place: others for place, others in self._more.items() if place not in again}
        row_of = self.of_orders["order_row"].values
        for place, all_ in members.items():
            first[place] = min(all_, key=lambda order: table.subjects[int(row_of[order])])
            more[int(places[place])] = tuple(one for one in all_ if one != first[place])
        self._more = more
        return first

    def _describe(self, table: SubjectTable, rows: IDX, found: Resolved, orders: IDX) -> None:
        self.dimensions.grow(self.orders.n)
        held = self.attributes.packed
        held.extend([NOTHING] * (self.n_orders - len(held)))
        places, new = [], []
        for place, attributes in zip(orders.tolist(), described(table, rows, found), strict=True):
            if place >= self._seen or not alike(held[place], attributes):
                places.append(place)
                new.append(attributes)
                held[place] = attributes
        if self._asks is not None:  # else all of them are assigned anyway
            self._described.update(places)
        self._seen = self.n_orders
        if places:
            self.dimensions.put(np.array(places, dtype=np.intp), new)

    def assign(self, histories: Sequence[Sequence[JourneyVersion]]) -> None:
        """Choose journey and ways of orders that were described anew; of all where journeys ask something else."""
        if len(self.assigned) < self.n_orders:
            extra = np.full(self.orders.n - len(self.assigned), UNASSIGNED, dtype=np.int16)
            self.assigned = np.concatenate([self.assigned, extra])
        held = self._asks
        asks = held if held is not None and held.of(histories) else Asks(histories)
        same = held is not None and asks.same(held)  # an edited target asks the same
        rows = np.array(sorted(self._described), dtype=np.intp) if same else np.arange(self.n_orders)
        if len(rows) or not same:
            packed = self.attributes.packed
            told = Told(packed[place] for place in rows.tolist()) if same else self.attributes
            chosen, cases = asks.answers(told)
            self.assigned[rows] = chosen
            self.ways = self.ways.replaced(len(self.assigned), rows, cases)
        self._asks = asks
        self._described = set()

    def journeys_of(self, places: IDX | slice) -> NDArray[np.int16]:
        """The journeys of orders, as places in the histories they were assigned by; UNASSIGNED of those gone."""
        known = self.of_orders["known"].values[places]
        return np.where(known, self.assigned[places], np.int16(UNASSIGNED))

    def rows(self) -> Rows:
        """Everything as it is now; pinned, so that it stays so."""
        ways = self.ways.upto(self.n_orders)
        unit_ways = ways.behind(Pin(self.of_units["unit_order"], self.n_units)) if ways.columns else ways
        pairs = self.pairs()
        return Rows(self.orders.pinned(self.n_orders), self.units.pinned(self.n_units), pairs, ways, unit_ways)

    def rows_now(self) -> Rows:
        """Everything, not copied: to be let go before the next update."""
        ways = self.ways.upto(self.n_orders)
        unit_order = self.of_units["unit_order"].values[: self.n_units]
        orders, units = self.orders.take(slice(0, self.n_orders)), self.units.take(slice(0, self.n_units))
        alive = self.of_units["alive"].values[: self.n_units]
        return Rows(orders, units, pairs_of(alive, unit_order, self._more), ways, ways.take(unit_order))

    def rows_of(self, touched: Touched) -> Rows:
        """What an update resolved, in places of its own."""
        found = touched.found
        ways = self.ways.take(touched.orders)
        unit_ways = self.ways.take(self.of_units["unit_order"].values[touched.units])
        return Rows(found.orders, found.units, found.pairs, ways, unit_ways)

    def standing(self, rows: IDX) -> tuple[Rows, NDArray[np.int16]]:
        """The orders of some subjects (closed under their links) with their units as they are, and their journeys."""
        orders, units = _held(self.order_place, rows), _held(self.unit_place, rows)
        units = units[self.of_units["alive"].values[units]]
        place_of = {place: number for number, place in enumerate(orders.tolist())}
        first = self.of_units["unit_order"].values[units]
        pairs = [
            (number, place_of[order])
            for number, (unit, mine) in enumerate(zip(units.tolist(), first.tolist(), strict=True))
            for order in (mine, *self._more.get(unit, ()))
            if order in place_of
        ]
        both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        ways = self.ways.take(orders), self.ways.take(first)
        found = Rows(self.orders.take(orders), self.units.take(units), (both[:, 0], both[:, 1]), *ways)
        return found, self.journeys_of(orders)

    def rows_at(self, table: SubjectTable, places: IDX) -> Rows:
        """Some orders (ascending places) and their units, counted anew from zero."""
        if len(places) > _FEW:
            return self.rows_now().of(places)
        unit, order = self._units_of(table, places.tolist())
        units, unit = np.unique(unit, return_inverse=True)
        ways = self.ways.take(places), self.ways.take(self.of_units["unit_order"].values[units])
        return Rows(self.orders.take(places), self.units.take(units), (unit, order), *ways)

    def _units_of(self, table: SubjectTable, places: list[int]) -> tuple[IDX, IDX]:
        """(unit, number of the order) of some orders, in the order of all pairs."""
        found = []
        alive, first = self.of_units["alive"].values, self.of_units["unit_order"].values
        row = self.of_orders["order_row"].values
        for number, place in enumerate(places):
            near = (self.unit_place.get(each, -1) for each in table.together([int(row[place])]).tolist())
            for unit in near:
                if unit >= 0 and alive[unit] and (first[unit] == place or place in self._more.get(unit, ())):
                    found.append((unit, number))
        found.sort()
        both = np.array(found, dtype=np.intp).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    @staticmethod
    def _grow(n: int, cells: CellColumns, columns: Mapping[str, Column]) -> None:
        capacity = n + n // 8 + 1024
        cells.grow(capacity)
        for column in columns.values():
            column.grow(capacity)


def _held(place_of: RowIndex, rows: IDX) -> IDX:
    """The places that rows have, ascending."""
    places = place_of.of(rows)
    return np.sort(places[places >= 0])


def _places(held: RowIndex, subject_rows: IDX) -> IDX:
    """The places of rows; those that have none yet get the next ones."""
    places = held.of(subject_rows)
    new = places < 0
    if new.any():
        places[new] = np.arange(len(held), len(held) + int(new.sum()))
        held.put(subject_rows[new], len(held))
    return places


def _stand(column: Column, places: IDX, held: IDX) -> None:
    """Say which rows stand: those at `places`, and of those held so far no others."""
    if not len(held) or np.array_equal(np.sort(places), held):
        column.put(places, np.ones(len(places), dtype=bool))
        return
    every = np.union1d(places, held)
    column.put(every, np.isin(every, places))
