"""When orders turn yellow and red, in order of the instants: "what turns red in the next hour" is one stretch.

The order is made once, when it is first asked for. Later pictures take it over: of the rows that were
written since, and only of those, the instant is looked at. So asking does not grow with the orders there are.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from waypost.journeys.cells import I64, NEVER
from waypost.journeys.resolve import IDX
from waypost.services.live.column import Pin

MOST = 20_000  # rows written since; beyond that the order is made anew


class _Sorted(NamedTuple):
    of: Pin
    at: I64
    place: IDX


class DueIndex:
    """The instants of one column in order, shared by all pictures of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: _Sorted | None = None
        self._written = 0

    def wrote(self, rows: int) -> None:
        """Tell that so many rows were written; an order that nobody asks for any more is let go."""
        self._written += rows
        if self._written > MOST:
            self._held = None

    def within(self, column: Pin, start: int, end: int) -> IDX:
        """The places of `column` whose instant is in [start, end) us, ascending."""
        with self._lock:
            held, written = self._held, None
            if held is not None:
                written = column.written_since(held.of, MOST)
            if held is None or written is None:
                held, written = _sort(column), np.zeros(0, dtype=np.intp)
                self._held, self._written = held, 0
        low, high = np.searchsorted(held.at, (start, end))
        places = np.setdiff1d(held.place[low:high], written)
        instants = column.take(written)
        fresh = written[(instants >= start) & (instants < end)]
        return np.union1d(places, fresh).astype(np.intp)


def _sort(column: Pin) -> _Sorted:
    dated = np.flatnonzero(column.array != NEVER)
    order = dated[np.argsort(column.array[dated], kind="stable")]
    return _Sorted(column, column.array[order], order)
