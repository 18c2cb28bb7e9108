"""KPI numbers are those that a recount of the raw events gives, at the edges of zones, days and versions too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from tests.worlds import World, carries, said, scan, sqlite_copy, us
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY, SECOND, from_us
from waypost.domain.statement import Classifier
from waypost.kpi.summary import Summary
from waypost.services import kpi
from waypost.services.live import OrderQuery
from waypost.store import reads
from waypost.store.rows import StoredEvent

HOUR = 3_600 * SECOND
ZONES = ["America/Sao_Paulo", "Europe/Berlin", "Asia/Shanghai", "Pacific/Apia", "Asia/Kathmandu"]
# Around the days on which clocks went forward (Berlin at 01:00 UTC, Sao Paulo at midnight) and back.
CHANGES = ["2017-10-15T03:00:00Z", "2018-02-18T02:00:00Z", "2018-03-25T01:00:00Z", "2018-10-28T01:00:00Z"]


def journey(zone: str, yellow: str, red: str) -> dict[str, Any]:
    """Paid to delivered as a stage of parcels, and the same as a stage of orders."""
    stage = {"start": ["paid"], "end": ["delivered"], "target": {"yellow": yellow, "red": red}, "grain": "parcel"}
    names = {"en": "Recount", "zh": "复核"}
    return {
        "format": 1,
        "id": "recount",
        "name": names,
        "purpose": names,
        "zone": zone,
        "assign": {"priority": 50, "when": []},
        "stages": [
            {"id": "parcels", "name": names, **stage},
            {"id": "orders", "name": names, **stage, "grain": "order", "span": True},
        ],
    }


@contextmanager
def opened(factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(sqlite_copy(factory.getbasetemp()), "2019-01-01T00:00:00Z")
    try:
        yield world
    finally:
        world.close()


def recount(events: list[StoredEvent], edges: tuple[int, int], versions: list[tuple[int, int, int]]) -> Summary:
    """Closed stages of [from, to): a plain walk over the raw events of orders with one parcel or none."""
    paid: dict[int, int] = {}
    delivered: dict[int, int] = {}
    for e in events:
        assert e.classifier == Classifier.ACTUAL
        held = paid if e.code == "payment.captured" else delivered
        number = int(e.event_id.split("-")[1])
        if e.at is not None and e.at < held.get(number, e.at + 1):
            held[number] = e.at
    dwells, levels = [], []
    for number, left in delivered.items():
        if number in paid and edges[0] <= left < edges[1]:
            _, yellow, red = [v for v in versions if v[0] <= left][-1]
            dwells.append(max(left - paid[number], 0) / SECOND)
            levels.append(2 if left > paid[number] + red else 1 if left > paid[number] + yellow else 0)
    dwells.sort()
    return Summary(len(dwells), percentile(dwells, 0.5), percentile(dwells, 0.95), levels.count(1), levels.count(2))


def percentile(values: list[float], share: float) -> float | None:
    """PERCENTILE_CONT of the SQL standard."""
    if not values:
        return None
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def midnight(day: date, zone: str) -> int:
    """The first instant whose date in the zone is `day` or later, found by halving."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    low, high = (int((noon + timedelta(days=d)).timestamp()) * SECOND for d in (-3, 2))
    while high - low > 1:
        middle = (low + high) // 2
        local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=middle)
        low, high = (low, middle) if local.astimezone(ZoneInfo(zone)).date() >= day else (middle, high)
    return high


@st.composite
def closings(draw: st.DrawFn) -> tuple[str, list[int], list[tuple[int, int, bool]], list[int]]:
    """A zone, local midnights, (paid, delivered, in a parcel) of orders, and when targets were edited."""
    zone = draw(st.sampled_from(ZONES))
    around = from_us(us(draw(st.sampled_from(CHANGES))), zone).date()
    nights = [midnight(around + timedelta(days=n), zone) for n in range(-1, 3)]
    near = st.sampled_from([-1, 0, 1, -HOUR, HOUR, 2 * HOUR - 1, 2 * HOUR, 12 * HOUR])
    moment = st.builds(lambda night, offset: night + offset, st.sampled_from(nights), near)
    dwell = st.sampled_from([-HOUR, 0, HOUR, 2 * HOUR, 2 * HOUR + 1, 4 * HOUR, 4 * HOUR + 1, DAY])
    orders = draw(st.lists(st.tuples(moment, dwell, st.booleans()), max_size=10))
    edits = sorted(draw(st.lists(moment, max_size=2, unique=True)))
    return zone, nights, [(left - dwell, left, boxed) for left, dwell, boxed in orders], edits


