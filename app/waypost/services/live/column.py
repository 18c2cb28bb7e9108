"""Columns that are written in place, and pictures of them that never change.

A picture pins the state a column is in. It costs nothing until the values are read: then the column is
copied once for all who look at that state, and what was written since is taken back. So a refresh pays
for the rows that changed, and not for the rows there are. Only the present state keeps its copy by itself; that of
an earlier one lives as long as a picture of it, or else whoever keeps one old picture would keep all since.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.cells import ABSENT, I64, Cells
from waypost.journeys.resolve import IDX

Values = NDArray[Any]


class _State:
    """A state of a column: how to get back to it from the next one, and its values once somebody read them."""

    __slots__ = ("array", "late", "next", "undo")

    def __init__(self) -> None:
        self.next: _State | None = None
        self.undo: tuple[IDX, Values] | None = None
        self.array: Values | None = None  # while it is the present state
        self.late: weakref.ref[Values] | None = None  # afterwards

    def read(self) -> Values | None:
        """The values, if somebody has read them and still has them."""
        if self.array is not None or self.late is None:
            return self.array
        return self.late()

    def keep(self, values: Values) -> None:
        """Have the values at hand for the next who reads them."""
        if self.next is None:
            self.array = values
        else:
            self.late = weakref.ref(values)

    def succeed(self, undo: tuple[IDX, Values] | None) -> _State:
        """The state after this one, from which `undo` leads back."""
        self.undo, self.next = undo, _State()
        if self.array is not None:
            self.late, self.array = weakref.ref(self.array), None
        return self.next


class Column:
    """One value per row. Only the owner writes; `blank` fills rows that nobody wrote yet."""

    __slots__ = ("blank", "lock", "state", "values")

    def __init__(self, values: Values, blank: Any) -> None:
        self.values, self.blank = values, blank
        self.state = _State()
        self.lock = threading.Lock()

    def put(self, rows: IDX, values: Values) -> None:
        """Write rows; those that hold the value already are left alone."""
        if len(rows) == 1 and self.values[rows[0]] == values[0]:
            return
        before = self.values[rows]
        differ = before != values
        if differ.any():
            if not differ.all():
                rows, before, values = rows[differ], before[differ], values[differ]
            with self.lock:
                self._next((rows, before))
                self.values[rows] = values

    def grow(self, n: int) -> None:
        """Make room for `n` rows."""
        if n > len(self.values):
            with self.lock:
                self._next(None)
                self.values = np.concatenate(
                    [self.values, np.full(n - len(self.values), self.blank, self.values.dtype)]
                )

    def _next(self, undo: tuple[IDX, Values] | None) -> None:
        self.state = self.state.succeed(undo)


class Pin:
    """The first `n` values of a column as they were when it was pinned."""

    __slots__ = ("_column", "_held", "_state", "n")

    def __init__(self, column: Column, n: int) -> None:
        self._column, self._state, self.n = column, column.state, n
        self._held: Values | None = None

    @classmethod
    def of(cls, values: Values) -> Pin:
        """Values that nobody writes into any more."""
        return cls(Column(values, None), len(values))

    def same(self, other: Pin) -> bool:
        """Whether the other pins the same values."""
        return self._state is other._state and self.n == other.n

    @property
    def array(self) -> Values:
        """All values; not to be written into."""
        held = self._held
        if held is None:
            held = self._state.read()
            self._held = held = self._read() if held is None else held
        return held[: self.n]

    def at(self, row: int) -> Any:
        """One value, without reading all of them where that can be helped."""
        if self._held is None:
            with self._column.lock:
                if self._state.next is None:
                    return self._column.values[row]
        return self.array[row]

    def take(self, rows: IDX) -> Values:
        """Some values, without reading all of them where that can be helped."""
        if self._held is None:
            with self._column.lock:
                if self._state.next is None:
                    return self._column.values[rows]
        return self.array[rows]

    def let_go(self, *, for_good: bool = False) -> None:
        """Keep no copy until it is asked for again; `for_good` pins the present state instead."""
        if for_good:
            self._state = self._column.state
        self._held = None

    def written_since(self, other: Pin, most: int) -> IDX | None:
        """The rows written after another pin of the column; None when it is no earlier one, or they are too many."""
        found: list[IDX] = []
        state, total = other._state, 0
        while state is not self._state:
            if state.next is None or total > most or len(found) > most:
                return None
            found.append(np.zeros(0, dtype=np.intp) if state.undo is None else state.undo[0])
            total += len(found[-1])
            state = state.next
        rows = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.intp)
        return rows[rows < self.n]

    def _read(self) -> Values:
        undo = []
        with self._column.lock:
            found = self._column.values.copy()
            state = self._state
            while state.next is not None:
                undo.append(state.undo)
                state = state.next
        for step in reversed(undo):
            if step is not None:
                found[step[0]] = step[1]
        with self._column.lock:
            self._state.keep(found)
        return found


class _Slots(MutableMapping[int, I64]):
    """Pinned columns by slot, each read when it is asked for; to be written into by nobody."""

    def __init__(self, pins: Mapping[int, Pin]) -> None:
        self._pins = pins

    def pins(self) -> Iterator[Pin]:
        """All of them."""
        return iter(self._pins.values())

    def __getitem__(self, slot: int) -> I64:
        return self._pins[slot].array

    def __iter__(self) -> Iterator[int]:
        return iter(self._pins)

    def __len__(self) -> int:
        return len(self._pins)

    def __contains__(self, slot: object) -> bool:
        return slot in self._pins

    def __setitem__(self, slot: int, column: I64) -> None:
        raise TypeError("a picture is never written into")

    def __delitem__(self, slot: int) -> None:
        raise TypeError("a picture is never written into")


class _Promised(NamedTuple):
    at: Column
    until: Column


class _Promises(MutableMapping[int, tuple[I64, I64]]):
    """Pinned promises by key, as `_Slots`."""

    def __init__(self, pins: Mapping[int, tuple[Pin, Pin]]) -> None:
        self._pins = pins

    def pins(self) -> Iterator[Pin]:
        """All of them."""
        return (pin for both in self._pins.values() for pin in both)

    def __getitem__(self, key: int) -> tuple[I64, I64]:
        at, until = self._pins[key]
        return at.array, until.array

    def __iter__(self) -> Iterator[int]:
        return iter(self._pins)

    def __len__(self) -> int:
        return len(self._pins)

    def __setitem__(self, key: int, column: tuple[I64, I64]) -> None:
        raise TypeError("a picture is never written into")

    def __delitem__(self, key: int) -> None:
        raise TypeError("a picture is never written into")


def pins_of(cells: Cells) -> Iterator[Pin]:
    """The pins of pinned cells."""
    for side in (cells.slots, cells.promises):
        if isinstance(side, _Slots | _Promises):
            yield from side.pins()


class CellColumns:
    """Cells (see waypost.journeys.cells) that grow and are written in place."""

    def __init__(self) -> None:
        self.n = 0
        self._slots: dict[int, Column] = {}
        self._promises: dict[int, _Promised] = {}

    def grow(self, n: int) -> None:
        """Make room for `n` rows."""
        self.n = n
        for column in (*self._slots.values(), *(side for both in self._promises.values() for side in both)):
            column.grow(n)

    def put(self, rows: IDX, cells: Cells) -> None:
        """Overwrite rows with those of `cells`."""
        absent = np.full(len(rows), ABSENT)
        for slot in self._slots.keys() | cells.slots.keys():
            if slot not in self._slots:
                self._slots[slot] = self._column()
            self._slots[slot].put(rows, cells.slots.get(slot, absent))
        for key in self._promises.keys() | cells.promises.keys():
            if key not in self._promises:
                self._promises[key] = _Promised(self._column(), self._column())
            for column, values in zip(self._promises[key], cells.promises.get(key, (absent, absent)), strict=True):
                column.put(rows, values)

    def take(self, rows: IDX | slice) -> Cells:
        """Some rows as they are now; a slice is no copy and must be let go before the next writing."""
        slots = {slot: column.values[rows] for slot, column in self._slots.items()}
        both = {key: (at.values[rows], until.values[rows]) for key, (at, until) in self._promises.items()}
        n = len(rows) if isinstance(rows, np.ndarray) else int(rows.stop)
        return Cells(n, slots, both)

    def pinned(self, n: int) -> Cells:
        """The first `n` rows as they are now, and will be for whoever holds them."""
        slots = {slot: Pin(column, n) for slot, column in self._slots.items()}
        both = {key: (Pin(at, n), Pin(until, n)) for key, (at, until) in self._promises.items()}
        return Cells(n, _Slots(slots), _Promises(both))

    def _column(self) -> Column:
        return Column(np.full(self.n, ABSENT), ABSENT)
