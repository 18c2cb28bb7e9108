"""`project(cells, journey, now)`: per subject and stage entered, left, dwell, due and level.

A pure function of the matrix, the document and the clock. Binding a journey or editing a target
touches no event. Policies, each with its reason:

* A stage whose end is missing while a later milestone was seen is PASSED: a scan was missed, so
  its clock must not run on.
* A stage that was left before it was entered has dwell 0 and the flag out_of_sequence.
* "Happened, time not given" closes a stage, but gives no dwell to count.
* A stage that a row's way does not lead through is SKIPPED: it has no clock, and having been seen
  there says nothing about the stages before it.
* A gate is red for as long as it holds, and stays so where its end came all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from waypost.domain.state import promise_key
from waypost.domain.statement import Classifier
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.calendar import Calendar
from waypost.journeys.cells import ABSENT, I64, NEVER, Cells, times
from waypost.journeys.document import Journey, Stage, Target
from waypost.journeys.ways import Ways
from waypost.journeys.worktime import after, worked

CODES_FROM = 64  # behind the slots of milestones
Mask = NDArray[np.bool_]
Amend = Callable[["StageFacts"], None]


class Status(IntEnum):
    """Where a subject stands with a stage."""

    PENDING = 0
    OPEN = 1
    DONE = 2
    PASSED = 3  # a later milestone was seen; the end of this stage was not scanned
    ENDED = 4  # the journey ended before the stage did
    SKIPPED = 5  # no stage of this row's way


class Level(IntEnum):
    """Tier of a stage."""

    OK = 0
    YELLOW = 1
    RED = 2


@dataclass(slots=True)
class StageFacts:
    """One stage of all rows; instants and dwell in us, NEVER / -1 where there is none.

    With a calendar the dwell is working time.
    """

    stage: Stage
    status: NDArray[np.int8]
    entered: I64
    left: I64
    dwell: I64
    due_yellow: I64
    due_red: I64
    level: NDArray[np.int8]
    out_of_sequence: Mask

    @property
    def measured(self) -> Mask:
        """Rows that count in the KPI: entered and left, both with a time; only those have a dwell."""
        counted: Mask = self.dwell >= 0
        return counted

    def skip(self, rows: Mask | NDArray[np.intp]) -> None:
        """Make this no stage of some rows' ways."""
        self.status[rows], self.level[rows], self.dwell[rows] = Status.SKIPPED, Level.OK, -1
        self.entered[rows] = self.left[rows] = self.due_yellow[rows] = self.due_red[rows] = NEVER
        self.out_of_sequence[rows] = False


