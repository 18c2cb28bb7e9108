"""Which way a row takes where a journey parts: the case of every branch, and the stages behind it.

Cases are held as places in `Branch.cases`, OTHERS where none fits. Columns stand under the conditions of
their branch, so that branches of several journeys and versions that ask the same share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from waypost.journeys.assign import fits
from waypost.journeys.document import ELSE, Branch, Journey, Stage

OTHERS = -1
Mask = NDArray[np.bool_]
Cases = NDArray[np.int16]


class Behind(Protocol):
    """Rows that are read when they are needed."""

    @property
    def array(self) -> NDArray[np.intp]:
        """The rows."""
        ...

    def let_go(self) -> None:
        """Keep no copy of them."""
        ...


class Ways:
    """The cases of all branches for some rows; columns are never written into."""

    def __init__(self, columns: Mapping[str, Cases] | None = None) -> None:
        self.columns: Mapping[str, Cases] = columns or {}

    def take(self, rows: NDArray[np.intp]) -> Ways:
        """The ways of the rows given; OTHERS for a row of -1."""
        if not self.columns:
            return self
        last = np.array([OTHERS], dtype=np.int16)  # which is where -1 leads
        return Ways({key: np.concatenate([held, last])[rows] for key, held in self.columns.items()})

    def behind(self, rows: Behind) -> Ways:
        """As `take`, but each column is only made once it is asked for."""
        return Ways(_Behind(self, rows))

    def let_go(self) -> None:
        """Keep no column that was made for who asked."""
        if isinstance(self.columns, _Behind):
            self.columns.let_go()

    def upto(self, n: int) -> Ways:
        """The ways of the first `n` rows."""
        return Ways({key: held[:n] for key, held in self.columns.items()})

    def replaced(self, n: int, rows: NDArray[np.intp], columns: Mapping[str, Cases]) -> Ways:
        """These columns, `n` long, with some rows set; the rows that a column did not have yet are OTHERS."""
        found = {}
        for key, cases in columns.items():
            held = self.columns.get(key)
            column = np.full(n, OTHERS, dtype=np.int16)
            if held is not None:
                column[: len(held)] = held
            column[rows] = cases
            found[key] = column
        return Ways(found)

    def through(self, journey: Journey, stage: Stage) -> Mask | None:
        """Rows whose way leads through a stage; None when every way does."""
        if not stage.only:
            return None
        groups = [np.logical_and.reduce([self._is(journey, ref) for ref in group]) for group in stage.only]
        found: Mask = np.logical_or.reduce(groups)
        return found

    def _is(self, journey: Journey, ref: str) -> Mask:
        """Rows that take one case, such as 'customs:needed'."""
        branch_id, _, case_id = ref.partition(":")
        branch = next(branch for branch in journey.branches if branch.id == branch_id)
        place = OTHERS if case_id == ELSE else [case.id for case in branch.cases].index(case_id)
        found: Mask = self.columns[key_of(branch)] == place
        return found


class _Behind(Mapping[str, Cases]):
    def __init__(self, ways: Ways, rows: Behind) -> None:
        self._ways, self._rows = ways, rows
        self._held: dict[str, Cases] = {}

    def let_go(self) -> None:
        """Make columns anew when they are asked for."""
        self._held = {}
        self._rows.let_go()

    def __getitem__(self, key: str) -> Cases:
        if key not in self._held:
            self._held[key] = Ways({key: self._ways.columns[key]}).take(self._rows.array).columns[key]
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ways.columns)

    def __len__(self) -> int:
        return len(self._ways.columns)


def choose(attributes: pl.DataFrame, branches: Iterable[Branch]) -> dict[str, Cases]:
    """The case of every row at each branch, by `key_of` it; attributes are texts (see `as_text`)."""
    return {key: _case(attributes, branch) for key, branch in {key_of(b): b for b in branches}.items()}


def fields_of(branches: Iterable[Branch]) -> set[str]:
    """The attributes that branches ask for."""
    return {condition.field for branch in branches for case in branch.cases for condition in (*case.when, *case.any)}


def key_of(branch: Branch) -> str:
    """What a branch asks, without its names: equal texts part equal rows alike."""
    asked: list[Any] = [[[(c.field, c.op, c.value) for c in side] for side in (a.when, a.any)] for a in branch.cases]
    return orjson.dumps(asked, default=str).decode()


def same_rules(one: Journey, other: Journey, stage: Stage) -> bool:
    """Whether two versions say the same of a stage: its text, its calendar, and who takes the way through it."""
    if one.stage(stage.id) != other.stage(stage.id):
        return False
    branches = {ref.partition(":")[0] for group in stage.only for ref in group}
    return _parts(one, stage, branches) == _parts(other, stage, branches)


def _parts(journey: Journey, stage: Stage, branches: set[str]) -> tuple[Any, ...]:
    parted = {branch.id: ([case.id for case in branch.cases], key_of(branch)) for branch in journey.branches}
    return {name: parted.get(name) for name in branches}, journey.calendar(stage.calendar)


def _case(attributes: pl.DataFrame, branch: Branch) -> Cases:
    chosen = np.full(attributes.height, OTHERS, dtype=np.int16)
    free = np.ones(attributes.height, dtype=bool)
    for place, case in enumerate(branch.cases):
        mine = free & fits(attributes, case)
        chosen[mine] = place
        free &= ~mine
    return chosen
