"""What the panels of a published board show, beyond what the control tower has: counted from one shared picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import day_bounds, from_us, zone_of
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Stage
from waypost.journeys.project import Mask, StageFacts, Status
from waypost.kpi.summary import Summary, summarise
from waypost.services import kpi, tower
from waypost.services.kpi_report import Day
from waypost.services.live.columns import MISSING
from waypost.services.live.query import OrderQuery, OrderRow
from waypost.services.live.view import View

_NOT_REACHED = (Status.PENDING, Status.SKIPPED)


class Scope(NamedTuple):
    """The part of a journey that a board looks at: [start, end) in us, and the orders that it was narrowed to."""

    journey: str
    start: int
    end: int
    query: OrderQuery
    orders: Mask | None  # None: all of them


class Part(NamedTuple):
    """A figure of one word of a dimension; `word` is "" where it was not given, None for all the other words."""

    word: str | None
    summary: Summary


class Step(NamedTuple):
    """How many of the orders of a range have reached a stage."""

    stage: Stage
    n: int


class DueDay(NamedTuple):
    """A local day: open orders by level [ok, yellow, red] whose clock is due then, and how many are promised for it.

    `day` is None for all that was due before today.
    """

    day: date | None
    start: int
    end: int
    levels: tuple[int, int, int]
    promised: int


def scope(view: View, journey: str, span: tuple[int, int], query: OrderQuery) -> Scope:
    """What a board with this journey looks at; `query` may name dimensions and a level."""
    asked = query._replace(journey=None)
    narrowed = bool(query.where) or query.level is not None
    return Scope(journey, *span, query, view.mask(asked) if narrowed else None)


def figures(view: View, at: Scope, stages: Sequence[Stage], *, exact: bool = False) -> list[tower.Card]:
    """The cards of some stages, gates or figures, in the order given; percentiles as in a report."""
    before, exact = (2 * at.start - at.end, at.start), exact or at.query.exact
    return [
        tower.card(
            view,
            at.journey,
            kpi.stage_report(view, at.journey, stage.id, at.start, at.end, at.orders, exact=exact),
            kpi.stage_report(view, at.journey, stage.id, *before, at.orders),
            (at.start, at.end),
            at.orders,
        )
        for stage in stages
    ]


def split(view: View, at: Scope, stage: Stage, dimension: str, top: int = 5) -> list[Part]:
    """A figure by the words of a dimension: those with most closed ones, then all others together."""
    facts, counted = kpi.closed(view, at.journey, stage.id, at.start, at.end, at.orders)
    codes = _codes(view, facts, dimension)
    if codes is None:
        return []
    held, dwell, level = codes[counted], facts.dwell[counted], facts.level[counted]
    words = view.dimensions.columns[dimension].words
    counts = np.bincount(held, minlength=len(words))
    ranked = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code]]
    shown = ranked[:top] if len(ranked) > top + 1 else ranked  # "others" of one word would hide its name
    parts = [Part("" if code == MISSING else words[code], _summed(dwell, level, held == code)) for code in shown]
    rest = ~np.isin(held, shown)
    return [*parts, Part(None, _summed(dwell, level, rest))] if rest.any() else parts


def trends(view: View, at: Scope, stages: Sequence[Stage], days: int) -> list[list[Day]]:
    """The last local days of some stages, up to the end of the range, oldest first."""
    return [kpi.trend(view, at.journey, stage.id, days, at.orders) for stage in stages]


def funnel(view: View, at: Scope, stages: Sequence[Stage]) -> tuple[int, list[Step]]:
    """How many orders were made in the range, and how many of them have reached each stage by now."""
    made = view.mask(OrderQuery(journey=at.journey)) & _made(view, at.start, at.end)
    made = made if at.orders is None else made & at.orders
    return int(made.sum()), [Step(stage, int((made & _at(view, at.journey, stage)).sum())) for stage in stages]


def standing_in(view: View, journey: str, stage: Stage) -> Mask:
    """Orders for which a stage, a gate or a figure is open now, themselves or with one of their parcels."""
    facts, mine = kpi.stage_rows(view, journey, stage.id)
    return _orders_of(view, stage, mine & (facts.status == Status.OPEN))


def open_in(view: View, journey: str, stage_ids: Sequence[str]) -> Mask:
    """As `standing_in`, for any of some stages by their ids; those that are no stages have no orders."""
    found = np.zeros(view.n, dtype=bool)
    for stage in _named(view, journey, stage_ids):
        found |= standing_in(view, journey, stage)
    return found


def reached(view: View, journey: str, stage_id: str, start: int, end: int) -> Mask:
    """The orders behind a step of the funnel: made in [start, end), and at least as far as the stage."""
    found = kpi.journey_of(view, journey)
    stage = None if found is None else found.stage(stage_id)
    made = view.mask(OrderQuery(journey=journey)) & _made(view, start, end)
    return made if stage is None else made & _at(view, journey, stage)


def timeline(view: View, at: Scope, stages: Sequence[Stage], days: int, zone: str) -> list[DueDay]:
    """What falls due: before today, then on each of the next local days; of some stages' clocks, or of all."""
    selected = view.mask(at.query._replace(journey=at.journey, status="open")) & _caused(view, at.journey, stages)
    due, level, promised = view.due[selected], view.level[selected], view.promised[selected]
    today = from_us(view.now, zone).date()
    edges = [day_bounds(today + timedelta(days=n), zone_of(zone)) for n in range(days)]
    spans: list[tuple[date | None, int, int]] = [(None, 0, edges[0][0])]
    spans += [(today + timedelta(days=n), *edge) for n, edge in enumerate(edges)]
    found = []
    for day, start, end in spans:
        ok, yellow, red = np.bincount(level[(due >= start) & (due < end)], minlength=3)[:3].tolist()
        owed = int(((promised >= start) & (promised < end)).sum())
        found.append(DueDay(day, start, end, (ok, yellow, red), owed))
    return found


