"""What is known of an order: its own attributes, completed by its parcels'."""

from __future__ import annotations

from typing import Any

import numpy as np

from waypost.journeys.resolve import IDX, Resolved
from waypost.services.live.table import SubjectTable


def described(table: SubjectTable, rows: IDX, found: Resolved) -> list[dict[str, Any]]:
    """Per resolved order its own attributes, then those of its parcels in the order of their ids."""
    merged = [table.attributes[row] for row in rows[found.order].tolist()]
    units = rows[found.unit[found.pairs[0]]]
    several = np.bincount(found.pairs[1], minlength=len(merged))[found.pairs[1]] > 1
    pairs = list(zip(units[~several].tolist(), found.pairs[1][~several].tolist(), strict=True))
    rest = zip(units[several].tolist(), found.pairs[1][several].tolist(), strict=True)
    for row, order in [*pairs, *sorted(rest, key=lambda pair: table.subjects[pair[0]])]:
        if table.attributes[row].keys() - merged[order].keys():
            merged[order] = {**table.attributes[row], **merged[order]}
    return merged


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both say the same in the same types: 1, 1.0 and true are equal, but not the same word."""
    return one is other or (one == other and all(map(_same, one.values(), (other[name] for name in one))))


def _same(one: Any, other: Any) -> bool:
    kind = type(one)
    if kind is not type(other) or kind in (list, dict):
        return False  # what is inside them may differ as well
    return kind is not float or str(one) == str(other)
