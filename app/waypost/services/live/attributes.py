"""What is known of an order: its own attributes, completed by its parcels'."""

from __future__ import annotations

from typing import Any

import numpy as np

from waypost.journeys.resolve import IDX, Resolved
from waypost.services.live.table import SubjectTable
from waypost.services.live.told import NOTHING, Packed, packed, unpacked


def described(table: SubjectTable, rows: IDX, found: Resolved) -> list[Packed]:
    """Per resolved order its own attributes, then those of its parcels in the order of their ids."""
    told = table.attributes.packed
    merged = [told[row] for row in rows[found.order].tolist()]
    units = rows[found.unit[found.pairs[0]]]
    several = np.bincount(found.pairs[1], minlength=len(merged))[found.pairs[1]] > 1
    pairs = list(zip(units[~several].tolist(), found.pairs[1][~several].tolist(), strict=True))
    rest = zip(units[several].tolist(), found.pairs[1][several].tolist(), strict=True)
    for row, order in [*pairs, *sorted(rest, key=lambda pair: table.subjects[pair[0]])]:
        if told[row] is not NOTHING and set(told[row][0]).difference(merged[order][0]):
            merged[order] = packed({**unpacked(told[row]), **unpacked(merged[order])})
    return merged


def alike(one: Packed, other: Packed) -> bool:
    """Whether both say the same in the same types: 1, 1.0 and true are equal, but not the same word."""
    return one is other or (one == other and all(map(_same, one[1:], other[1:])))


def _same(one: Any, other: Any) -> bool:
    kind = type(one)
    if kind is not type(other) or kind in (list, dict):
        return False  # what is inside them may differ as well
    return kind is not float or str(one) == str(other)
