"""Returns as rows of their own: every step they took, projected on the journeys of returns.

There are few of them beside the orders, so they are read with all their events. That lets their stages
start and end with any event code, an approval or an inspection, and not only with a milestone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from waypost.domain.state import SOURCE
from waypost.domain.statement import Evidence
from waypost.journeys.assign import UNASSIGNED, assign
from waypost.journeys.cells import ABSENT, NEVER, RANK_SHIFT, Cells, times
from waypost.journeys.project import Mask, Projection, StageFacts, Status
from waypost.journeys.resolve import IDX
from waypost.journeys.ways import Ways, choose, fields_of
from waypost.services.journeys import JourneyVersion
from waypost.services.live.columns import frame
from waypost.services.live.judge import judge
from waypost.services.live.table import SubjectTable

Histories = Sequence[Sequence[JourneyVersion]]
REFUNDED, REQUESTED = 12, 36


class OpenReturns(NamedTuple):
    """Returns that are under way, by the stage they are in: [ok, yellow, red]."""

    stages: list[tuple[str, list[int]]]
    refunds_due: int  # came back to the warehouse, and no money or replacement has left yet

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(sum(levels) for _, levels in self.stages)


class Returns:
    """All returns at `now` (us); arrays are by place of the return."""

    def __init__(
        self,
        rows: IDX,
        told: Mask,
        cells: Cells,
        sources: Sequence[str | None],
        histories: Histories,
        table: SubjectTable,
        now: int,
        places: dict[int, int],
        known: dict[int, list[int]],
    ) -> None:
        self.rows, self.told, self._cells, self._table, self.now = rows, told, cells, table, now
        self._sources = sources
        self._places, self._known = places, known
        self.journeys = {
            history[-1].journey.id: ReturnJourney(self, place, history) for place, history in enumerate(histories)
        }
        self._histories = histories

    @property
    def n(self) -> int:
        """How many returns there are."""
        return int(self.told.sum())

    @cached_property
    def assigned(self) -> NDArray[np.int16]:
        """The place of each return's journey, or UNASSIGNED."""
        journeys = [history[-1].journey for history in self._histories]
        asked = {condition.field for journey in journeys for condition in journey.assign.conditions}
        return np.where(self.told, assign(self._given(asked), journeys), np.int16(UNASSIGNED))

    @cached_property
    def attributes(self) -> list[dict[str, Any]]:
        """What each return says of itself, and which source told of it first."""
        pairs = zip(self._said, self._sources, strict=False)
        return [said if source is None else {**said, SOURCE: source} for said, source in pairs]

    @property
    def _said(self) -> list[dict[str, Any]]:
        return [self._table.attributes[row] for row in self.rows.tolist()]

    def _given(self, asked: Collection[str]) -> pl.DataFrame:
        return frame(self.attributes if SOURCE in asked else self._said, asked)

    @cached_property
    def ways(self) -> Ways:
        """The cases that the returns take, by their own attributes."""
        branches = [branch for history in self._histories for v in history for branch in v.journey.branches]
        return Ways(choose(self._given(fields_of(branches)), branches)) if branches else Ways()

    @cached_property
    def orders(self) -> list[list[int]]:
        """Per return the subject rows of the orders that it comes from; looked up once a minute, if any were found."""
        found = []
        for place, row in enumerate(self.rows.tolist()):
            rows = self._known.get(place)
            if rows is None:
                rows = self._table.orders_of(row)
                if rows:
                    self._known[place] = rows
            found.append(rows)
        return found

    def place_of(self, key: int) -> int | None:
        """The place of a return by its key; None when there is none of it here."""
        place = self._places.get(key)
        return None if place is None or place >= len(self.rows) or not self.told[place] else place

    def which(self, which: str) -> Mask:
        """Returns that are any | open | due (a refund), or now in a stage of one of their journeys."""
        if which == "any":
            return self.told
        found = np.zeros(len(self.rows), dtype=bool)
        for journey in self.journeys.values():
            if which == "open":
                found |= journey.opened
            elif which == "due":
                found |= journey.refund_due
            elif which in [stage.id for stage in journey.version.journey.path]:
                found |= journey.in_stage(which)
        return found

    @cached_property
    def by_order(self) -> dict[int, list[int]]:
        """The places of the returns of each order, by the order's subject row."""
        found: dict[int, list[int]] = {}
        for place in np.flatnonzero(self.told).tolist():
            for row in self.orders[place]:
                found.setdefault(row, []).append(place)
        return found

    def standing_of(self, order_row: int) -> list[tuple[str | None, int]]:
        """Per return of an order the stage it is in (None once it is settled or ended) and its level."""
        return [self._standing(place) for place in self.by_order.get(order_row, [])]

    def _standing(self, place: int) -> tuple[str | None, int]:
        for journey in self.journeys.values():
            if journey.mine[place] and journey.opened[place]:
                stage = journey.version.journey.path[int(journey.units.current[place])]
                return stage.id, int(journey.units.facts(stage.id).level[place])
        return None, 0

    def of_orders(self, selected: set[int]) -> Mask:
        """The returns of the orders at these subject rows."""
        return np.fromiter((not selected.isdisjoint(rows) for rows in self.orders), dtype=bool, count=len(self.rows))

    def projection(self, history: Sequence[JourneyVersion]) -> Projection:
        """All returns on one journey."""
        return judge(self.settled, history, self.now, self.ways)

    @cached_property
    def settled(self) -> Cells:
        """The steps of the returns, with refunds that were said of the order alone.

        Shops refund orders, not returns. Where an order has one return only, a refund after its request is for
        that one; of several nobody knows.
        """
        refunds = self._table.cells.slots.get(REFUNDED)
        if refunds is None:
            return self._cells
        requested, refunded = times(self._cells.column(REQUESTED)), self._cells.column(REFUNDED).copy()
        for order, places in self.by_order.items():
            place, at = places[0], times(refunds[order : order + 1])[0]
            alone = len(places) == 1 and len(self.orders[place]) == 1
            if alone and refunded[place] == ABSENT and NEVER != at >= requested[place] != NEVER:
                refunded[place] = (int(Evidence.DERIVED) << RANK_SHIFT) | int(at)
        return Cells(self._cells.n, {**self._cells.slots, REFUNDED: refunded})

    def stages(self) -> tuple[str, ...]:
        """Ids of the stages a return can be in."""
        found = (stage.id for journey in self.journeys.values() for stage in journey.version.journey.path)
        return tuple(dict.fromkeys(found))


