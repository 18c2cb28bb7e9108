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
from waypost.journeys.resolve import IDX
from waypost.services.journeys import JourneyVersion


class Members:
    """The journeys of a picture's orders and of its tracked units, as places in `journeys`."""

    def __init__(
        self, journeys: Sequence[Journey], orders: NDArray[np.int16], alive: Mask, pairs: tuple[IDX, IDX]
    ) -> None:
        self.journeys, self.orders = journeys, orders
        self._alive, self._pairs = alive, pairs

    @cached_property
    def units(self) -> I64:
        """The journey of every unit; of several orders' journeys in one parcel the one that is asked first."""
        asked = np.array([*by_priority(self.journeys), UNASSIGNED])
        rank_of = np.full(len(asked), len(self.journeys))  # its last entry is that of UNASSIGNED
        rank_of[asked[:-1]] = np.arange(len(self.journeys))
        rank = np.full(len(self._alive), len(self.journeys))
        np.minimum.at(rank, self._pairs[0], rank_of[self.orders[self._pairs[1]]])
        return np.where(self._alive, asked[rank], UNASSIGNED)


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

    def facts(self, stage_id: str) -> tuple[StageFacts, Mask]:
        """The facts of a stage at its grain, and the rows of that grain that are this journey's."""
        stage = self.version.journey.stage(stage_id)
        if stage is not None and stage.grain == "parcel":
            return self.units.facts(stage_id), self.mine_units
        return self.orders.facts(stage_id), self.mine
