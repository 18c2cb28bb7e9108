"""From the effective columns and the summed up lines to a picture; nothing is computed before it is asked for."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.cells import Cells
from waypost.journeys.resolve import IDX
from waypost.services.live.basis import Basis
from waypost.services.live.effective import Effective
from waypost.services.live.journey_view import JourneyView, Members
from waypost.services.live.judge import judge
from waypost.services.live.returns import Returns
from waypost.services.live.summary import Histories, Rows, Summary, summarise
from waypost.services.live.table import SubjectTable
from waypost.services.live.view import View


def build_view(
    table: SubjectTable, effective: Effective, summary: Summary, histories: Histories, version: int, now: int,
    returns: Returns,
) -> View:  # fmt: skip
    """The picture of all orders at an instant (us)."""
    rows, m = _rows(effective), effective.n_units
    journeys = [history[-1].journey for history in histories]
    members = Members(journeys, summary.journey, effective.alive[:m], rows.pairs)
    return View(
        now=now,
        version=version,
        journeys=_journey_views(rows, histories, members, now),
        n=effective.n_orders,
        **_lines(summary),
        done=effective.done[: effective.n_orders],
        need=effective.need[: effective.n_orders],
        order_row=effective.order_row[: effective.n_orders],
        unit_row=effective.unit_row[:m],
        pairs=rows.pairs,
        table=table,
        dimensions=effective.dimensions,
        order_place=effective.order_place,
        unit_place=effective.unit_place,
        alive=effective.alive[:m],
        known=effective.known[: effective.n_orders],
        slots=rows.orders.slots,
        returns=returns,
        rows=rows,
        histories=histories,
        ids=[journey.id for journey in journeys],
    )


def _journey_views(rows: Rows, histories: Histories, members: Members, now: int) -> dict[str, JourneyView]:
    return {
        history[-1].journey.id: JourneyView(
            history,
            place,
            members,
            judge(rows.orders, history, now, rows.ways),
            judge(rows.units, history, now, rows.unit_ways),
        )
        for place, history in enumerate(histories)
    }


def _lines(summary: Summary) -> dict[str, Any]:
    """The columns of the summed up lines that a picture shows."""
    return {each.name: getattr(summary, each.name) for each in fields(Summary) if each.name != "change"}


def sum_up(effective: Effective, held: Summary | None, changed: IDX, histories: Histories, now: int) -> Summary:
    """The lines of all orders: those of `held`, summed up again where orders changed or a due instant has passed."""
    rows, n = _rows(effective), effective.n_orders
    journey = _journeys(effective)
    if held is None:
        return summarise(rows, histories, journey, now)
    due = np.zeros(n, dtype=bool)
    due[: held.n] = held.change < now
    due[changed] = True
    places = np.flatnonzero(due)
    if not len(places):
        return held
    return held.replaced(n, places, summarise(rows.of(places), histories, journey[places], now))


def _journeys(effective: Effective) -> NDArray[np.int16]:
    n = effective.n_orders
    return np.where(effective.known[:n], effective.assigned[:n], np.int16(UNASSIGNED))


def basis_of_orders(effective: Effective, view: View, histories: Histories) -> Basis:
    """What the picture of orders was made of; `effective` must not have changed since."""
    n = effective.n_orders
    return Basis(
        view,
        _rows(effective),
        effective.unit_order[: effective.n_units].copy(),
        effective.attributes[:n],
        np.flatnonzero(view.known),
        view.created,
        view.order_row,
        view.journey,
        histories,
    )


def _rows(effective: Effective) -> Rows:
    orders, units = effective.orders, effective.units
    ways = effective.ways.upto(effective.n_orders)
    unit_ways = ways.take(effective.unit_order[: effective.n_units])
    pairs = effective.pairs()
    return Rows(_upto(orders, effective.n_orders), _upto(units, effective.n_units), pairs, ways, unit_ways)


def _upto(cells: Cells, n: int) -> Cells:
    slots = {slot: column[:n] for slot, column in cells.slots.items()}
    return Cells(n, slots, {key: (at[:n], until[:n]) for key, (at, until) in cells.promises.items()})