class ReturnJourney:
    """One journey of returns: its projection and which returns are its own."""

    def __init__(self, returns: Returns, place: int, history: Sequence[JourneyVersion]) -> None:
        self.version = history[-1]
        self._returns, self._place, self._history = returns, place, history

    @cached_property
    def units(self) -> Projection:
        """All returns projected on it."""
        return self._returns.projection(self._history)

    @cached_property
    def mine(self) -> Mask:
        """Returns assigned to it."""
        return np.equal(self._returns.assigned, self._place)

    @cached_property
    def opened(self) -> Mask:
        """Its returns that are under way."""
        return self.mine & ~self.units.finished & (self.units.outcome < 0)

    def facts(self, stage_id: str) -> tuple[StageFacts, Mask]:
        """The facts of a stage, and the returns that are this journey's."""
        return self.units.facts(stage_id), self.mine

    def in_stage(self, stage_id: str) -> Mask:
        """Its open returns that are in a stage now."""
        path = [stage.id for stage in self.version.journey.path]
        here: Mask = self.opened & (self.units.current == path.index(stage_id))
        return here

    def standing(self, only: Mask | None = None) -> OpenReturns:
        """Its open returns, of all orders or of some (`only`, by place of the return)."""
        counted = self.opened if only is None else self.opened & only
        stages = []
        for stage in self.version.journey.path:
            level = self.units.facts(stage.id).level[self.in_stage(stage.id) & counted]
            stages.append((stage.id, [int(n) for n in np.bincount(level, minlength=3)]))
        return OpenReturns(stages, int((self.refund_due & counted).sum()))

    @cached_property
    def refund_due(self) -> Mask:
        """Its returns that came back, and neither money nor a replacement has left."""
        back, ahead = np.zeros(len(self.mine), dtype=bool), np.zeros(len(self.mine), dtype=np.int8)
        for stage in reversed(self.version.journey.path):
            # In the last stage but one the goods are back already.
            status = self.units.facts(stage.id).status
            back |= (status == Status.OPEN) & (ahead < 2)
            ahead += status != Status.SKIPPED
            if (ahead >= 2).all():
                break
        due: Mask = self.opened & back
        return due
