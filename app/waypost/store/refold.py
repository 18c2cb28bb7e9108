"""Folding subjects again from all their events: after retractions and corrections, and for a rebuild."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.domain.packed import pack
from waypost.domain.state import SubjectState, fold, pack_attributes, pack_promises, standing
from waypost.domain.statement import Kind
from waypost.domain.subject import Subject
from waypost.store import columns
from waypost.store.bulk import driver_rows, upsert
from waypost.store.columns import Columns
from waypost.store.details import Recorded, drop_details, drop_details_between, forget_names, keep_details
from waypost.store.directory import Directory
from waypost.store.reads import events_by_id, events_of_subjects
from waypost.store.schema import state

STATE_COLUMNS = ("subject_id", "cells", "promises", "attributes", "refold", "version")


def refold_subjects(connection: Connection, versions: Mapping[int, int], subjects: Mapping[Subject, int]) -> None:
    """Fold subjects again from all their events: the way of retractions, corrections and repairs.

    `versions` maps subject keys to the event id that caused it; `subjects` must hold the keys
    of all link targets, unknown ones are looked up.
    """
    keys = sorted(versions)
    by_subject = events_of_subjects(connection, keys)
    drop_details(connection, keys)
    forget_names(connection, by_subject)
    rows: list[tuple[Any, ...]] = []
    details: list[Recorded] = []
    for key in keys:
        stands = standing(by_subject.get(key, []))
        refold = any(e.kind != Kind.ASSERT for e in by_subject.get(key, []))
        rows.append((key, *pack(fold(by_subject.get(key, []))), refold, versions[key]))
        details.extend(Recorded(e.id, key, e) for e in stands)
    upsert(connection, state, STATE_COLUMNS, rows)
    keep_details(connection, details, _targets(connection, details, subjects))


def rebuild_between(connection: Connection, first: int, last: int, found: Columns | None = None) -> int:
    """Write the states of the subjects from key `first` up to and with `last` anew; returns how many there are.

    `found` are their events, where they are known already.

    Cells are folded as columns; only statements that say more are read as rows. Subjects of which
    anything was taken back go the long way.
    """
    if found is None:
        found = columns.read(connection, first, last)
    keys, starts = np.unique(found.subject, return_index=True)
    newest = found.id[np.append(starts[1:], len(found.id)) - 1] if len(keys) else found.id
    redo = np.unique(found.subject[found.retracts])
    plain = np.setdiff1d(keys, redo, assume_unique=True)
    drop_details_between(connection, first, last)
    _forget_states(connection, first, last, keys.tolist())
    kept = found.only(~np.isin(found.subject, redo))
    more = events_by_id(connection, kept.id[kept.more].tolist())
    versions = _not_below(connection, first, last, dict(zip(keys.tolist(), newest.tolist(), strict=True)))
    _write_plain(connection, plain.tolist(), columns.fold_cells(kept, plain), more, versions)
    if len(redo):
        refold_subjects(connection, {key: versions[key] for key in redo.tolist()}, {})
    return len(keys)


def _write_plain(
    connection: Connection, keys: list[int], cells: list[bytes], more: list[Recorded], versions: Mapping[int, int]
) -> None:
    rest: dict[int, SubjectState] = defaultdict(SubjectState)
    for item in more:
        rest[item.subject_id].add(item.said)
    nothing = SubjectState()
    rows = []
    for key, packed in zip(keys, cells, strict=True):
        other = rest.get(key, nothing)
        row = (key, packed, pack_promises(other.promises), pack_attributes(other.attributes), False, versions[key])
        rows.append(row)
    upsert(connection, state, STATE_COLUMNS, rows)
    keep_details(connection, more, _targets(connection, more, {}))


def _not_below(connection: Connection, first: int, last: int, newest: dict[int, int]) -> dict[int, int]:
    """Versions of states, each at least what it was: a version that was given out must not be given out again."""
    query = sa.select(state.c.subject_id, state.c.version).where(state.c.subject_id.between(first, last))
    for key, held in driver_rows(connection.execute(query)):
        if held > newest.get(key, held):
            newest[key] = held
    return newest


def _forget_states(connection: Connection, first: int, last: int, keys: list[int]) -> None:
    """Remove states of subjects that no event speaks of."""
    held = connection.scalars(sa.select(state.c.subject_id).where(state.c.subject_id.between(first, last)))
    for key in set(held.all()) - set(keys):
        connection.execute(sa.delete(state).where(state.c.subject_id == key))


def _targets(connection: Connection, items: Iterable[Recorded], known: Mapping[Subject, int]) -> Mapping[Subject, int]:
    """The keys of all link targets."""
    targets = {claim.to for item in items for claim in item.said.links}
    found = Directory().subject_keys(connection, [to for to in targets if to not in known])
    return {to: known[to] if to in known else found[to] for to in targets}
