"""Measuring in turn: every round runs all candidates, in rotated order, and nothing is discarded.

Absolute times move by a factor of two between quiet and busy minutes of one machine. So what is
reported is the quotient of two candidates in the same round: its least, median and greatest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple

import numpy as np

Candidate = Callable[[int], float]  # takes the number of the round, returns its time in ms
Times = Mapping[str, Sequence[float]]
_PROBES = 60
_SCANNED = 1_000_000


class Gate(NamedTuple):
    """A comparison. `higher`: how many times as fast as the reference; `lower`: how many times its time.

    `gate` is what must hold on a noisy machine, `target` what is aimed at.
    """

    name: str
    better: Literal["higher", "lower"]
    candidate: str
    reference: str
    gate: float | None
    target: float | None = None


class Measured(NamedTuple):
    """What a suite found: its gates, comparisons to read beside them, and what it left out with the reason."""

    times: Times
    gates: Sequence[Gate]
    beside: Sequence[Gate] = ()
    skipped: Mapping[str, str] = {}
    facts: Mapping[str, Any] = {}


def measure(candidates: Mapping[str, Candidate], rounds: int) -> dict[str, list[float]]:
    """Run every candidate once per round; the order moves on by one from round to round."""
    names = list(candidates)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].append(candidates[name](number))
    return times


def timed(work: Callable[[], object]) -> Candidate:
    """A candidate whose time is the time of a call."""

    def run(_number: int) -> float:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1000

    return run


def judge(gate: Gate, times: Times) -> dict[str, Any]:
    """A gate as it is printed."""
    ours, theirs = times[gate.candidate], times[gate.reference]
    pairs = zip(ours, theirs, strict=True)
    ratios = [b / a if gate.better == "higher" else a / b for a, b in pairs]
    ratio = median(ratios)
    held = gate.gate is None or (ratio >= gate.gate if gate.better == "higher" else ratio <= gate.gate)
    return {
        "name": gate.name,
        "better": gate.better,
        "candidate_ms": round(median(ours), 3),
        "reference": gate.reference,
        "reference_ms": round(median(theirs), 3),
        "ratio": round(ratio, 3),
        "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3),
        "gate": gate.gate,
        "ok": held,
    }


def noise() -> dict[str, Any]:
    """How quiet the machine is: a flush of 4 KiB, a sum over three columns, the load average."""
    flushes = _flushes()
    columns = [np.arange(_SCANNED, dtype=np.int64) for _ in range(3)]
    scans = [timed(lambda: [int(c.sum()) for c in columns])(0) for _ in range(20)]
    return {
        "fdatasync_p50_ms": round(float(np.percentile(flushes, 50)), 3),
        "fdatasync_p99_ms": round(float(np.percentile(flushes, 99)), 3),
        "scan_3x1m_ms": round(median(scans), 3),
        "load_average": round(os.getloadavg()[0], 2),
        "cpus": os.cpu_count(),
    }


def _flushes() -> list[float]:
    with TemporaryDirectory(prefix="waypost-bench-") as folder, open(Path(folder, "probe"), "wb", buffering=0) as file:

        def flush() -> None:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())

        return [timed(flush)(0) for _ in range(_PROBES)]