class Projection:
    """All stages of all rows, each computed when it is first asked for: most readers want one or two.

    `amend` may put right the facts of a stage before they are given out. The columns of `cells`
    must not be written into any more. `ways` holds the cases that the rows take at the journey's branches.
    """

    def __init__(
        self, cells: Cells, journey: Journey, now: int, amend: Amend | None = None, ways: Ways | None = None
    ) -> None:
        self.journey = journey
        self._cells, self._now, self._amend = cells, now, amend
        self._ways = ways or Ways()
        self._held: dict[str, StageFacts] = {}

    @property
    def stages(self) -> list[StageFacts]:
        """The facts of all stages, in the order of the document."""
        return [self.facts(stage.id) for stage in self.journey.stages]

    def facts(self, stage_id: str) -> StageFacts:
        """The facts of a stage by id."""
        held = self._held.get(stage_id)
        if held is None:
            stage = next(stage for stage in self.journey.stages if stage.id == stage_id)
            held = _facts(self._cells, self.journey, stage, self._status(stage), self._now)
            if self._amend is not None:
                self._amend(held)
            self._held[stage_id] = held
        return held

    @cached_property
    def current(self) -> NDArray[np.int16]:
        """The place in `journey.path` of the stage a row is in; len(path) once all are behind it."""
        behind = [end | later for end, later in zip(self._ends, self._later, strict=True)]
        for place, through in enumerate(self._through):
            if through is not None:
                behind[place] = behind[place] | ~through
        current = np.full(self._cells.n, len(behind), dtype=np.int16)
        for place in reversed(range(len(behind))):
            current[~behind[place]] = place
        return current

    @cached_property
    def finished(self) -> Mask:
        """Rows that reached the end of the last stage of their way."""
        return self.at_last(self._ends.__getitem__)

    def at_last(self, told: Callable[[int], Mask]) -> Mask:
        """What `told` says of the last stage on each row's own way; it is asked by places in `journey.path`."""
        place = len(self._through) - 1
        if self._through[place] is None:
            return told(place)
        found, ahead = np.zeros(self._cells.n, dtype=bool), np.ones(self._cells.n, dtype=bool)
        while place >= 0 and ahead.any():
            through = self._through[place]
            here = ahead if through is None else ahead & through
            found |= here & told(place)
            ahead = ahead & ~here
            place -= 1
        return found

    @cached_property
    def outcome(self) -> NDArray[np.int16]:
        """The place in `journey.exits` of the exit that ended the journey, or -1."""
        outcome = np.full(self._cells.n, -1, dtype=np.int16)
        for place in reversed(range(len(self.journey.exits))):
            outcome[reached(self._cells, (self.journey.exits[place].milestone,))] = place
        outcome[self.finished] = -1
        return outcome

    def through(self, stage: Stage) -> Mask | None:
        """Rows whose way leads through a stage; None when every way does."""
        return self._ways.through(self.journey, stage)

    @cached_property
    def _through(self) -> list[Mask | None]:
        return [self.through(stage) for stage in self.journey.path]

    @cached_property
    def _ends(self) -> list[Mask]:
        """Per stage of the path: rows that reached its end and came through it."""
        return self._on_the_way([reached(self._cells, stage.end) for stage in self.journey.path])

    def _on_the_way(self, seen: list[Mask]) -> list[Mask]:
        return [m if through is None else m & through for m, through in zip(seen, self._through, strict=True)]

    @cached_property
    def _later(self) -> list[Mask]:
        """Per stage of the path: rows that were seen beyond it."""
        starts = self._on_the_way([reached(self._cells, stage.start) for stage in self.journey.path])
        later = [self.finished]
        for start, end in zip(reversed(starts[1:]), reversed(self._ends[1:]), strict=True):
            later.append(later[-1] | start | end)
        return later[::-1]

    def _status(self, stage: Stage) -> NDArray[np.int8]:
        begun, closed = reached(self._cells, stage.start), reached(self._cells, stage.end)
        # Stages share milestones: the start of the next one is the end of this one, which closes
        # it before anything later is looked at.
        later = self.finished if stage.span else self._later[self.journey.path.index(stage)]
        exited = self.outcome >= 0
        status = np.where(begun, np.int8(Status.OPEN), np.int8(Status.PENDING))
        status[begun & exited] = Status.ENDED
        status[later] = Status.PASSED
        status[closed] = Status.DONE
        through = self.through(stage)
        if through is not None:
            status[~through] = Status.SKIPPED
        return status


def project(
    cells: Cells, journey: Journey, now: int, amend: Amend | None = None, ways: Ways | None = None
) -> Projection:
    """Project effective rows on a journey at an instant (us); where it parts, `ways` says who goes where."""
    return Projection(cells, journey, now, amend, ways)


def slots_of(milestones: tuple[str, ...]) -> list[int]:
    """Slots of milestones by id; event codes have places behind them (`code_slot`)."""
    vocabulary = load_vocabulary()
    found = (vocabulary.milestone(name) for name in milestones)
    slots = (
        code_slot(name) if milestone is None else milestone.slot
        for name, milestone in zip(milestones, found, strict=True)
    )
    return [slot for slot in slots if slot is not None]


