"""From subjects to what a journey looks at: orders with their parcels' progress, parcels with their orders' past.

An order reaches a milestone with the first of its parcels; the completing milestones (delivered,
installed, ...) only with the last, by quantities where lines are known. A parcel inherits what
happened to its orders before it existed. Returns and exchanges are subjects of their own and
never change the outbound ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.carriage import CANCELLED, F64, IDX, Cancelled, Carriage, Links
from waypost.journeys.cells import ABSENT, Cells
from waypost.journeys.complete import DELIVERED, complete, latest

INHERITED = 18  # slots up to `dispatched`: what happens to an order before its parcel travels
CARRIED_OVER = 28  # slots up to customs: what a new waybill keeps of the old one
UNAVAILABLE = 5

__all__ = ["F64", "IDX", "Cancelled", "Links", "Resolved", "resolve"]


@dataclass(slots=True)
class Resolved:
    """Effective rows. `order`/`unit` are rows of the input table; a unit is what is tracked:
    every parcel in force, and each order that has none. `unit_order` is the place of a unit's
    (first) order in `order`, -1 when it belongs to none. `done`/`need` say "n of m delivered"."""

    order: IDX
    orders: Cells
    unit: IDX
    units: Cells
    unit_order: IDX
    pairs: tuple[IDX, IDX]  # every (place in unit, place in order)
    done: F64
    need: F64


def resolve(
    kind: NDArray[np.int8], cells: Cells, links: Links, cancelled: Cancelled, completing: frozenset[int]
) -> Resolved:
    """Effective orders and units of a table of subjects that is closed under its links.

    `completing` are the slots an order only reaches with its last parcel.
    """
    if not len(links.rel) and not kind.any():
        return _alone(cells)
    carry = Carriage(kind, cells, links, cancelled)
    orders = cells.take(carry.order)
    own = cells.take(carry.order)
    _roll_up(orders, carry, completing)
    _roll_up_promises(orders, carry)
    done, need = complete(orders, own, carry, completing)
    unit, pairs = _units(carry)
    units = _unit_cells(unit, orders, carry)
    _carry_over(units, unit, carry)
    _inherit(units, own, pairs)
    first = np.full(len(unit), -1, dtype=np.intp)
    first[pairs[0][::-1]] = pairs[1][::-1]
    return Resolved(carry.order, orders, unit, units, first, pairs, done, need)


def _alone(cells: Cells) -> Resolved:
    """Orders of which neither a line nor a parcel is known: each is tracked as it is."""
    every = np.arange(cells.n, dtype=np.intp)
    orders, units = cells.take(every), cells.take(every)
    for side in (orders, units):
        side.own(DELIVERED)
    return Resolved(every, orders, every, units, every, (every, every), np.zeros(cells.n), np.zeros(cells.n))


def _roll_up(orders: Cells, carry: Carriage, completing: frozenset[int]) -> None:
    if not len(carry.parcel):
        return
    for slot, column in carry.cells.slots.items():
        if slot not in completing:
            np.minimum.at(orders.own(slot), carry.parcel_order, column[carry.parcel])


def _roll_up_promises(orders: Cells, carry: Carriage) -> None:
    """An order without a promise of its own takes the latest of its parcels'."""
    parcel, order = carry.live_pairs()
    for key, (at, until) in carry.cells.promises.items():
        own_at, own_until = orders.own_promise(key)
        rolled_at, rolled_until = np.full(orders.n, -1), np.full(orders.n, -1)
        given = until[parcel] != ABSENT
        np.maximum.at(rolled_at, order[given], at[parcel][given])
        np.maximum.at(rolled_until, order[given], until[parcel][given])
        missing = (own_until == ABSENT) & (rolled_until >= 0)
        own_at[missing], own_until[missing] = rolled_at[missing], rolled_until[missing]


def _units(carry: Carriage) -> tuple[IDX, tuple[IDX, IDX]]:
    parcel, order = carry.live_pairs()
    bare = np.flatnonzero(np.bincount(order, minlength=len(carry.order)) == 0)
    parcels = np.flatnonzero(carry.active)
    unit = np.concatenate([parcels, carry.order[bare]])
    place = np.full(carry.cells.n, -1, dtype=np.intp)
    place[parcels] = np.arange(len(parcels))
    pair_unit = np.concatenate([place[parcel], len(parcels) + np.arange(len(bare))])
    return unit, (pair_unit, np.concatenate([order, bare]))


def _unit_cells(unit: IDX, orders: Cells, carry: Carriage) -> Cells:
    """What units experienced themselves; an order without a parcel is tracked as the order it is."""
    units = carry.cells.take(unit)
    bare = np.flatnonzero(carry.place[unit] >= 0)
    units.put(bare, orders.take(carry.place[unit[bare]]))
    _cancel_what_nobody_wants(units, unit, carry)
    return units


def _cancel_what_nobody_wants(units: Cells, unit: IDX, carry: Carriage) -> None:
    """A parcel that carries nothing but cancelled lines is cancelled with the last of them."""
    if (carry.gone == ABSENT).all():
        return
    head, line, _ = carry.on_line
    ended = np.full(carry.cells.n, ABSENT)
    ended[carry.line] = carry.gone
    gone = latest(ended[line], head, carry.cells.n)
    loaded = np.zeros(carry.cells.n, dtype=bool)
    loaded[head] = True
    loaded[carry.whole] = False
    column = units.own(CANCELLED)
    np.minimum(column, np.where(loaded, gone, ABSENT)[unit], out=column)


def _carry_over(units: Cells, unit: IDX, carry: Carriage) -> None:
    """A new waybill keeps the past of those it replaces, up to customs; but it is not cancelled with them."""
    new, old = carry.replaces
    place = np.full(carry.cells.n, -1, dtype=np.intp)
    place[unit] = np.arange(len(unit))
    before: dict[int, list[int]] = {}
    for head, tail in zip(new.tolist(), old.tolist(), strict=True):
        before.setdefault(head, []).append(tail)
    kept = [slot for slot in carry.cells.slots if slot <= CARRIED_OVER and slot not in (CANCELLED, UNAVAILABLE)]
    for head in before:
        if place[head] < 0:
            continue
        ancestors = _ancestors(head, before)
        for slot in kept:
            column = units.own(slot)
            column[place[head]] = min(column[place[head]], carry.cells.slots[slot][ancestors].min())


def _ancestors(row: int, before: dict[int, list[int]]) -> list[int]:
    found: dict[int, None] = {}
    todo = [row]
    while todo:
        fresh = [old for old in before.get(todo.pop(), ()) if old not in found]
        found.update(dict.fromkeys(fresh))
        todo += fresh
    return list(found)


def _inherit(units: Cells, own: Cells, pairs: tuple[IDX, IDX]) -> None:
    """Fill what a unit did not experience itself from its orders (the last of several)."""
    unit, order = pairs
    for slot, column in own.slots.items():
        if slot <= INHERITED:
            mine = units.own(slot)
            passed = np.full(units.n, -1)
            np.maximum.at(passed, unit, column[order])
            fill = (mine == ABSENT) & (passed >= 0)
            mine[fill] = passed[fill]
    for key, (at, until) in own.promises.items():
        my_at, my_until = units.own_promise(key)
        last = np.full(units.n, -1, dtype=np.intp)
        given = until[order] != ABSENT
        ranked = np.lexsort((at[order][given], until[order][given]))
        last[unit[given][ranked]] = order[given][ranked]
        fill = (my_until == ABSENT) & (last >= 0)
        my_at[fill], my_until[fill] = at[last[fill]], until[last[fill]]
