"""One line per order: journey, stage, level, what is due next; summed up from all stages and units.

Nothing here depends on the clock but the levels of open stages. So a refresh sums up again only
the orders that something happened to, and those of which a due instant has passed (`change`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.state import promise_key
from waypost.domain.statement import Classifier
from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.cells import ABSENT, I64, NEVER, Cells, overwritten, times
from waypost.journeys.project import Level, Mask, Projection, Status, slots_of
from waypost.journeys.resolve import IDX
from waypost.services.journeys import JourneyVersion
from waypost.services.live.effective import completing_slots
from waypost.services.live.judge import judge
from waypost.services.live.rows import Rows

CREATED, DELIVERED = 0, 33
STATUS = ("open", "delivered", "ended")
OPEN, DELIVERED_STATUS, ENDED = range(3)
Histories = Sequence[Sequence[JourneyVersion]]


@dataclass(slots=True)
class Summary:
    """Columns by place of the order; instants in us. A column is never written into once it is here.

    `level` and `due` are those of the worst open clock, `cause` the stage it belongs to; `change` is
    the next instant after which a level will be another one. After `turns_yellow` and `turns_red` the
    order will be so if nothing happens; NEVER where it is that late already.
    """

    journey: NDArray[np.int16]
    current: NDArray[np.int16]
    level: NDArray[np.int8]
    cause: NDArray[np.int16]
    due: I64
    since: I64
    change: I64
    turns_yellow: I64
    turns_red: I64
    status: NDArray[np.int8]
    created: I64
    promised: I64
    delivered: I64

    @property
    def n(self) -> int:
        """How many orders there are."""
        return len(self.journey)

    def replaced(self, n: int, places: IDX, other: Summary) -> Summary:
        """The lines of `n` orders, those at `places` taken from `other`."""
        columns = (getattr(blank(n - self.n), field.name) for field in fields(Summary))
        held = (getattr(self, field.name) for field in fields(Summary))
        theirs = (getattr(other, field.name) for field in fields(Summary))
        wide = (np.concatenate([a, b]) if n > self.n else a for a, b in zip(held, columns, strict=True))
        return Summary(*(overwritten(column, places, new) for column, new in zip(wide, theirs, strict=True)))


def blank(n: int) -> Summary:
    """Lines of `n` orders of which nothing is known."""

    def never() -> I64:
        return np.full(n, NEVER)

    def none() -> NDArray[np.int16]:
        return np.full(n, -1, dtype=np.int16)

    return Summary(
        journey=np.full(n, UNASSIGNED, dtype=np.int16),
        current=none(),
        level=np.zeros(n, dtype=np.int8),
        cause=none(),
        due=never(),
        since=never(),
        change=never(),
        turns_yellow=never(),
        turns_red=never(),
        status=np.zeros(n, dtype=np.int8),
        created=never(),
        promised=never(),
        delivered=never(),
    )


def summarise(rows: Rows, histories: Histories, journey: NDArray[np.int16], now: int) -> Summary:
    """Sum up orders; `journey` is each order's place in `histories`, or UNASSIGNED."""
    found = begin(rows.orders, journey)
    for place, history in enumerate(histories):
        mine = np.flatnonzero(journey == place)
        if len(mine):
            _sum_up(found, mine, rows.of(mine), history, now)
    return found


def begin(orders: Cells, journey: NDArray[np.int16]) -> Summary:
    """Lines that say what does not depend on a journey's stages."""
    found = blank(orders.n)
    found.journey[:] = journey
    found.created[:] = times(orders.column(CREATED))
    found.promised[:] = _promised(orders)
    found.delivered[:] = times(orders.column(DELIVERED))
    return found


def _promised(orders: Cells) -> I64:
    held = orders.promises.get(promise_key(DELIVERED, Classifier.PLANNED, latest=True))
    return np.full(orders.n, NEVER) if held is None else np.where(held[1] > held[0], held[1] - 1, held[1])


def _sum_up(found: Summary, mine: IDX, rows: Rows, history: Sequence[JourneyVersion], now: int) -> None:
    """Write the lines of one journey's orders."""
    if history[-1].journey.branches:
        rows = rows.apart()
    orders, units = judge(rows.orders, history, now, rows.ways), judge(rows.units, history, now, rows.unit_ways)
    current, finished = _progress(rows, orders, units)
    status = np.where(finished, DELIVERED_STATUS, np.where(orders.outcome >= 0, ENDED, OPEN)).astype(np.int8)
    found.current[mine], found.status[mine] = current, status
    ahead = np.flatnonzero(~finished)  # the clocks of the others have stopped, and they are the most
    if len(ahead) < len(mine):
        rows = rows.of(ahead)
        orders, units = judge(rows.orders, history, now, rows.ways), judge(rows.units, history, now, rows.unit_ways)
    _run_clocks(found, mine[ahead], (rows, orders, units), current[ahead], status[ahead] == OPEN, now)


