"""A pinned column stays as it was, whatever is written and however much it grows."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from waypost.services.live.column import CellColumns, Column, Pin


@examples(1)
@given(
    writings=st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=4), max_size=8),
    read=st.sets(st.integers(0, 8)),
)
def test_pictures_of_every_state(writings: list[list[tuple[int, int]]], read: set[int]) -> None:
    column, expected = Column(np.zeros(5, dtype=np.int64), -1), [0] * 5
    pins: list[tuple[Pin, list[int]]] = []
    for number, writing in enumerate([*writings, []]):
        pins.append((Pin(column, len(expected)), list(expected)))
        if number in read:  # some are read at once, others only when much has been written since
            assert pins[-1][0].array.tolist() == expected
        for row, value in writing:
            if row >= len(expected):
                column.grow(10)
                expected += [-1] * (10 - len(expected))
            column.put(np.array([row]), np.array([value]))
            expected[row] = value
    for pin, then in pins:
        assert [int(pin.at(row)) for row in range(pin.n)] == then
        assert pin.array.tolist() == then


def test_pinned_cells_are_written_into_by_nobody() -> None:
    cells = CellColumns()
    cells.grow(2)
    pinned = cells.pinned(2)
    with pytest.raises(TypeError):
        pinned.own(3)


def test_who_keeps_an_old_picture_keeps_none_of_the_later_ones() -> None:
    column = Column(np.zeros(5, dtype=np.int64), -1)
    oldest = Pin(column, 5)
    copies = []
    for value in range(1, 6):
        column.put(np.array([0]), np.array([value]))
        copies.append(weakref.ref(Pin(column, 5).array.base))
    assert [copy() is None for copy in copies] == [True] * 4 + [False]  # the present state keeps its own
    assert oldest.array.tolist() == [0] * 5


def test_a_pin_that_let_go_says_the_same_again_until_it_is_that_of_now() -> None:
    column = Column(np.zeros(2, dtype=np.int64), -1)
    pin = Pin(column, 2)
    column.put(np.array([0]), np.array([7]))
    first = weakref.ref(pin.array.base)
    pin.let_go()
    assert first() is None
    assert (pin.array.tolist(), pin.at(0), pin.take(np.array([0, 1])).tolist()) == ([0, 0], 0, [0, 0])
    pin.let_go(for_good=True)
    assert (pin.array.tolist(), pin.at(0)) == ([7, 0], 7)
