"""Folding subjects again from all their events: after retractions and corrections, and for a rebuild."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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
from waypost.store.reads import events_by_id, events_of_subjects, last_version
from waypost.store.schema import state

STATE_COLUMNS = ("subject_id", "cells", "promises", "attributes", "refold", "version")
_CONTENT = sa.select(state.c.subject_id, state.c.version, state.c.cells, state.c.promises, state.c.attributes)
Content = tuple[bytes, bytes | None, str | None]


class _Versions(NamedTuple):
    """Versions of states that are written anew: whoever has read a state that changes must come to read it again."""

    of: Mapping[int, int]
    before: Mapping[int, Content]
    fresh: int

    def after(self, key: int, content: Content) -> int:
        """The version of a state that now has this content."""
        return self.of[key] if self.before.get(key) == content else self.fresh


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
    versions = _versions(connection, first, last, dict(zip(keys.tolist(), newest.tolist(), strict=True)))
    drop_details_between(connection, first, last)
    _forget_states(connection, first, last, keys.tolist())
    kept = found.only(~np.isin(found.subject, redo))
    more = events_by_id(connection, kept.id[kept.more].tolist())
    _write_plain(connection, plain.tolist(), columns.fold_cells(kept, plain), more, versions)
    if len(redo):
        refold_subjects(connection, {key: versions.of[key] for key in redo.tolist()}, {})
        _raise_changed(connection, redo.tolist(), versions)
    return len(keys)


def _write_plain(
    connection: Connection, keys: list[int], cells: list[bytes], more: list[Recorded], versions: _Versions
) -> None:
    rest: dict[int, SubjectState] = defaultdict(SubjectState)
    for item in more:
        rest[item.subject_id].add(item.said)
    nothing = SubjectState()
    rows = []
    for key, packed in zip(keys, cells, strict=True):
        other = rest.get(key, nothing)
        content = (packed, pack_promises(other.promises), pack_attributes(other.attributes))
        rows.append((key, *content, False, versions.after(key, content)))
    upsert(connection, state, STATE_COLUMNS, rows)
    keep_details(connection, more, _targets(connection, more, {}))


def _raise_changed(connection: Connection, keys: list[int], versions: _Versions) -> None:
    """Give what a refolding changed the version that readers look for."""
    read = driver_rows(connection.execute(_CONTENT.where(state.c.subject_id.in_(keys))))
    changed = [key for key, _, *content in read if versions.of[key] != versions.after(key, _plain(*content))]
    if changed:
        connection.execute(sa.update(state).where(state.c.subject_id.in_(changed)).values(version=versions.fresh))


def _plain(cells: Any, promises: Any, attributes: str | None) -> Content:
    """The content of a state, whatever a driver makes of bytes."""
    return bytes(cells), promises and bytes(promises), attributes


def _versions(connection: Connection, first: int, last: int, newest: dict[int, int]) -> _Versions:
    before: dict[int, Content] = {}
    held = _CONTENT.where(state.c.subject_id.between(first, last))
    for key, version, *content in driver_rows(connection.execute(held)):
        before[key] = _plain(*content)
        if version > newest.get(key, version):
            newest[key] = version  # one that was given out must not be given out again
    return _Versions(newest, before, last_version(connection) + 1)


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
