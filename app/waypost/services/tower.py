"""The control tower: KPI cards, the river of stages, orders at risk, the stream of events."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.engine import Engine

from waypost.domain.instants import DAY
from waypost.domain.subject import Subject
from waypost.journeys.document import Stage
from waypost.journeys.project import Mask
from waypost.kpi.summary import Summary
from waypost.services import kpi
from waypost.services.kpi_report import StageReport
from waypost.services.live.query import OrderQuery, OrderRow
from waypost.services.live.table import KINDS
from waypost.services.live.view import View
from waypost.store import reads
from waypost.store.rows import StoredEvent

TREND_DAYS = 14
SOON = 60  # minutes
# How many times the events asked for are read, to find enough of those wanted.
LOOK_BACK, LOOK_FURTHER = 8, 100


class Card(NamedTuple):
    """One KPI: closed stages of [start, end), the open ones now, and the days before.

    `tier` is ok, yellow, red, or unknown when no source here ever gave both its ends. `within_percent` says how
    far the percentiles of `summary` may be off; None when they are exact.
    """

    stage: Stage
    summary: Summary
    previous: Summary  # the same length of time before
    open: int
    open_yellow: int
    open_red: int
    tier: str
    trend: list[float | None]  # share on time per day
    start: int
    end: int
    within_percent: float | None = None


class StreamItem(NamedTuple):
    """One line of the live stream; `order_key` is the order it belongs to, if known."""

    event: StoredEvent
    subject: Subject
    order_key: int | None
    order_ref: str | None


class Overview(NamedTuple):
    """What the control tower shows of one journey at an instant."""

    now: int
    journey: str
    version: int
    cards: list[Card]
    river: list[tuple[str, list[int]]]
    at_risk: list[OrderRow]
    n_at_risk: int
    n_open: int
    n_orders: int
    n_soon: int = 0  # those that turn red within the next hour if nothing happens


def overview(
    view: View,
    journey_id: str,
    days: int = 7,
    query: OrderQuery | None = None,
    at_risk: int = 12,
    span: tuple[int, int] | None = None,
) -> Overview:
    """The tower of one journey over the last days, or over `span` = [start, end) in us. Errors: NotFound.

    `query` narrows it (channel, carrier, ...).
    """
    asked = (query or OrderQuery())._replace(journey=journey_id)
    orders = view.mask(asked) if asked.where or asked.keys is not None else None
    start, end = span or (view.now - days * DAY, view.now)
    now_, before = (
        kpi.report_between(view, journey_id, a, b, orders, cards=True, exact=asked.exact)
        for a, b in ((start, end), (2 * start - end, start))
    )
    cards = [
        card(view, journey_id, found, old, (start, end), orders)
        for found, old in zip(now_.stages, before.stages, strict=True)
    ]
    risky = [view.orders(asked._replace(status="open", level=level, limit=at_risk)) for level in ("red", "yellow")]
    rows = [row for found in risky for row in found.rows][:at_risk]
    opened = view.orders(asked._replace(status="open", limit=0)).total
    return Overview(
        view.now,
        journey_id,
        now_.version,
        cards,
        view.river(journey_id, asked),
        rows,
        sum(r.total for r in risky),
        opened,
        view.orders(asked._replace(limit=0)).total,
        view.orders(asked._replace(due="red", within=SOON, limit=0)).total,
    )


def stream(
    engine: Engine, view: View, limit: int = 30, after: int = 0, query: OrderQuery | None = None
) -> list[StreamItem]:
    """The newest events of orders and what belongs to them, newest first.

    A `query` on dimensions keeps the events of the orders it selects, as far as a bounded look back
    finds them.
    """
    narrow = None if query is None or not query.where else view.mask(query)
    reach = limit * (LOOK_BACK if narrow is None else LOOK_FURTHER)
    with engine.connect() as connection:
        events = reads.last_events(connection, reach, after)
        subjects = reads.subjects_by_key(connection, [e.subject_id for e in events])
    found: list[StreamItem] = []
    for event in events:
        subject = subjects[event.subject_id]
        places = view.places_of([event.subject_id])
        wanted = subject.kind in KINDS and (narrow is None or any(narrow[p] for p in places))
        if wanted and len(found) < limit:
            found.append(_item(view, event, subject, places))
    return found


def _item(view: View, event: StoredEvent, subject: Subject, places: list[int]) -> StreamItem:
    if not places:
        return StreamItem(event, subject, None, None)
    row = int(view.order_row[places[0]])
    return StreamItem(event, subject, view.table.keys[row], view.table.subjects[row].ref)


def card(
    view: View,
    journey_id: str,
    found: StageReport,
    old: StageReport,
    span: tuple[int, int],
    orders: Mask | None,
) -> Card:
    """One KPI from its reports of [start, end) and of as long before; the trend ends today."""
    days = kpi.trend(view, journey_id, found.stage.id, TREND_DAYS, orders)
    trend = [on_time(day.summary) for day in days]
    return Card(
        found.stage,
        found.summary,
        old.summary,
        found.open,
        found.open_yellow,
        found.open_red,
        _tier(found),
        trend,
        *span,
        found.within_percent,
    )


def on_time(summary: Summary) -> float | None:
    """The share of closed stages that missed no target, 0..1; None when there is none."""
    return None if not summary.n else (summary.n - summary.yellow - summary.red) / summary.n


def _tier(found: StageReport) -> str:
    """A card is red or yellow while something open is: that is what a person can still act on."""
    if not found.measurable and not found.open:
        return "unknown"
    return "red" if found.open_red else "yellow" if found.open_yellow else "ok"
