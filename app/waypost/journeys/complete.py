"""When an order is complete: by its parcels, or by the quantities of its lines where they are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.carriage import CANCELLED, F64, IDX, LEAST, Carriage
from waypost.journeys.cells import ABSENT, I64, RANK_SHIFT, TIME_MASK, UNDATED_RANK, Cells, times

DELIVERED = 33


def complete(orders: Cells, own: Cells, carry: Carriage, completing: frozenset[int]) -> tuple[F64, F64]:
    """Fill the completing milestones of orders; returns how much of each is delivered, and how much must be."""
    parcel, order = carry.live_pairs()
    count = np.bincount(order, minlength=orders.n).astype(float)
    done, need = np.zeros(orders.n), count
    for slot in completing & (carry.cells.slots.keys() | {DELIVERED}):
        column, word = carry.cells.column(slot)[parcel], own.column(slot)
        rolled = latest(column, order, orders.n)
        rolled[count == 0] = ABSENT
        if slot == DELIVERED:
            done, need = _quantities(orders.n, carry, order, column, rolled)
            # A merchant's word for the whole order stands where no carrier contradicts it.
            word = np.where(_contradicted(carry, parcel, order, column, orders.n) & (rolled == ABSENT), ABSENT, word)
        orders.own(slot)[:] = np.minimum(rolled, word)
    full = orders.column(DELIVERED) != ABSENT
    done[full] = np.maximum(need[full], done[full])
    _all_cancelled((orders, own), carry)
    return done, need


def latest(column: I64, group: IDX, n: int) -> I64:
    """The last time per group with the weakest evidence in it; ABSENT while one is missing."""
    at, rank = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    np.maximum.at(at, group, column & TIME_MASK)
    np.maximum.at(rank, group, column >> RANK_SHIFT)
    return np.where(rank > UNDATED_RANK, ABSENT, _ranked(rank, at))


def _ranked(rank: I64, at: I64) -> I64:
    return np.where(rank == UNDATED_RANK, rank << RANK_SHIFT, (rank << RANK_SHIFT) | at)


def _contradicted(carry: Carriage, parcel: IDX, order: IDX, delivered: I64, n: int) -> NDArray[np.bool_]:
    """Orders with a parcel that a carrier has scanned, but nobody delivered."""
    scanned = np.zeros(len(parcel), dtype=bool)
    for column in carry.cells.slots.values():
        scanned |= (column[parcel] >> RANK_SHIFT) == 0
    found = np.zeros(n, dtype=bool)
    found[order[scanned & (delivered == ABSENT)]] = True
    return found


def _quantities(n: int, carry: Carriage, order: IDX, column: I64, rolled: I64) -> tuple[F64, F64]:
    """Progress per order; where lines are known, `rolled` is replaced by what the quantities say."""
    need = np.bincount(order, minlength=n).astype(float)
    done = np.bincount(order[column != ABSENT], minlength=n).astype(float)
    if not len(carry.line):
        return done, need
    head, line, quantity = carry.on_line
    live = carry.active[head]
    reached, amount = _lines_delivered(carry, head[live], line[live], quantity[live])
    place = carry.line_place
    by_line = np.zeros(n, dtype=bool)
    by_line[place[np.isin(carry.line, line[live]) | (reached != ABSENT)]] = True
    # Rounded, because a sum of fractions must not depend on the order of its parts.
    line_need = np.round(np.bincount(place, carry.need, minlength=n), 9)
    line_done = np.round(np.bincount(place, np.minimum(amount, carry.need), minlength=n), 9)
    wanted = carry.need > 0
    # Where every line was cancelled, only parcels that came all the same can say "delivered".
    told = by_line & (line_need > 0)
    rolled[told] = latest(reached[wanted], place[wanted], n)[told]
    return np.where(by_line, line_done, done), np.where(by_line, line_need, need)


def _lines_delivered(carry: Carriage, parcel: IDX, line: IDX, quantity: F64) -> tuple[I64, F64]:
    """Per line of `carry.line`: when its needed quantity had arrived, and how much has."""
    row = np.full(carry.cells.n, -1, dtype=np.intp)
    row[carry.line] = np.arange(len(carry.line))
    at = carry.cells.column(DELIVERED)[parcel]
    came = (row[line] >= 0) & (at != ABSENT)
    which, quantity, at = row[line][came], quantity[came], at[came]
    quantity = np.where(np.isnan(quantity), carry.ordered[which], quantity)
    order = np.lexsort((quantity, at, times(at), which))  # what has no time may have come last
    which, quantity, at = which[order], quantity[order], at[order]
    before = _sum_before(which, quantity)
    filled = (before + quantity >= carry.need[which] - LEAST) & (before < carry.need[which] - LEAST)
    # The evidence for "all of it" is the weakest among the parcels that it took.
    weakest = np.maximum.accumulate(which * 8 + (at >> RANK_SHIFT)) - which * 8
    said = carry.cells.column(DELIVERED)[carry.line]
    reached = said.copy()
    np.minimum.at(reached, which[filled], _ranked(weakest, at & TIME_MASK)[filled])
    amount = np.bincount(which, quantity, minlength=len(carry.line)).astype(float)
    return reached, np.where(said != ABSENT, carry.need, amount)


def _sum_before(group: IDX, quantity: F64) -> F64:
    """Per entry the sum of the earlier ones of its group; groups are sorted."""
    total = np.cumsum(quantity)
    first = np.searchsorted(group, group)
    return total - quantity - np.where(first > 0, total[first - 1], 0.0)


def _all_cancelled(tables: tuple[Cells, Cells], carry: Carriage) -> None:
    """An order whose lines are all cancelled is cancelled, at the time of the last one."""
    lines = carry.ordered > 0
    if not lines.any():
        return
    place, n = carry.line_place[lines], tables[0].n
    left = np.bincount(place, carry.need[lines], minlength=n)
    gone = (np.bincount(place, minlength=n) > 0) & (left == 0)
    last = latest(carry.gone[lines], place, n)
    for cells in tables:
        column = cells.own(CANCELLED)
        column[gone] = np.minimum(column[gone], last[gone])
