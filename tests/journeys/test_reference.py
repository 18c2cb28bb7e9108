"""Resolving and projecting columns gives what the rules give when they are followed by hand."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reference import DELIVERED, Promises, Reference, SmallWorld, Walk
from tests.properties import examples
from waypost.domain.instants import DAY, SECOND
from waypost.domain.state import UNDATED, Promise, pack_cells, pack_promises
from waypost.domain.subject import LinkRel, SubjectKind
from waypost.domain.vocabulary import load
from waypost.journeys.cells import ABSENT, FEW, NEVER, Cells, decode, ranks, times
from waypost.journeys.document import ELSE, Journey, read_journey
from waypost.journeys.project import Projection, Status, project
from waypost.journeys.resolve import Cancelled, Links, Resolved, resolve
from waypost.journeys.shipped import shipped
from waypost.journeys.ways import Ways, key_of

COMPLETING = frozenset(m.slot for m in load().milestones if m.rollup == "all")
NAMES = {"order": ["o1", "o2"], "line": ["l1", "l2", "l3"], "parcel": ["p1", "p2", "p3", "p4"]}
START = 1_772_323_200_000_000
INSTANTS = [START + n * 21_600 * SECOND for n in range(12)]
SLOTS = [0, 4, 4, 5, 9, 13, 18, 19, 20, 21, 27, 30, 32, 33, 33, 33, 34, 35, 39, 43, 47]
ANSWERS = {
    "format": 1,
    "id": "hard-answers",
    "name": {"en": "Hard answers", "zh": "难题"},
    "purpose": {"en": "Stages that overlap, exits in the middle, promises of both kinds.", "zh": "重叠的阶段"},
    "stages": [
        {"id": "a", "name": {"en": "A", "zh": "甲"}, "start": ["order_created", "paid"],
         "end": ["allocated", "dispatched"], "target": {"yellow": "6h"}},
        {"id": "b", "name": {"en": "B", "zh": "乙"}, "start": ["paid"], "end": ["out_for_delivery"],
         "target": {"red": "1d"}},
        {"id": "c", "name": {"en": "C", "zh": "丙"}, "start": ["in_transit"], "end": ["delivered", "installed"],
         "target": {"basis": "promise", "promise": "latest", "yellow": "6h", "red": "12h"}},
        {"id": "s", "name": {"en": "S", "zh": "跨"}, "start": ["paid"], "end": ["confirmed_by_buyer"], "span": True,
         "target": {"basis": "promise", "promise": "first", "milestone": "delivered", "yellow": "-6h", "red": "0s"}},
    ],
    "exits": [{"milestone": "unavailable", "outcome": "u"}, {"milestone": "cancelled", "outcome": "c"}],
}  # fmt: skip
JOURNEYS = [*shipped(), read_journey(ANSWERS)]
PARTED = {
    "format": 1,
    "id": "parted",
    "name": {"en": "Parted", "zh": "分叉"},
    "purpose": {"en": "Ways that part and meet again, gates, hours.", "zh": "分叉、拦截与工时"},
    "branches": [
        {"id": "x", "name": {"en": "X", "zh": "甲"}, "cases": [
            {"id": "one", "name": {"en": "1", "zh": "1"}, "when": [{"field": "channel", "value": "one"}]},
            {"id": "two", "name": {"en": "2", "zh": "2"}}]},
        {"id": "g", "name": {"en": "G", "zh": "拦"}, "cases": [
            {"id": "released", "name": {"en": "R", "zh": "放"}}, {"id": "held", "name": {"en": "H", "zh": "拦"}}]},
    ],
    "calendars": [{"id": "day", "name": {"en": "Day", "zh": "白班"}, "zone": "Asia/Shanghai",
                   "week": [["08:00-12:00", "13:30-18:00"], ["00:00-24:00"], [], ["10:00-10:30"], [], [], []]}],
    "stages": [
        {"id": "a", "name": {"en": "A", "zh": "甲"}, "start": ["order_created", "paid"], "end": ["allocated"],
         "target": {"yellow": "6h", "red": "1d"}, "calendar": "day"},
        {"id": "b", "name": {"en": "B", "zh": "乙"}, "start": ["allocated"], "end": ["dispatched"],
         "only": [["x:one"]], "target": {"yellow": "2h", "red": "40h"}, "calendar": "day"},
        {"id": "c", "name": {"en": "C", "zh": "丙"}, "start": ["paid"], "end": ["in_transit"],
         "only": [["x:two"], ["x:else", "g:else"]], "target": {"red": "1d"}},
        {"id": "d", "name": {"en": "D", "zh": "丁"}, "start": ["dispatched", "in_transit"], "end": ["delivered"],
         "only": [["x:one"], ["x:two", "g:held"]], "calendar": "day",
         "target": {"basis": "promise", "yellow": "-6h", "red": "0s"}},
        {"id": "g", "name": {"en": "G", "zh": "拦"}, "start": ["order_created"], "end": ["dispatched"], "span": True,
         "gate": True, "only": [["g:held"]]},
        {"id": "s", "name": {"en": "S", "zh": "跨"}, "start": ["paid"], "end": ["delivered"], "span": True,
         "only": [["x:one"]], "target": {"yellow": "3d"}},
    ],
    "exits": [{"milestone": "cancelled", "outcome": "c"}],
}  # fmt: skip


@st.composite
def small_worlds(draw: st.DrawFn) -> SmallWorld:
    world = SmallWorld(NAMES["order"], NAMES["parcel"][: draw(st.integers(0, 4))])
    for line in draw(st.sampled_from([[], NAMES["line"][:1], NAMES["line"][:2], NAMES["line"]])):
        world.lines[line] = draw(st.sampled_from(NAMES["order"])), draw(st.sampled_from([0.0, 0.5, 1.0, 2.0]))
        if draw(st.integers(0, 3)) == 0:
            at = draw(st.sampled_from([None, *INSTANTS]))
            world.cancelled[line] = draw(st.sampled_from([0.5, 1.0, 2.0, inf])), at
    for name in (*world.orders, *world.parcels, *world.lines):
        world.cells[name] = draw(st.dictionaries(st.sampled_from(SLOTS), _cell(), max_size=5))
        world.promises[name] = draw(st.dictionaries(st.sampled_from([134, 135, 133]), _promise(), max_size=2))
    for place, parcel in enumerate(world.parcels):
        _link(draw, world, parcel, world.parcels[:place])
    return world


def _link(draw: st.DrawFn, world: SmallWorld, parcel: str, older: list[str]) -> None:
    for to in draw(st.lists(st.sampled_from([*world.orders, *world.lines]), max_size=3, unique=True)):
        world.loads[parcel, to] = draw(st.sampled_from([None, 0.5, 1.0, 2.0]))
    if bool(older) and draw(st.booleans()):
        world.replaces += [
            (parcel, old) for old in draw(st.lists(st.sampled_from(older), min_size=1, max_size=2, unique=True))
        ]
    elif draw(st.integers(0, 4)) == 0:
        world.exchanges.append((parcel, draw(st.sampled_from(world.orders))))


def _cell() -> st.SearchStrategy[dict[int, int | None]]:
    return st.dictionaries(st.sampled_from([0, 1, 2, 2]), st.sampled_from([None, *INSTANTS]), min_size=1, max_size=2)


def _promise() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.sampled_from(INSTANTS), st.sampled_from([0, DAY])).map(lambda p: (p[0], p[0] + p[1]))


class Columns:
    """A small world as the columns that `resolve` reads, its subjects in any order."""

    def __init__(self, world: SmallWorld, names: list[str]) -> None:
        self.names = names
        kinds = {name: SubjectKind[kind.upper()] for kind, group in NAMES.items() for name in group}
        self.kind = np.array([kinds[name] for name in names], dtype=np.int8)
        self.cells = decode(*zip(*(_packed(world, name) for name in names), strict=True))
        claims = [(LinkRel.LINE_OF, line, order, quantity) for line, (order, quantity) in world.lines.items()]
        claims += [(LinkRel.CARRIES, parcel, to, _number(q)) for (parcel, to), q in world.loads.items()]
        claims += [(LinkRel.REPLACES, new, old, nan) for new, old in world.replaces]
        claims += [(LinkRel.EXCHANGES, parcel, order, nan) for parcel, order in world.exchanges]
        rows = {name: row for row, name in enumerate(names)}
        self.links = Links(
            np.array([c[0] for c in claims], dtype=np.int8),
            np.array([rows[c[1]] for c in claims], dtype=np.intp),
            np.array([rows[c[2]] for c in claims], dtype=np.intp),
            np.array([c[3] for c in claims], dtype=np.float64),
        )
        taken = [world.cancelled.get(name, (0.0, None)) for name in names]
        at = [ABSENT if not q else (3 << 60 if t is None else (2 << 60) | t) for q, t in taken]
        self.cancelled = Cancelled(np.array([q for q, _ in taken]), np.array(at, dtype=np.int64))

    def resolved(self) -> Resolved:
        return resolve(self.kind, self.cells, self.links, self.cancelled, COMPLETING)

    def name(self, row: Any) -> str:
        return self.names[int(row)]


def _number(quantity: float | None) -> float:
    return nan if quantity is None else quantity


def _packed(world: SmallWorld, name: str) -> tuple[bytes, bytes | None]:
    by_key = {
        slot * 4 + evidence: UNDATED if at is None else at
        for slot, found in world.cells.get(name, {}).items()
        for evidence, at in found.items()
    }
    promises = {key: Promise(0, at, until) for key, (at, until) in world.promises.get(name, {}).items()}
    return pack_cells(by_key), pack_promises(promises)


def _facts(cells: Cells, row: int) -> dict[int, tuple[int, int]]:
    found = {slot: (int(ranks(c)[row]), int(times(c)[row])) for slot, c in cells.slots.items() if c[row] != ABSENT}
    return {slot: (3, 0) if rank >= 3 else (rank, at) for slot, (rank, at) in found.items()}


def _promises(cells: Cells, row: int) -> Promises:
    return {key: (int(at[row]), int(until[row])) for key, (at, until) in cells.promises.items() if until[row] != NEVER}


@examples(1.5)
@given(world=small_worlds(), data=st.data())
def test_resolve(world: SmallWorld, data: st.DataObject) -> None:
    columns = Columns(world, data.draw(st.permutations([*world.orders, *world.parcels, *world.lines])))
    found, seen = columns.resolved(), Reference(world).seen()
    orders = {columns.name(row): place for place, row in enumerate(found.order)}
    assert {name: _facts(found.orders, place) for name, place in orders.items()} == seen.orders
    assert {name: _promises(found.orders, place) for name, place in orders.items()} == seen.order_promises
    progress = {name: (float(found.done[place]), float(found.need[place])) for name, place in orders.items()}
    assert progress == seen.progress
    units = {columns.name(row): place for place, row in enumerate(found.unit)}
    assert {name: _facts(found.units, place) for name, place in units.items()} == seen.units
    assert {name: _promises(found.units, place) for name, place in units.items()} == seen.unit_promises
    pairs: dict[str, set[str]] = {name: set() for name in units}
    for unit, order in zip(*found.pairs, strict=True):
        pairs[columns.name(found.unit[unit])].add(columns.name(found.order[order]))
    assert pairs == seen.unit_orders
    assert {name: int(found.unit_order[place]) >= 0 for name, place in units.items()} == {
        name: bool(several) for name, several in seen.unit_orders.items()
    }


@examples(0.5)
@given(world=small_worlds())
def test_states_are_read_the_same_few_or_many(world: SmallWorld) -> None:
    """A handful is decoded cell by cell, more of them as columns."""
    packed = [_packed(world, name) for name in [*world.orders, *world.parcels, *world.lines]]
    few, many = (decode(*zip(*(packed * times), strict=True)) for times in (1, FEW // max(len(packed), 1) + 1))
    assert few.n <= FEW < many.n
    assert few.slots.keys() == many.slots.keys()
    assert few.promises.keys() == many.promises.keys()
    for row in range(many.n):
        assert _facts(many, row) == _facts(few, row % few.n)
        assert _promises(many, row) == _promises(few, row % few.n)


@pytest.mark.parametrize(
    ("came", "delivered"),
    [
        # Two units of a line in two parcels. When both are there, the line is; the weaker word is its evidence.
        ([{0: INSTANTS[1]}, {0: INSTANTS[3]}], (0, INSTANTS[3])),
        ([{2: INSTANTS[1]}, {0: INSTANTS[3]}], (2, INSTANTS[3])),
        ([{0: INSTANTS[1]}, {2: INSTANTS[3]}], (2, INSTANTS[3])),
        # One of them came at a time that nobody knows, perhaps the last.
        ([{2: None}, {0: INSTANTS[3]}], (3, 0)),
        ([{0: INSTANTS[3]}, {}], None),
    ],
)
def test_a_line_in_two_parcels(came: list[dict[int, int | None]], delivered: tuple[int, int] | None) -> None:
    world = SmallWorld(["o1"], ["p1", "p2"], lines={"l1": ("o1", 2.0)})
    for parcel, cell in zip(world.parcels, came, strict=True):
        world.loads[parcel, "l1"] = 1.0
        world.cells[parcel] = {DELIVERED: cell} if cell else {}
    for names in (["o1", "p1", "p2", "l1"], ["l1", "p2", "p1", "o1"]):
        found = Columns(world, names).resolved()
        assert _facts(found.orders, 0).get(DELIVERED) == delivered
        assert (found.done[0], found.need[0]) == (2 if delivered else 1, 2)
    assert Reference(world).seen().orders["o1"].get(DELIVERED) == delivered


def test_a_parcel_too_many_without_a_time_does_not_hide_when_the_line_was_complete() -> None:
    world = SmallWorld(["o1"], ["p1", "p2"], lines={"l1": ("o1", 1.0)}, loads={("p1", "l1"): None, ("p2", "l1"): None})
    world.cells = {"p1": {DELIVERED: {2: None}}, "p2": {DELIVERED: {0: INSTANTS[3]}}}
    found = Columns(world, ["o1", "p1", "p2", "l1"]).resolved()
    assert _facts(found.orders, 0)[DELIVERED] == (0, INSTANTS[3])


def test_a_parcel_of_several_orders_keeps_to_their_latest_promise() -> None:
    world = SmallWorld(["o1", "o2"], ["p1"], loads={("p1", "o1"): None, ("p1", "o2"): None})
    day, hour = (INSTANTS[0], INSTANTS[4]), (INSTANTS[4], INSTANTS[4])  # the same end, but only one is a span
    for mine, other in ((day, hour), (hour, day)):
        world.promises = {"o1": {134: mine}, "o2": {134: other}}
        found = Columns(world, ["o1", "o2", "p1"]).resolved()
        assert _promises(found.units, 0) == {134: hour}


@examples(1.5)
@given(world=small_worlds(), journey=st.sampled_from(JOURNEYS), now=st.integers(START, START + 5 * DAY))
def test_project(world: SmallWorld, journey: Journey, now: int) -> None:
    columns = Columns(world, [*world.orders, *world.parcels, *world.lines])
    found, seen = columns.resolved(), Reference(world).seen()
    orders, units = project(found.orders, journey, now), project(found.units, journey, now)
    for place, row in enumerate(found.order):
        name = columns.name(row)
        _compare(orders, place, Walk(seen.orders[name], seen.order_promises[name], journey, now))
    for place, row in enumerate(found.unit):
        name = columns.name(row)
        _compare(units, place, Walk(seen.units[name], seen.unit_promises[name], journey, now))


@examples(1.5)
@given(world=small_worlds(), now=st.integers(START, START + 5 * DAY), data=st.data())
def test_project_where_ways_part(world: SmallWorld, now: int, data: st.DataObject) -> None:
    journey = read_journey(PARTED)
    columns = Columns(world, [*world.orders, *world.parcels, *world.lines])
    found, seen = columns.resolved(), Reference(world).seen()
    taken, held = {}, {}
    for branch in journey.branches:
        cases = [ELSE, *(case.id for case in branch.cases)]
        taken[branch.id] = data.draw(
            st.lists(st.sampled_from(cases), min_size=len(found.unit), max_size=len(found.unit))
        )
        held[branch.id] = np.array([cases.index(case) - 1 for case in taken[branch.id]], dtype=np.int16)
    ways = Ways({key_of(branch): held[branch.id] for branch in journey.branches})
    units = project(found.units, journey, now, ways=ways)
    for place, row in enumerate(found.unit):
        name = columns.name(row)
        mine = {branch: of_rows[place] for branch, of_rows in taken.items()}
        _compare(units, place, Walk(seen.units[name], seen.unit_promises[name], journey, now, mine))


def _compare(found: Projection, row: int, walk: Walk) -> None:
    for facts in found.stages:
        said: dict[str, Any] = {
            name: None if (value := int(getattr(facts, name)[row])) in (NEVER, -1) else value
            for name in ("entered", "left", "dwell", "due_yellow", "due_red", "level")
        }
        said |= {"status": Status(int(facts.status[row])).name, "out_of_sequence": bool(facts.out_of_sequence[row])}
        assert said == walk.row(facts.stage), facts.stage.id
    assert (int(found.current[row]), bool(found.finished[row]), int(found.outcome[row])) == (
        walk.current(),
        walk.finished,
        walk.outcome,
    )
