"""The shipped templates: sound, complete in both languages, laid out without overlaps, and alive with their samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.worlds import sqlite_copy
from waypost.domain.instants import to_us
from waypost.journeys.boards.check import check
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.document import ELSE, Journey
from waypost.services.app import Waypost
from waypost.services.boards.samples import picture_of, preview, statements, view_of
from waypost.services.boards.templates import Template, shipped
from waypost.services.live.view import View

IDS = [
    "b2b-bulk",
    "bonded-cross-border",
    "click-and-collect",
    "cold-chain",
    "fashion-marketplace",
    "fresh-food",
    "furniture-installation",
    "live-commerce",
    "presale",
    "quick-commerce",
    "returns-exchange",
    "spare-parts",
]
# Trades in which milestones come in another order than in most: the invoice goes out after the proof of
# delivery, bonded goods are picked after customs, and a buyer confirms what was installed.
LATE = {"b2b-bulk", "bonded-cross-border", "furniture-installation"}
WIDTH, HEIGHT, GAP = 200, 88, 40
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Business hours make what is late depend on the day: noon in Shanghai, night, a Sunday, and Friday near midnight.
NOWS = [
    to_us(datetime(2026, 11, day, hour, 0, tzinfo=UTC)) for day, hour in ((25, 4), (23, 20), (29, 2), (27, 15), (23, 1))
]


@pytest.fixture(params=IDS)
def template(request: pytest.FixtureRequest) -> Template:
    return next(each for each in shipped() if each.id == request.param)


def test_there_are_twelve_and_each_is_of_a_trade_of_its_own() -> None:
    assert [each.id for each in shipped()] == IDS
    assert len({each.industry for each in shipped()}) == len(IDS)


def test_a_template_is_a_finished_board(template: Template) -> None:
    problems = [(p.level, p.code) for p in check(template.board)]
    told = {("warning", "end_before_start")} if template.id in LATE else set()
    assert set(problems) <= told
    journey = compile_board(template.board)
    assert 4 <= len(journey.path) <= 9
    assert all(stage.owner for stage in journey.stages)
    assert journey.exits
    assert journey.branches
    assert any(stage.gate for stage in journey.stages)
    assert sum(stage.span and not stage.gate for stage in journey.stages) >= 3


def test_its_conditions_leave_other_orders_alone(template: Template) -> None:
    assert template.board.when or template.board.any or template.board.subject == "return"
    assert template.board.priority > 10


def test_both_languages_are_complete_and_written_each_by_itself(template: Template) -> None:
    texts = list(_texts(template.model_dump(mode="json", by_alias=True)))
    assert len(texts) > 60
    for en, zh in texts:
        assert not CHINESE.search(en), en
        assert CHINESE.search(zh), zh
        assert en != zh


def test_customers_read_about_every_stage_that_is_not_hidden(template: Template) -> None:
    journey = compile_board(template.board)
    seen = [stage for stage in journey.path if not journey.customer.stage(stage.id).hidden]
    assert seen
    for stage in seen:
        words = journey.customer.stage(stage.id)
        assert words.label
        assert words.now
        assert words.advice
    assert journey.customer.delivered
    assert journey.customer.ended


def test_blocks_stand_apart_and_the_path_runs_to_the_right(template: Template) -> None:
    blocks = {block.id: block for block in template.board.blocks}
    for one, other in combinations(blocks.values(), 2):
        apart = abs(one.x - other.x) >= WIDTH + GAP or abs(one.y - other.y) >= HEIGHT + GAP
        assert apart, (one.id, other.id)
    flow = [w for w in template.board.wires if blocks[w.to].kind not in ("kpi", "panel")]
    assert [w for w in flow if blocks[w.from_].x >= blocks[w.to].x] == []


def test_every_panel_has_its_place_on_desk_and_phone(template: Template) -> None:
    panels = {block.id for block in template.board.blocks if block.kind == "panel"}
    wide, phone = template.board.layout.wide, template.board.layout.phone
    assert [place.block for place in phone if place.block in panels] == [place.block for place in phone]
    assert sorted(place.block for place in wide) == sorted(place.block for place in phone) == sorted(panels)
    for one, other in combinations(wide, 2):
        beside = one.x + one.w <= other.x or other.x + other.w <= one.x
        assert beside or one.y + one.h <= other.y or other.y + other.h <= one.y, (one.block, other.block)


@pytest.mark.parametrize("now", NOWS)
def test_samples_fill_the_board(template: Template, now: int) -> None:
    found = preview(template, now)
    assert 8 <= found.n == len(template.samples) <= 20
    assert [name for name, counts in found.stages.items() if not sum(counts)] == []
    assert [name for name, n in found.held.items() if not n] == []
    assert found.tiers.ok
    assert found.tiers.yellow
    assert found.tiers.red
    assert found.finished
    assert sum(found.tiers) + found.finished + found.ended == found.n


def test_samples_take_every_case_and_every_exit(template: Template) -> None:
    journey, view = compile_board(template.board), view_of(template, NOWS[0])
    entered = {name for name, counts in preview(template, NOWS[0]).stages.items() if sum(counts)}
    taken = {ref for stage in journey.path if stage.id in entered for group in stage.only for ref in group}
    gates = {stage.id for stage in journey.stages if stage.gate}
    wanted = {f"{b.id}:{case}" for b in journey.branches if b.id not in gates for case in (*_cases(b.cases), ELSE)}
    assert wanted <= taken
    assert set(_outcomes(view, journey)) - {-1} == set(range(len(journey.exits)))


def test_some_sample_was_held_by_its_gate_and_let_go(template: Template) -> None:
    known = {name for said in statements(template, NOWS[0]) for name in said.attributes or {}}
    assert any(name.startswith("gate.") for name in known) or "age_verified" in known


def test_published_boards_judge_the_same_orders_as_the_preview(tmp_path: Path) -> None:
    now = NOWS[0]
    with Waypost(sqlite_copy(tmp_path)) as waypost:
        waypost.clock = lambda: now
        for each in shipped():
            draft = waypost.boards.start("ann", template=each.id)
            waypost.boards.publish(draft.id, "chief", "administrator")
            waypost.submit(statements(each, now)).result(30)
        view = waypost.current()
        for each in shipped():
            held = view.returns.journeys if each.board.subject == "return" else view.journeys
            assert picture_of(view, held[each.board.id].version.journey) == preview(each, now), each.id


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value.keys() == {"en", "zh"}:
        yield value["en"], value["zh"]
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _cases(cases: Any) -> list[str]:
    return [case.id for case in cases]


def _outcomes(view: View, journey: Journey) -> list[int]:
    if journey.subject == "return":
        return list(map(int, np.unique(view.returns.journeys[journey.id].units.outcome)))
    return list(map(int, np.unique(view.journeys[journey.id].orders.outcome[: view.n])))
