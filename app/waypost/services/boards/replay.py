"""Trying a board before it is published: all orders as they would stand, beside how they stand.

The orders are those of the live matrix, so nothing is read from the store again. Open clocks are compared
as they would run; closed stages are judged by the draft however long ago they closed, which is what somebody
who tries a target wants to know (publishing it would not recolour them).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from waypost.domain.instants import DAY
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey, Stage
from waypost.journeys.labels import Labels
from waypost.journeys.project import Level, Mask
from waypost.journeys.resolve import IDX
from waypost.kpi.summary import FAR_AWAY
from waypost.services.app import Waypost
from waypost.services.boards.sides import Codes, Figures, Stand, sides
from waypost.services.live.basis import Basis

Kind = Literal["stage", "gate", "kpi"]


class Block(NamedTuple):
    """A stage, gate or figure as drafted and as published; None where there is none of that id."""

    id: str
    kind: Kind
    name: Labels
    drafted: Figures | None
    published: Figures | None


class Move(NamedTuple):
    """An order (or return) that would stand elsewhere."""

    key: int
    ref: str
    scope: str
    before: Stand
    after: Stand


class Moves(NamedTuple):
    """A page of what would move, and how many there are in all."""

    total: int
    rows: list[Move]


class Exchange(NamedTuple):
    """Another journey, and how many orders the draft takes from it or leaves to it; None: those of no journey."""

    journey: str | None
    loses: int
    wins: int


class Replay:
    """The comparison; `n` subjects were replayed in `seconds`."""

    def __init__(self, journey: Journey, basis: Basis, places: IDX, window: tuple[int, int], now: int) -> None:
        self.journey, self.now, self.window, self.n = journey, now, window, len(places)
        self._basis, self._places = basis, places
        self.published, self.drafted = sides(basis, places, journey, now)
        self._codes: dict[str, int] = {}
        self.seconds = 0.0

    def prepare(self) -> None:
        """Compute all there is to show, so that who holds it waits for nothing more."""
        _ = self.blocks, self.outcomes, self.others, self.moved

    @cached_property
    def blocks(self) -> list[Block]:
        """Every stage, gate and figure, those of the draft first."""
        then = {stage.id: (stage, found) for stage, found in self.drafted.figures(self.journey.id, self.window)}
        held = {stage.id: (stage, found) for stage, found in self.published.figures(self.journey.id, self.window)}
        return [_block(name, then.get(name), held.get(name)) for name in dict.fromkeys([*then, *held])]

    @cached_property
    def outcomes(self) -> dict[str, tuple[int, int]]:
        """Orders of the board by status: as published, as drafted."""
        before, after = (side.outcomes(self.journey.id) for side in (self.published, self.drafted))
        return {status: (before[status], after[status]) for status in after}

    @cached_property
    def others(self) -> list[Exchange]:
        """The journeys that lose orders to the draft or win some of it."""
        before, after = (journeys for journeys, _, _ in self._coded)
        moved = before != after
        n = len(self._codes) + 1
        loses, wins = (np.bincount(side[moved], minlength=n).tolist() for side in (before, after))
        names = {0: None, **{code: name for name, code in self._codes.items()}}
        found = [Exchange(names[code], loses[code], wins[code]) for code in names if loses[code] or wins[code]]
        return sorted((each for each in found if each.journey != self.journey.id), key=lambda each: each.journey or "")

    @property
    def moved(self) -> int:
        """How many would stand elsewhere."""
        return int(self._moved.sum())

    def moves(
        self,
        limit: int = 50,
        offset: int = 0,
        *,
        stage_before: str | None = None,
        stage_after: str | None = None,
        level_before: str | None = None,
        level_after: str | None = None,
    ) -> Moves:
        """A page of what would move, the worst to be first; narrowed by stage and tier before and after."""
        found = self._moved.copy()
        asked = ((self.published, stage_before, level_before), (self.drafted, stage_after, level_after))
        for side, stage, level in asked:
            if stage is not None:
                found &= side.in_stage(stage)
            if level is not None:
                found &= side.lines.level == Level[level.upper()]
        places = np.flatnonzero(found)
        order = np.lexsort((places, self.drafted.lines.due[places], -self.drafted.lines.level[places]))
        return Moves(len(places), [self._move(place) for place in places[order][offset : offset + limit].tolist()])

    def as_json(self) -> dict[str, Any]:
        """The comparison as the API and the command line give it."""
        return {
            "board": self.journey.id,
            "orders": self.n,
            "moved": self.moved,
            "seconds": round(self.seconds, 3),
            "outcomes": {status: {"published": a, "drafted": b} for status, (a, b) in self.outcomes.items()},
            "journeys": [other._asdict() for other in self.others],
            "blocks": [_block_json(block) for block in self.blocks],
        }

    @cached_property
    def _moved(self) -> Mask:
        a, b = self.published.lines, self.drafted.lines
        found: Mask = (a.status != b.status) | (a.level != b.level)
        for before, after in zip(*self._coded, strict=True):
            found |= before != after
        return found

    @cached_property
    def _coded(self) -> tuple[tuple[Codes, Codes, Codes], tuple[Codes, Codes, Codes]]:
        return self.published.coded(self._codes), self.drafted.coded(self._codes)

    def _move(self, place: int) -> Move:
        row = int(self._basis.subject[self._places[place]])
        table = self._basis.view.table
        subject = table.subjects[row]
        stands = (side.stand(place) for side in (self.published, self.drafted))
        return Move(table.keys[row], subject.ref, subject.scope, *stands)


def replay(
    waypost: Waypost,
    board: Board | Journey,
    *,
    days: int | None = None,
    keys: Collection[int] | None = None,
    now: int | None = None,
) -> Replay:
    """What publishing a board would change at `now` (us), for the orders created in the last `days`, or all.

    `keys` narrows it to some orders. Errors: DocumentError, as compiling the board gives it.
    """
    begun = time.perf_counter()
    journey = board if isinstance(board, Journey) else compile_board(board)
    basis = waypost.live.basis(journey.subject)
    at = basis.view.now if now is None else now
    window = (-FAR_AWAY if days is None else at - days * DAY, at + 1)
    found = Replay(journey, basis, _chosen(basis, window if days is not None else None, keys), window, at)
    found.prepare()
    found.seconds = time.perf_counter() - begun
    return found


def _chosen(basis: Basis, window: tuple[int, int] | None, keys: Collection[int] | None) -> IDX:
    places = basis.known
    if window is not None:
        created = basis.created[places]
        places = places[(created >= window[0]) & (created < window[1])]
    if keys is not None:
        table = basis.view.table
        rows = [table.row_of[key] for key in keys if key in table.row_of]
        places = places[np.isin(basis.subject[places], rows)]
    return places


def _block(name: str, then: tuple[Stage, Figures] | None, held: tuple[Stage, Figures] | None) -> Block:
    stage = (then or held)[0]  # type: ignore[index]  # one of them there is
    kind: Kind = "gate" if stage.gate else "kpi" if stage.span else "stage"
    return Block(name, kind, stage.name, then and then[1], held and held[1])


def _block_json(block: Block) -> dict[str, Any]:
    sides = {"published": block.published, "drafted": block.drafted}
    told = {
        name: None if side is None else {"open": list(side.open), "closed": side.closed._asdict()}
        for name, side in sides.items()
    }
    return {"id": block.id, "kind": block.kind, "name": block.name.model_dump(), **told}
