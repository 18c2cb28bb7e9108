"""KPI reports from the live matrix: one definition for the card, the command line and the API.

A closed stage counts on the local day it was LEFT, in the journey's zone. Open stages are told
beside it, because a KPI's clock runs while its end is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.errors import NotFound
from waypost.domain.instants import SECOND
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Level, Mask, StageFacts, Status
from waypost.kpi.buckets import WITHIN_PERCENT
from waypost.kpi.summary import last_days, read_edge, summarise
from waypost.services import rolled
from waypost.services.kpi_report import Day, Report, StageReport
from waypost.services.live.cube import Cube
from waypost.services.live.returns import ReturnJourney
from waypost.services.live.view import JourneyView, View


def report(view: View, journey_id: str, start: str, end: str, *, exact: bool = False) -> Report:
    """The report of [start, end), given as local dates or instants. Errors: NotFound, FieldError."""
    found = _journey(view, journey_id)
    zone = found.version.journey.zone
    first, last = read_edge(start, zone, "from"), read_edge(end, zone, "to")
    return report_between(view, journey_id, first, last, exact=exact)


def report_between(
    view: View, journey_id: str, start: int, end: int, orders: Mask | None = None, cards: bool = False,
    *, exact: bool = False,
) -> Report:  # fmt: skip
    """The report of [start, end) in us, of all orders or only those selected; of all stages or only the cards.

    Percentiles of many orders come from rollups, unless they are asked for `exact`; the report says so.
    """
    found = _journey(view, journey_id)
    journey = found.version.journey
    wanted = journey.cards if cards else journey.stages
    stages = _stages(view, found, wanted, start, end, orders, exact)
    return Report(journey_id, found.version.version, found.version.journey.zone, start, end, stages)


def stage_report(
    view: View, journey_id: str, stage_id: str, start: int, end: int, orders: Mask | None = None,
    *, exact: bool = False,
) -> StageReport:  # fmt: skip
    """The report of one stage over [start, end) in us. Errors: NotFound."""
    found = _journey(view, journey_id)
    stage = found.version.journey.stage(stage_id)
    if stage is None:
        raise NotFound(f"Journey '{journey_id}' has no stage '{stage_id}'.")
    return _stages(view, found, [stage], start, end, orders, exact)[0]


def trend(view: View, journey_id: str, stage_id: str, days: int, orders: Mask | None = None) -> list[Day]:
    """The last local days of one stage, oldest first, today last; percentiles as in a report that is not `exact`."""
    found = _journey(view, journey_id)
    rollup = None if orders is not None else _rollup(view, found)
    if rollup is not None:
        each = rolled.trend(view, *rollup, stage_id, days)
        if each is not None:
            return [Day(day, summary) for day, summary in each]
    facts, mine = found.facts(stage_id)
    local_days = last_days(view.now, days, found.version.journey.zone)
    recent = np.flatnonzero((facts.left >= local_days[0][1]) & (facts.left < local_days[-1][2]))
    counted = recent[(facts.measured & _narrow(view, facts, mine, orders))[recent]]
    left, dwell, level = facts.left[counted], facts.dwell[counted], facts.level[counted]
    result = []
    for day, start, end in local_days:
        on_day = (left >= start) & (left < end)
        result.append(Day(day, summarise(dwell[on_day], level[on_day])))
    return result


def orders_behind(
    view: View, journey_id: str, stage_id: str, start: int, end: int, level: str | None = None
) -> list[int]:
    """Keys of the orders (or their parcels or returns) that a report's number counts."""
    facts, counted = _counted(view, journey_id, stage_id, start, end, level)
    grains = {"order": view.order_row, "parcel": view.unit_row, "return": view.returns.rows}
    rows = grains[facts.stage.grain][np.flatnonzero(counted)]
    return [view.table.keys[row] for row in rows.tolist()]


def closed_orders(
    view: View, journey_id: str, stage_id: str, start: int, end: int, level: str | None = None
) -> tuple[Mask, int]:
    """Which orders a report's number counts, and that number: of parcels or returns, where the stage counts those."""
    facts, counted = _counted(view, journey_id, stage_id, start, end, level)
    if facts.stage.grain == "order":
        return counted, int(counted.sum())
    if facts.stage.grain == "return":
        return view.orders_of_returns(counted), int(counted.sum())
    orders = np.zeros(view.n, dtype=bool)
    units, places = view.pairs
    orders[places[counted[units]]] = True
    return orders, int(counted.sum())


class Spread(NamedTuple):
    """How long a stage took, one value per closed one; targets on the same scale. All in seconds.

    `to_promise`: counted from the end of the promise, so that negative is early. `working`: counted in
    the hours of the stage's calendar.
    """

    stage: Stage
    seconds: NDArray[np.float64]
    yellow_s: float | None
    red_s: float | None
    to_promise: bool
    working: bool = False


