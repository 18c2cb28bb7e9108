"""Merging what is new into the stored states: of each, only what the statements touch is read and written.

Most statements reach a milestone and say nothing of promises and attributes, which are most of a state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from waypost.domain.packed import Packed, merge_cells, merge_packed
from waypost.domain.state import CREATED
from waypost.domain.statement import Statement
from waypost.store.bulk import select_in, truth, upsert
from waypost.store.details import Recorded
from waypost.store.refold import STATE_COLUMNS
from waypost.store.schema import state

_READ, _CELLS = ("subject_id", "cells", "refold"), ("subject_id", "cells", "refold", "version")
_Said = Mapping[int, Sequence[Statement]]


def merge_states(connection: Connection, new: Sequence[Recorded]) -> dict[int, int]:
    """Merge new statements into the states of their subjects; must run inside the writer's transaction.

    Returns the subjects that must be folded again instead, because something of them was taken back or put right,
    each with the last event of it; nothing of them is written.
    """
    said, versions, whole, redo = _by_subject(new)
    held_cells = {row[0]: row for row in select_in(connection, state, _READ, "subject_id", said.keys() - whole)}
    held = {row[0]: row for row in select_in(connection, state, STATE_COLUMNS, "subject_id", whole)}
    redo.update(key for key, row in held_cells.items() if row[2])
    redo.update(key for key, row in held.items() if row[4])
    plain = truth(connection)(False)
    # In the order of the key, so that pages are filled one after the other.
    cells = sorted(said.keys() - whole - redo)
    upsert(connection, state, _CELLS, [(*each, plain, versions[each[0]]) for each in _reached(cells, said, held_cells)])
    rest = sorted(whole - redo)
    upsert(connection, state, STATE_COLUMNS, [(*each, plain, versions[each[0]]) for each in _merged(rest, said, held)])
    return {key: versions[key] for key in redo}


def _by_subject(new: Sequence[Recorded]) -> tuple[dict[int, list[Any]], dict[int, int], set[int], set[int]]:
    """By subject what was said and the last event; subjects of which more than cells is touched, and odd ones."""
    said: dict[int, list[Any]] = {}
    versions: dict[int, int] = {}
    whole: set[int] = set()
    redo: set[int] = set()
    for id_, key, one in new:
        if key in said:
            said[key].append(one)
        else:
            said[key] = [one]
        versions[key] = id_
        if one.attributes or one.classifier or one.slot == CREATED:  # an actual time is 0
            whole.add(key)
        if one.kind:  # an assertion is 0
            redo.add(key)
    return said, versions, whole, redo


def _reached(keys: Collection[int], said: _Said, held: Mapping[int, tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
    for key in keys:
        yield key, merge_cells(held[key][1] if key in held else b"", said[key])


def _merged(keys: Collection[int], said: _Said, held: Mapping[int, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for key in keys:
        before = Packed(*held[key][1:4]) if key in held else Packed()
        yield key, *merge_packed(before, said[key])
