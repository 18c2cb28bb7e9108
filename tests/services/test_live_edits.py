"""Edited targets cost the edited stages only, and nobody can tell: all figures are those of a picture made anew."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import parted
from tests.properties import examples
from tests.worlds import World, carries, said, scan, sqlite_copy, us
from waypost.domain.instants import SECOND, from_us
from waypost.services.live import View, edits
from waypost.services.live.summary import Summary
from waypost.services.rollup_check import compare_rollups

HOUR = 3_600 * SECOND
LONG_AGO = us("2026-01-01T00:00:00Z")
Edit = Callable[[dict[str, Any]], None]


def target(stage: int, **limits: str | None) -> Edit:
    """Other limits of a stage."""
    return lambda body: body["stages"][stage].update(target=limits)


def calendar(body: dict[str, Any]) -> None:
    """Other business hours, of whichever stages keep them."""
    body["calendars"][0]["week"] = [["08:00-20:00"]] * 7


def hurry(body: dict[str, Any]) -> None:
    """Another place in the line."""
    body["assign"]["priority"] += 1


def rows(body: dict[str, Any]) -> None:
    """One stage ends elsewhere."""
    body["stages"][2]["end"] = ["picked_up"]


EDITS: list[Edit] = [
    target(0, yellow="1h", red="2h"), target(0), target(1, red="3d"), target(3, yellow="1h", red="5h"),
    target(5, yellow="2h"), target(2, red="2h"), calendar, hurry, rows,
]  # fmt: skip


def lines(view: View) -> dict[str, list[Any]]:
    """What a picture says of every order, by the order's key."""
    keys = [view.table.keys[row] for row in view.order_row.tolist()]
    columns = [view.columns[field.name].array.tolist() for field in fields(Summary)]
    return {str(key): list(line) for key, *line in sorted(zip(keys, *columns, strict=True))}


CODES = ("order.created", "payment.captured", "linehaul.picked_up", "delivery.delivered", "order.cancelled")
WHAT = st.sampled_from(["edited", "edited", "told", "told", "asked"])
STEP = st.tuples(WHAT, st.integers(0, len(EDITS) - 1), st.integers(0, 5), st.sampled_from(CODES))


def told(order: int, code: str, at: int) -> dict[str, Any]:
    """What happens to an order, or from its pickup on to its parcel; two orders share one."""
    time = from_us(at).isoformat()
    if code in CODES[2:4]:
        return scan(f"parcel/{order // 2}", code, time, links=carries(f"order/{order}"))
    return said(
        f"order/{order}", code, time, attributes={"channel": "web" if order % 3 else "tmall", "value": 100 + order * 10}
    )


@examples(0.3)
@given(story=st.lists(STEP, min_size=6, max_size=10))
def test_a_picture_after_edits_is_the_one_made_anew(story: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()), "2026-03-17T04:00:00Z")
    world.live.rollups.from_orders, body = 0, parted.parted()
    world.journeys.publish(body, by="test", now=LONG_AGO)
    for order in range(6):  # each came one step further than the one before, so that some clock runs in every stage
        steps = enumerate(CODES[: 1 + order // 2 + order % 2])
        world.send(*(told(order, code, world.now - (8 - 2 * n) * HOUR) for n, code in steps))
    assert compare_rollups(world.view(), ()).differences == []
    for what, number, order, code in story:
        world.now += 3 * HOUR
        if what == "edited":
            EDITS[number](body)
            world.journeys.publish(deepcopy(body), by="test", now=world.now - number % 2 * HOUR)
        elif what == "told":
            world.send(told(order, code, world.now - order * HOUR))
        else:
            assert compare_rollups(world.view(), ()).differences == []
        view = world.view()
        assert lines(view) == lines(world.another_live().view())
    assert compare_rollups(world.view(), ()).differences == []
    world.close()


def test_what_an_edit_leaves_alone_is_known(tmp_path: Path) -> None:
    world = World(sqlite_copy(tmp_path))
    body, known = parted.parted(), []
    for hours, edit in enumerate((target(0, yellow="1h", red="2h"), calendar, target(0), hurry)):
        world.journeys.publish(body, by="test", now=LONG_AGO + hours * HOUR)
        known.append(world.journeys.history(parted.PARTED))
        edit(body)
    world.journeys.publish(body, by="test", now=LONG_AGO + 4 * HOUR)
    known.append(world.journeys.history(parted.PARTED))

    def judged_otherwise(one: int, other: int) -> list[str] | None:
        found = edits.edited([known[one]], [known[other]])
        return None if found is None else [stage.id for stages in found.values() for stage in stages]

    assert [judged_otherwise(n, n + 1) for n in range(4)] == [["payment"], ["payment", "whole"], ["payment"], None]
    assert (judged_otherwise(2, 2), judged_otherwise(0, 3)) == ([], ["payment", "whole"])
    assert judged_otherwise(1, 0) is None  # a past that is another one
    world.close()