def _run_clocks(
    found: Summary, mine: IDX, parts: tuple[Rows, Projection, Projection], current: NDArray[np.int16], open_: Mask,
    now: int,
) -> None:  # fmt: skip
    """Write what the clocks of orders that are not finished say."""
    rows, orders, units = parts
    path, clocks = orders.journey.path, _Clocks(len(mine))
    for place, stage in enumerate(orders.journey.stages):
        clock = _clock(orders if stage.grain == "order" else units, stage.id, now)
        if stage.grain == "parcel":
            clock = clock.per_order(len(mine), rows.pairs)
        clocks.take(clock, place, open_, stage.gate)
        if not stage.span:
            here = current == path.index(stage)
            found.since[mine[here]] = clock.since[here]
    found.level[mine], found.due[mine] = clocks.level, clocks.due
    found.cause[mine], found.change[mine] = clocks.cause, np.minimum(clocks.yellow, clocks.red)
    found.turns_yellow[mine] = np.where(clocks.level == Level.OK, clocks.yellow, NEVER)
    found.turns_red[mine] = np.where(clocks.level == Level.RED, NEVER, clocks.red)


def _progress(rows: Rows, orders: Projection, units: Projection) -> tuple[NDArray[np.int16], Mask]:
    """The stage each order is in with the hindmost of its units, and whether all of it is finished."""
    n, (unit, order) = rows.orders.n, rows.pairs
    path = orders.journey.path
    current = np.full(n, len(path), dtype=np.int16)
    np.minimum.at(current, order, units.current[unit])
    finished = np.ones(n, dtype=bool)
    finished[order[~units.finished[unit]]] = False
    finished = (finished | orders.at_last(lambda place: _whole(rows.orders, path[place].end))) & orders.finished
    current[finished] = len(path)
    return current, finished


def _whole(orders: Cells, milestones: tuple[str, ...]) -> Mask:
    """Orders that reached a completing milestone: all that is wanted of them did, whatever else is under way."""
    reached = np.zeros(orders.n, dtype=bool)
    for slot in completing_slots().intersection(slots_of(milestones)) & orders.slots.keys():
        reached |= orders.slots[slot] != ABSENT
    return reached


class _Clock(NamedTuple):
    """A stage's open clocks: level, the due instant shown, since when, and when yellow and red are still ahead."""

    level: NDArray[np.int8]
    due: I64
    since: I64
    yellow: I64
    red: I64

    def per_order(self, n: int, pairs: tuple[IDX, IDX]) -> _Clock:
        """The worst of each order's units."""
        unit, order = pairs
        level, instants = np.zeros(n, dtype=np.int8), [np.full(n, NEVER) for _ in range(4)]
        np.maximum.at(level, order, self.level[unit])
        for mine, theirs in zip(instants, (self.due, self.since, self.yellow, self.red), strict=True):
            np.minimum.at(mine, order, theirs[unit])
        return _Clock(level, *instants)


def _clock(projection: Projection, stage_id: str, now: int) -> _Clock:
    facts = projection.facts(stage_id)
    open_ = facts.status == Status.OPEN
    level = np.where(open_, facts.level, np.int8(0))
    shown = np.where((level == Level.OK) & (facts.due_yellow != NEVER), facts.due_yellow, facts.due_red)
    ahead = (np.where(due >= now, due, NEVER) for due in (facts.due_yellow, facts.due_red))
    return _Clock(level, *(np.where(open_, us, NEVER) for us in (shown, facts.entered, *ahead)))


class _Clocks:
    """The worst open clock of each order so far."""

    def __init__(self, n: int) -> None:
        self.level, self.cause = np.zeros(n, dtype=np.int8), np.full(n, -1, dtype=np.int16)
        self.due, self.yellow, self.red = (np.full(n, NEVER) for _ in range(3))
        self._held = np.zeros(n, dtype=bool)

    def take(self, clock: _Clock, place: int, open_: Mask, gate: bool) -> None:
        """Let the clock of the stage at `place` in, for orders that are open; what a gate holds, it is to blame for."""
        worse = open_ & ((clock.level > self.level) | ((clock.level == self.level) & (clock.due < self.due)))
        if gate:
            holds = open_ & (clock.level == Level.RED)
            worse = holds & (~self._held | (clock.due < self.due))
            self._held |= holds
        else:
            worse &= ~self._held
        self.level[worse], self.due[worse], self.cause[worse] = clock.level[worse], clock.due[worse], place
        for mine, theirs in ((self.yellow, clock.yellow), (self.red, clock.red)):
            mine[open_] = np.minimum(mine, theirs)[open_]
