"""A page of a long list is the same as if the whole list had been sorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.services.live.ranking import first, page


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=200),
    st.integers(1, 60),
)
def test_the_first_places_are_those_of_a_full_sort(rows: list[tuple[int, int, int]], wanted: int) -> None:
    keys = [np.array(column) for column in zip(*rows, strict=True)]
    expected = sorted(range(len(rows)), key=lambda place: (*rows[place], place))
    assert first(keys, wanted).tolist() == expected[:wanted]


@pytest.mark.parametrize(("offset", "limit", "expected"), [
    (0, 2, [30, 10]), (1, 2, [10, 20]), (2, 9, [20]), (9, 2, []), (0, 0, []),
])  # fmt: skip
def test_a_page_starts_at_its_offset(offset, limit, expected):
    places, key = np.array([10, 20, 30], dtype=np.intp), np.array([2, 3, 1])
    assert page(places, [key], offset, limit).tolist() == expected


def test_nothing_is_on_a_page_of_an_empty_list():
    none = np.zeros(0, dtype=np.intp)
    assert page(none, [np.zeros(0)], 0, 50).tolist() == []
