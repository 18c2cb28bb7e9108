"""From the effective columns and the summed up lines to a picture; nothing is computed before it is asked for."""

from __future__ import annotations

import numpy as np

from waypost.services.live.basis import Basis
from waypost.services.live.column import Pin
from waypost.services.live.edits import Edits, concerned
from waypost.services.live.effective import Effective, Touched
from waypost.services.live.few import lines_of
from waypost.services.live.journey_view import Members, view_of
from waypost.services.live.lines import Lines
from waypost.services.live.returns import Returns
from waypost.services.live.summary import Histories, summarise
from waypost.services.live.table import SubjectTable
from waypost.services.live.view import View


def build_view(
    table: SubjectTable, effective: Effective, lines: Lines, histories: Histories, version: int, now: int,
    returns: Returns,
) -> View:  # fmt: skip
    """The picture of all orders at an instant (us)."""
    n, rows = effective.n_orders, effective.rows()
    columns = lines.pins(n)
    columns |= {name: Pin(column, n) for name, column in effective.of_orders.items()}
    columns |= {name: Pin(column, effective.n_units) for name, column in effective.of_units.items()}
    journeys = [history[-1].journey for history in histories]
    members = Members(journeys, columns["journey"], columns["alive"], rows)
    return View(
        now=now,
        version=version,
        journeys={h[-1].journey.id: view_of(h, place, members, now) for place, h in enumerate(histories)},
        n=n,
        columns=columns,
        rows=rows,
        table=table,
        dimensions=effective.dimensions,
        order_place=effective.order_place,
        unit_place=effective.unit_place,
        returns=returns,
        due_index=lines.due,
        ids=[journey.id for journey in journeys],
    )


def sum_up(effective: Effective, histories: Histories, now: int) -> Lines:
    """The lines of all orders."""
    rows = effective.rows_now()
    return Lines(summarise(rows, histories, effective.journeys_of(slice(0, rows.orders.n)), now))


def sum_up_again(
    lines: Lines, table: SubjectTable, effective: Effective, touched: Touched | None, histories: Histories,
    edits: Edits, now: int,
) -> None:  # fmt: skip
    """Put the lines of orders that were touched, of those that other rules hold for, and where an instant passed."""
    n, rest = effective.n_orders, lines.passed(now)
    if edits:
        also = concerned(effective, edits)
        also[rest] = True
        rest = np.flatnonzero(also)
    if touched is not None:
        orders = touched.orders
        lines.put(n, orders, lines_of(effective.rows_of(touched), histories, effective.journeys_of(orders), now))
        if len(rest) or len(touched.gone):
            rest = np.setdiff1d(np.union1d(rest, touched.gone), orders)
    if len(rest):
        rows = effective.rows_at(table, rest)
        lines.put(n, rest, lines_of(rows, histories, effective.journeys_of(rest), now))


def basis_of_orders(effective: Effective, view: View, histories: Histories) -> Basis:
    """What the picture of orders was made of; nothing may have been updated since."""
    return Basis(
        view,
        view.rows,
        Pin(effective.of_units["unit_order"], effective.n_units).array,
        effective.attributes[: view.n],
        np.flatnonzero(view.known),
        view.created,
        view.order_row,
        view.journey,
        histories,
    )