@examples(0.7)
@given(story=closings(), backwards=st.booleans())
def test_reports_equal_a_recount(story: Any, backwards: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    zone, nights, orders, edits = story
    with opened(tmp_path_factory) as world:
        versions = [(-(2**62), 2 * HOUR, 4 * HOUR)]
        world.journeys.publish(journey(zone, "2h", "4h"), by="test", now=us("2017-01-01T00:00:00Z"))
        sent: list[dict[str, Any]] = []
        for number, (paid, left, boxed) in enumerate(orders):
            order = f"order/{number}"
            sent.append(said(order, "payment.captured", from_us(paid).isoformat(), id=f"paid-{number}"))
            where, links = (f"parcel/{number}", carries(order)) if boxed else (order, [])
            at = from_us(left).isoformat()
            sent.append(scan(where, "delivery.delivered", at, id=f"delivered-{number}", links=links))
        world.send(*(reversed(sent) if backwards else sent))
        world.view()
        for place, since in enumerate(edits):  # targets are edited while the picture is live
            yellow, red = ((HOUR, 2 * HOUR), (DAY, 2 * DAY))[place]
            words = (("1h", "2h"), ("1d", "2d"))[place]
            world.journeys.publish(journey(zone, *words), by="test", now=since)
            versions.append((since, yellow, red))
        with world.engine.connect() as connection:
            raw = reads.last_events(connection, 1_000)
        view = world.view()
        for start in nights:
            for end in (*nights, nights[-1] + 1):
                found = kpi.report_between(view, "recount", start, end)
                by_date = kpi.report(view, "recount", edge(start, nights, zone), edge(end, nights, zone))
                assert [s.summary for s in by_date.stages] == [s.summary for s in found.stages]
                for stage in found.stages:
                    assert stage.summary == pytest.approx(recount(raw, (start, end), versions))


def edge(instant: int, nights: list[int], zone: str) -> str:
    """A local date where the instant is a midnight, else the instant."""
    return from_us(instant, zone).date().isoformat() if instant in nights else from_us(instant).isoformat()


def closed_at(world: World, *instants: str) -> None:
    """One order for each instant, paid an hour earlier and delivered then."""
    for number, instant in enumerate(instants):
        at = us(instant)
        world.send(
            said(f"order/{number}", "payment.captured", from_us(at - HOUR).isoformat()),
            said(f"order/{number}", "delivery.delivered", instant),
        )


@pytest.mark.parametrize(
    ("zone", "day", "inside", "outside"),
    [
        # Berlin, 30 March 2025: 23 hours, from 23:00 UTC to 22:00 UTC.
        ("Europe/Berlin", "2025-03-30", ("2025-03-29T23:00:00Z", "2025-03-30T21:59:59.999999Z"),
         ("2025-03-29T22:59:59.999999Z", "2025-03-30T22:00:00Z")),
        # Berlin, 26 October 2025: 25 hours, from 22:00 UTC to 23:00 UTC.
        ("Europe/Berlin", "2025-10-26", ("2025-10-25T22:00:00Z", "2025-10-26T22:59:59.999999Z"),
         ("2025-10-25T21:59:59.999999Z", "2025-10-26T23:00:00Z")),
        # Sao Paulo, 15 October 2017: its first hour does not exist, so it begins at 01:00 local, 03:00 UTC.
        ("America/Sao_Paulo", "2017-10-15", ("2017-10-15T03:00:00Z", "2017-10-16T01:59:59.999999Z"),
         ("2017-10-15T02:59:59.999999Z", "2017-10-16T02:00:00Z")),
    ],
    ids=["23 hours", "25 hours", "no midnight"],
)  # fmt: skip
def test_a_day_is_the_local_day(
    world: World, zone: str, day: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    world.journeys.publish(journey(zone, "2h", "4h"), by="test", now=us("2017-01-01T00:00:00Z"))
    closed_at(world, *inside, *outside)
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    assert world.kpi("orders", day, following, "recount").summary == Summary(2, 3600, 3600, 0, 0)
    world.now = us(outside[1]) + HOUR
    days = kpi.trend(world.view(), "recount", "orders", 3)
    assert [(d.day.isoformat(), d.summary.n) for d in days][-2:] == [(day, 2), (following, 1)]


def test_a_range_takes_its_start_and_leaves_its_end(world: World) -> None:
    world.journeys.publish(journey("UTC", "2h", "4h"), by="test", now=us("2017-01-01T00:00:00Z"))
    closed_at(world, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    counts = [
        world.kpi("orders", start, end, "recount").summary.n
        for start, end in [
            ("2026-03-01", "2026-03-03"),
            ("2026-03-01", "2026-03-01"),
            ("2026-03-03", "2026-03-01"),
            ("2026-03-01T00:00:00.000001Z", "2026-03-03T00:00:00.000001Z"),
            ("2026-03-01T01:00:00+01:00", "2026-03-02T01:00:00+01:00"),
        ]
    ]
    assert counts == [2, 0, 0, 2, 1]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("01/03/2026", "2026-03-03", "from"),
        ("2026-03-01", "soon", "to"),
        ("2026-02-30", "2026-03-03", "from"),
        ("9999-12-31", "2026-03-03", "from"),
        ("2026-03-01", "9999-12-31T23:59:59-12:00", "to"),
        ("0001-01-01", "2026-03-03", "from"),
        ("1900-01-01", "2900-01-01", None),
    ],
)
def test_edges_that_are_no_times(world: World, start: str, end: str, field: str | None) -> None:
    world.journeys.publish(journey("America/Sao_Paulo", "2h", "4h"), by="test", now=us("2017-01-01T00:00:00Z"))
    if field is None:
        report = kpi.report(world.view(), "recount", start, end).as_json()
        assert (report["from"], report["to"]) == ("1900-01-01T00:00:00-03:06:28", "2900-01-01T00:00:00-03:00")
    else:
        with pytest.raises(FieldError) as refused:
            world.kpi("orders", start, end, "recount")
        assert refused.value.field == field


def test_closed_stages_keep_the_version_of_their_day(world: World) -> None:
    # Three parcels take an hour each. The target is 30 min until the 2nd, 2 h on the 2nd, 45 min to 50 min since.
    for words, since in ((("30m", "40m"), "2017-01-01"), (("2h", "3h"), "2026-03-02"), (("45m", "61m"), "2026-03-03")):
        world.journeys.publish(journey("UTC", *words), by="test", now=us(f"{since}T00:00:00Z"))
    closed_at(world, "2026-03-01T23:59:59.999999Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    found = [world.kpi("orders", f"2026-03-0{n}", f"2026-03-0{n + 1}", "recount").summary for n in (1, 2, 3)]
    assert [(s.n, s.yellow, s.red) for s in found] == [(1, 0, 1), (1, 0, 0), (1, 1, 0)]
    # An open one follows the version in force now.
    world.send(said("order/9", "payment.captured", "2026-03-04T00:00:00Z"))
    world.now = us("2026-03-04T00:50:00Z")
    assert world.order("order/9").level == "yellow"
    world.journeys.publish(journey("UTC", "2h", "3h"), by="test", now=world.now)
    assert world.order("order/9").level == "ok"


def test_every_number_opens_its_orders(world: World) -> None:
    world.journeys.publish(journey("UTC", "30m", "90m"), by="test", now=us("2017-01-01T00:00:00Z"))
    closed_at(world, "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z")
    shared = carries("order/0", "order/1")
    world.send(scan("parcel/1", "delivery.delivered", "2026-03-02T10:00:00Z", links=shared))
    start, end = us("2026-03-01T00:00:00Z"), us("2026-03-03T00:00:00Z")
    view = world.view()
    summary = world.kpi("parcels", "2026-03-01", "2026-03-03", "recount").summary
    behind = kpi.orders_behind(view, "recount", "parcels", start, end)
    assert (summary.n, [str(view.table.subjects[view.table.row_of[key]]) for key in behind]) == (1, ["parcel/1"])
    orders, n = kpi.closed_orders(view, "recount", "parcels", start, end)
    assert (n, int(orders.sum())) == (1, 2)
    for order in ("order/0", "order/1"):  # a parcel counts with any of its orders
        chosen = view.mask(OrderQuery(keys=(world.key(order),)))
        narrowed = kpi.report_between(view, "recount", start, end, chosen)
        assert [stage.summary.n for stage in narrowed.stages] == [1, 1]
    # Order 0 was only delivered with the scanned parcel, after 25 h; order 1 after one.
    assert kpi.orders_behind(view, "recount", "orders", start, end, "red") == [world.key("order/0")]
    assert kpi.orders_behind(view, "recount", "orders", start, end, "yellow") == [world.key("order/1")]
    with pytest.raises(NotFound):
        kpi.report(view, "nowhere", "2026-03-01", "2026-03-02")
    with pytest.raises(NotFound):
        kpi.orders_behind(view, "recount", "nowhere", start, end)