def spread(view: View, journey_id: str, stage_id: str, start: int, end: int, orders: Mask | None = None) -> Spread:
    """The durations behind a report's percentiles. Errors: NotFound."""
    facts, counted = closed(view, journey_id, stage_id, start, end, orders)
    target, dwell = facts.stage.target, facts.dwell[counted]
    to_promise = target.basis == "promise"
    if to_promise:
        promised = facts.due_red[counted] if target.red is not None else facts.due_yellow[counted]
        offset = target.red if target.red is not None else target.yellow or 0
        known = promised != NEVER
        dwell = (facts.left[counted] - promised + offset)[known]
    yellow, red = (None if limit is None else limit / SECOND for limit in (target.yellow, target.red))
    working = bool(facts.stage.calendar) and not to_promise
    return Spread(facts.stage, dwell / SECOND, yellow, red, to_promise, working)


def closed(
    view: View, journey_id: str, stage_id: str, start: int, end: int, orders: Mask | None = None
) -> tuple[StageFacts, Mask]:
    """The facts of a stage, and its rows that closed in [start, end); of all orders or those selected."""
    facts, counted = _counted(view, journey_id, stage_id, start, end, None)
    return facts, _narrow(view, facts, counted, orders)


def stage_rows(view: View, journey_id: str, stage_id: str, orders: Mask | None = None) -> tuple[StageFacts, Mask]:
    """The facts of a stage, and the rows of its journey, closed or not. Errors: NotFound."""
    found = _journey(view, journey_id)
    facts, mine = found.facts(stage_id)
    return facts, _narrow(view, facts, mine, orders)


def journey_of(view: View, journey_id: str) -> Journey | None:
    """The document of a journey of orders or of returns; None when there is none of that id."""
    found = view.journeys.get(journey_id) or view.returns.journeys.get(journey_id)
    return None if found is None else found.version.journey


def _counted(
    view: View, journey_id: str, stage_id: str, start: int, end: int, level: str | None
) -> tuple[StageFacts, Mask]:
    """The closed rows of a stage in [start, end), at its grain."""
    found = _journey(view, journey_id)
    if found.version.journey.stage(stage_id) is None:
        raise NotFound(f"Journey '{journey_id}' has no stage '{stage_id}'.")
    facts, mine = found.facts(stage_id)
    counted = facts.measured & mine & (facts.left >= start) & (facts.left < end)
    return facts, counted if level is None else counted & (facts.level == Level[level.upper()])


def _journey(view: View, journey_id: str) -> JourneyView | ReturnJourney:
    found = view.journeys.get(journey_id) or view.returns.journeys.get(journey_id)
    if found is None:
        known = ", ".join([*view.ids, *view.returns.journeys])
        raise NotFound(f"There is no journey '{journey_id}'. There are: {known}.")
    return found


def _rollup(view: View, found: JourneyView | ReturnJourney) -> tuple[JourneyView, Cube] | None:
    """A journey with its rollup, where there is one: of returns there are few, so their rows are counted."""
    cube = view.cube(found.version.journey.id) if isinstance(found, JourneyView) else None
    return (found, cube) if cube is not None and isinstance(found, JourneyView) else None


def _stages(
    view: View, found: JourneyView | ReturnJourney, stages: Sequence[Stage], start: int, end: int,
    orders: Mask | None, exact: bool,
) -> list[StageReport]:  # fmt: skip
    rollup = None if exact or orders is not None else _rollup(view, found)
    if rollup is None:
        return [_stage(view, found, stage, start, end, orders) for stage in stages]
    told = rolled.figures(view, *rollup, stages, start, end)
    return [
        _stage(view, found, stage, start, end, None) if each is None else StageReport(stage, *each, WITHIN_PERCENT)
        for stage, each in zip(stages, told, strict=True)
    ]


def _stage(
    view: View, found: JourneyView | ReturnJourney, stage: Stage, start: int, end: int, orders: Mask | None
) -> StageReport:
    facts, mine = found.facts(stage.id)
    mine = _narrow(view, facts, mine, orders)
    counted = facts.measured & mine & (facts.left >= start) & (facts.left < end)
    open_ = (facts.status == Status.OPEN) & mine
    levels = np.bincount(facts.level[open_], minlength=3)
    summary = summarise(facts.dwell[counted], facts.level[counted])
    return StageReport(
        stage, summary, int(levels.sum()), int(levels[1]), int(levels[2]), bool((facts.measured & mine).any())
    )


def _narrow(view: View, facts: StageFacts, mine: Mask, orders: Mask | None) -> Mask:
    """The rows of this journey that belong to the orders selected."""
    if orders is None:
        return mine
    if facts.stage.grain == "order":
        return mine & orders
    if facts.stage.grain == "return":
        return mine & view.returns.of_orders(set(view.order_row[orders].tolist()))
    units = np.zeros(len(mine), dtype=bool)
    units[view.pairs[0][orders[view.pairs[1]]]] = True  # a parcel counts with any of its orders
    return mine & units
