"""Orders (or returns) on journeys as published, and on the same with one of them as it is drafted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.assign import UNASSIGNED
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Level, Mask, StageFacts, Status
from waypost.journeys.resolve import IDX
from waypost.kpi.summary import Summary as Closed
from waypost.kpi.summary import summarise as sum_closed
from waypost.services.journeys import JourneyVersion
from waypost.services.live.basis import Basis
from waypost.services.live.column import Pin
from waypost.services.live.journey_view import Members
from waypost.services.live.judge import judge
from waypost.services.live.rows import Rows
from waypost.services.live.summary import OPEN, STATUS, Histories, Summary, summarise
from waypost.services.live.view import View

Codes = NDArray[np.int32]


class Stand(NamedTuple):
    """Where a subject stands: stage, tier and cause only while it is open; `status` as in the list of orders."""

    journey: str | None
    stage: str | None
    level: str
    cause: str | None
    status: str


class Figures(NamedTuple):
    """A stage's open orders (for a gate or a figure: its open clocks) by tier, and what closed in the window."""

    open: tuple[int, int, int]
    closed: Closed


def stand_of(view: View, place: int) -> Stand:
    """Where one order of a picture stands."""
    number = int(view.journey[place])
    return _stand(view.journeys[view.ids[number]].version.journey if number != UNASSIGNED else None, view, place)


def _stand(journey: Journey | None, lines: Summary | View, place: int) -> Stand:
    if journey is None:
        return Stand(None, None, "ok", None, "unassigned")
    if lines.status[place] != OPEN:
        return Stand(journey.id, None, "ok", None, STATUS[lines.status[place]])
    current, cause = int(lines.current[place]), int(lines.cause[place])
    stage = journey.path[current].id if 0 <= current < len(journey.path) else None
    level = Level(int(lines.level[place])).name.lower()
    blamed = journey.stages[cause].id if cause >= 0 and level != "ok" else None
    return Stand(journey.id, stage, level, blamed, STATUS[OPEN])


class Side:
    """The subjects of a trial on some journeys at an instant."""

    def __init__(self, rows: Rows, histories: Histories, lines: Summary, now: int) -> None:
        self.rows, self.histories, self.lines, self.now = rows, histories, lines, now

    def stand(self, place: int) -> Stand:
        """Where one subject stands."""
        number = int(self.lines.journey[place])
        return _stand(self.histories[number][-1].journey if number != UNASSIGNED else None, self.lines, place)

    def in_stage(self, stage_id: str) -> Mask:
        """Open subjects that are in a stage of that id, on whichever journey."""
        found = np.zeros(self.lines.n, dtype=bool)
        for place, history in enumerate(self.histories):
            path = [stage.id for stage in history[-1].journey.path]
            if stage_id in path:
                found |= (self.lines.journey == place) & (self.lines.current == path.index(stage_id))
        found &= self.lines.status == OPEN
        return found

    def coded(self, codes: dict[str, int]) -> tuple[Codes, Codes, Codes]:
        """Journey, stage and cause of what is open as numbers that mean the same on every side; 0: none."""
        journeys, stages, causes = (np.zeros(self.lines.n, dtype=np.int32) for _ in range(3))
        late = self.lines.level > Level.OK
        for place, history in enumerate(self.histories):
            journey, mine = history[-1].journey, self.lines.journey == place
            journeys[mine] = _code(codes, journey.id)
            mine = mine & (self.lines.status == OPEN)
            path, all_ = ([_code(codes, s.id) for s in each] for each in (journey.path, journey.stages))
            stages[mine] = np.array([*path, 0, 0])[self.lines.current[mine]]
            causes[mine & late] = np.array([*all_, 0])[self.lines.cause[mine & late]]
        return journeys, stages, causes

    def place_of(self, journey_id: str) -> int | None:
        """The place of a journey among those of this side."""
        return next((n for n, history in enumerate(self.histories) if history[-1].journey.id == journey_id), None)

    def outcomes(self, journey_id: str) -> dict[str, int]:
        """How many subjects of a journey there are by status."""
        counts = np.bincount(self.lines.status[self.lines.journey == self.place_of(journey_id)], minlength=len(STATUS))
        return {status: int(n) for status, n in zip(STATUS, counts, strict=True)}

    def figures(self, journey_id: str, window: tuple[int, int]) -> Iterator[tuple[Stage, Figures]]:
        """What there is to tell of every stage of a journey; closed ones of [from, to) in us."""
        place = self.place_of(journey_id)
        if place is None:
            return
        measured = _Measured(self, place)
        for stage in measured.journey.stages:
            yield stage, measured.figures(stage, window)


