"""Visits, attempts and cancelled quantities come out the same however they were reported."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from waypost.domain.occurrence import Occurrence, Repeat, Visit, attempts, cancellations, visits

ARRIVE, DEPART, ATTEMPT, CANCEL = Repeat.ARRIVE, Repeat.DEPART, Repeat.ATTEMPT, Repeat.CANCEL_QUANTITY
OCCURRENCES = st.builds(
    Occurrence,
    st.sampled_from(Repeat),
    st.none() | st.integers(1, 6),
    st.sampled_from([None, "A", "B"]),
    st.sampled_from([None, 0.1, 0.2, 0.7, 1.0]),
    st.sampled_from([None, "consignee.not_home"]),
)


@examples(3)
@given(seen=st.lists(OCCURRENCES, max_size=12), data=st.data())
def test_neither_order_nor_repeats_matter(seen: list[Occurrence], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(seen + seen[:4]))
    assert (visits(mixed), attempts(mixed), cancellations(mixed)) == (visits(seen), attempts(seen), cancellations(seen))


@pytest.mark.parametrize(
    ("seen", "stays"),
    [
        # Through hub A, on to B, back to A: three stays, the second one at A is its second.
        ([(ARRIVE, 1, "A"), (DEPART, 2, "A"), (ARRIVE, 3, "B"), (DEPART, 4, "B"), (ARRIVE, 5, "A")],
         [Visit("A", 1, 1, 2), Visit("B", 1, 3, 4), Visit("A", 2, 5, None)]),
        # Nobody scanned the way out, or the way in.
        ([(ARRIVE, 1, "A"), (ARRIVE, 4, "A"), (DEPART, 5, "A")], [Visit("A", 1, 1, None), Visit("A", 2, 4, 5)]),
        ([(DEPART, 2, "A"), (DEPART, 3, "A")], [Visit("A", 1, None, 2), Visit("A", 2, None, 3)]),
        # In and out by the same scan; an arrival without a time or a place is no visit that could be shown.
        ([(ARRIVE, 2, "A"), (DEPART, 2, "A"), (ARRIVE, None, "A"), (ARRIVE, 3, None)], [Visit("A", 1, 2, 2)]),
    ],
    ids=["there and back", "missed departure", "missed arrival", "at once"],
)  # fmt: skip
def test_visits(seen: list[tuple[Repeat, int | None, str | None]], stays: list[Visit]) -> None:
    assert visits(Occurrence(what, at, place) for what, at, place in seen) == stays


def test_an_attempt_that_two_sources_report_is_one() -> None:
    by_carrier = Occurrence(ATTEMPT, 5, "Station 7", None, "consignee.not_home")
    by_aggregator = Occurrence(ATTEMPT, 5, None)
    later, undated = Occurrence(ATTEMPT, 9, "Station 7"), Occurrence(ATTEMPT, None, "Station 7")
    assert attempts([undated, by_aggregator, later, by_carrier]) == [by_carrier, later, undated]


@pytest.mark.parametrize(
    ("seen", "quantity", "at"),
    [
        ([], 0.0, None),
        ([(3, 1.0), (5, 2.0)], 3.0, 5),
        ([(3, 1.0), (None, 2.0)], 3.0, None),
        ([(3, None)], math.inf, 3),
        ([(3, 1.0), (5, None)], math.inf, 5),
        ([(3, 1.0), (3, 1.0)], 1.0, 3),  # told by two sources
        ([(1, 0.1), (2, 0.2), (3, 0.7)], 1.0, 3),
    ],
)
def test_cancelled_quantities(seen: list[tuple[int | None, float | None]], quantity: float, at: int | None) -> None:
    assert cancellations(Occurrence(CANCEL, when, None, amount) for when, amount in seen) == (quantity, at)
