"""`waypost bench SUITE --size SIZE --rounds N`: run one suite and report it."""

from __future__ import annotations

import platform
import re
import sqlite3
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.harness import Measured, judge, noise
from waypost.domain.errors import FieldError

SUITES = ("ingest", "visible", "fold", "rebuild", "journey_edit", "kpi", "track", "pages")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
_LIMIT = 20_000_000
_PACKAGES = ("numpy", "polars", "sqlalchemy", "uvicorn", "starlette", "duckdb", "pandas")


def run_suite(suite: str, size: str, rounds: int) -> dict[str, Any]:
    """Run a suite at a size such as 100k, 1m or 10m events. Errors: FieldError naming suite or size."""
    if suite not in SUITES:
        raise FieldError("suite", f"'{suite}' is no suite.", f"Use one of: {', '.join(SUITES)}.")
    events = read_size(size)
    before = noise()
    found: Measured = import_module(f"bench.suites.{suite}").run(events, rounds)
    return {
        "suite": suite,
        "size": events,
        "rounds": rounds,
        "gates": [judge(gate, found.times) for gate in found.gates],
        "targets": {gate.name: gate.target for gate in found.gates if gate.target is not None},
        "beside": [judge(gate, found.times) for gate in found.beside],
        "skipped": dict(found.skipped),
        "facts": dict(found.facts),
        "noise": {"before": before, "after": noise()},
        "versions": _versions(),
    }


def read_size(text: str) -> int:
    """A number of events such as 5000, 100k or 1m. Errors: FieldError."""
    found = re.fullmatch(r"(\d{1,9})([km]?)", text.strip().lower())
    events = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 1 <= events <= _LIMIT:
        raise FieldError("size", f"'{text}' is no size.", "Write 100k, 1m or 10m events.")
    return events


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
