"""What journeys ask of orders' attributes, and what the attributes answer: the journey, and the ways at branches."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from operator import is_
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waypost.journeys import few
from waypost.journeys.assign import assign
from waypost.journeys.ways import Cases, choose, fields_of, key_of
from waypost.services.journeys import JourneyVersion
from waypost.services.live.columns import frame_of
from waypost.services.live.told import Told

_HANDFUL: Final = 50  # so many orders are assigned in plain Python


class Asks:
    """What journeys ask of an order's attributes; the branches of all versions, of those that ask the same one."""

    def __init__(self, histories: Sequence[Sequence[JourneyVersion]]) -> None:
        self._histories = histories
        self.journeys = [history[-1].journey for history in histories]
        every = (branch for history in histories for version in history for branch in version.journey.branches)
        self._branches = {key_of(branch): branch for branch in every}

    def of(self, histories: Sequence[Sequence[JourneyVersion]]) -> bool:
        """Whether it was made of these very versions."""
        return len(histories) == len(self._histories) and all(map(is_, histories, self._histories))

    def same(self, other: Asks) -> bool:
        """Whether the answers to it are those to another."""
        one, two = ([(journey.id, journey.assign) for journey in each.journeys] for each in (self, other))
        return self is other or (one == two and self._branches.keys() == other._branches.keys())

    def answers(self, attributes: Told) -> tuple[NDArray[np.int16], dict[str, Cases]]:
        """The journeys and the cases at branches that attributes choose."""
        if len(attributes) <= _HANDFUL:
            with suppress(few.Unclear):
                some = [*attributes]
                return few.assign(some, self.journeys), few.choose(some, self._branches.values())
        asked = {condition.field for journey in self.journeys for condition in journey.assign.conditions}
        given = frame_of(attributes.packed, asked | fields_of(self._branches.values()))
        return assign(given, self.journeys), choose(given, self._branches.values())
