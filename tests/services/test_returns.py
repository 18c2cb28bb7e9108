"""Returns on a journey of their own: stages by what was really said, refunds due, and never the order's business."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds import World, carries, line_of, said, scan, us
from waypost.domain.errors import DocumentError
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.document import read_journey
from waypost.journeys.shipped import shipped
from waypost.services import kpi
from waypost.services.live import OrderQuery
from waypost.services.live.returns import OpenReturns

HOUR = 3_600 * SECOND
STEPS = [
    ("return.requested", "2026-03-10T08:00:00Z", "approval"),
    ("return.approved", "2026-03-10T20:00:00Z", "handover"),
    ("return.picked_up", "2026-03-12T08:00:00Z", "return_transit"),
    ("return.received", "2026-03-14T08:00:00Z", "inspection"),
    ("return.inspected", "2026-03-15T08:00:00Z", "settlement"),
]


def returned(world: World, *codes: str, ref: str = "R", to: str = "order/1") -> None:
    times = {code: at for code, at, _ in STEPS}
    links = [{"rel": "returns", "to": to}]
    for code in codes:
        world.send(said(f"return/{ref}", code, times.get(code, "2026-03-16T08:00:00Z"), links=links))


def delivered(world: World, order: str = "1") -> None:
    world.send(
        said(f"order/{order}", "order.created", "2026-03-01T08:00:00Z"),
        said(f"order/{order}", "payment.captured", "2026-03-01T09:00:00Z"),
        scan(f"parcel/P{order}", "delivery.delivered", "2026-03-05T09:00:00Z", links=carries(f"order/{order}")),
    )


def open_returns(world: World) -> OpenReturns:
    return world.view().returns.journeys["returns"].standing()


def refs(world: World, which: str) -> set[str]:
    return {row.subject.ref for row in world.view().orders(OrderQuery(returns=which)).rows}


@pytest.mark.parametrize("n", range(1, 6))
def test_where_a_return_is(world, n):
    delivered(world)
    returned(world, *(code for code, _, _ in STEPS[:n]))
    world.now = us("2026-03-15T09:00:00Z")
    found = open_returns(world)
    assert {stage for stage, levels in found.stages if sum(levels)} == {STEPS[n - 1][2]}
    assert found.refunds_due == (1 if n > 3 else 0)
    assert refs(world, STEPS[n - 1][2]) == {"1"}


def test_the_order_itself_stays_delivered(world):
    delivered(world)
    returned(world, *(code for code, _, _ in STEPS))
    row = world.order("order/1")
    assert (row.status, row.journey) == ("delivered", "marketplace-parcel")


@pytest.mark.parametrize("end", ["payment.refunded", "return.replacement_sent"])
def test_money_or_a_replacement_settles_it(world, end):
    delivered(world)
    returned(world, *(code for code, _, _ in STEPS), end)
    assert open_returns(world).total == 0
    report = {s.stage.id: s for s in kpi.report(world.view(), "returns", "2026-03-01", "2026-04-01").stages}
    assert report["money_back"].summary.p50_s == 2 * 24 * 3600
    assert report["whole_return"].summary.n == 1
    assert [report[stage].summary.p50_s for _, _, stage in STEPS] == [12 * 3600, 36 * 3600, 48 * 3600, 86400, 86400]


@pytest.mark.parametrize("end", ["return.rejected", "return.cancelled"])
def test_a_return_that_was_refused_or_withdrawn_waits_for_nobody(world, end):
    delivered(world)
    returned(world, "return.requested", end)
    world.now += 60 * DAY
    assert open_returns(world).total == 0
    assert refs(world, "open") == set()
    assert refs(world, "any") == {"1"}


def test_levels_run_with_the_clock_and_missed_scans_do_not_hold_it(world):
    delivered(world)
    returned(world, "return.requested", "return.received")  # nobody told of the approval or the way back
    world.now = us("2026-03-14T08:00:00Z") + 47 * HOUR
    assert dict(open_returns(world).stages)["inspection"] == [1, 0, 0]
    world.now += 2 * HOUR
    assert dict(open_returns(world).stages)["inspection"] == [0, 1, 0]
    world.now += 2 * DAY
    assert dict(open_returns(world).stages)["inspection"] == [0, 0, 1]


def test_an_approval_that_is_taken_back_is_none(world):
    delivered(world)
    links = [{"rel": "returns", "to": "order/1"}]
    world.send(said("return/R", "return.requested", "2026-03-10T08:00:00Z", links=links))
    world.send(said("return/R", "return.approved", "2026-03-10T20:00:00Z", id="ok"))
    assert refs(world, "handover") == {"1"}
    world.send(said("return/R", "return.approved", "2026-03-10T21:00:00Z", kind="retract", target="ok"))
    assert refs(world, "approval") == {"1"}


def test_returns_of_lines_and_parcels_lead_to_their_orders(world):
    for order in ("1", "2", "3"):
        delivered(world, order)
    world.send(said("line/2-1", "order.created", "2026-03-01T08:00:00Z", links=line_of("order/2")))
    returned(world, "return.requested", ref="RL", to="line/2-1")
    returned(world, "return.requested", "return.received", ref="RP", to="parcel/P3")
    assert refs(world, "any") == {"2", "3"}
    assert refs(world, "due") == {"3"}
    report = kpi.report_between(world.view(), "returns", 0, world.now, world.view().mask(OrderQuery(returns="due")))
    assert sum(stage.open for stage in report.stages if not stage.stage.span) == 1
    closed, n = kpi.closed_orders(world.view(), "returns", "return_transit", 0, world.now)
    assert (int(closed.sum()), n) == (0, 0)  # its start was never told, so it counts in no KPI


def test_a_live_picture_equals_one_that_is_read_from_scratch(world):
    delivered(world)
    for code, _, _ in STEPS:
        returned(world, code)
        fresh = world.another_live().view().returns
        held = world.view().returns
        assert held.journeys["returns"].standing() == fresh.journeys["returns"].standing()
    before = world.view().returns.journeys["returns"].standing()
    picture = world.view()
    returned(world, "payment.refunded")
    assert open_returns(world).total == 0
    assert picture.returns.journeys["returns"].standing() == before


def test_a_return_finds_its_order_whenever_the_link_between_them_comes(world):
    world.send(
        said("return/R", "return.requested", "2026-03-10T08:00:00Z", links=[{"rel": "returns", "to": "line/1-1"}])
    )
    delivered(world)
    assert refs(world, "any") == set()
    world.send(said("line/1-1", "order.created", "2026-03-01T08:00:00Z", links=line_of("order/1")))
    assert refs(world, "any") == {"1"}
    delivered(world, "2")
    world.send(said("return/R", "return.approved", "2026-03-11T08:00:00Z", links=[{"rel": "returns", "to": "order/2"}]))
    assert refs(world, "handover") == {"1", "2"}


def test_a_refund_of_the_order_settles_its_only_return_but_not_one_of_several(world):
    for order in ("1", "2", "3"):
        delivered(world, order)
    returned(world, "return.requested", "return.received", ref="R1", to="order/1")
    returned(world, "return.requested", "return.received", ref="R2a", to="order/2")
    returned(world, "return.requested", "return.received", ref="R2b", to="order/2")
    world.send(said("order/3", "payment.refunded", "2026-03-02T08:00:00Z"))  # before anything was sent back
    returned(world, "return.requested", "return.received", ref="R3", to="order/3")
    assert refs(world, "due") == {"1", "2", "3"}
    for order in ("1", "2"):
        world.send(said(f"order/{order}", "payment.refunded", "2026-03-15T08:00:00Z"))
    assert refs(world, "due") == {"2", "3"}
    assert open_returns(world).refunds_due == 3
    report = {s.stage.id: s for s in kpi.report(world.view(), "returns", "2026-03-01", "2026-04-01").stages}
    assert (report["money_back"].summary.n, report["money_back"].summary.p50_s) == (1, 24 * 3600)


def test_a_carriers_own_words_move_a_return_too(world):
    delivered(world)
    returned(world, "return.requested", "return.approved")
    world.send(scan("return/R", "linehaul.picked_up", "2026-03-11T08:00:00Z"))
    assert refs(world, "return_transit") == {"1"}
    world.send(scan("return/R", "delivery.delivered", "2026-03-13T08:00:00Z"))
    assert refs(world, "inspection") == {"1"}


def test_a_return_that_nobody_tells_of_any_more_is_gone(world):
    delivered(world)
    links = [{"rel": "returns", "to": "order/1"}]
    world.send(said("return/R", "return.requested", "2026-03-10T08:00:00Z", id="mistake", links=links))
    assert refs(world, "open") == {"1"}
    world.send(said("return/R", "return.requested", "2026-03-10T08:00:00Z", kind="retract", target="mistake"))
    assert refs(world, "any") == set()


def _body(**changes: Any) -> dict[str, Any]:
    returns = next(journey for journey in shipped() if journey.id == "returns")
    return returns.as_json() | changes


def test_event_codes_are_for_returns_only():
    with pytest.raises(DocumentError) as refused:
        read_journey(_body(subject="order"))
    assert "grain" in refused.value.problem
    body = _body(subject="order")
    for stage in body["stages"]:
        stage["grain"] = "order"
    with pytest.raises(DocumentError) as refused:
        read_journey(body)
    assert "'return.approved' is no milestone" in refused.value.problem


def test_shipped_journeys_reach_a_store_that_was_there_before_them(world):
    held = {version.journey.id for version in world.journeys.published()}
    world.journeys.install_shipped(world.now)
    assert {version.journey.id for version in world.journeys.published()} == held >= {"returns", "cross-border"}
    assert all(len(world.journeys.history(name)) == 1 for name in held)


def of_sources(*names: str) -> dict[str, Any]:
    """The shipped journey of returns, for those that some sources told of first."""
    body = next(journey for journey in shipped() if journey.subject == "return").as_json()
    asked = {"field": "@source", "op": "in", "value": [*names]}
    return {**body, "id": "desk", "assign": {"priority": 90, "when": [asked]}}


def test_a_journey_may_take_the_returns_that_a_source_told_of_first(world: World) -> None:
    delivered(world)
    world.journeys.publish(of_sources("desk.example", "app.example"), by="test", now=us("2026-01-01T00:00:00Z"))

    def takers() -> dict[str, str]:
        view = world.view()
        found, journeys = view.returns, [*view.returns.journeys]
        refs = [view.table.subjects[row].ref for row in found.rows.tolist()]
        return {ref: journeys[place] for ref, place in zip(refs, found.assigned.tolist(), strict=True) if place >= 0}

    def say(ref: str, code: str, day: int, by: str, **more: Any) -> None:
        links = [{"rel": "returns", "to": "order/1"}]
        world.send(said(f"return/{ref}", code, f"2026-03-{day}T08:00:00Z", by, links=links, **more))

    say("A", "return.picked_up", 12, "carrier.example")
    say("B", "return.requested", 10, "shop.example")
    assert takers() == {"A": "returns", "B": "returns"}
    say("A", "return.requested", 10, "desk.example", id="asked")  # heard later, happened before
    say("B", "return.approved", 11, "desk.example")
    assert takers() == {"A": "desk", "B": "returns"}
    assert world.another_live().view().returns.assigned.tolist() == world.view().returns.assigned.tolist()
    world.send(said("return/A", "return.requested", by="desk.example", kind="retract", target="asked"))
    assert takers() == {"A": "returns", "B": "returns"}
