"""The fold by columns gives exactly what the fold by rows gives, and a rebuild repairs what was damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests import pictures
from tests.histories import deliveries, histories
from tests.properties import examples
from tests.worlds import World, sqlite_copy
from waypost.domain.state import NEVER, UNDATED, fold, pack_cells
from waypost.domain.statement import Classifier, Evidence, Statement
from waypost.services import verify as verification
from waypost.services.verify import rebuild, verify
from waypost.store.columns import NO_CELL, Columns, earliest, fold_cells, pack_rows
from waypost.store.engine import writing
from waypost.store.schema import link, occurrence, promise, state, subject

US = st.one_of(st.integers(-(2**62), UNDATED), st.sampled_from([UNDATED, 0, -1]))
FACTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 255), US), max_size=60)


@examples(5)
@given(facts=FACTS)
def test_the_earliest_time_of_every_cell_stands(facts: list[tuple[int, int, int]]) -> None:
    row, cell, at = (np.array([f[i] for f in facts], dtype=np.int64) for i in range(3))
    wanted: list[dict[int, int]] = [{} for _ in range(6)]
    for r, c, us in facts:
        wanted[r][c] = min(wanted[r].get(c, NEVER), us)
    assert pack_rows(*earliest(row.astype(np.intp), cell, at, 6)) == [pack_cells(cells) for cells in wanted]


@examples(5)
@given(told=histories(taken_back=False))
def test_columns_fold_as_rows_do(told: list[Statement]) -> None:
    subjects = sorted({s.subject for s in told})
    columns = _columns(told, {key: place for place, key in enumerate(subjects)})
    wanted = [pack_cells(fold(s for s in told if s.subject == one).cells) for one in subjects]
    assert fold_cells(columns, np.arange(len(subjects))) == wanted


def _columns(told: list[Statement], keys: dict[Any, int]) -> Columns:
    """Statements as the columns that a store would be read into."""
    cells = [
        s.slot * 4 + s.evidence
        if s.slot is not None and s.classifier == Classifier.ACTUAL and s.evidence != Evidence.PREDICTED
        else NO_CELL
        for s in told
    ]
    at = [UNDATED if s.at is None else s.at for s in told]
    subjects = [keys[s.subject] for s in told]
    key, id_, cell, us = (np.array(x, dtype=np.int64) for x in (subjects, range(len(told)), cells, at))
    nothing = np.zeros(len(told), dtype=bool)
    return Columns(key, id_, cell, us, nothing, nothing)


@examples(0.2)
@given(delivery=deliveries())
def test_a_rebuild_in_small_steps_repairs_a_damaged_store(
    delivery: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told, batches = delivery
    world = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "STEP", 3)
        patch.setattr(verification, "REBUILD_STEP", 3)
        for batch in batches:
            world.store(batch)
        wanted = pictures.stored(world.engine)
        subjects = len({s.subject for s in told})
        assert verify(world.engine)[:3] == (subjects, len(told), 0)
        _damage(world)
        assert verify(world.engine).differences > 0
        assert rebuild(world.engine) == subjects
        assert verify(world.engine)[:3] == (subjects, len(told), 0)
    assert pictures.differences(pictures.stored(world.engine), wanted) == []
    world.close()


def _damage(world: World) -> None:
    with writing(world.engine) as connection:
        for table in (occurrence, promise, link):
            connection.execute(sa.delete(table))
        connection.execute(sa.update(state).values(cells=b"\x00" * 9, promises=None, attributes=None))
        first, last = connection.execute(sa.select(sa.func.min(subject.c.id), sa.func.max(subject.c.id))).one()
        connection.execute(sa.delete(state).where(state.c.subject_id == first))
        row = {"cells": b"", "refold": False, "version": 1}
        connection.execute(sa.insert(state).values(subject_id=last + 4, **row))  # a state that no event speaks of


def test_an_empty_store_needs_nothing(tmp_path: Path) -> None:
    engine = sqlite_copy(tmp_path)
    assert (rebuild(engine), verify(engine)) == (0, (0, 0, 0, []))
    engine.dispose()
