"""What a picture was made of, held still, so that other journeys can be projected on the same subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.assign import assign
from waypost.journeys.cells import I64
from waypost.journeys.document import Branch, Journey
from waypost.journeys.resolve import IDX
from waypost.journeys.ways import OTHERS, Cases, Ways, choose, fields_of, key_of
from waypost.services.live.columns import frame
from waypost.services.live.rows import Rows
from waypost.services.live.summary import Histories
from waypost.services.live.view import View


class Basis(NamedTuple):
    """Subjects that take journeys (orders, or returns), by place; columns are never written into.

    `first` is the first order of each unit, -1 where there is none; `known` are the places that count;
    `created` tells when each began (us), `subject` its row in the picture's table, `assigned` its journey.
    """

    view: View
    rows: Rows
    first: IDX
    attributes: Sequence[dict[str, Any]]
    known: IDX
    created: I64
    subject: IDX
    assigned: NDArray[np.int16]
    histories: Histories

    def of(self, places: IDX) -> Rows:
        """The columns of some places (ascending), counted anew from zero."""
        return self.rows.of(places)

    def assign(self, journeys: Sequence[Journey], places: IDX) -> NDArray[np.int16]:
        """Which of these journeys the subjects at `places` would take, or UNASSIGNED."""
        asked = {condition.field for journey in journeys for condition in journey.assign.conditions}
        return assign(frame([self.attributes[place] for place in places.tolist()], asked), journeys)

    def parted(self, branches: Sequence[Branch], places: IDX) -> Basis:
        """The same with the cases that the subjects at `places`, and the orders of their units, take at branches."""
        new = [branch for branch in branches if key_of(branch) not in self.rows.ways.columns]
        if not new:
            return self
        unit, order = self.rows.pairs
        firsts = self.first[unit[np.isin(order, places)]]
        asked = np.union1d(places, firsts[firsts >= 0])
        given = frame([self.attributes[place] for place in asked.tolist()], fields_of(new))
        columns = {key: self._whole(asked, cases) for key, cases in choose(given, new).items()}
        ways = Ways({**self.rows.ways.columns, **columns})
        return self._replace(rows=self.rows.on(ways, ways.take(self.first)))

    def _whole(self, places: IDX, cases: Cases) -> Cases:
        column = np.full(self.rows.orders.n, OTHERS, dtype=np.int16)
        column[places] = cases
        return column
