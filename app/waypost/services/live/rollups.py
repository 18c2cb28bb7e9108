"""Rollups beside the matrix: per journey a cube, made when first asked for and kept up with the pictures.

A refresh only takes down the changed orders as they were and as they are. Whoever asks a picture for
its cubes brings the last ones up to exactly that picture: old rows are taken away, new ones added.
A version that only judges some stages otherwise has these counted anew, and nothing else.
Nothing is stored, so there is nothing to drift from the events or to repair after a crash.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Mask, StageFacts, Status
from waypost.services.live.cube import Counted, Cube, Draft
from waypost.services.live.edits import Edits, edited
from waypost.services.live.journey_view import JourneyView
from waypost.services.live.parts import Part, joined
from waypost.services.live.summary import Histories
from waypost.services.live.view import View

FROM_ORDERS: Final = 50_000  # of fewer an exact report takes some ten milliseconds: nothing to gain
_KEPT: Final = 8  # cubes of pictures that somebody may still look at while others have newer ones
_SHARE: Final = 8  # when more than this part of all orders has changed unasked, making them anew is as quick
_MOST_WAITING: Final = 20_000

Cubes = Mapping[str, Cube]


class Change(NamedTuple):
    """What a refresh changed: the orders touched, with their units, before and after."""

    number: int  # of the picture that came of it
    before: Part
    after: Part


class _Made(NamedTuple):
    """The cubes of a picture, and the versions that its rows were judged by."""

    cubes: Cubes
    histories: Histories


class Rolled:
    """The cubes of one picture, found when they are first asked for."""

    def __init__(self, rollups: Rollups, number: int) -> None:
        self._rollups, self.number = rollups, number
        self._found: Cubes | None = None

    def cubes(self, view: View) -> Cubes | None:
        """The cube of every journey of orders; None of a picture with few orders, or of one overtaken long ago."""
        if self._found is None and view.n >= self._rollups.from_orders:
            self._found = self._rollups.of(view, self.number)
        return self._found


class Rollups:
    """One per live matrix; `from_orders` says from how many orders on cubes are made.

    After more than `most_waiting` changed orders, and an eighth of all, that nobody asked about they are dropped.
    """

    def __init__(self, from_orders: int = FROM_ORDERS, most_waiting: int = _MOST_WAITING) -> None:
        self.from_orders, self._most_waiting = from_orders, most_waiting
        self._making, self._noting = threading.Lock(), threading.Lock()
        self._number = 0
        self._since: int | None = None  # changes are noted from this picture on; None: nobody asked yet
        self._changes: list[Change] = []
        self._before: Part | None = None
        self._histories: Histories = []  # of the last picture
        self._made: dict[int, _Made] = {}  # by number of the picture, ascending

    @property
    def held(self) -> bool:
        """Whether anybody has asked for cubes, so that there are any."""
        return bool(self._made)

    def drop(self) -> None:
        """Make all cubes anew for whoever asks next."""
        with self._noting:
            self._forget()

    def begin(self, before: Callable[[], Part]) -> None:
        """Take down the orders that a refresh is about to change, as they are."""
        with self._noting:
            if self._before is not None:  # the last refresh broke off in the middle
                self._forget()
            self._before = before() if self._since is not None else None

    def follow(self, view: View, after: Part | None) -> Rolled:
        """Take down what became of them. Versions that only judge otherwise are looked at when somebody asks."""
        histories = histories_of(view)
        with self._noting:
            self._number += 1
            before, self._before = self._before, None
            framed = edited(self._histories, histories) is not None
            self._histories = histories
            if not framed or (before is None) != (after is None):
                self._forget()
            elif before is not None and after is not None:
                self._note(view, before, after)
            return Rolled(self, self._number)

    def _note(self, view: View, before: Part, after: Part) -> None:
        waiting = sum(change.after.n for change in self._changes) + after.n
        if waiting > max(self._most_waiting, view.n // _SHARE):
            self._forget()
        else:
            self._changes.append(Change(self._number, before, after))

    def _forget(self) -> None:
        self._since, self._changes, self._made = None, [], {}

    def of(self, view: View, number: int) -> Cubes | None:
        """The cubes of a picture; None when later ones have been made and these cannot be any more."""
        with self._making:
            with self._noting:
                if self._since is None:
                    self._since = self._number
                base = max((n for n in self._made if n <= number), default=None)
                if base is None and self._made:
                    return None
                since, held = self._since, None if base is None else self._made[base]
                changes = [] if base is None else [c for c in self._changes if base < c.number <= number]
            made = _Made(built(view), histories_of(view)) if held is None else followed(held, changes, view)
            with self._noting:
                if since == self._since and number >= since:
                    self._keep(number, made)
            return made.cubes

    def _keep(self, number: int, made: _Made) -> None:
        self._made[number] = made
        self._made = {n: self._made[n] for n in sorted(self._made)[-_KEPT:]}
        oldest = min(self._made)
        self._changes = [change for change in self._changes if change.number > oldest]


def histories_of(view: View) -> Histories:
    """The versions of the journeys of orders, by place."""
    return [each.history for each in view.journeys.values()]


def built(view: View) -> Cubes:
    """The cubes of all journeys of orders from all rows of a picture."""
    return {name: _built(each) for name, each in view.journeys.items()}


def _built(each: JourneyView) -> Cube:
    stages = each.version.journey.stages
    draft = Draft(Cube.empty(each.version.journey.zone, len(stages)))
    if each.mine.any() or each.mine_units.any():  # else projecting all rows on it would be in vain
        for place, stage in enumerate(stages):
            draft.put(place, counted(*each.facts(stage.id)))
    return draft.done()


def followed(held: _Made, changes: list[Change], view: View) -> _Made:
    """The cubes of a picture from those of an earlier one: changed orders moved, edited stages counted anew."""
    histories = histories_of(view)
    edits = edited(held.histories, histories)
    if edits is None:
        return _Made(built(view), histories)
    drafts = _moved(held.cubes, changes, histories, edits)
    for place, stages in edits.items():
        each = view.journeys[histories[place][-1].journey.id]
        draft = drafts.setdefault(place, Draft(held.cubes[each.version.journey.id]))
        for at in _places_of(each.version.journey, stages):
            draft.anew(at, counted(*each.facts(each.version.journey.stages[at].id)))
    done = {histories[place][-1].journey.id: draft.done() for place, draft in drafts.items()}
    return _Made({**held.cubes, **done}, histories)


def _moved(held: Cubes, changes: list[Change], histories: Histories, edits: Edits) -> dict[int, Draft]:
    """Drafts after these changes, by the journey's place: orders as they are added, as they were taken away."""
    drafts: dict[int, Draft] = {}
    if not changes:
        return drafts
    # Added first: what one change takes away, an earlier one may have brought.
    for sign, parts in ((1, [c.after for c in changes]), (-1, [c.before for c in changes])):
        part = joined(parts)
        for place in np.unique(part.journey[part.journey >= 0]).tolist():
            journey, each = histories[place][-1].journey, part.view_of(place, histories)
            draft = drafts.setdefault(place, Draft(held[journey.id]))
            skipped = _places_of(journey, edits.get(place, ()))
            for at, stage in enumerate(journey.stages):
                if at not in skipped:
                    draft.put(at, counted(*each.facts(stage.id)), sign)
    return drafts


def _places_of(journey: Journey, stages: Sequence[Stage]) -> set[int]:
    wanted = {stage.id for stage in stages}
    return {place for place, stage in enumerate(journey.stages) if stage.id in wanted}


def counted(facts: StageFacts, mine: Mask) -> Counted:
    """The rows of a stage that figures are made of."""
    closed, opened = np.flatnonzero(facts.measured & mine), np.flatnonzero((facts.status == Status.OPEN) & mine)
    late = facts.due_red[opened]
    warned = np.minimum(facts.due_yellow[opened], late)
    if facts.stage.gate:  # it is red for as long as it holds
        late = warned = np.full(len(opened), -NEVER)
    return Counted(facts.left[closed], facts.dwell[closed], facts.level[closed], warned, late)
