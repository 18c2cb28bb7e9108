"""Effective orders and units side by side, and which of them belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.cells import Cells
from waypost.journeys.resolve import IDX
from waypost.journeys.ways import Ways
from waypost.services.live.column import Pin, pins_of


class Pairs:
    """Every (unit, order) that belong together, found when first asked for; `more` are further orders of a unit."""

    def __init__(self, alive: Pin, order: Pin, more: Mapping[int, tuple[int, ...]]) -> None:
        self._alive, self._order, self._more = alive, order, more

    def same(self, alive: Pin, order: Pin, more: Mapping[int, tuple[int, ...]]) -> bool:
        """Whether these would be the same pairs."""
        return self._alive.same(alive) and self._order.same(order) and self._more is more

    def let_go(self, *, for_good: bool = False) -> None:
        """Keep nothing until it is asked for again; see `Pin.let_go`."""
        self.__dict__.pop("found", None)
        for pin in (self._alive, self._order):
            pin.let_go(for_good=for_good)

    @cached_property
    def found(self) -> tuple[IDX, IDX]:
        """Units and orders, by place."""
        return pairs_of(self._alive.array, self._order.array, self._more)


def pairs_of(alive: NDArray[np.bool_], order: IDX, more: Mapping[int, tuple[int, ...]]) -> tuple[IDX, IDX]:
    """Every (unit, order) that belong together; only units in force."""
    units = np.flatnonzero(alive & (order >= 0))
    orders = order[units]
    if more:
        extra = [(unit, order) for unit, orders in more.items() if alive[unit] for order in orders]
        units = np.concatenate([units, np.array([e[0] for e in extra], dtype=np.intp)])
        orders = np.concatenate([orders, np.array([e[1] for e in extra], dtype=np.intp)])
    return units, orders


@dataclass
class Rows:
    """Effective orders and units, which of them belong together as pairs of (unit, order), and the ways they take."""

    orders: Cells
    units: Cells
    which: tuple[IDX, IDX] | Pairs
    ways: Ways = field(default_factory=Ways)
    unit_ways: Ways = field(default_factory=Ways)

    @property
    def pairs(self) -> tuple[IDX, IDX]:
        """Every (unit, order), by place."""
        return self.which.found if isinstance(self.which, Pairs) else self.which

    def let_go(self, newest: Rows, *, for_good: bool = False) -> None:
        """Keep nothing that was read until it is asked for again, unless the newest rows share it."""
        for pin in (*pins_of(self.orders), *pins_of(self.units)):
            pin.let_go(for_good=for_good)
        if isinstance(self.which, Pairs) and self.which is not newest.which:
            self.which.let_go(for_good=for_good)
        self.unit_ways.let_go()

    def on(self, ways: Ways, unit_ways: Ways) -> Rows:
        """The same on other ways."""
        return replace(self, ways=ways, unit_ways=unit_ways)

    def of(self, places: IDX) -> Rows:
        """Some orders (ascending places) and their units, counted anew from zero."""
        if len(places) == self.orders.n:
            return self
        place = np.full(self.orders.n, -1, dtype=np.intp)
        place[places] = np.arange(len(places))
        mine = place[self.pairs[1]] >= 0
        unit, order = self.pairs[0][mine], place[self.pairs[1][mine]]
        units, unit = np.unique(unit, return_inverse=True)
        ways = self.ways.take(places), self.unit_ways.take(units)
        return Rows(self.orders.take(places), self.units.take(units), (unit, order), *ways)

    def apart(self) -> Rows:
        """The same with a unit of several orders counted once for each, on the way of that order."""
        unit, order = self.pairs
        pairs = np.arange(len(unit), dtype=np.intp), order
        return Rows(self.orders, self.units.take(unit), pairs, self.ways, self.ways.take(order))
