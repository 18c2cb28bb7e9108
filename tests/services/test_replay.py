"""Trying a board tells exactly what publishing it brings about."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import parted
from tests.histories import START, deliveries
from tests.journeys.boards import worlds as boards
from tests.properties import examples
from tests.worlds import MARKETPLACE, World, carries, said, scan, sqlite_copy, us
from waypost.domain.errors import NotFound
from waypost.domain.instants import DAY, SECOND
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.document import read_journey
from waypost.journeys.project import Status
from waypost.services.app import Waypost
from waypost.services.boards.replay import Replay, replay
from waypost.services.boards.sides import Stand
from waypost.services.boards.walk import walk
from waypost.services.live import View

HOUR = 3_600 * SECOND
MONDAY = "2026-03-02T09:00:00Z"
LONG_AGO = us("2026-01-01T00:00:00Z")


def other(**changes: Any) -> dict[str, Any]:
    """A draft: the journey that parts with something else in it."""
    return {**parted.parted(), **changes}


SHORT = [parted.stage("payment", "order_created", "paid", target={"red": "1h"}), *parted.parted()["stages"][1:]]
BOARD = boards.board(
    [
        boards.block("told", "source", sources=["shop"]),
        boards.stage("pay", "order_created", "paid", 200, target={"yellow": "2h", "red": "1d"}, calendar="office"),
        boards.block("dear", "gate", 400, after=["order_created"], before=["picked_up"],
                     when=[{"field": "value", "op": "gte", "value": 129}]),
        boards.block("who", "branch", 600, cases=[boards.case("fast", "carrier", ["SF"], "in")]),
        boards.stage("fly", "paid", "delivered", 800, grain="parcel", target={"red": "12h"}),
        boards.stage("drive", "paid", "delivered", 800, 200, target={"yellow": "1d"}),
        boards.block("total", "kpi", 0, 400, start=["order_created"], end=["delivered"], target={"red": "2d"}),
    ],
    [
        *boards.chain("told", "pay", "dear", "who"),
        *(boards.wire("who", to, port) for to, port in (("fly", "fast"), ("drive", "else"))),
    ],
    calendars=[parted.hours()],
    priority=70,
)  # fmt: skip
DRAFTS = [
    parted.parted(),
    parted.parted("shop"),
    parted.parted(by="carrier", calendar=""),
    other(stages=SHORT, assign={"priority": -5}),
    other(id="beside", assign={"priority": 60, "when": [{"field": "channel", "value": "web"}]}),
    other(calendars=[parted.hours(week=[["00:00-12:00"]] * 7)], exits=[]),
]


def tried(world: World, draft: dict[str, Any] | Board, **how: Any) -> Replay:
    """A trial of a draft in this world."""
    return replay(cast(Waypost, world), draft if isinstance(draft, Board) else read_journey(draft), **how)


def stands(view: View) -> dict[int, Stand]:
    """Where every order stands, as the list of orders tells it."""
    found = {}
    for place in np.flatnonzero(view.known).tolist():
        row = view.row(place)
        open_ = row.status == "open" and row.journey is not None
        late = open_ and row.level != "ok"
        status = row.status if row.journey else "unassigned"
        stage, level = (row.stage, row.level) if open_ else (None, "ok")
        found[row.key] = Stand(row.journey, stage, level, row.cause if late else None, status)
    return found


def opened(view: View, journey_id: str) -> dict[str, tuple[int, ...]]:
    """Open orders of each stage, and open clocks of each span, by tier."""
    found, journey = view.journeys[journey_id], view.journeys[journey_id].version.journey
    shown = {stage: tuple(levels) for stage, levels in view.river(journey_id)}
    for stage in journey.stages:
        if stage.span:
            facts, mine = found.facts(stage.id)
            levels = facts.level[mine & (facts.status == Status.OPEN)]
            shown[stage.id] = tuple(np.bincount(levels, minlength=3).tolist())
    return shown


@examples(0.4)
@given(
    delivery=deliveries(max_size=24),
    published=st.none() | st.sampled_from(DRAFTS),
    draft=st.sampled_from([*DRAFTS, BOARD]),
    hours=st.integers(1, 24 * 6),
)
def test_publishing_brings_what_was_shown(
    delivery: Any, published: Any, draft: Any, hours: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    if published is not None:
        world.journeys.publish(published, by="test", now=LONG_AGO)
    for batch in delivery[1]:
        world.store(batch)
    world.now = START + hours * HOUR
    before = stands(world.live.current())
    trial = tried(world, draft)
    shown = {block.id: block.drafted.open for block in trial.blocks if block.drafted is not None}
    body = compile_board(draft).as_json() if isinstance(draft, Board) else draft
    world.journeys.publish(body, by="test", now=world.now)
    view = world.live.current()
    after = stands(view)
    expected = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    assert {move.key: (move.before, move.after) for move in trial.moves(limit=1_000).rows} == expected
    assert (trial.n, trial.moved) == (len(after), len(expected))
    assert shown == opened(view, body["id"])
    # Nothing would move any more.
    assert tried(world, draft).moves().total == 0
    world.close()


def order(world: World, name: str, created: str = MONDAY, **attributes: Any) -> None:
    """An order that was made and paid at once."""
    codes = ("order.created", "payment.captured")
    world.send(*(said(f"order/{name}", code, created, attributes=attributes) for code in codes))


def test_who_would_lose_and_who_would_win(world: World) -> None:
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    for n, channel in enumerate(("web", "store", "web")):
        order(world, str(n), channel=channel)
    world.now = us(MONDAY) + HOUR
    assign = {"priority": 40, "when": [{"field": "channel", "value": "store"}]}
    trial = tried(world, other(assign=assign))
    assert [tuple(each) for each in trial.others] == [(MARKETPLACE, 0, 2)]
    assert trial.outcomes["open"] == (3, 1)
    moves = trial.moves()
    assert (moves.total, [row.ref for row in moves.rows], {row.after.journey for row in moves.rows}) == (
        2,
        ["0", "2"],
        {MARKETPLACE},
    )
    assert trial.moves(limit=1, offset=1).rows == moves.rows[1:]


def test_closed_stages_are_judged_by_the_draft_however_old_they_are(world: World) -> None:
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    order(world, "1", "2026-03-02T09:00:00+08:00", channel="web", value=500)
    world.send(scan("parcel/1", "linehaul.picked_up", "2026-03-02T11:00:00+08:00", links=carries("order/1")))
    world.send(said("order/2", "order.created", "2026-03-02T10:00:00+08:00"))
    world.send(said("order/2", "payment.captured", "2026-03-02T14:00:00+08:00"))
    world.now = us("2026-03-02T16:00:00+08:00")
    blocks = {block.id: block for block in tried(world, other(stages=SHORT)).blocks}
    then, held = blocks["payment"].drafted, blocks["payment"].published
    assert then is not None
    assert held is not None
    # Without lunch it took 4 h, with it 3 h: over one hour, but not over five.
    assert (then.closed.n, then.closed.red, then.closed.p50_s) == (2, 1, 2 * 3600)
    assert (held.closed.n, held.closed.yellow, held.closed.p50_s) == (2, 1, 1.5 * 3600)
    gate = blocks["check"]
    assert gate.kind == "gate"
    assert gate.drafted is not None
    assert gate.drafted.closed.red == 1
    assert blocks["shipping"].drafted == blocks["shipping"].published


def test_some_orders_and_the_last_days_only(world: World) -> None:
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    for day in (1, 5, 9):
        order(world, str(day), f"2026-03-0{day}T09:00:00Z", channel="web")
    world.now = us("2026-03-09T12:00:00Z")
    draft = other(stages=[{**stage, "target": {"red": "1m"}} if not stage.get("gate") else stage for stage in SHORT])
    assert [tried(world, draft, days=days).n for days in (None, 30, 5, 1)] == [3, 3, 2, 1]
    trial = tried(world, draft, keys=[world.key("order/5"), world.key("order/9")])
    assert trial.n == 2
    late = trial.moves(level_before="ok", level_after="red", stage_after="shipping")
    assert [row.ref for row in late.rows] == ["9"]  # the others were late already
    # Half a minute after order 5 came, order 1 was the only one that would have been late.
    assert [row.ref for row in tried(world, draft, now=us("2026-03-05T09:00:30Z")).moves().rows] == []


def test_a_trial_of_a_journey_of_returns(world: World) -> None:
    stage = parted.stage("sent", "return_requested", "return_received", grain="return", target={"red": "1h"})
    body = {**{key: parted.parted()[key] for key in ("format", "name", "purpose")}, "id": "back", "subject": "return"}
    draft = {**body, "assign": {"priority": 50}, "stages": [stage]}
    world.send(said("return/1", "return.requested", MONDAY, links=[{"rel": "returns", "to": "order/1"}]))
    world.now = us(MONDAY) + DAY
    trial = tried(world, draft)
    (block,) = trial.blocks
    assert block.drafted is not None
    assert (trial.n, block.drafted.open, block.published) == (1, (0, 0, 1), None)
    world.journeys.publish(draft, by="test", now=world.now)
    assert dict(world.live.current().returns.journeys["back"].standing().stages) == {"sent": [0, 0, 1]}
    assert tried(world, draft).moved == 0
    for key in (world.key("return/1"), world.key("order/1")):
        steps = walk(cast(Waypost, world), read_journey({**draft, "stages": [{**stage, "target": {}}]}), key).steps
        assert [(step.published.level, step.drafted[1:3]) for step in steps] == [
            ("ok", ("sent", "ok")),
            ("red", ("sent", "ok")),
        ]


def test_a_way_step_by_step(world: World) -> None:
    world.journeys.publish(parted.parted(), by="test", now=LONG_AGO)
    web = {"channel": "web"}
    world.send(said("order/1", "order.created", "2026-03-02T09:00:00+08:00", attributes=web))
    world.send(scan("parcel/1", "linehaul.picked_up", "2026-03-02T16:00:00+08:00", links=carries("order/1")))
    world.send(said("order/1", "payment.captured", "2026-03-02T10:30:00+08:00"))  # told late, but it came first
    world.send(scan("parcel/1", "delivery.delivered", "2026-03-02T20:00:00+08:00"))
    world.now = us("2026-03-09T09:00:00+08:00")
    key = world.key("order/1")
    found = walk(cast(Waypost, world), read_journey(other(stages=SHORT)), key)
    told = [(step.event.code if step.event else None, step.published[1:], step.drafted[1:]) for step in found.steps]
    assert told == [
        ("order.created", ("payment", "ok", None, "open"), ("payment", "ok", None, "open")),
        ("payment.captured", ("shipping", "ok", None, "open"), ("shipping", "ok", None, "open")),
        ("linehaul.picked_up", ("travel", "ok", None, "open"), ("travel", "ok", None, "open")),
        ("delivery.delivered", (None, "ok", None, "delivered"), (None, "ok", None, "delivered")),
        (None, (None, "ok", None, "delivered"), (None, "ok", None, "delivered")),
    ]
    assert [step.at for step in found.steps] == sorted(step.at or 0 for step in found.steps)
    ways = parted.parted(by="carrier")
    drafted = [step.drafted.stage for step in walk(cast(Waypost, world), read_journey(ways), key).steps]
    assert drafted == ["payment", "pickup", "pickup", None, None]
    with pytest.raises(NotFound):
        walk(cast(Waypost, world), read_journey(ways), 10**9)


@examples(0.2)
@given(delivery=deliveries(max_size=14, taken_back=False), draft=st.sampled_from(DRAFTS[:3]))
def test_every_way_ends_where_the_order_stands(
    delivery: Any, draft: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    for batch in delivery[1]:
        world.store(batch)
    world.now = START + 4 * DAY
    for key, stand in stands(world.live.current()).items():
        steps = walk(cast(Waypost, world), read_journey(draft), key).steps
        assert (steps[-1].published, steps[-1].event) == (stand, None)
    world.close()
