"""Some orders of a picture with their units, cut out so that the picture need not be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.cells import ABSENT, NEVER, Cells
from waypost.journeys.resolve import IDX
from waypost.journeys.ways import OTHERS, Ways
from waypost.services.live.column import Pin
from waypost.services.live.effective import Effective, Touched
from waypost.services.live.journey_view import JourneyView, Members, view_of
from waypost.services.live.rows import Rows
from waypost.services.live.summary import Histories

_ANY = 0  # an instant: what closed, and when the open is due, does not depend on the clock


class Part(NamedTuple):
    """Orders and their units by place of the part, and each order's journey as a place in the histories."""

    rows: Rows
    journey: NDArray[np.int16]

    @property
    def n(self) -> int:
        """How many orders it holds."""
        return self.rows.orders.n

    def view_of(self, place: int, histories: Histories) -> JourneyView:
        """One journey's projections of the part."""
        alive = Pin.of(np.ones(self.rows.units.n, dtype=bool))
        members = Members([h[-1].journey for h in histories], Pin.of(self.journey), alive, self.rows)
        return view_of(histories[place], place, members, _ANY)


def part_at(effective: Effective, rows: IDX) -> Part:
    """The orders among subject rows (closed under their links) as they are before an update."""
    return Part(*effective.standing(rows))


def part_of(effective: Effective, touched: Touched) -> Part:
    """What an update made of them; an order that nobody speaks of any more is none."""
    return Part(effective.rows_of(touched), effective.journeys_of(touched.orders))


def joined(parts: Sequence[Part]) -> Part:
    """Several parts as one; an order may be in it several times."""
    if len(parts) == 1:
        return parts[0]
    rows = [part.rows for part in parts]
    orders, units = _stacked([r.orders for r in rows]), _stacked([r.units for r in rows])
    pairs = (
        _shifted([r.pairs[0] for r in rows], [r.units.n for r in rows]),
        _shifted([r.pairs[1] for r in rows], [r.orders.n for r in rows]),
    )
    ways = _parted([r.ways for r in rows], [r.orders.n for r in rows])
    unit_ways = _parted([r.unit_ways for r in rows], [r.units.n for r in rows])
    journey = np.concatenate([part.journey for part in parts])
    return Part(Rows(orders, units, pairs, ways, unit_ways), journey)


def _shifted(columns: Sequence[IDX], sizes: Sequence[int]) -> IDX:
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return np.concatenate([column + start for column, start in zip(columns, starts.tolist(), strict=False)])


def _stacked(parts: Sequence[Cells]) -> Cells:
    slots = {slot for part in parts for slot in part.slots}
    keys = {key for part in parts for key in part.promises}
    return Cells(
        sum(part.n for part in parts),
        {slot: np.concatenate([part.slots.get(slot, np.full(part.n, ABSENT)) for part in parts]) for slot in slots},
        {key: _promised(key, parts) for key in keys},
    )


def _promised(key: int, parts: Sequence[Cells]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    held = [part.promises.get(key, (np.full(part.n, NEVER),) * 2) for part in parts]
    return np.concatenate([at for at, _ in held]), np.concatenate([until for _, until in held])


def _parted(parts: Sequence[Ways], sizes: Sequence[int]) -> Ways:
    keys = {key for part in parts for key in part.columns}
    return Ways(
        {key: np.concatenate([_cases(p.columns, key, n) for p, n in zip(parts, sizes, strict=True)]) for key in keys}
    )


def _cases(columns: Mapping[str, NDArray[np.int16]], key: str, n: int) -> NDArray[np.int16]:
    return columns.get(key, np.full(n, OTHERS, dtype=np.int16))
