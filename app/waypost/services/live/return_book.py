"""Everything that was said about returns, kept as columns; pictures of them are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.engine import Connection

from waypost.domain.instants import SECOND
from waypost.domain.state import OWN, UNDATED, standing
from waypost.domain.statement import Classifier, Evidence, Statement
from waypost.journeys.cells import ABSENT, RANK_SHIFT, UNDATED_RANK, Cells
from waypost.journeys.project import code_slot
from waypost.services.live.returns import Histories, Returns
from waypost.services.live.table import SubjectTable
from waypost.store import reads
from waypost.store.rows import StoredEvent

Told = StoredEvent | Statement
FORGET = 60 * SECOND


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
