"""Returns as rows of their own: every step they took, projected on the journeys of returns.

There are few of them beside the orders, so they are read with all their events. That lets their stages
start and end with any event code, an approval or an inspection, and not only with a milestone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from waypost.domain.instants import SECOND
from waypost.domain.state import OWN, SOURCE, UNDATED, standing
from waypost.domain.statement import Classifier, Evidence, Statement
from waypost.journeys.assign import UNASSIGNED, assign
from waypost.journeys.cells import ABSENT, NEVER, RANK_SHIFT, UNDATED_RANK, Cells, times
from waypost.journeys.project import Mask, Projection, StageFacts, Status, code_slot
from waypost.journeys.resolve import IDX
from waypost.journeys.ways import Ways, choose, fields_of
from waypost.services.journeys import JourneyVersion
from waypost.services.live.columns import frame
from waypost.services.live.judge import judge
from waypost.services.live.table import SubjectTable
from waypost.store import reads
from waypost.store.rows import StoredEvent

Histories = Sequence[Sequence[JourneyVersion]]
Told = StoredEvent | Statement
FORGET = 60 * SECOND
REFUNDED, REQUESTED = 12, 36


class ReturnBook:
    """All returns by place; what a picture may hold is replaced, never written into."""

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.cells = Cells(0)
        self.sources: list[str | None] = []  # by place: who told of it first
        self._place: dict[int, int] = {}
        self._orders: dict[int, list[int]] = {}  # by place; see `Returns.orders`
        self._orders_since = 0

    def read(self, connection: Connection, keys: Sequence[int]) -> None:
        """Take in the returns with these keys as they are in the store now."""
        if keys:
            events = reads.events_of_subjects(connection, keys)
            self.put({key: events.get(key, []) for key in keys})

    def put(self, events: Mapping[int, Sequence[Told]]) -> None:
        """Take in returns with everything that was said about them."""
        keys = list(events)
        for key in keys:
            if key not in self._place:
                self._place[key] = len(self.keys)
                self.keys.append(key)
        if len(self.keys) > self.cells.n:
            self.cells = self.cells.grown(len(self.keys) + len(self.keys) // 4 + 64)
        places = np.array([self._place[key] for key in keys], dtype=np.intp)
        changed = set(places.tolist())
        # A new one, because pictures that were taken still fill the old one.
        self._orders = {place: rows for place, rows in self._orders.items() if place not in changed}
        self.cells = self.cells.replaced(places, columns_of(list(events.values())))
        self.sources = [*self.sources, *[None] * (len(self.keys) - len(self.sources))]
        for place, told in zip(places.tolist(), events.values(), strict=True):
            self.sources[place] = first_source(told)

    def picture(self, table: SubjectTable, histories: Histories, now: int) -> Returns:
        """The returns at an instant (us), each on the journey of returns that its attributes choose."""
        n = len(self.keys)
        rows = np.array([table.row_of[key] for key in self.keys], dtype=np.intp)
        cells = Cells(n, {slot: column[:n] for slot, column in self.cells.slots.items()})
        # A return of which only a link is known, or nothing any more, is none.
        told = np.zeros(n, dtype=bool)
        for column in cells.slots.values():
            told |= column != ABSENT
        if abs(now - self._orders_since) > FORGET:  # a link may have been corrected meanwhile
            self._orders, self._orders_since = {}, now
        return Returns(rows, told, cells, self.sources, histories, table, now, self._place, self._orders)


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


def columns_of(returns: Sequence[Sequence[Told]]) -> Cells:
    """What was said of some returns as columns: milestones, and every event code (`code_slot`)."""
    cells = Cells(len(returns))
    for place, events in enumerate(returns):
        for event in standing(events):
            if not _happened(event):
                continue
            ranked = _ranked(event)
            for slot in (event.slot, code_slot(event.code)):
                if slot is not None:
                    column = cells.own(slot)
                    column[place] = min(column[place], ranked)
    return cells


def first_source(events: Sequence[Told]) -> str | None:
    """The source that told of a return first, by the time that it named; None where only Waypost spoke of it."""
    told = ((e.stated_at or e.at or UNDATED, e.source) for e in standing(events) if _happened(e) and e.source != OWN)
    return min(told, default=(0, None))[1]


def _happened(event: Told) -> bool:
    return event.classifier == Classifier.ACTUAL and event.evidence != Evidence.PREDICTED


def _ranked(event: Told) -> np.int64:
    if event.at is None or event.at == UNDATED:
        return np.int64((int(UNDATED_RANK) << RANK_SHIFT) | int(event.evidence))
    return np.int64((int(event.evidence) << RANK_SHIFT) | event.at)
