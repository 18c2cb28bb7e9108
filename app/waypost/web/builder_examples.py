"""Examples from real orders beside a setting: what the last orders would have done under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.assign import fits
from waypost.journeys.cells import I64, NEVER, times
from waypost.journeys.document import Assignment
from waypost.services.live import View
from waypost.services.live.columns import frame
from waypost.services.live.summary import OPEN
from waypost.web.builder_fields import read
from waypost.web.format import Format
from waypost.web.words import TIERS

LAST: Final = 500
MOST: Final = 20_000
Mask = NDArray[np.bool_]


class Dwell(NamedTuple):
    """The last orders in a span: how many by tier, and one of them; `us` how long it took."""

    n: int
    tiers: tuple[int, int, int]
    ref: str
    us: int
    tier: int


def dwell(view: View, start: Sequence[str], end: Sequence[str], yellow: int | None, red: int | None) -> Dwell | None:
    """What the last finished orders took between two milestones, by targets in us; None when there are none."""
    began, ended = _first(view, start), _first(view, end)
    done = view.known & (began != NEVER) & (ended != NEVER) & (ended >= began)
    places = np.flatnonzero(done)
    if not len(places):
        return None
    places = places[np.argsort(ended[places])[-LAST:]]
    took = ended[places] - began[places]
    level = np.zeros(len(took), dtype=np.int8)
    for tier, limit in ((1, yellow), (2, red)):
        if limit is not None:
            level[took >= limit] = tier
    shown = int(np.flatnonzero(level == level.max())[-1])
    n = tuple(int(c) for c in np.bincount(level, minlength=3)[:3])
    ref = view.table.subjects[int(view.order_row[places[shown]])].ref
    return Dwell(len(places), (n[0], n[1], n[2]), ref, int(took[shown]), int(level[shown]))


def _first(view: View, codes: Sequence[str]) -> I64:
    """When each order reached the first of some milestones; NEVER when it did not."""
    found = np.full(view.n, NEVER)
    for code in codes:
        entry = load_vocabulary().milestone(code)
        column = view.slots.get(entry.slot) if entry else None
        if column is not None:
            found = np.minimum(found, times(column[: view.n]))
    return found


def stage_line(view: View, settings: Mapping[str, Any], fmt: Format) -> str:
    """A sentence about the last orders in a stage; empty when no order has been through it."""
    target = settings.get("target") or {}
    entered = isinstance(target, Mapping) and target.get("basis", "entered") == "entered"
    yellow, red = (read(target.get(tier)) if entered else None for tier in ("yellow", "red"))
    found = dwell(view, settings.get("start") or (), settings.get("end") or (), yellow, red)
    if found is None:
        return ""
    t, tier = fmt.t, ("ok", "yellow", "red")[found.tier]
    if yellow is None and red is None:
        return t("Order {order} was in it for {duration}.", order=found.ref, duration=fmt.duration(found.us))
    one = t(
        "Order {order} was in it for {duration}: {tier}.",
        order=found.ref,
        duration=fmt.duration(found.us),
        tier=t(TIERS[tier]),
    )
    counts = {"n": fmt.count(found.n), "yellow": fmt.count(found.tiers[1]), "red": fmt.count(found.tiers[2])}
    return one + " " + t("Of the last {n}, {yellow} would have been warned of and {red} blocked.", **counts)


def ways(view: View, cases: Sequence[Mapping[str, Any]]) -> tuple[int, list[int]] | None:
    """How many of the last orders there are, and how many take each case; the rest takes `else`."""
    places = _last(view)
    if not len(places):
        return None
    about = attributes(view, places)
    free, counts = np.ones(len(places), dtype=bool), []
    for case in cases:
        asked = bool(case.get("when") or case.get("any"))
        mine = free & asked & fitting(about, case.get("when") or (), case.get("any") or ())
        counts.append(int(mine.sum()))
        free &= ~mine
    return len(places), [*counts, int(free.sum())]


def held(view: View, settings: Mapping[str, Any]) -> int | None:
    """How many open orders a gate would hold now; None when too many wait to look at each of them."""
    after, before = (
        _first(view, settings.get("after") or ("order_created",)),
        _first(view, settings.get("before") or ()),
    )
    waiting = np.flatnonzero(view.known & (view.status == OPEN) & (after != NEVER) & (before == NEVER))
    if len(waiting) > MOST:
        return None
    about = attributes(view, waiting)
    return int(fitting(about, settings.get("when") or (), settings.get("any") or ()).sum())


def taken(view: View, when: Sequence[Mapping[str, Any]], any_: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Of the last orders, how many there are and how many fit."""
    places = _last(view)
    return len(places), int(fitting(attributes(view, places), when, any_).sum()) if len(places) else 0


def _last(view: View) -> NDArray[np.intp]:
    places = np.flatnonzero(view.known)
    created = np.where(view.created[places] == NEVER, 0, view.created[places])
    newest: NDArray[np.intp] = places[np.argsort(created, kind="stable")[-LAST:]]
    return newest


def attributes(view: View, places: NDArray[np.intp]) -> list[dict[str, Any]]:
    """What is known of some orders: their own attributes, and the dimensions that parcels told of."""
    own = [view.table.attributes[row] for row in view.order_row[places].tolist()]
    columns = {name: codes.texts(places) for name, codes in view.dimensions.columns.items()}
    return [
        {**{name: column[i] for name, column in columns.items() if column[i] is not None}, **each}
        for i, each in enumerate(own)
    ]


def fitting(about: Sequence[dict[str, Any]], when: Sequence[Any], any_: Sequence[Any]) -> Mask:
    """Which orders fit all of `when` and one of `any_`; what is not finished yet fits nobody."""
    try:
        rule = Assignment.model_validate({"when": when, "any": any_})
        return fits(frame(list(about), {condition.field for condition in rule.conditions}), rule)
    except (ValueError, TypeError):
        return np.zeros(len(about), dtype=bool)
