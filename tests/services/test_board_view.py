"""What the panels of a board count: recounted by hand on the scene, and against the reports they are taken from."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.scene import NOW, ZONE, fill
from tests.worlds import sqlite_copy
from waypost.domain.instants import DAY, from_us
from waypost.journeys.document import Stage
from waypost.services import board_view, kpi
from waypost.services.app import Waypost
from waypost.services.board_view import Scope
from waypost.services.live import OrderQuery, View

JOURNEY = "marketplace-parcel"
MONTH = (NOW - 30 * DAY, NOW)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    waypost = Waypost(sqlite_copy(tmp_path_factory.mktemp("board")))
    waypost.clock = lambda: NOW
    waypost.journeys.install_shipped(NOW)
    fill(waypost)
    found = waypost.current()
    waypost.close()
    return found


def at(view: View, **where: str) -> Scope:
    query = OrderQuery(journey=JOURNEY, where=tuple((name, (word,)) for name, word in where.items()))
    return board_view.scope(view, JOURNEY, MONTH, query)


def stage(view: View, name: str) -> Stage:
    found = view.journeys[JOURNEY].version.journey.stage(name)
    assert found is not None
    return found


def test_a_funnel_counts_the_orders_of_the_range_that_came_so_far(view):
    path = view.journeys[JOURNEY].version.journey.path
    made, steps = board_view.funnel(view, at(view), path)
    # A-8, scanned before its start, and the order that only says TRADE_CREATED are all made in these days.
    assert made == view.orders(OrderQuery(journey=JOURNEY)).total
    counts = {step.stage.id: step.n for step in steps}
    assert counts["payment"] == made
    assert counts["warehouse"] >= counts["transit"] >= counts["last_mile"] == 3
    for step in steps:
        assert int(board_view.reached(view, JOURNEY, step.stage.id, *MONTH).sum()) == step.n


@pytest.mark.parametrize("name", ["warehouse", "promise", "carriage"])
@pytest.mark.parametrize("dimension", ["carrier", "channel", "category"])
@pytest.mark.parametrize("top", [1, 5])
def test_the_words_of_a_dimension_add_up_to_the_figure(view, name, dimension, top):
    whole = kpi.stage_report(view, JOURNEY, name, *MONTH).summary
    parts = board_view.split(view, at(view), stage(view, name), dimension, top)
    for count in ("n", "yellow", "red"):
        assert sum(getattr(part.summary, count) for part in parts) == getattr(whole, count)
    assert len({part.word for part in parts}) == len(parts)
    for part in parts:
        if part.word:
            only = at(view, **{dimension: part.word})
            assert kpi.stage_report(view, JOURNEY, name, *MONTH, only.orders).summary == part.summary


def test_what_falls_due_stands_on_its_local_day_and_each_day_opens_its_orders(view):
    days = board_view.timeline(view, at(view), (), 7, ZONE)
    rows = view.orders(OrderQuery(journey=JOURNEY, status="open", limit=100)).rows
    today = from_us(NOW, ZONE).date()
    wanted = Counter(from_us(r.due, ZONE).date() for r in rows if r.due)
    assert sum(days[0].levels) == sum(n for day, n in wanted.items() if day < today) > 0
    for due in days[1:]:
        assert due.day is not None
        assert sum(due.levels) == wanted[due.day]
    for day in days:
        assert int(board_view.due(view, JOURNEY, day.start, day.end).sum()) == sum(day.levels)
        assert int(board_view.due(view, JOURNEY, day.start, day.end, promised=True).sum()) == day.promised


def test_orders_that_need_a_hand_are_those_of_the_stages_named(view):
    everything, total = board_view.at_risk(view, at(view), (), 50)
    assert total == len(everything) == sum(view.level[view.mask(OrderQuery(journey=JOURNEY, status="open"))] > 0)
    for name in {row.cause for row in everything if row.cause}:
        rows, n = board_view.at_risk(view, at(view), (stage(view, name),), 50)
        assert {row.subject for row in rows} == {row.subject for row in everything if row.cause == name}
        assert n == len(rows) == int(board_view.late(view, JOURNEY, [name]).sum())


def test_figures_narrowed_to_a_carrier_are_those_of_its_orders(view):
    stages = view.journeys[JOURNEY].version.journey.cards
    everything = board_view.figures(view, at(view), stages)
    some = [board_view.figures(view, at(view, carrier=word), stages) for word in ("SF", "Yunda")]
    for place, card in enumerate(everything):
        # S-1 has no carrier and another journey; all others have one of the two.
        assert card.summary.n == sum(found[place].summary.n for found in some)
        assert card.stage == stages[place]


def test_a_stage_that_stands_open_is_open_for_the_orders_in_it(view):
    for name in ("warehouse", "transit", "promise"):
        standing = board_view.open_in(view, JOURNEY, [name])
        assert int(standing.sum()) > 0
        assert not np.any(standing & ~view.mask(OrderQuery(journey=JOURNEY)))
    assert not board_view.open_in(view, JOURNEY, ["no-such-stage"]).any()
