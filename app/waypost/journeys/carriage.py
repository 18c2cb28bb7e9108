"""Who carries what: the parcels of orders and lines, with redirected waybills followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waypost.domain.subject import LinkRel, SubjectKind
from waypost.journeys.cells import ABSENT, I64, Cells

IDX = NDArray[np.intp]
F64 = NDArray[np.float64]
CANCELLED = 4
LEAST = 1e-9  # quantities smaller than that are what is left of a subtraction


@dataclass(slots=True)
class Links:
    """Links between rows of one subject table; `quantity` NaN when not given."""

    rel: NDArray[np.int8]
    head: IDX  # the subject the claim came from
    tail: IDX
    quantity: F64

    def of(self, rel: LinkRel) -> tuple[IDX, IDX, F64]:
        """Heads, tails and quantities of one relation."""
        mask = self.rel == rel
        return self.head[mask], self.tail[mask], self.quantity[mask]


@dataclass(slots=True)
class Cancelled:
    """Per row of a subject table what has been taken off it: how much (inf = all), and when last (ranked)."""

    quantity: F64
    at: I64


class Carriage:
    """The loads of a table of subjects. `place` leads from a row to the order's place in `order`, else -1."""

    def __init__(self, kind: NDArray[np.int8], cells: Cells, links: Links, cancelled: Cancelled) -> None:
        self.cells = cells
        self.order = np.flatnonzero(kind == SubjectKind.ORDER)
        self.place = np.full(cells.n, -1, dtype=np.intp)
        self.place[self.order] = np.arange(len(self.order))
        self._read_lines(links, cancelled)
        new, old, _ = links.of(LinkRel.REPLACES)
        self.replaces = new, old
        self.active = kind == SubjectKind.PARCEL
        self.active[old] = False
        self._read_loads(kind, links)

    def _read_lines(self, links: Links, cancelled: Cancelled) -> None:
        """Lines with their orders, what is still wanted of them, and when one was cancelled as a whole."""
        self.line, self.line_order, quantity = links.of(LinkRel.LINE_OF)
        self.parent = np.full(self.cells.n, -1, dtype=np.intp)
        self.parent[self.line] = self.line_order
        self.line_place = self.place[self.line_order]
        self.ordered = np.where(np.isnan(quantity), 1.0, quantity)
        ended = self.cells.column(CANCELLED)[self.line]
        need = self.ordered - np.minimum(cancelled.quantity[self.line], self.ordered)
        self.need = np.where((need < LEAST) | (ended != ABSENT), 0.0, need)
        self.gone = np.where(self.need == 0, np.minimum(ended, cancelled.at[self.line]), ABSENT)

    def _read_loads(self, kind: NDArray[np.int8], links: Links) -> None:
        head, tail, quantity = links.of(LinkRel.CARRIES)
        outbound = ~self._exchanged(head, self._order_of(kind, tail), links)
        head, tail, quantity = _follow_waybills(head[outbound], tail[outbound], quantity[outbound], *self.replaces)
        to_line = kind[tail] == SubjectKind.LINE
        self.on_line = head[to_line], tail[to_line], quantity[to_line]
        self.whole = head[~to_line]  # parcels said to carry an order, without saying which of its lines
        order = self._order_of(kind, tail)
        known = order >= 0
        # A pair as one number, because sorting numbers is much quicker than sorting pairs.
        pair = np.sort(head[known] * self.cells.n + order[known])
        pair = pair[np.concatenate([pair[:1] >= 0, pair[1:] != pair[:-1]])]  # each once
        self.parcel, self.parcel_order = pair // self.cells.n, self.place[pair % self.cells.n]

    def _order_of(self, kind: NDArray[np.int8], row: IDX) -> IDX:
        return np.where(kind[row] == SubjectKind.LINE, self.parent[row], row)

    def _exchanged(self, parcel: IDX, order: IDX, links: Links) -> NDArray[np.bool_]:
        """An exchange never completes the order that it is for."""
        head, tail, _ = links.of(LinkRel.EXCHANGES)
        if not len(head):
            return np.zeros(len(parcel), dtype=bool)
        width = self.cells.n + 1  # a line without an order has -1
        return np.isin(parcel * width + order + 1, head * width + tail + 1)

    def live_pairs(self) -> tuple[IDX, IDX]:
        """Parcels in force and the places of their orders."""
        live = self.active[self.parcel]
        return self.parcel[live], self.parcel_order[live]


def _follow_waybills(head: IDX, tail: IDX, quantity: F64, new: IDX, old: IDX) -> tuple[IDX, IDX, F64]:
    """Let a new waybill carry what the old one carried, unless it says itself what it carries."""
    if not len(new):
        return head, tail, quantity
    for _ in range(8):  # chains of redirects are short; eight is more than any carrier allows
        silent = ~np.isin(new, head) & np.isin(old, head)
        if not silent.any():
            break
        copy, source = _loads_of(head, new[silent], old[silent])
        head = np.concatenate([head, copy])
        tail, quantity = np.concatenate([tail, tail[source]]), np.concatenate([quantity, quantity[source]])
    return head, tail, quantity


def _loads_of(head: IDX, new: IDX, old: IDX) -> tuple[IDX, IDX]:
    """For every load of the old waybills the new one that takes it over, and the place of that load in `head`."""
    order = np.argsort(head, kind="stable")
    start, end = (np.searchsorted(head[order], old, side) for side in ("left", "right"))
    counts = end - start
    first = np.repeat(start - (np.cumsum(counts) - counts), counts)
    source: IDX = order[first + np.arange(len(first))]
    return np.repeat(new, counts), source
