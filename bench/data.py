"""Seeded orders for the benchmarks: twelve statements per order, in the order in which they arrive.

Durations are log-normal around each lane's median, nights and weekends hold the warehouse up, a
share of the scans comes late, twice, or not at all. The same arguments always give the same data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import DAY, SECOND, from_us
from waypost.domain.statement import Classifier, Evidence, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load as load_vocabulary

I64 = NDArray[np.int64]
HOUR = 3_600 * SECOND
END = 1_772_323_200 * SECOND  # 2026-03-01T00:00:00Z: a fixed instant, so that every run makes the same data
CARRIERS = ("SF", "ZTO", "YTO", "JD", "Cainiao", "DHL")
CHANNELS = ("tmall", "jd", "own shop")
CITIES = ("Shanghai", "Shenzhen", "Chengdu", "Wuhan", "Beijing", "Xi'an", "Hangzhou", "Guangzhou")
SHOP, WAREHOUSE, CARRIER = "shop.example", "warehouse.example", "carrier.example"


class Step(NamedTuple):
    """One statement of an order's life: who says it, and how long after the step before (median hours, sigma)."""

    code: str
    source: str
    hours: float
    sigma: float
    classifier: Classifier = Classifier.ACTUAL

    @property
    def slot(self) -> int:
        """The milestone that the step reaches or promises."""
        return _meaning(self.code)[0]

    @property
    def evidence(self) -> Evidence:
        """A shop declares, a warehouse and a carrier scan."""
        return Evidence.DECLARED if self.source == SHOP else Evidence.SCANNED


@cache
def _meaning(code: str) -> tuple[int, str | None]:
    """The milestone slot of an event code, and what it repeats."""
    slot, entry = load_vocabulary().slot_of(code), load_vocabulary().event(code)
    assert slot is not None
    assert entry is not None
    return slot, entry.repeats


STEPS = (
    Step("order.created", SHOP, 0.0, 0.0),
    Step("delivery.delivered", SHOP, 0.0, 0.0, Classifier.PLANNED),
    Step("payment.captured", SHOP, 0.4, 1.2),
    Step("warehouse.allocated", WAREHOUSE, 1.0, 0.8),
    Step("warehouse.picked", WAREHOUSE, 6.0, 0.7),
    Step("warehouse.packed", WAREHOUSE, 1.0, 0.5),
    Step("warehouse.outbound_scan", WAREHOUSE, 4.0, 0.6),
    Step("linehaul.picked_up", CARRIER, 3.0, 0.6),
    Step("linehaul.sorted", CARRIER, 12.0, 0.5),
    Step("customs.cleared", CARRIER, 16.0, 0.6),
    Step("lastmile.out_for_delivery", CARRIER, 14.0, 0.5),
    Step("delivery.delivered", CARRIER, 4.0, 0.6),
)
PER_ORDER = len(STEPS)
PROMISE = 1
FIRST_OF_PARCEL = 7  # with this step the carrier takes over, under a waybill number where there is one


class Arrivals(NamedTuple):
    """Statements as columns, in order of arrival; `at` in us, for a promise the end of the promised day."""

    order: I64
    step: NDArray[np.int8]
    at: I64
    orders: int

    @property
    def n(self) -> int:
        """How many statements there are."""
        return len(self.order)

    @property
    def facts(self) -> Arrivals:
        """Only the actual ones, without the promises."""
        actual = self.step != PROMISE
        return Arrivals(self.order[actual], self.step[actual], self.at[actual], self.orders)

    @property
    def slot(self) -> NDArray[np.int8]:
        """The milestone slot of each statement."""
        slots: NDArray[np.int8] = np.array([s.slot for s in STEPS], dtype=np.int8)[self.step]
        return slots

    @property
    def evidence(self) -> NDArray[np.int8]:
        """The evidence of each statement, as the number that the store keeps."""
        found: NDArray[np.int8] = np.array([s.evidence for s in STEPS], dtype=np.int8)[self.step]
        return found


