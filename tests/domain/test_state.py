"""Folding and merging states: in any order, in any parts, once or twice, packed or not."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.histories import INSTANTS, deliveries, histories
from tests.properties import examples
from waypost.domain.packed import Packed, merge_packed, pack
from waypost.domain.state import (
    NEVER,
    UNDATED,
    Promise,
    SubjectState,
    fold,
    pack_attributes,
    pack_cells,
    pack_promises,
    promise_key,
    standing,
    unpack_attributes,
    unpack_cells,
    unpack_promises,
)
from waypost.domain.statement import Classifier, Evidence, Kind, Statement
from waypost.domain.subject import Subject, SubjectKind

PARCEL = Subject(SubjectKind.PARCEL, "p")
PLANNED, ESTIMATED, ACTUAL = Classifier.PLANNED, Classifier.ESTIMATED, Classifier.ACTUAL
US = st.integers(-(2**62), 2**62)


def merged(*states: SubjectState) -> SubjectState:
    whole = SubjectState()
    for state in states:
        whole.merge(state)
    return whole


def say(event_id: str, at: int | None = 1, **more: Any) -> Statement:
    return Statement("s", event_id, PARCEL, "delivery.delivered", 33, at, **more)


@examples(2)
@given(delivery=deliveries(taken_back=False))
def test_parts_in_any_order_merge_to_the_fold_of_all(delivery: Any) -> None:
    told, batches = delivery
    whole = fold(told)
    assert merged(*(fold(batch) for batch in batches)) == whole
    packed = Packed()
    for batch in batches:
        packed = merge_packed(packed, batch)
    assert packed == pack(whole)


@examples(2)
@given(parts=st.tuples(*[histories(8, taken_back=False).map(fold)] * 3))
def test_merging_is_commutative_associative_and_idempotent(parts: tuple[SubjectState, ...]) -> None:
    a, b, c = parts
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c))
    assert merged(a, a) == a == merged(a, SubjectState()) == merged(SubjectState(), a)
    assert pack(merged(a, b)) == pack(merged(b, a))


@examples(2)
@given(delivery=deliveries())
def test_what_stands_does_not_depend_on_the_order_of_arrival(delivery: Any) -> None:
    told, batches = delivery
    mixed = list({(s.source, s.event_id): s for batch in batches for s in batch}.values())
    assert sorted(standing(mixed), key=str) == sorted(standing(told), key=str)
    assert fold(mixed) == fold(told)


@examples(2)
@given(
    cells=st.dictionaries(st.integers(0, 255), US | st.just(UNDATED)),
    promises=st.dictionaries(st.integers(0, 255), st.builds(Promise, US, US, US)),
    attributes=st.dictionaries(
        st.text(max_size=8),
        st.tuples(US, st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)),
    ),
)
def test_packing_reads_back(cells: Any, promises: Any, attributes: Any) -> None:
    assert unpack_cells(pack_cells(cells)) == cells
    assert unpack_promises(pack_promises(promises)) == promises
    assert unpack_attributes(pack_attributes(attributes)) == attributes
    assert (unpack_cells(None), unpack_promises(None), unpack_attributes(None)) == ({}, {}, {})


def test_a_time_is_better_than_none_and_an_earlier_one_better_than_a_later() -> None:
    state = fold([say("1", None), say("2", 7), say("3", 5), say("4", 9)])
    assert state.best(33) == (5, Evidence.DECLARED)
    assert fold([say("1", None)]).best(33) == (UNDATED, Evidence.DECLARED)
    assert fold([]).best(33) is None
    assert UNDATED < NEVER


def test_the_strongest_evidence_with_a_time_is_the_best() -> None:
    scanned, derived = {"evidence": Evidence.SCANNED}, {"evidence": Evidence.DERIVED}
    assert fold([say("1", 3), say("2", 9, **scanned), say("3", 5, **derived)]).best(33) == (9, Evidence.SCANNED)
    assert fold([say("1", 3), say("2", None, **scanned)]).best(33) == (3, Evidence.DECLARED)
    assert fold([say("1", 3), say("2", None, **scanned), say("3", 5, **derived)]).best(33) == (5, Evidence.DERIVED)


def test_only_what_happened_enters_the_matrix() -> None:
    state = fold([
        say("1", 3, classifier=PLANNED),
        say("2", 4, classifier=ESTIMATED, evidence=Evidence.PREDICTED),
        say("3", 5, evidence=Evidence.PREDICTED),
        say("4", None, classifier=PLANNED),
    ])  # fmt: skip
    assert state.cells == {}
    assert state.promise(33, PLANNED) == Promise(0, 3, 3)
    assert state.promise(33, ESTIMATED) == Promise(0, 4, 4)
    assert state.promise(32, PLANNED) is None


def test_the_first_and_the_latest_promise_are_kept() -> None:
    told = [say(str(n), at, until=at + 10, stated_at=stated, classifier=PLANNED) for n, (stated, at) in
            enumerate([(20, 500), (10, 300), (30, 400), (30, 350)])]  # fmt: skip
    for order in (told, told[::-1], told[2:] + told[:2]):
        state = fold(order)
        assert state.promise(33, PLANNED, "first") == Promise(10, 300, 310)
        assert state.promise(33, PLANNED, "latest") == Promise(30, 400, 410)
    assert promise_key(33, PLANNED, latest=True) != promise_key(33, ESTIMATED, latest=True)


def test_the_attribute_said_last_counts() -> None:
    told = [
        say("1", 5, attributes={"carrier": "SF", "weight": 1}),
        say("2", 9, attributes={"carrier": "YTO"}),
        say("3", 7, stated_at=3, attributes={"carrier": "ZTO", "weight": None}),
    ]
    for order in (told, told[::-1]):
        assert fold(order).attribute("carrier") == "YTO"
        assert fold(order).attribute("weight") == 1
        assert fold(order).attribute("height") is None
    twins = [say("1", attributes={"n": 1}), say("2", attributes={"n": "1"}), say("3", attributes={"n": 1.0})]
    assert pack(fold(twins)) == pack(fold(twins[::-1]))


def take_back(event_id: str, target: str, kind: Kind = Kind.RETRACT, at: int = 1, **more: Any) -> Statement:
    return say(event_id, at, kind=kind, target=target, **more)


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ([say("a"), take_back("r", "a")], []),
        ([take_back("r", "a")], []),
        ([say("a"), take_back("r", "z")], ["a"]),
        ([say("a"), take_back("r", "a")._replace(source="other")], ["a"]),
        ([say("a"), take_back("c", "a", Kind.CORRECT)], ["c"]),
        ([take_back("c", "z", Kind.CORRECT)], ["c"]),  # a correction that came before what it corrects
        # The correction said last stands; of two said at once the one with the greater id.
        ([say("a"), take_back("c", "a", Kind.CORRECT, stated_at=9), take_back("d", "a", Kind.CORRECT)], ["c"]),
        ([say("a"), take_back("c", "a", Kind.CORRECT), take_back("d", "a", Kind.CORRECT)], ["d"]),
        # A corrected correction; a retracted correction lets the first word stand again.
        ([say("a"), take_back("c", "a", Kind.CORRECT), take_back("d", "c", Kind.CORRECT)], ["d"]),
        ([say("a"), take_back("c", "a", Kind.CORRECT), take_back("r", "c")], ["a"]),
        ([say("a"), take_back("c", "a", Kind.CORRECT), take_back("r", "a")], ["c"]),
    ],
)  # fmt: skip
def test_retractions_and_corrections(told: list[Statement], stands: list[str]) -> None:
    for order in (told, told[::-1]):
        assert sorted(s.event_id for s in standing(order)) == stands


def test_numbers_keep_their_kind() -> None:
    held = {"a": (INSTANTS[0], 1), "b": (INSTANTS[0], 1.0), "c": (INSTANTS[0], True), "d": (-1, math.pi)}
    back = unpack_attributes(pack_attributes(held))
    assert [type(value) for _, value in back.values()] == [int, float, bool, float]
