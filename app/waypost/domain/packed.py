"""States as they are stored, and merging into them without unpacking what is not touched.

Most statements change one cell of one subject. Reading a whole state, with its promises and its
attributes, only to write it back took most of the writer's time.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from waypost.domain.state import (
    CREATED,
    UNDATED,
    Sayable,
    SubjectState,
    pack_attributes,
    pack_cells,
    pack_promises,
    unpack_attributes,
    unpack_promises,
)
from waypost.domain.statement import Classifier, Evidence

_CELL = struct.Struct("<Bq")  # as `pack_cells` writes them, in the order of their keys
_SIZE = _CELL.size
_ACTUAL, _PREDICTED = Classifier.ACTUAL, Evidence.PREDICTED  # to ask their classes takes as long as all the rest


class Packed(NamedTuple):
    """A state as it is stored; see the pack functions."""

    cells: bytes = b""
    promises: bytes | None = None
    attributes: str | None = None


def pack(state: SubjectState) -> Packed:
    """A state in its stored form; equal states give equal bytes."""
    return Packed(pack_cells(state.cells), pack_promises(state.promises), pack_attributes(state.attributes))


def merge_packed(held: Packed, said: Iterable[Sayable]) -> Packed:
    """Merge assertions into a stored state; only what they touch is unpacked, because most touch one cell."""
    cells, change = held.cells, None
    for s in said:
        if s.attributes or s.classifier != _ACTUAL or s.slot == CREATED:
            change = change or SubjectState()
            change.add(s)
        elif (slot := s.slot) is not None and (evidence := s.evidence) != _PREDICTED:
            at = s.at
            cells = merge_cell(cells, slot * 4 + evidence, UNDATED if at is None else at)
    if change is None:
        return Packed(cells, held.promises, held.attributes)
    for key, at in change.cells.items():
        cells = merge_cell(cells, key, at)
    return Packed(cells, _merge_promises(held.promises, change), _merge_attributes(held.attributes, change))


def merge_cells(cells: bytes, said: Iterable[Sayable]) -> bytes:
    """Merge assertions that speak of no more than actual times into packed cells."""
    for s in said:
        if (slot := s.slot) is not None and (evidence := s.evidence) != _PREDICTED:
            at = s.at
            cells = merge_cell(cells, slot * 4 + evidence, UNDATED if at is None else at)
    return cells


def merge_cell(blob: bytes, key: int, at: int) -> bytes:
    """Packed cells with one more time merged in: the earlier of the two stands."""
    if not blob or blob[-_SIZE] < key:  # mostly: what an order reaches next
        return blob + _CELL.pack(key, at)
    keys = blob[::_SIZE]
    place = bisect_left(keys, key)
    start = end = place * _SIZE
    if keys[place] == key:
        end += _SIZE
        if _CELL.unpack_from(blob, start)[1] <= at:
            return blob
    return blob[:start] + _CELL.pack(key, at) + blob[end:]


def _merge_promises(held: bytes | None, change: SubjectState) -> bytes | None:
    if not change.promises:
        return held
    if held is None:
        return pack_promises(change.promises)
    whole = SubjectState(promises=unpack_promises(held))
    whole.merge(SubjectState(promises=change.promises))
    return pack_promises(whole.promises)


def _merge_attributes(held: str | None, change: SubjectState) -> str | None:
    if not change.attributes:
        return held
    if held is None:
        return pack_attributes(change.attributes)
    whole = SubjectState(attributes=unpack_attributes(held))
    whole.merge(SubjectState(attributes=change.attributes))
    return pack_attributes(whole.attributes)