class _Measured:
    """One journey of a side, projected on its own subjects."""

    def __init__(self, side: Side, place: int) -> None:
        self._lines, self._mine = side.lines, side.lines.journey == place
        self._history = side.histories[place]
        self._rows, self._now, self._place, self._side = side.rows, side.now, place, side
        self.journey = self._history[-1].journey
        self._orders = judge(side.rows.orders, self._history, side.now, side.rows.ways)
        self._units = judge(side.rows.units, self._history, side.now, side.rows.unit_ways)

    @cached_property
    def _mine_units(self) -> Mask:
        alive = np.ones(self._rows.units.n, dtype=bool)
        journeys = [history[-1].journey for history in self._side.histories]
        members = Members(journeys, Pin.of(self._lines.journey), Pin.of(alive), self._rows)
        return np.equal(members.units, self._place)

    def figures(self, stage: Stage, window: tuple[int, int]) -> Figures:
        """What there is to tell of a stage."""
        facts, mine = self._facts(stage)
        closed = mine & facts.measured & (facts.left >= window[0]) & (facts.left < window[1])
        return Figures(self._open(stage, facts, mine), sum_closed(facts.dwell[closed], facts.level[closed]))

    def _facts(self, stage: Stage) -> tuple[StageFacts, Mask]:
        if stage.grain == "order":
            return self._orders.facts(stage.id), self._mine
        return self._units.facts(stage.id), self._mine_units

    def _open(self, stage: Stage, facts: StageFacts, mine: Mask) -> tuple[int, int, int]:
        if stage.span:
            level = facts.level[mine & (facts.status == Status.OPEN)]
        else:
            here = self._mine & (self._lines.current == self.journey.path.index(stage)) & (self._lines.status == OPEN)
            level = self._lines.level[here]
        ok, yellow, red = (int(n) for n in np.bincount(level, minlength=3))
        return ok, yellow, red


def _code(codes: dict[str, int], name: str) -> int:
    return codes.setdefault(name, len(codes) + 1)


def sides(basis: Basis, places: IDX, journey: Journey, now: int) -> tuple[Side, Side]:
    """The subjects at `places` as published, and with `journey` in place of the one that has its id."""
    published = Side(basis.of(places), basis.histories, _published(basis, places, now), now)
    _, drafted = in_force(basis.histories, journey)
    own = next(n for n, history in enumerate(drafted) if history[-1].journey is journey)
    chosen = basis.assign([history[-1].journey for history in drafted], places)
    parted = basis.parted(journey.branches, places)
    lines = _drafted(parted, places, chosen, published.lines, (drafted, own), now)
    return published, Side(parted.of(places), drafted, lines, now)


def in_force(histories: Histories, journey: Journey) -> tuple[Histories, Histories]:
    """The journeys as they judge what is open now, and the same with a draft in the place of its published version."""
    published = [[history[-1]] for history in histories]
    version = [JourneyVersion(journey, 0, None, None, "")]
    drafted = [version if held[0].journey.id == journey.id else held for held in published]
    return published, drafted if version in drafted else [*drafted, version]


def _published(basis: Basis, places: IDX, now: int) -> Summary:
    view = basis.view
    if basis.rows.orders.n == view.n and now == view.now and basis.subject is view.order_row:
        held = {each.name: getattr(view, each.name)[places] for each in fields(Summary) if each.name != "change"}
        return Summary(**held, change=np.full(len(places), NEVER))
    return summarise(basis.of(places), basis.histories, basis.assigned[places], now)


def _drafted(
    basis: Basis, places: IDX, chosen: NDArray[np.int16], before: Summary, drafted: tuple[Histories, int], now: int
) -> Summary:
    """The lines with the draft in force: of those that take it, took it, or take another journey for it."""
    histories, own = drafted
    touched = np.flatnonzero((before.journey == own) | (chosen != before.journey))
    if not len(touched):
        return before
    after = summarise(basis.of(places[touched]), histories, chosen[touched], now)
    return before.replaced(before.n, touched, after)