def due(
    view: View, journey: str, start: int, end: int, stage_ids: Sequence[str] = (), *, promised: bool = False
) -> Mask:
    """The open orders behind a day of the timeline: due, or promised, in [start, end)."""
    at = view.promised if promised else view.due
    opened = view.mask(OrderQuery(journey=journey, status="open")) & (at >= start) & (at < end)
    return opened & _caused(view, journey, _named(view, journey, stage_ids))


def late(view: View, journey: str, stage_ids: Sequence[str] = ()) -> Mask:
    """The open orders that are late or held; because of some stages, or of any."""
    opened = view.mask(OrderQuery(journey=journey, status="open")) & (view.level > 0)
    return opened & _caused(view, journey, _named(view, journey, stage_ids))


def at_risk(view: View, at: Scope, stages: Sequence[Stage], limit: int) -> tuple[list[OrderRow], int]:
    """The open orders that are late or held, the most urgent first, and how many there are; of some stages or all."""
    asked = at.query._replace(journey=at.journey, status="open", sort="risk", limit=limit)
    only = (view.level > 0) & _caused(view, at.journey, stages)
    found = view.orders(asked, only)
    return found.rows, found.total


def _named(view: View, journey: str, stage_ids: Sequence[str]) -> list[Stage]:
    found = kpi.journey_of(view, journey)
    stages = (found.stage(name) for name in stage_ids) if found else ()
    return [stage for stage in stages if stage is not None]


def _caused(view: View, journey_id: str, stages: Sequence[Stage]) -> Mask:
    """Orders whose worst clock is one of these stages'; all orders when none are named."""
    journey = kpi.journey_of(view, journey_id)
    if not stages or journey is None:
        return np.ones(view.n, dtype=bool)
    wanted = {stage.id for stage in stages}
    return np.isin(view.cause, [place for place, stage in enumerate(journey.stages) if stage.id in wanted])


def _codes(view: View, facts: StageFacts, dimension: str) -> NDArray[np.int32] | None:
    """The word of each row of a stage's grain; None of returns, which have no dimensions of their own."""
    column = view.dimensions.columns.get(dimension)
    if column is None or facts.stage.grain == "return":
        return None
    codes = column.codes[: view.n]
    if facts.stage.grain == "order":
        return codes
    found = np.zeros(len(facts.status), dtype=np.int32)
    units, orders = view.pairs
    found[units] = codes[orders]
    return found


def _summed(dwell: NDArray[np.int64], level: NDArray[np.int8], chosen: Mask) -> Summary:
    return summarise(dwell[chosen], level[chosen])


def _made(view: View, start: int, end: int) -> Mask:
    made: Mask = (view.created != NEVER) & (view.created >= start) & (view.created < end)
    return made


def _at(view: View, journey: str, stage: Stage) -> Mask:
    """Orders that reached a stage, themselves or with one of their parcels."""
    facts, mine = kpi.stage_rows(view, journey, stage.id)
    return _orders_of(view, stage, mine & ~np.isin(facts.status, _NOT_REACHED))


def _orders_of(view: View, stage: Stage, rows: Mask) -> Mask:
    if stage.grain == "order":
        return rows
    if stage.grain == "return":
        return view.orders_of_returns(rows)
    orders = np.zeros(view.n, dtype=bool)
    units, places = view.pairs
    orders[places[rows[units]]] = True
    return orders
