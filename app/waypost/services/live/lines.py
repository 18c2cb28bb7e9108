"""The lines of all orders, kept: summed up again where orders changed or an instant has passed."""

from __future__ import annotations

import heapq
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import SECOND
from waypost.journeys.cells import I64, NEVER
from waypost.journeys.resolve import IDX
from waypost.services.live.column import Column, Pin
from waypost.services.live.due import DueIndex
from waypost.services.live.summary import Summary, blank

AHEAD = 60 * SECOND


class Lines:
    """The columns of a Summary, written in place; rows that were never written are blank."""

    def __init__(self, summary: Summary) -> None:
        empty = blank(1)
        names = [field.name for field in fields(Summary)]
        self.columns = {name: Column(getattr(summary, name), getattr(empty, name)[0]) for name in names}
        self._alarms = Alarms(self.columns["change"])
        self.due = {"yellow": DueIndex(), "red": DueIndex()}

    def put(self, n: int, places: IDX, summary: Summary) -> None:
        """Write the lines of some orders of `n`."""
        for name, column in self.columns.items():
            if n > len(column.values):
                column.grow(n + n // 8 + 1024)
            column.put(places, getattr(summary, name))
        self._alarms.put(places, summary.change)
        for index in self.due.values():
            index.wrote(len(places))

    def passed(self, now: int) -> IDX:
        """The places whose next change of level has passed, ascending; each is given once."""
        return self._alarms.passed(now)

    def pins(self, n: int) -> dict[str, Pin]:
        """The columns as they are now."""
        return {name: Pin(column, n) for name, column in self.columns.items()}


class Alarms:
    """Which of many instants have passed, without looking at all of them each time.

    Those of the next minute wait in a heap; what is later is not looked at before that minute is over.
    """

    def __init__(self, column: Column) -> None:
        self._column, self._until = column, -1
        self._heap: list[tuple[int, int]] = []

    def put(self, places: IDX, instants: I64) -> None:
        """Take in new instants of places."""
        for which in np.flatnonzero(instants < self._until).tolist():
            heapq.heappush(self._heap, (int(instants[which]), int(places[which])))

    def passed(self, now: int) -> IDX:
        """The places whose instant is before `now` (us), ascending."""
        if now > self._until:
            self._until = now + AHEAD
            values: NDArray[np.int64] = self._column.values
            near = np.flatnonzero(values < self._until)
            self._heap = list(zip(values[near].tolist(), near.tolist(), strict=True))
            heapq.heapify(self._heap)
        found: set[int] = set()
        while self._heap and self._heap[0][0] < now:
            at, place = heapq.heappop(self._heap)
            if self._column.values[place] == at != NEVER:
                found.add(place)
        return np.array(sorted(found), dtype=np.intp)
