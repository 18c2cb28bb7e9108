"""Rollups are the rows counted: after any sequence of changes, in any zone, for any range."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import parted
from tests.histories import START, deliveries
from tests.properties import examples
from tests.services.test_kpi_recount import closed_at, closings, journey, opened
from tests.worlds import World, carries, said, scan, sqlite_copy, us
from waypost.domain.instants import DAY, SECOND, from_us
from waypost.kpi.buckets import BEYOND, BUCKETS, EDGES, SHARES, WITHIN_PERCENT, bucket_of, percentiles
from waypost.services import kpi
from waypost.services.live import View
from waypost.services.live.cube import Counted, Cube, Draft
from waypost.services.live.rollups import Rollups
from waypost.services.rollup_check import agree, compare_rollups

HOUR = 3_600 * SECOND
LONG_AGO = us("2026-01-01T00:00:00Z")
VERSIONS = [parted.parted(), parted.parted(by="carrier")]
NOON = us("2026-03-17T04:00:00Z")
EDITS = (("1h", "2h"), ("1d", "2d"))
DWELLS = st.integers(0, 2**50) | st.integers(0, 2**30) | st.sampled_from([2**n - d for n in range(51) for d in (0, 1)])


def rolled(folder: Path, now: str = "2026-03-20T00:00:00Z") -> World:
    """A world that makes rollups of however few orders."""
    world = World(sqlite_copy(folder), now)
    world.live.rollups.from_orders = 0
    return world


def differences(view: View) -> list[Any]:
    assert all(view.cube(name) is not None for name in view.journeys)
    found = compare_rollups(view, ())
    return found.differences


@given(dwells=st.lists(DWELLS, min_size=1, max_size=30))
def test_percentiles_are_within_the_bound_that_is_told(dwells: list[int]) -> None:
    us_ = np.array(dwells, dtype=np.int64)
    places = bucket_of(us_)
    inside = (places > 0) & (places < BEYOND)
    assert ((EDGES[places] <= us_) & (us_ < EDGES[places + 1]))[inside].all()
    assert (us_[places == 0] == 0).all()
    assert (us_[places == BEYOND] >= 2**50).all()
    counts = np.bincount(places, minlength=BUCKETS).astype(np.int32)
    if counts[BEYOND] == 0:
        found = percentiles(np.stack([counts, np.zeros_like(counts)]))
        exact = np.percentile(us_, [share * 100 for share in SHARES]) / SECOND
        assert (np.abs(found[0] - exact) <= np.maximum(EDGES[2] / SECOND, exact * WITHIN_PERCENT / 100)).all()
        assert np.isnan(found[1]).all()


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """What happens, one after the other: (what, order, when, how)."""
    what = st.sampled_from(["paid", "delivered", "together", "taken back", "edited", "asked", "held", "held"])
    step = st.tuples(what, st.integers(0, 3), st.sampled_from([-DAY, -HOUR, 0, HOUR, DAY]), st.integers(0, 1))
    first = [(code, order, order // 2 * HOUR, 0) for order in range(4) for code in ("paid", "delivered")]
    return [*first, ("asked", 0, 0, 0), *draw(st.lists(step, min_size=12, max_size=16)), ("asked", 0, 0, 0)]


@examples(0.2)
@given(story=steps())
def test_rollups_that_follow_are_those_made_anew(story: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = rolled(tmp_path_factory.getbasetemp())
    world.journeys.publish(journey("Asia/Shanghai", "2h", "4h"), by="test", now=LONG_AGO)
    held = [world.view()]
    sent: list[dict[str, Any]] = []
    for what, number, offset, how in story:
        if what == "asked":
            assert differences(world.view()) == []
        elif what == "held":
            held.append(world.view())
        elif what == "edited":
            world.journeys.publish(journey("Asia/Shanghai", *EDITS[how]), by="test", now=NOON + offset)
        elif what == "taken back":
            earlier = sent[number * len(sent) // 4]
            aim = {"kind": "retract", "target": earlier["id"]}
            world.send(said(earlier["subject"], earlier["type"], by=earlier["source"], **aim))
        else:
            sent.append(event(what, number, NOON + offset, how))
            world.send(sent[-1])
    for view in held:  # pictures that were overtaken say what they said, by rollups or by rows
        assert compare_rollups(view, ()).differences == []
    world.close()


def event(what: str, number: int, at: int, how: int) -> dict[str, Any]:
    """An order is paid for or delivered, or goes into one of two parcels, which bring what is in them."""
    time, order = from_us(at).isoformat(), f"order/{number}"
    if what == "together":
        return scan(f"parcel/{how}", "delivery.delivered", time, links=carries(order, f"order/{(number + 1) % 4}"))
    return said(order, {"paid": "payment.captured", "delivered": "delivery.delivered"}[what], time)


@examples(0.1)
@given(delivery=deliveries(max_size=20))
def test_rollups_follow_whatever_comes(delivery: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = rolled(tmp_path_factory.getbasetemp())
    world.now = START
    for version in VERSIONS:
        world.journeys.publish(version, by="test", now=LONG_AGO)
    for batch in delivery[1]:
        world.store(batch)
        world.now += 7 * HOUR
        assert compare_rollups(world.view(), ()).differences == []
    world.close()


@examples(0.2)
@given(story=closings())
def test_any_range_in_any_zone_is_that_of_the_rows(story: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    zone, nights, orders, edits = story
    with opened(tmp_path_factory) as world:
        world.live.rollups.from_orders = 0
        world.journeys.publish(journey(zone, "2h", "4h"), by="test", now=us("2017-01-01T00:00:00Z"))
        for number, (paid, left, boxed) in enumerate(orders):
            order = f"order/{number}"
            where, links = (f"parcel/{number}", carries(order)) if boxed else (order, [])
            world.send(
                said(order, "payment.captured", from_us(paid).isoformat()),
                scan(where, "delivery.delivered", from_us(left).isoformat(), links=links),
            )
        for place, since in enumerate(edits):
            world.journeys.publish(journey(zone, *EDITS[place]), by="test", now=since)
        view = world.view()
        for start in nights:
            for end in (nights[-1], nights[-1] + 1, nights[1] - HOUR, start + 3 * HOUR):
                both = [kpi.report_between(view, "recount", start, end, exact=exact) for exact in (False, True)]
                assert both[0].within_percent == WITHIN_PERCENT
                for one, exact in zip(both[0].stages, both[1].stages, strict=True):
                    assert agree(one, exact), (one, exact)


def test_trends_come_from_the_same_days(tmp_path: Path) -> None:
    world = rolled(tmp_path)
    exact = World(world.engine, "2026-03-20T00:00:00Z")
    world.journeys.publish(journey("Asia/Shanghai", "2h", "4h"), by="test", now=LONG_AGO)
    closed_at(world, "2026-03-17T15:59:59Z", "2026-03-17T16:00:00Z", "2026-03-19T10:00:00Z")
    days = [kpi.trend(each.view(), "recount", "orders", 4) for each in (world, exact)]
    assert [(d.day, d.summary.n, d.summary.yellow) for d in days[0]] == [
        (d.day, d.summary.n, d.summary.yellow) for d in days[1]
    ]
    assert [d.summary.n for d in days[0]] == [1, 1, 1, 0]
    assert [d.day for d in days[0]] == [date(2026, 3, 17) + timedelta(days=n) for n in range(4)]
    exact.close()


def test_a_report_says_how_near_its_percentiles_are(tmp_path: Path) -> None:
    world = rolled(tmp_path)
    world.journeys.publish(journey("UTC", "2h", "4h"), by="test", now=LONG_AGO)
    closed_at(world, "2026-03-17T10:00:00Z")
    view = world.view()
    told = kpi.report(view, "recount", "2026-03-17", "2026-03-18").as_json()
    exact = kpi.report(view, "recount", "2026-03-17", "2026-03-18", exact=True).as_json()
    assert (told["percentiles"], exact["percentiles"]) == ({"within_percent": WITHIN_PERCENT}, "exact")
    assert exact["stages"][0]["p50_s"] == 3600
    assert told["stages"][0]["p50_s"] == pytest.approx(3600, rel=WITHIN_PERCENT / 100)
    # Of selected orders the rows are counted, and so are those of a store with few orders.
    assert kpi.report_between(view, "recount", 0, view.now, np.ones(view.n, dtype=bool)).within_percent is None
    world.live.rollups.from_orders = 2
    assert kpi.report(world.view(), "recount", "2026-03-17", "2026-03-18").within_percent is None
    world.close()


def test_what_is_longer_than_the_buckets_is_counted_by_rows(tmp_path: Path) -> None:
    world = rolled(tmp_path)
    world.journeys.publish(journey("UTC", "2h", "4h"), by="test", now=LONG_AGO)
    world.send(said("order/1", "payment.captured", "1990-01-02T00:00:00Z"))
    world.send(said("order/1", "delivery.delivered", "2026-03-17T10:00:00Z"))
    report = kpi.report(world.view(), "recount", "2026-03-17", "2026-03-18")
    assert (report.within_percent, report.stages[1].summary.n) == (None, 1)
    assert kpi.trend(world.view(), "recount", "orders", 4)[0].summary.p50_s == report.stages[1].summary.p50_s
    world.close()


def test_journeys_that_were_loaded_in_the_middle_of_a_refresh_are_noticed(tmp_path: Path) -> None:
    world, rollups = rolled(tmp_path), Rollups(from_orders=0)
    world.send(said("order/1", "payment.captured", "2026-03-19T20:00:00Z"))
    for version in EDITS:
        world.journeys.publish(journey("UTC", *version), by="test", now=LONG_AGO)
        view = world.view()
        view.rolled = rollups.follow(view, None)
        assert differences(view) == []
        assert [s.open_red for s in kpi.report_between(view, "recount", 0, view.now).stages] == [
            version == EDITS[0]
        ] * 2
    world.close()


def test_all_orders_may_change_at_once(tmp_path: Path) -> None:
    world = rolled(tmp_path)
    world.journeys.publish(journey("UTC", "2h", "4h"), by="test", now=LONG_AGO)
    for code, time in (("payment.captured", "2026-03-17T08:00:00Z"), ("delivery.delivered", "2026-03-17T10:00:00Z")):
        world.send(*(said(f"order/{number}", code, time) for number in range(300)))
        assert differences(world.view()) == []
    assert kpi.report(world.view(), "recount", "2026-03-17", "2026-03-18").stages[0].summary.n == 300
    world.close()


def test_after_many_changes_that_nobody_asked_about_rollups_are_made_anew(tmp_path: Path) -> None:
    world = World(sqlite_copy(tmp_path))
    world.live.rollups = Rollups(from_orders=0, most_waiting=2)
    world.journeys.publish(journey("UTC", "2h", "4h"), by="test", now=LONG_AGO)
    for number in range(4):
        world.send(said(f"order/{number}", "payment.captured", "2026-03-17T08:00:00Z"))
        world.send(said(f"order/{number}", "delivery.delivered", "2026-03-17T10:00:00Z"))
        view = world.view()
        if number == 0:
            assert differences(view) == []
    assert differences(view) == []
    assert kpi.report(view, "recount", "2026-03-17", "2026-03-18").stages[0].summary.n == 4
    world.close()


def test_clocks_that_are_due_at_one_instant_are_taken_away_one_by_one() -> None:
    def open_rows(*due: int) -> Counted:
        nothing, late = np.zeros(0, dtype=np.int64), np.array(due, dtype=np.int64)
        return Counted(nothing, nothing, nothing.astype(np.int8), late - 2, late)

    draft = Draft(Cube.empty("UTC", 1))
    draft.put(0, open_rows(5, 5, 9, 5))
    draft.put(0, open_rows(5, 5), sign=-1)
    (left,) = draft.done().opened
    assert (left.warned.tolist(), left.late.tolist()) == ([3, 7], [5, 9])
    assert [left.levels(now) for now in (3, 4, 5, 8, 10)] == [(2, 0, 0), (2, 1, 0), (2, 1, 0), (2, 1, 1), (2, 0, 2)]
