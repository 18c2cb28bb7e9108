"""Statements by the million: as many as asked for, in the shape that was asked for."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from waypost.domain.statement import Statement
from waypost.domain.vocabulary import load
from waypost.simulate.bulk import DAYS, START, statements
from waypost.simulate.profile import CLEAN, HOSTILE, ORDINARY, Profile

DAY = 86_400_000_000


def made(n: int, seed: int = 7, profile: Profile = CLEAN) -> list[Statement]:
    return [said for batch in statements(n, seed, profile) for said in batch]


@pytest.mark.parametrize("n", [1, 4_999, 5_000, 12_001])
@pytest.mark.parametrize("profile", [CLEAN, HOSTILE])
def test_exactly_as_many_as_asked_for_in_full_batches(n: int, profile: Profile) -> None:
    sizes = [len(batch) for batch in statements(n, 7, profile)]
    assert sum(sizes) == n
    assert all(size == 5_000 for size in sizes[:-1])


def test_the_same_arguments_make_the_same_statements() -> None:
    assert made(6_000, 3, ORDINARY) == made(6_000, 3, ORDINARY)
    assert made(6_000, 3) != made(6_000, 4)


def test_an_order_passes_twelve_milestones_in_their_order() -> None:
    slots = load().slots
    orders: dict[str, list[Statement]] = defaultdict(list)
    for said in made(60_000):
        assert said.slot == slots[said.code]
        orders[said.subject.ref].append(said)
    whole = [sorted(said, key=lambda s: s.event_id.rsplit("-", 1)[1].zfill(2)) for said in orders.values()]
    whole = [said for said in whole if len(said) == 12]
    assert len(whole) > 4_000
    for steps in whole:
        times = [s.at or 0 for s in steps]
        assert times == sorted(times)
        assert steps[0].attributes
        assert all(s.attributes is None for s in steps[1:])
    created = [said[0].at or 0 for said in whole]
    assert START <= min(created) <= max(created) < START + DAYS * DAY
    trucks = {((said[6].at or 0) % DAY, (said[6].at or 0) // DAY % 7) for said in whole}
    assert {time for time, _ in trucks} == {18 * DAY // 24}
    assert {weekday for _, weekday in trucks} == {0, 1, 2, 4, 5, 6}  # 3 is Sunday


def test_many_orders_are_under_way_at_once() -> None:
    batch = list(statements(200_000, profile=CLEAN))[20]
    assert len({said.subject for said in batch}) > 1_000


def test_the_profile_decides_what_is_repeated_and_missed() -> None:
    clean, hostile = made(40_000), made(40_000, profile=Profile(0, 0.5, 0.15, 0, 0))
    assert len({said.event_id for said in clean}) == 40_000
    ids = Counter(said.event_id for said in hostile)
    assert sum(n == 2 for n in ids.values()) / len(ids) == pytest.approx(0.5, abs=0.06)
    codes = Counter(said.code for said in set_of_first(hostile))
    assert codes["warehouse.picked"] / codes["order.created"] == pytest.approx(0.85, abs=0.03)
    assert codes["payment.captured"] / codes["order.created"] > 0.97


def set_of_first(said: list[Statement]) -> list[Statement]:
    return list({s.event_id: s for s in said}.values())
