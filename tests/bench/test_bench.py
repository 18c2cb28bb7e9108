"""Each suite at a tiny size: its own assertions hold, and it prints what the gates are read from. Nothing is timed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.data import STEPS, arrivals, cloudevents, statements
from bench.harness import Gate, judge, measure
from bench.results import page
from bench.run import SUITES, read_size, run_suite
from tests.support import absent
from waypost.cli.app import app
from waypost.connect.cloudevents import read_event
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.domain.vocabulary import load

NAMES = {
    "ingest": {"ingest.single64", "ingest.body100", "ingest.bulk"},
    "fold": {"fold.duckdb", "fold.pandas", "fold.scan"},
    "visible": {"visible.1", "visible.100", "visible.10k"},
    "rebuild": {"rebuild.rows"},
    "journey_edit": {"journey_edit.refold"},
    "kpi": {"kpi.pg_percentile", "kpi.polars", "kpi.growth"},
    "track": {"track.page"},
}
FIELDS = {
    "name",
    "better",
    "candidate_ms",
    "reference",
    "reference_ms",
    "ratio",
    "ratio_min",
    "ratio_max",
    "gate",
    "ok",
}


@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != "pages"])  # which is a proof of its own
def test_a_suite_is_right_and_prints_its_gates(suite: str) -> None:
    found: dict[str, Any] = json.loads(json.dumps(run_suite(suite, "2k", 1)))
    if "kpi.pg_percentile" in found["skipped"]:
        absent(found["skipped"]["kpi.pg_percentile"])
    assert (found["suite"], found["size"], found["skipped"]) == (suite, 2_000, {})
    assert {gate["name"] for gate in found["gates"]} == NAMES[suite]
    for gate in [*found["gates"], *found["beside"]]:
        assert gate.keys() == FIELDS
        assert gate["ratio_min"] <= gate["ratio"] <= gate["ratio_max"]
        assert gate["candidate_ms"] > 0 < gate["reference_ms"]
    probe = {"fdatasync_p50_ms", "fdatasync_p99_ms", "scan_3x1m_ms", "load_average", "cpus"}
    assert found["noise"]["before"].keys() == found["noise"]["after"].keys() == probe
    if suite == "ingest":
        assert all(0 < share < 2 for share in found["facts"]["load_generator_cpu_share"].values())


def test_the_command_prints_json_and_a_page_shows_it() -> None:
    done = CliRunner().invoke(app, ["bench", "fold", "--size", "1200", "--rounds", "2", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["rounds"] == 2
    shown = page([found], datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    assert "2026-03-01 12:30 UTC, 2 rounds" in shown
    for gate in found["gates"]:
        assert f"| {gate['name']} | " in shown
        assert f"{gate['ratio']:.2f} (" in shown


@pytest.mark.parametrize(("suite", "size", "field"), [("speed", "1k", "suite"), ("fold", "many", "size")])
def test_what_cannot_be_run_is_named(suite: str, size: str, field: str) -> None:
    with pytest.raises(FieldError) as error:
        run_suite(suite, size, 1)
    assert error.value.field == field


def test_sizes() -> None:
    assert [read_size(text) for text in ("5000", "100k", "1m", " 10M ")] == [5_000, 100_000, 1_000_000, 10_000_000]


def test_every_round_runs_all_in_rotated_order() -> None:
    ran: list[str] = []

    def run(name: str, number: int) -> float:
        ran.append(f"{name}{number}")
        return float(len(ran))

    times = measure({name: partial(run, name) for name in "abc"}, 3)
    assert ran == ["a0", "b0", "c0", "b1", "c1", "a1", "c2", "a2", "b2"]
    assert times == {"a": [1.0, 6.0, 8.0], "b": [2.0, 4.0, 9.0], "c": [3.0, 5.0, 7.0]}


def test_ratios_are_quotients_of_the_same_round() -> None:
    times = {"ours": [1.0, 10.0, 2.0], "floor": [2.0, 40.0, 2.0]}
    faster = judge(Gate("x", "higher", "ours", "floor", 2.5), times)
    assert (faster["ratio"], faster["ratio_min"], faster["ratio_max"], faster["ok"]) == (2.0, 1.0, 4.0, False)
    longer = judge(Gate("x", "lower", "ours", "floor", 0.5), times)
    assert (longer["ratio"], longer["ratio_min"], longer["ratio_max"], longer["ok"]) == (0.5, 0.25, 1.0, True)


def test_the_data_are_seeded_and_have_what_they_promise() -> None:
    found, again, other = arrivals(24_000), arrivals(24_000), arrivals(24_000, seed=8)
    for name in ("order", "step", "at"):
        assert np.array_equal(getattr(found, name), getattr(again, name))
    assert not np.array_equal(found.at, other.at)
    assert found.orders == 2_000
    assert 0.9 * 24_000 < found.n < 24_000
    said = statements(found)
    assert len({(s.source, s.event_id) for s in said}) < len(said)  # some come twice
    first = {s.event_id: place for place, s in reversed(list(enumerate(said)))}
    behind = sum(
        first[f"{n}-{step}"] < first.get(f"{n}-{step - 1}", 0)
        for n in range(2_000)
        for step in range(3, 12)
        if f"{n}-{step}" in first
    )
    assert behind > 0  # some come late
    assert {s.code for s in said} == {step.code for step in STEPS}


@pytest.mark.parametrize("parcels", [False, True])
def test_statements_and_their_events_on_the_wire_say_the_same(parcels: bool) -> None:
    said = statements(arrivals(2_400), 0, 500, parcels=parcels)
    read = [read_event(event, load(), now_us()) for event in cloudevents(said)]
    assert [r._replace(raw_time="", tz_source=s.tz_source) for r, s in zip(read, said, strict=True)] == said
