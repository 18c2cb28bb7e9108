"""A page of a long list in order, without sorting what lies behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waypost.journeys.resolve import IDX

Key = NDArray[Any]
_WORTH = 4  # sorting all is quicker unless the list is some times longer than what is wanted


def page(places: IDX, keys: Sequence[Key], offset: int, limit: int) -> IDX:
    """`places` in order of `keys` (the weightiest first, then by place), from `offset` on."""
    if limit <= 0:
        return places[:0]
    return places[first(keys, offset + limit)[offset:]]


def first(keys: Sequence[Key], wanted: int) -> IDX:
    """The places of the smallest `wanted` rows in order: only rows that can be among them are sorted."""
    n = len(keys[0])
    if n <= _WORTH * wanted:
        return _sorted(keys)[:wanted]
    edge = np.partition(keys[0], wanted - 1)[wanted - 1]
    below, at_edge = np.flatnonzero(keys[0] < edge), np.flatnonzero(keys[0] == edge)
    head = below[_sorted([key[below] for key in keys])]
    missing = wanted - len(below)
    ties = first([key[at_edge] for key in keys[1:]], missing) if len(keys) > 1 else np.arange(missing)
    tail: IDX = at_edge[ties]
    return np.concatenate([head, tail])


def _sorted(keys: Sequence[Key]) -> IDX:
    order: IDX = np.lexsort(tuple(reversed(keys)))
    return order
