"""From events to the milestone matrix, already in memory as columns: ours, DuckDB, pandas, polars, and the scan.

All answer the same question: the earliest time per order and cell (milestone and evidence). The
scan, a sum over the three columns, is the floor that memory sets.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data import Arrivals, arrivals, statements
from bench.harness import Candidate, Gate, Measured, measure, timed
from waypost.domain.state import NEVER, fold, pack_cells
from waypost.store.columns import earliest, pack_rows

CHECKED = 10_000  # orders that are compared with a fold in plain Python
GATES = (
    Gate("fold.duckdb", "higher", "scatter-min", "DuckDB", 2.0, 8.0),
    Gate("fold.pandas", "higher", "scatter-min", "pandas", 3.0, 15.0),
    Gate("fold.scan", "lower", "scatter-min", "scan of 3 columns", 60.0, 10.0),
)
BESIDE = (
    Gate("fold.polars", "higher", "scatter-min", "polars", None),
    Gate("fold.duckdb_long", "higher", "scatter-min", "DuckDB, one row per cell", None),
    Gate("fold.packed", "lower", "scatter-min and packing", "scan of 3 columns", None),
)


def run(events: int, rounds: int) -> Measured:
    """Measure on about `events` events of `events / 12` orders."""
    _assert_as_plain_python()
    found = arrivals(events).facts
    columns = _Columns(found)
    candidates: dict[str, Candidate] = {
        "scatter-min": timed(columns.ours),
        "scatter-min and packing": timed(lambda: pack_rows(*columns.ours())),
        "scan of 3 columns": timed(columns.scan),
    }
    skipped = {}
    for name, module, peer in (
        ("DuckDB", "duckdb", _Duckdb),
        ("pandas", "pandas", _Pandas),
        ("polars", "polars", _Polars),
    ):
        try:
            candidates |= peer(columns).candidates()
        except ImportError:
            skipped[f"fold.{module}"] = f"{name} is not installed (it is a development dependency)"
    times = measure(candidates, rounds)
    gates, beside = ([g for g in gates if g.reference in times] for gates in (GATES, BESIDE))
    facts = {"orders": found.orders, "facts": found.n, "cells": int((columns.ours()[1] != NEVER).sum())}
    return Measured(times, gates, beside, skipped, facts)


class _Columns:
    def __init__(self, found: Arrivals) -> None:
        self.orders = found.orders
        self.order, self.at = found.order, found.at
        self.cell: NDArray[np.int64] = found.slot.astype(np.int64) * 4 + found.evidence

    def ours(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """The cells that occur, and the matrix of times."""
        return earliest(self.order, self.cell, self.at, self.orders)

    def scan(self) -> int:
        """Read every value once."""
        return int(self.order.sum()) + int(self.cell.sum()) + int(self.at.sum())

    def table(self) -> Any:
        """The same as an Arrow table."""
        import pyarrow as pa

        return pa.table({"o": self.order.astype(np.uint32), "c": self.cell.astype(np.uint8), "t": self.at})

    def assert_same(self, orders: Any, matrix: Any, cells: Any) -> None:
        """Compare with what a peer found: a row per order, a column per cell, NaN or null where there is none."""
        own_cells, own = self.ours()
        assert list(cells) == own_cells.tolist()
        theirs = np.full(own.shape, NEVER)
        theirs[np.asarray(orders, dtype=np.intp)] = matrix
        assert (theirs == own).all(), "a peer found another matrix"


class _Duckdb:
    def __init__(self, columns: _Columns) -> None:
        import duckdb

        self._connection = duckdb.connect()
        self._connection.register("facts", columns.table())
        cells = columns.ours()[0].tolist()
        times = ", ".join(f"min(t) FILTER (c = {cell}) AS c{cell}" for cell in cells)
        self._wide = f"SELECT o, {times} FROM facts GROUP BY o"
        found = self._query(self._wide)
        matrix = [found.column(f"c{cell}").fill_null(int(NEVER)).to_numpy() for cell in cells]
        columns.assert_same(found.column("o").to_numpy(), np.stack(matrix, axis=1), cells)

    def candidates(self) -> dict[str, Candidate]:
        """One row per order, as ours; and one row per cell, which it might like better."""
        long = "SELECT o, c, min(t) AS t FROM facts GROUP BY o, c"
        return {
            "DuckDB": timed(lambda: self._query(self._wide)),
            "DuckDB, one row per cell": timed(lambda: self._query(long)),
        }

    def _query(self, text: str) -> Any:
        return self._connection.sql(text).to_arrow_table()


class _Pandas:
    def __init__(self, columns: _Columns) -> None:
        pd: Any = import_module("pandas")  # comes without type information

        # Nullable integers: as floats, microseconds of today would be rounded.
        self._frame = pd.DataFrame(columns.table().to_pandas()).astype({"t": "Int64"})
        found = self._fold()
        columns.assert_same(found.index, found.fillna(int(NEVER)).to_numpy(), found.columns)

    def candidates(self) -> dict[str, Candidate]:
        """Grouped, then one column per cell."""
        return {"pandas": timed(self._fold)}

    def _fold(self) -> Any:
        return self._frame.groupby(["o", "c"])["t"].min().unstack()


class _Polars:
    def __init__(self, columns: _Columns) -> None:
        import polars as pl

        self._pl, self._cells = pl, columns.ours()[0].tolist()
        self._frame = pl.DataFrame(columns.table())
        found = self._fold()
        matrix = found.select(pl.col(f"c{cell}").fill_null(int(NEVER)) for cell in self._cells).to_numpy()
        columns.assert_same(found["o"].to_numpy(), matrix, self._cells)

    def candidates(self) -> dict[str, Candidate]:
        """A conditional minimum per cell."""
        return {"polars": timed(self._fold)}

    def _fold(self) -> Any:
        pl = self._pl
        times = [pl.col("t").filter(pl.col("c") == cell).min().alias(f"c{cell}") for cell in self._cells]
        return self._frame.group_by("o").agg(times)


def _assert_as_plain_python() -> None:
    """Ours equals `waypost.domain.state.fold`, whatever the order in which the events arrive, and however often."""
    found = arrivals(CHECKED * 2, seed=11, late=0.3, duplicate=0.2)
    told: list[list[Any]] = [[] for _ in range(found.orders)]
    for order, said in zip(found.order.tolist(), statements(found), strict=True):
        told[order].append(said)
    wanted = [pack_cells(fold(said).cells) for said in told]
    facts = found.facts
    again = np.concatenate([np.random.default_rng(3).permutation(facts.n), np.arange(facts.n // 2)])
    cell = facts.slot.astype(np.int64) * 4 + facts.evidence
    for which in (np.arange(facts.n), again):
        assert pack_rows(*earliest(facts.order[which], cell[which], facts.at[which], facts.orders)) == wanted
