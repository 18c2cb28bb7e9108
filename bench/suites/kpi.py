"""The KPI report of one week: ours in memory, percentile_cont over a facts table in PostgreSQL, polars.

Ours is the report that pages, API and command line print: exact, for every stage of the journey,
from the live picture. The facts table holds one row per closed stage of an order, with an index on
what the query asks for; polars has the same facts in memory.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg import sql

from bench.data import END, arrivals
from bench.filled import fill
from bench.harness import Candidate, Gate, Measured, measure, timed
from waypost.domain.instants import DAY, SECOND
from waypost.services import kpi
from waypost.services.app import Waypost
from waypost.services.live import View

JOURNEY = "marketplace-parcel"
WEEK = (END - 21 * DAY, END - 14 * DAY)
POSTGRESQL = os.environ.get("WAYPOST_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
OURS, FIRST = "report in memory", "first report of a new picture"
SQL, POLARS = "percentile_cont in PostgreSQL", "polars on facts in memory"
GATES = (
    Gate("kpi.pg_percentile", "higher", OURS, SQL, 2.0, 25.0),
    Gate("kpi.polars", "higher", OURS, POLARS, 0.5, 1.0),
)
BESIDE = (Gate("kpi.pg_percentile_first", "higher", FIRST, SQL, None),)
_QUERY = """
    SELECT stage, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY dwell),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY dwell),
           count(*) FILTER (WHERE level = 1), count(*) FILTER (WHERE level = 2)
    FROM fact WHERE left_at >= %s AND left_at < %s GROUP BY stage ORDER BY stage
"""


class Line(NamedTuple):
    """One stage of a report."""

    stage: int
    n: int
    p50_s: float
    p95_s: float
    yellow: int
    red: int


def run(events: int, rounds: int) -> Measured:
    """Measure on the orders of about `events` events."""
    skipped: dict[str, str] = {}
    with TemporaryDirectory(prefix="waypost-bench-") as folder, ExitStack() as open_:
        waypost = open_.enter_context(Waypost.open(f"sqlite:///{folder}/kpi.db"))
        fill(waypost.engine, arrivals(events))
        pictures = _Pictures(waypost)
        view = pictures.fresh()
        facts = _facts(view)
        wanted = _ours(view)
        candidates: dict[str, Candidate] = {OURS: timed(lambda: _ours(view)), FIRST: pictures.first_report}
        frame = _Polars(facts)
        _assert_same(frame.report(), wanted)
        candidates[POLARS] = timed(frame.report)
        try:
            server = open_.enter_context(_Postgresql.filled(facts))
            _assert_same(server.report(), wanted)
            candidates[SQL] = timed(server.report)
        except psycopg.OperationalError as error:
            skipped["kpi.pg_percentile"] = f"PostgreSQL does not answer: {str(error).splitlines()[0]}"
        times = measure(candidates, rounds)
    gates, beside = ([g for g in gates if g.reference in times] for gates in (GATES, BESIDE))
    return Measured(times, gates, beside, skipped, {"orders": view.n, "facts": len(facts["stage"])})


class _Pictures:
    """Pictures by a clock that we move, so that each is a new one."""

    def __init__(self, waypost: Waypost) -> None:
        self._waypost, self._now = waypost, END
        waypost.clock = lambda: self._now

    def fresh(self) -> View:
        """A picture that nobody has asked anything yet."""
        self._now += 10 * SECOND
        return self._waypost.view()

    def first_report(self, _number: int) -> float:
        """The time of a report for which the stages of all orders have to be projected first."""
        view = self.fresh()
        return timed(lambda: _ours(view))(0)


def _ours(view: View) -> list[Line]:
    found = kpi.report_between(view, JOURNEY, *WEEK).stages
    lines = [Line(place, *s.summary) for place, s in enumerate(found) if s.summary.n]  # type: ignore[arg-type]
    assert lines, "no stage was closed in the week"
    return lines


def _facts(view: View) -> dict[str, Any]:
    """Every closed stage of the journey's orders as columns."""
    found = view.journeys[JOURNEY]
    parts = []
    for place, stage in enumerate(found.version.journey.stages):
        facts, mine = found.facts(stage.id)
        which = np.flatnonzero(facts.measured & mine)
        parts.append((np.full(len(which), place), facts.left[which], facts.dwell[which], facts.level[which]))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return dict(zip(("stage", "left_at", "dwell", "level"), columns, strict=True))


def _assert_same(found: list[Line], wanted: list[Line]) -> None:
    assert [(f.stage, f.n, f.yellow, f.red) for f in found] == [(w.stage, w.n, w.yellow, w.red) for w in wanted]
    for f, w in zip(found, wanted, strict=True):
        assert np.allclose([f.p50_s, f.p95_s], [w.p50_s, w.p95_s], rtol=1e-9), (f, w)


class _Polars:
    def __init__(self, facts: dict[str, Any]) -> None:
        import polars as pl

        self._pl, self._frame = pl, pl.DataFrame(facts)

    def report(self) -> list[Line]:
        """The same report: filter, group, exact percentiles."""
        pl = self._pl
        dwell, level = pl.col("dwell"), pl.col("level")
        found = (
            self._frame.lazy()
            .filter((pl.col("left_at") >= WEEK[0]) & (pl.col("left_at") < WEEK[1]))
            .group_by("stage")
            .agg(
                pl.len(),
                dwell.quantile(0.5, "linear").alias("p50") / SECOND,
                dwell.quantile(0.95, "linear").alias("p95") / SECOND,
                (level == 1).sum().alias("yellow"),
                (level == 2).sum().alias("red"),
            )
            .sort("stage")
            .collect()
        )
        return [Line(*row) for row in found.rows()]


class _Postgresql:
    """The facts in a database of their own, analysed, with an index on the instant that is asked for."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def filled(cls, facts: dict[str, Any]) -> Iterator[_Postgresql]:
        """Make the database, and drop it afterwards. Errors: psycopg.OperationalError when there is no server."""
        name = f"waypost_bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                with psycopg.connect(f"{POSTGRESQL}/{name}", autocommit=True) as connection:
                    made = cls(connection)
                    made._fill(facts)
                    yield made
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _fill(self, facts: dict[str, Any]) -> None:
        run = self._connection.execute
        run("CREATE TABLE fact (stage smallint, left_at bigint, dwell bigint, level smallint)")
        with self._connection.cursor().copy("COPY fact FROM STDIN") as copy:
            for row in zip(*(column.tolist() for column in facts.values()), strict=True):
                copy.write_row(row)
        run("CREATE INDEX fact_left ON fact (left_at) INCLUDE (stage, dwell, level)")
        run("VACUUM ANALYZE fact")

    def report(self) -> list[Line]:
        """The same report in one statement."""
        rows = self._connection.execute(_QUERY, WEEK).fetchall()
        return [Line(stage, n, p50 / SECOND, p95 / SECOND, y, r) for stage, n, p50, p95, y, r in rows]