def code_slot(code: str) -> int | None:
    """The place of an event code in columns that hold codes beside milestones; never stored. None when unknown."""
    return _code_slots().get(code)


@cache
def _code_slots() -> dict[str, int]:
    return {event.code: CODES_FROM + place for place, event in enumerate(load_vocabulary().events)}


def reached(cells: Cells, milestones: tuple[str, ...]) -> Mask:
    """Rows that reached any of some milestones, whether or not a time was given."""
    seen = np.zeros(cells.n, dtype=bool)
    for slot in slots_of(milestones):
        if slot in cells.slots:
            seen |= cells.slots[slot] != ABSENT
    return seen


def _first(cells: Cells, milestones: tuple[str, ...]) -> I64:
    first = np.full(cells.n, NEVER)
    for slot in slots_of(milestones):
        if slot in cells.slots:
            np.minimum(first, times(cells.slots[slot]), out=first)
    return first


def _facts(cells: Cells, journey: Journey, stage: Stage, status: NDArray[np.int8], now: int) -> StageFacts:
    entered, left = _first(cells, stage.start), _first(cells, stage.end)
    calendar = journey.calendar(stage.calendar)
    closed = status == Status.DONE
    known = closed & (entered != NEVER) & (left != NEVER)
    backwards = known & (left < entered)
    ran = left - entered if calendar is None else worked(calendar, left) - worked(calendar, entered)
    dwell = np.where(known, np.maximum(ran, 0), -1)
    due_yellow, due_red = _due(cells, stage.target, entered, calendar)
    level = _level(stage.target, status, left, due_yellow, due_red, now)
    if stage.gate:
        due_red = entered.copy()
        held = (status == Status.OPEN) | (closed & reached(cells, stage.start))
        level = np.where(held, np.int8(Level.RED), np.int8(Level.OK))
    facts = StageFacts(stage, status, entered, left, dwell, due_yellow, due_red, level, backwards)
    if stage.only:
        facts.skip(status == Status.SKIPPED)
    return facts


def _due(cells: Cells, target: Target, entered: I64, calendar: Calendar | None) -> tuple[I64, I64]:
    if target.basis == "promise":
        promised = _promised(cells, target)  # an instant that was named to the customer: no hours move it
        return _shift(promised, target.yellow), _shift(promised, target.red)
    if calendar is None:
        return _shift(entered, target.yellow), _shift(entered, target.red)
    never = np.full(len(entered), NEVER)
    yellow, red = (never if limit is None else after(calendar, entered, limit) for limit in (target.yellow, target.red))
    return yellow, red


def _promised(cells: Cells, target: Target) -> I64:
    """The last instant that keeps the promise; a promised day ends at its last microsecond."""
    (slot,) = slots_of((target.milestone,))
    held = cells.promises.get(promise_key(slot, Classifier.PLANNED, latest=target.promise == "latest"))
    if held is None:
        return np.full(cells.n, NEVER)
    at, until = held
    return np.where(until == NEVER, NEVER, np.where(until > at, until - 1, until))


def _shift(base: I64, offset: int | None) -> I64:
    if offset is None:
        return np.full(len(base), NEVER)
    return np.where(base == NEVER, NEVER, base + offset)  # a sum that wraps around is not taken


def _level(
    target: Target, status: NDArray[np.int8], left: I64, due_yellow: I64, due_red: I64, now: int
) -> NDArray[np.int8]:
    open_, closed = status == Status.OPEN, (status == Status.DONE) & (left != NEVER)
    seen = np.where(open_, now, np.where(closed, left, np.int64(-1)))
    level = np.zeros(len(status), dtype=np.int8)
    # A warning ahead of a promise is for open stages; a delivery before the promise is on time.
    ahead = target.basis == "promise" and target.yellow is not None and target.yellow < 0
    level[(seen > due_yellow) & (open_ if ahead else (open_ | closed))] = Level.YELLOW
    level[(seen > due_red) & (open_ | closed)] = Level.RED
    return level
