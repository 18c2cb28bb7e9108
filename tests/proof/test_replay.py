"""A draft tried on 100,000 orders equals what publishing brings; times are printed: `make proof-replay`."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from bench.data import END, arrivals
from bench.filled import fill
from tests.services.test_replay import opened, stands
from waypost.domain.instants import SECOND
from waypost.journeys.boards.document import Board
from waypost.services.app import Waypost
from waypost.services.boards.replay import replay

pytestmark = pytest.mark.slow
ID, ORDERS, TIMES = "marketplace-parcel", 100_000, 7


def test_a_trial_of_a_hundred_thousand_orders_is_what_publishing_brings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Waypost.open(f"sqlite:///{tmp_path / 'waypost.db'}") as waypost:
        now = [END]
        waypost.clock = lambda: now[0]
        fill(waypost.engine, arrivals(ORDERS * 13), parcels=True)
        before = stands(waypost.current())
        assert len(before) >= ORDERS
        draft = _changed(waypost.boards.published(ID).board)
        seconds = []
        for _ in range(TIMES):
            now[0] += 2 * SECOND
            waypost.current()
            start = time.perf_counter()
            trial = replay(waypost, draft)
            moved, blocks = trial.moved, trial.blocks
            trial.moves(limit=50)
            seconds.append(time.perf_counter() - start)
        shown = {block.id: block.drafted.open for block in blocks if block.drafted is not None}
        made = waypost.boards.start("chief", board_id=ID)
        waypost.boards.save(made.id, draft.as_json(), made.rev, "chief")
        waypost.boards.publish(made.id, "chief", "administrator")
        view = waypost.current()
        after = stands(view)
        assert shown.items() >= {k: v for k, v in opened(view, ID).items() if k in shown}.items()
        assert moved == sum(before[key] != after[key] for key in before) > 0
    with capsys.disabled():
        print(
            f"\n{len(before):,} orders, {moved:,} would move; a trial takes {statistics.median(seconds):.2f} s "
            f"({min(seconds):.2f} .. {max(seconds):.2f})"
        )


def _changed(board: Board) -> Board:
    """A tighter target, another one in business hours, and a gate."""
    body = board.as_json()
    week = [["09:00-18:00"]] * 5 + [[], []]
    body["calendars"] = [{"id": "office", "name": "Office", "zone": "Asia/Shanghai", "week": week}]
    for block in body["blocks"]:
        if block["id"] == "transit":
            block["set"]["target"] = {"yellow": "2d", "red": "4d"}
        if block["id"] == "warehouse":
            block["set"] |= {"calendar": "office", "target": {"yellow": "4h", "red": "1d"}}
    gate = {"name": "Dear goods", "before": ["delivered"], "when": [{"field": "value", "op": "gte", "value": 900}]}
    body["blocks"].append({"id": "dear", "kind": "gate", "x": 900, "y": 300, "set": gate})
    into = next(wire for wire in body["wires"] if wire["to"] == "transit")
    body["wires"].remove(into)
    body["wires"] += [{**into, "to": "dear"}, {"from": "dear", "to": "transit", "port": ""}]
    return Board.model_validate(body)
