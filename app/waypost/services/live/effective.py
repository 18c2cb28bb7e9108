"""Effective orders and tracked units of all subjects, updated in place for what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.assign import UNASSIGNED, assign
from waypost.journeys.cells import Cells, overwritten
from waypost.journeys.resolve import IDX, Resolved, resolve
from waypost.journeys.ways import Ways, choose, fields_of
from waypost.services.journeys import JourneyVersion
from waypost.services.live.columns import Dimensions, frame
from waypost.services.live.table import SubjectTable


def completing_slots() -> frozenset[int]:
    """Slots an order only reaches with the last of its parcels."""
    return frozenset(m.slot for m in load_vocabulary().milestones if m.rollup == "all")


class Effective:
    """Growing columns of orders and units; `*_row` leads back to the subject table.

    What a picture may hold is replaced, never written into.
    """

    def __init__(self) -> None:
        self.orders, self.units = Cells(0), Cells(0)
        self.order_row: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.unit_row: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.unit_order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.alive: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.known: NDArray[np.bool_] = np.zeros(0, dtype=bool)  # orders that somebody still speaks of
        self.done, self.need = np.zeros(0), np.zeros(0)
        self.dimensions = Dimensions()
        self.attributes: list[dict[str, Any]] = []  # an order's own, completed by its parcels'
        self.assigned: NDArray[np.int16] = np.zeros(0, dtype=np.int16)
        self.ways = Ways()
        self.n_orders = self.n_units = 0
        self.order_place: dict[int, int] = {}
        self.unit_place: dict[int, int] = {}
        self._pairs: tuple[IDX, IDX] | None = None
        self._asks: object = None  # what orders were assigned by
        self._more: dict[int, tuple[int, ...]] = {}  # further orders of units that serve several

    def update(self, table: SubjectTable, rows: IDX) -> IDX:
        """Resolve rows (closed under their links) again; returns the places of the orders touched, ascending."""
        cells, links, cancelled = table.cells.take(rows), table.links_of(rows), table.cancelled_of(rows)
        found = resolve(table.kinds_of(rows), cells, links, cancelled, completing_slots())
        orders = self._put_orders(found, rows)
        self._put_units(found, rows, orders, table)
        self._describe(table, rows, found, orders)
        self._pairs = None
        gone = [self.order_place[row] for row in rows.tolist() if row in self.order_place]
        return np.array(sorted(gone), dtype=np.intp)

    def pairs(self) -> tuple[IDX, IDX]:
        """Every (unit, order) that belong together, in places of this table; only units in force."""
        if self._pairs is None:
            self._pairs = self._find_pairs()
        return self._pairs

    def _find_pairs(self) -> tuple[IDX, IDX]:
        units = np.flatnonzero(self.alive[: self.n_units] & (self.unit_order[: self.n_units] >= 0))
        orders = self.unit_order[units]
        if self._more:
            extra = [(unit, order) for unit, more in self._more.items() if self.alive[unit] for order in more]
            units = np.concatenate([units, np.array([e[0] for e in extra], dtype=np.intp)])
            orders = np.concatenate([orders, np.array([e[1] for e in extra], dtype=np.intp)])
        return units, orders

    def _put_orders(self, found: Resolved, rows: IDX) -> IDX:
        known = self._gone(self.known, self.order_place, rows)  # the only link to an order may have been taken back
        subject_rows = rows[found.order]
        places = self._places(self.order_place, subject_rows, self.n_orders)
        self.n_orders = len(self.order_place)
        if self.n_orders > self.orders.n:
            self._grow_orders()
            known = np.concatenate([known, np.zeros(self.orders.n - len(known), dtype=bool)])
        self.orders = self.orders.replaced(places, found.orders)
        self.order_row = overwritten(self.order_row, places, subject_rows)
        self.done = overwritten(self.done, places, found.done)
        self.need = overwritten(self.need, places, found.need)
        known[places] = True
        self.known = known
        return places

    def _put_units(self, found: Resolved, rows: IDX, orders: IDX, table: SubjectTable) -> None:
        alive = self._gone(self.alive, self.unit_place, rows)  # an order that got its first parcel, an old waybill
        subject_rows = rows[found.unit]
        places = self._places(self.unit_place, subject_rows, self.n_units)
        self.n_units = len(self.unit_place)
        if self.n_units > self.units.n:
            self._grow_units()
            alive = np.concatenate([alive, np.zeros(self.units.n - len(alive), dtype=bool)])
        self.units = self.units.replaced(places, found.units)
        self.unit_row = overwritten(self.unit_row, places, subject_rows)
        alive[places] = True
        self.alive = alive
        self.unit_order[places] = np.where(found.unit_order >= 0, orders[found.unit_order] if len(orders) else -1, -1)
        self._put_more(found, places, orders, table)

    def _put_more(self, found: Resolved, places: IDX, orders: IDX, table: SubjectTable) -> None:
        """Further orders of units that serve several: the first is the one that comes first by its id."""
        unit, order = found.pairs
        for place in places.tolist():
            self._more.pop(place, None)
        shared = np.bincount(unit, minlength=len(places))[unit] > 1
        members: dict[int, list[int]] = {}
        for place, mine in zip(places[unit[shared]].tolist(), orders[order[shared]].tolist(), strict=True):
            members.setdefault(place, []).append(mine)
        for place, all_ in members.items():
            self.unit_order[place] = min(all_, key=lambda order: table.subjects[int(self.order_row[order])])
            self._more[place] = tuple(one for one in all_ if one != self.unit_order[place])

    def _describe(self, table: SubjectTable, rows: IDX, found: Resolved, orders: IDX) -> None:
        """Columns of an order: its own attributes, then those of its parcels in the order of their ids."""
        self.dimensions.grow(self.orders.n)
        merged = [table.attributes[row] for row in rows[found.order].tolist()]
        units = rows[found.unit[found.pairs[0]]]
        several = np.bincount(found.pairs[1], minlength=len(merged))[found.pairs[1]] > 1
        pairs = list(zip(units[~several].tolist(), found.pairs[1][~several].tolist(), strict=True))
        rest = zip(units[several].tolist(), found.pairs[1][several].tolist(), strict=True)
        for row, order in [*pairs, *sorted(rest, key=lambda pair: table.subjects[pair[0]])]:
            if table.attributes[row].keys() - merged[order].keys():
                merged[order] = {**table.attributes[row], **merged[order]}
        self.attributes.extend({} for _ in range(self.n_orders - len(self.attributes)))
        for place, attributes in zip(orders.tolist(), merged, strict=True):
            self.attributes[place] = attributes
        self.dimensions.put(orders, merged)

    def assign(self, histories: Sequence[Sequence[JourneyVersion]], changed: IDX) -> None:
        """Choose journey and ways of the orders that changed, or of all where journeys ask something else now."""
        if len(self.assigned) < self.n_orders:
            extra = np.full(self.orders.n - len(self.assigned), UNASSIGNED, dtype=np.int16)
            self.assigned = np.concatenate([self.assigned, extra])
        journeys = [history[-1].journey for history in histories]
        branches = [branch for history in histories for version in history for branch in version.journey.branches]
        asks = ([(journey.id, journey.assign) for journey in journeys], branches)
        rows = changed if asks == self._asks else np.arange(self.n_orders)  # an edited target asks the same
        self._asks = asks
        asked = {condition.field for journey in journeys for condition in journey.assign.conditions}
        given = frame([self.attributes[place] for place in rows.tolist()], asked | fields_of(branches))
        self.assigned[rows] = assign(given, journeys)
        self.ways = self.ways.replaced(len(self.assigned), rows, choose(given, branches))

    @staticmethod
    def _gone(column: NDArray[np.bool_], held: dict[int, int], rows: IDX) -> NDArray[np.bool_]:
        """A copy of the column, without what rows stood for so far; what they stand for now is put back."""
        column = column.copy()
        column[[held[row] for row in rows.tolist() if row in held]] = False
        return column

    @staticmethod
    def _places(held: dict[int, int], subject_rows: IDX, n: int) -> IDX:
        places = np.empty(len(subject_rows), dtype=np.intp)
        for i, row in enumerate(subject_rows.tolist()):
            place = held.get(row)
            if place is None:
                place = held[row] = n
                n += 1
            places[i] = place
        return places

    def _grow_orders(self) -> None:
        capacity = self.n_orders + self.n_orders // 4 + 1024
        extra = capacity - self.orders.n
        self.orders = self.orders.grown(capacity)
        self.order_row = np.concatenate([self.order_row, np.full(extra, -1, dtype=np.intp)])
        self.done, self.need = (np.concatenate([a, np.zeros(extra)]) for a in (self.done, self.need))

    def _grow_units(self) -> None:
        capacity = self.n_units + self.n_units // 4 + 1024
        extra = capacity - self.units.n
        self.units = self.units.grown(capacity)
        self.unit_row = np.concatenate([self.unit_row, np.full(extra, -1, dtype=np.intp)])
        self.unit_order = np.concatenate([self.unit_order, np.full(extra, -1, dtype=np.intp)])
