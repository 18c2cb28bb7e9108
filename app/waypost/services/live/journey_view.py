"""One journey in a picture: its projections, and which orders and units are its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.assign import UNASSIGNED, by_priority
from waypost.journeys.cells import I64
from waypost.journeys.document import Journey
from waypost.journeys.project import Mask, Projection, StageFacts
from waypost.services.journeys import JourneyVersion
from waypost.services.live.column import Pin
from waypost.services.live.judge import judge
from waypost.services.live.rows import Rows


class Members:
    """The journeys of a picture's orders and of its tracked units, as places in `journeys`."""

    def __init__(self, journeys: Sequence[Journey], orders: Pin, alive: Pin, rows: Rows) -> None:
        self.journeys = journeys
        self._orders, self._alive, self.rows = orders, alive, rows

    @property
    def orders(self) -> NDArray[np.int16]:
        """The journey of every order."""
        return self._orders.array

    @cached_property
    def units(self) -> I64:
        """The journey of every unit; of several orders' journeys in one parcel the one that is asked first."""
        asked = np.array([*by_priority(self.journeys), UNASSIGNED])
        rank_of = np.full(len(asked), len(self.journeys))  # its last entry is that of UNASSIGNED
        rank_of[asked[:-1]] = np.arange(len(self.journeys))
        alive, (unit, order) = self._alive.array, self.rows.pairs
        rank = np.full(len(alive), len(self.journeys))
        np.minimum.at(rank, unit, rank_of[self.orders[order]])
        return np.where(alive, asked[rank], UNASSIGNED)


class JourneyView:
    """One journey's projections: of its orders, and of its tracked units."""

    def __init__(
        self, history: Sequence[JourneyVersion], place: int, members: Members, orders: Projection, units: Projection
    ) -> None:
        self.history, self.version, self.orders, self.units = history, history[-1], orders, units
        self._place, self._members = place, members

    @cached_property
    def mine(self) -> Mask:
        """Orders assigned to it."""
        return np.equal(self._members.orders, self._place)

    @cached_property
    def mine_units(self) -> Mask:
        """Tracked units that belong to it."""
        return np.equal(self._members.units, self._place)

    def again(self, members: Members, now: int) -> JourneyView:
        """The same with nothing worked out yet."""
        return view_of(self.history, self._place, members, now)

    def facts(self, stage_id: str) -> tuple[StageFacts, Mask]:
        """The facts of a stage at its grain, and the rows of that grain that are this journey's."""
        stage = self.version.journey.stage(stage_id)
        if stage is not None and stage.grain == "parcel":
            return self.units.facts(stage_id), self.mine_units
        return self.orders.facts(stage_id), self.mine


def view_of(history: Sequence[JourneyVersion], place: int, members: Members, now: int) -> JourneyView:
    """One journey in the picture whose orders and units `members` knows."""
    rows = members.rows
    orders, units = (
        judge(cells, history, now, ways) for cells, ways in ((rows.orders, rows.ways), (rows.units, rows.unit_ways))
    )
    return JourneyView(history, place, members, orders, units)
