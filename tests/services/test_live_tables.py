"""Links, keys and attributes in arrays say what plain dicts would."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from waypost.domain.subject import Subject, SubjectKind
from waypost.services.live.index import RowIndex, Subjects
from waypost.services.live.links import TOGETHER, LinkTable
from waypost.services.live.told import Told, latest

ROWS = 130  # more than are followed one by one
Claim = tuple[int, int, int, float]
CLAIMS = st.lists(
    st.tuples(st.sampled_from([0, 1, 3, 4, 5]), st.integers(0, 11), st.integers(0, 11), st.sampled_from([1.0, 2.0])),
    max_size=6,
)


def column(claims: list[Claim]) -> tuple[Any, Any, Any, Any]:
    rel, head, tail, quantity = zip(*claims, strict=True)
    ends = np.array(head, dtype=np.intp), np.array(tail, dtype=np.intp)
    return np.array(rel, dtype=np.int8), *ends, np.array(quantity)


def closure(claims: list[Claim], rows: set[int]) -> list[int]:
    found, todo = set(rows), list(rows)
    while todo:
        row = todo.pop()
        near = [t if h == row else h for rel, h, t, _ in claims if rel in TOGETHER and row in (h, t)]
        todo += [other for other in near if other not in found]
        found.update(near)
    return sorted(found)


@examples(1)
@given(turns=st.lists(st.tuples(st.sets(st.integers(0, 11), max_size=3), CLAIMS), max_size=8))
def test_links_come_and_go(turns: list[tuple[set[int], list[Claim]]]) -> None:
    table, held = LinkTable(waste=3), list[Claim]()  # so that gaps are swept out within the test
    table.grow(ROWS)
    for heads, claims in turns:
        gone = table.take_back(heads)
        assert sorted(gone) == sorted(tail for _, head, tail, _ in held if head in heads)
        held = [claim for claim in held if claim[1] not in heads] + claims
        if claims:
            table.add(*column(claims))
        for row in range(12):
            assert table.of(row) == [(rel, tail, many) for rel, head, tail, many in held if head == row]
            assert table.mentions[row] == sum(tail == row for _, _, tail, _ in held)
            assert table.together([row]).tolist() == closure(held, {row})
        many = set(range(2, ROWS))
        assert table.together(many).tolist() == closure(held, many)
        every = table.among(np.arange(ROWS), ROWS)
        assert sorted(zip(every.rel, every.head, every.tail, strict=True)) == sorted(
            (rel, head, tail) for rel, head, tail, _ in held if rel in TOGETHER
        )


@examples(1)
@given(batches=st.lists(st.lists(st.integers(0, 50) | st.integers(10**6, 2**62), max_size=5), max_size=6))
def test_rows_by_keys_near_and_far(batches: list[list[int]]) -> None:
    index, held = RowIndex(), dict[int, int]()
    for batch in batches:
        new = [key for key in dict.fromkeys(batch) if key not in held]
        index.put(np.array(new, dtype=np.int64), len(held))
        held |= {key: len(held) + place for place, key in enumerate(new)}
        asked = [*held, 7, 2**62 + 1]
        assert [index.get(key, -1) for key in asked] == [held.get(key, -1) for key in asked]
        assert index.of(np.array(asked)).tolist() == [held.get(key, -1) for key in asked]
        assert len(index) == len(held)
    with pytest.raises(KeyError):
        index[2**62 + 2]


def test_names_of_any_script() -> None:
    found = [
        Subject(SubjectKind.ORDER, "订单-1", "店"),
        Subject(SubjectKind.PARCEL, ""),
        Subject(SubjectKind.LINE, "é"),
    ]
    subjects = Subjects()
    for subject in found:
        subjects.extend([subject.kind], [subject.ref], [subject.scope])
    assert [*subjects] == subjects[:] == found


def test_attributes_are_the_latest_that_are_given() -> None:
    text = orjson.dumps({"a": [1, "x"], "b": [2, None], "c": [3, {"d": [1]}], "e": [4, 0]}).decode()
    told = Told([latest(text), latest(None), latest("{}")])
    assert [*told] == [{"a": "x", "c": {"d": [1]}, "e": 0}, {}, {}]
