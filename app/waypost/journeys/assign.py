"""Which journey an order takes: conditions on its attributes, the highest priority first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from waypost.domain.text import as_text
from waypost.journeys.document import Assignment, Case, Condition, Journey

UNASSIGNED = -1


def assign(attributes: pl.DataFrame, journeys: Sequence[Journey]) -> NDArray[np.int16]:
    """Per row the place of its journey in `journeys`, or UNASSIGNED; attributes are texts (see `as_text`).

    Equal priorities are settled by id, so that the result never depends on the order of loading.
    """
    chosen = np.full(attributes.height, UNASSIGNED, dtype=np.int16)
    for place in by_priority(journeys):
        free = chosen == UNASSIGNED
        chosen[free & fits(attributes, journeys[place].assign)] = place
    return chosen


def fits(attributes: pl.DataFrame, rule: Assignment | Case) -> NDArray[np.bool_]:
    """Rows for which all of `when` hold and one of `any`; attributes are texts."""
    found: NDArray[np.bool_] = _matches(attributes, rule.when) & _matches(attributes, rule.any, every=False)
    return found


def by_priority(journeys: Sequence[Journey]) -> list[int]:
    """Places in `journeys`, those that are asked first at the front."""
    return sorted(range(len(journeys)), key=lambda i: (-journeys[i].assign.priority, journeys[i].id))


def _matches(attributes: pl.DataFrame, conditions: Sequence[Condition], *, every: bool = True) -> NDArray[np.bool_]:
    if not conditions:
        return np.ones(attributes.height, dtype=bool)
    # What is not given fits no condition; null would make "one of them" unknown.
    parts = [_expression(c, attributes.schema).fill_null(False) for c in conditions]
    mask = attributes.select((pl.all_horizontal(parts) if every else pl.any_horizontal(parts)).alias("m"))
    result: NDArray[np.bool_] = mask["m"].fill_null(False).to_numpy()
    return np.broadcast_to(result, attributes.height).copy() if len(result) != attributes.height else result


def _expression(condition: Condition, columns: Mapping[str, Any]) -> pl.Expr:
    if condition.field not in columns:
        return pl.lit(condition.op in ("absent", "ne", "not_in"))
    column = pl.col(condition.field)
    if condition.op in ("present", "absent"):
        return column.is_not_null() if condition.op == "present" else column.is_null()
    if condition.op in ("gte", "lt"):
        number = column.cast(pl.Float64, strict=False)
        return number >= float(condition.value) if condition.op == "gte" else number < float(condition.value)
    values = condition.value if isinstance(condition.value, list | tuple) else [condition.value]
    inside = column.is_in([as_text(v) for v in values]).fill_null(False)
    return ~inside if condition.op in ("ne", "not_in") else inside