def arrivals(
    events: int, *, seed: int = 7, late: float = 0.02, duplicate: float = 0.01, missed: float = 0.01, days: int = 60
) -> Arrivals:
    """About `events` statements of `events / 12` orders placed over `days` days before END."""
    dice = np.random.default_rng(seed)
    orders = max(1, round(events / PER_ORDER))
    at = _times(dice, orders, days)
    kept = at < END  # what has not happened yet is not said
    kept[:, :2] = True
    kept[:, 2:] &= dice.random((orders, PER_ORDER - 2)) >= missed
    order, step = np.nonzero(kept)
    times = at[order, step]
    said = np.where(step == PROMISE, at[order, 0], times)
    heard = said + (dice.random(len(said)) * 20 * SECOND).astype(np.int64)
    heard += np.where(dice.random(len(said)) < late, (dice.random(len(said)) * 2 * DAY).astype(np.int64), 0)
    again = np.flatnonzero(dice.random(len(said)) < duplicate)
    order, step, times = (np.concatenate([column, column[again]]) for column in (order, step, times))
    heard = np.concatenate([heard, heard[again] + (dice.random(len(again)) * HOUR).astype(np.int64)])
    arrived = np.argsort(heard, kind="stable")
    return Arrivals(order[arrived].astype(np.int64), step[arrived].astype(np.int8), times[arrived], orders)


def _times(dice: np.random.Generator, orders: int, days: int) -> I64:
    """Per order and step the time, us; the promised day in the column of PROMISE."""
    placed = np.sort(END - (dice.random(orders) * days * DAY).astype(np.int64))
    lane = np.exp(dice.normal(0.0, 0.25, orders))
    gaps = np.zeros((orders, PER_ORDER))
    for place, step in enumerate(STEPS):
        if step.hours:
            gaps[:, place] = step.hours * lane * np.exp(dice.normal(0.0, step.sigma, orders))
    weekend = ((placed // DAY) + 4) % 7 >= 5  # 1970-01-01 was a Thursday
    gaps[:, 4] += weekend * 24.0
    gaps[:, 4] += ((placed % DAY) > 16 * HOUR) * 14.0  # after the cut-off picking waits for the morning
    at = placed[:, None] + (np.cumsum(gaps, axis=1) * HOUR).astype(np.int64)
    at[:, PROMISE] = (placed // DAY + 6) * DAY
    return at


def statements(found: Arrivals, start: int = 0, end: int | None = None, *, parcels: bool = False) -> list[Statement]:
    """The statements from `start` to `end`; with `parcels` a carrier speaks of a waybill that carries the order."""
    rows = zip(
        found.order[start:end].tolist(), found.step[start:end].tolist(), found.at[start:end].tolist(), strict=True
    )
    return [_statement(order, step, at, parcels) for order, step, at in rows]


def _statement(order: int, place: int, at: int, parcels: bool) -> Statement:
    step = STEPS[place]
    planned = step.classifier != Classifier.ACTUAL
    subject = Subject(SubjectKind.ORDER, f"B{order:08d}")
    links: tuple[LinkClaim, ...] = ()
    if parcels and place >= FIRST_OF_PARCEL:
        links = (LinkClaim(LinkRel.CARRIES, subject, 1.0),) if place == FIRST_OF_PARCEL else ()
        subject = Subject(SubjectKind.PARCEL, f"W{order:08d}")
    return Statement(
        step.source,
        f"{order}-{place}",
        subject,
        step.code,
        step.slot,
        at,
        at + DAY if planned else None,
        at - 6 * DAY if planned else at,
        "",
        evidence=step.evidence,
        classifier=step.classifier,
        repeats=_meaning(step.code)[1],
        attributes=attributes(order) if place == 0 else None,
        links=links,
    )


def attributes(order: int) -> dict[str, Any]:
    """What the shop says of an order when it is placed."""
    return {
        "channel": CHANNELS[order % 3],
        "carrier": CARRIERS[order * 7 % 6],
        "origin": CITIES[order * 5 % 8],
        "destination": CITIES[order * 3 % 8],
        "value": 20.0 + order * 37 % 900,
        "currency": "CNY",
        "customer": f"C{order * 11 % 100_000:06d}",
    }


def cloudevents(said: Sequence[Statement]) -> Iterator[dict[str, Any]]:
    """Statements as CloudEvents on the wire."""
    for s in said:
        data: dict[str, Any] = {"evidence": s.evidence.name.lower()}
        if s.classifier != Classifier.ACTUAL:
            data |= {
                "classifier": s.classifier.name.lower(),
                "at": from_us(s.at or 0).date().isoformat(),
                "zone": "UTC",
            }
        if s.attributes:
            data["attributes"] = dict(s.attributes)
        if s.links:
            data["links"] = [{"rel": c.rel.word, "to": str(c.to), "quantity": c.quantity} for c in s.links]
        yield {
            "specversion": "1.0",
            "id": s.event_id,
            "source": s.source,
            "type": s.code,
            "subject": str(s.subject),
            "time": from_us(s.stated_at or s.at or 0).isoformat(),
            "data": data,
        }
