"""The KPI report of one week over all stages: ours, and percentile_cont over a facts table in PostgreSQL.

Ours is the report that pages, API and command line print, from the rollups that stand beside the live
picture; beside it the exact one, which counts rows. The facts table holds one row per closed stage of an
order, with an index on what the query asks for; polars has the same facts in memory. The same report on a
tenth of the orders says how it grows.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg import sql

from bench.data import END, SHOP, arrivals
from bench.filled import fill
from bench.harness import Candidate, Gate, Measured, measure, timed
from waypost.domain.instants import DAY, SECOND
from waypost.domain.statement import Statement
from waypost.domain.subject import Subject, SubjectKind
from waypost.domain.vocabulary import load
from waypost.kpi.buckets import WITHIN_PERCENT
from waypost.services import kpi
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.services.live.rollups import built
from waypost.services.rollup_check import compare_rollups

JOURNEY = "marketplace-parcel"
WEEK = (END - 21 * DAY, END - 14 * DAY)
POSTGRESQL = os.environ.get("WAYPOST_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
OURS, TENTH, EXACT = "report from rollups", "report from rollups, a tenth of the orders", "exact report from rows"
MAKING, FOLLOWING = "rollups made anew", "report after 100 orders changed"
SQL, POLARS = "percentile_cont in PostgreSQL", "polars on facts in memory"
# How many times as fast as SQL per million events, since ours does not grow with them; 500 is what 10m must show.
PER_MILLION, MOST = 100, 500.0
GROWTH = Gate("kpi.growth", "lower", OURS, TENTH, 2.0, 1.2)
BESIDE = (
    Gate("kpi.pg_percentile_exact", "higher", EXACT, SQL, None),
    Gate("kpi.rollups_exact", "higher", OURS, EXACT, None),
    Gate("kpi.pg_percentile_anew", "higher", MAKING, SQL, None),
    Gate("kpi.pg_percentile_following", "higher", FOLLOWING, SQL, None),
)
STEP = 200_000  # facts that are handed to PostgreSQL at a time
REPEATS = 50  # of ours in a round, which is too quick to be timed once
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
        small = open_.enter_context(_Scene.filled(f"{folder}/tenth.db", max(1, events // 10)))
        scene = open_.enter_context(_Scene.filled(f"{folder}/kpi.db", events))
        facts, wanted = _facts(scene.view), _report(scene.view, exact=True)
        _assert_near(_report(scene.view), wanted)
        _assert_near(_report(small.view), _report(small.view, exact=True))
        frame = _Polars(facts)
        _assert_same(frame.report(), wanted)
        candidates = {
            OURS: _often(lambda: _report(scene.view)), TENTH: _often(lambda: _report(small.view)),
            EXACT: timed(lambda: _report(scene.view, exact=True)), MAKING: timed(lambda: built(scene.view)),
            FOLLOWING: scene.report_after_changes, POLARS: timed(frame.report),
        }  # fmt: skip
        try:
            server = open_.enter_context(_Postgresql.filled(facts))
            _assert_same(server.report(), wanted)
            candidates[SQL] = timed(server.report)
        except psycopg.OperationalError as error:
            skipped["kpi.pg_percentile"] = f"PostgreSQL does not answer: {str(error).splitlines()[0]}"
        times = measure(candidates, rounds)
        assert compare_rollups(scene.waypost.current()).differences == []
    target = min(MOST, PER_MILLION * events / 1_000_000)
    gates = (
        Gate("kpi.pg_percentile", "higher", OURS, SQL, target / 2, target),
        Gate("kpi.polars", "higher", OURS, POLARS, 4.0, 20.0),
        GROWTH,
    )
    found, beside = ([g for g in some if g.reference in times] for some in (gates, BESIDE))
    return Measured(times, found, beside, skipped, {"orders": scene.view.n, "facts": len(facts["stage"])})


class _Scene:
    """A store of many orders that makes rollups of however few, and its picture."""

    def __init__(self, waypost: Waypost, orders: int) -> None:
        self.waypost, self._orders, self._now = waypost, orders, END
        waypost.clock = lambda: self._now
        waypost.live.rollups.from_orders = 0
        self.view = waypost.current()

    @classmethod
    @contextmanager
    def filled(cls, path: str, events: int) -> Iterator[_Scene]:
        """Make the store."""
        with Waypost.open(f"sqlite:///{path}") as waypost:
            found = arrivals(events)
            fill(waypost.engine, found)
            yield cls(waypost, found.orders)

    def report_after_changes(self, number: int) -> float:
        """The time of the first report of a picture in which 100 orders have changed."""
        self._now += 10 * SECOND
        places = [(number * 100 + place) % self._orders for place in range(100)]
        self.waypost.submit([_noted(place, number, self._now) for place in places]).result(60)
        view = self.waypost.current()
        return timed(lambda: _report(view))(0)


def _noted(place: int, number: int, at: int) -> Statement:
    """An order is paid again: its times stay as they are, and its rows are counted anew."""
    subject, code = Subject(SubjectKind.ORDER, f"B{place:08d}"), "payment.captured"
    return Statement(SHOP, f"again-{number}-{place}", subject, code, load().slot_of(code), at, None, at)


def _often(work: Callable[[], object]) -> Candidate:
    """A candidate whose time is the mean of many calls."""
    once = timed(lambda: [work() for _ in range(REPEATS)])
    return lambda number: once(number) / REPEATS


def _report(view: View, *, exact: bool = False) -> list[Line]:
    found = kpi.report_between(view, JOURNEY, *WEEK, exact=exact)
    assert (found.within_percent is None) == exact
    lines = [Line(place, *s.summary) for place, s in enumerate(found.stages) if s.summary.n]  # type: ignore[arg-type]
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
    _assert_near(found, wanted, within=1e-9)


def _assert_near(found: list[Line], wanted: list[Line], within: float = WITHIN_PERCENT / 100) -> None:
    assert [(f.stage, f.n, f.yellow, f.red) for f in found] == [(w.stage, w.n, w.yellow, w.red) for w in wanted]
    for f, w in zip(found, wanted, strict=True):
        assert np.allclose([f.p50_s, f.p95_s], [w.p50_s, w.p95_s], rtol=within, atol=0), (f, w)


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
        import polars as pl

        frame = pl.DataFrame(facts)
        with self._connection.cursor().copy("COPY fact FROM STDIN (FORMAT csv)") as copy:
            for start in range(0, frame.height, STEP):
                copy.write(frame.slice(start, STEP).write_csv(include_header=False))
        run("CREATE INDEX fact_left ON fact (left_at) INCLUDE (stage, dwell, level)")
        run("VACUUM ANALYZE fact")

    def report(self) -> list[Line]:
        """The same report in one statement."""
        rows = self._connection.execute(_QUERY, WEEK).fetchall()
        return [Line(stage, n, p50 / SECOND, p95 / SECOND, y, r) for stage, n, p50, p95, y, r in rows]
