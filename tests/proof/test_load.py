"""A million open orders, a hundred people who look, and events that come in meanwhile: `make proof-load`.

ORDERS (1,000,000) open orders in a store; SESSIONS (100) live tabs on the control tower of a console process, each
refreshing as the page says; an edge process of its own takes RATE (340) events a second for MINUTES (10). ENGINE
is postgresql or sqlite. It prints a line of JSON with all figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bench.console import Process, Tabs, open_orders, people, serving, sign_in, slope_per_minute
from bench.filled import fill
from bench.servers import ROOT
from tests.running import make_key
from waypost.domain.instants import now_us
from waypost.domain.packed import Packed, pack
from waypost.domain.state import fold, unpack_cells
from waypost.domain.statement import Evidence
from waypost.domain.vocabulary import load
from waypost.services.app import Waypost
from waypost.store import reads
from waypost.store.engine import open_engine
from waypost.store.schema import event, state, subject

pytestmark = pytest.mark.slow
ORDERS = int(os.environ.get("ORDERS", "1000000"))
SESSIONS = int(os.environ.get("SESSIONS", "100"))
MINUTES = float(os.environ.get("MINUTES", "10"))
RATE = float(os.environ.get("RATE", "340"))
ENGINE = os.environ.get("ENGINE", "postgresql")
LIMIT_MS, SLOPE_PERCENT = 300.0, 1.0
WARM_S, SAMPLE_S = min(120.0, MINUTES * 20), 1.0
LONG_MINUTES = 5  # in less time no growth can be told from the warming up
STEP = 5_000


def test_many_look_while_events_come_in(request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue("pg_url" if ENGINE == "postgresql" else "sqlite_url")
    with Waypost.open(url) as waypost:
        names = people(waypost, 10)
        fill(waypost.engine, filled := open_orders(ORDERS, now_us()), parcels=True)
    key, orders, seconds = make_key(url), filled.orders, MINUTES * 60
    del filled  # the servers need the memory
    with serving(url, "edge") as edge, serving(url, "console") as console:
        cookies = [sign_in(console.port, name) for name in names]
        before = {"console": console.cpu_s(), "edge": edge.cpu_s()}
        with sampled({"console": console, "edge": edge}) as samples, _events(edge.port, key, seconds, orders) as events:
            tabs = Tabs(port=console.port, cookies=cookies, tabs=SESSIONS, seconds=seconds, warm=WARM_S, spread=10.0)
            looked = tabs.report()
            sent = events()
        used = {"console": console.cpu_s(), "edge": edge.cpu_s()}
    took = samples["console"][-1][0]
    slopes = {name: round(slope_per_minute(_warm(found)) * 100, 2) for name, found in samples.items()}
    found = {
        "orders": ORDERS, "engine": ENGINE, "minutes": MINUTES, "console_start_s": round(console.start_s, 1),
        "looked": looked, "sent": sent, "generator_cpu_share": round(looked["cpu_share"] + sent["cpu_share"], 3),
        "server_cpu_share": {name: round((used[name] - before[name]) / took, 3) for name in used},
        "rss_mb": {name: round(each[-1][1]) for name, each in samples.items()},
        "rss_percent_per_minute": slopes, "kept": _kept(url, orders),
    }  # fmt: skip
    print("\n" + json.dumps(found))
    assert_nothing_lost(found)
    assert (looked["broken"], looked["exceptions"], looked["silent_tabs"]) == ([], 0, 0)
    assert looked["p95_ms"] <= LIMIT_MS
    if MINUTES >= LONG_MINUTES:
        assert max(slopes.values()) < SLOPE_PERCENT


def assert_nothing_lost(found: dict[str, Any]) -> None:
    """Every event was acknowledged, is there exactly once, and counts in the states."""
    sent, kept, wanted = found["sent"], found["kept"], int(RATE * MINUTES * 60)
    assert (sent["acknowledged"], sent["once"]) == (wanted, wanted)
    assert (kept["events"], kept["ids"]) == (wanted, wanted)
    assert kept["differences"] == 0
    assert kept["subjects"] > 0


def _warm(samples: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [each for each in samples if each[0] >= WARM_S]


@contextmanager
def sampled(processes: dict[str, Process]) -> Iterator[dict[str, list[tuple[float, float]]]]:
    """Resident memory (seconds since now, MB) of processes, once a second as long as the block runs."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in processes}
    start, over = time.monotonic(), threading.Event()

    def look() -> None:
        while not over.wait(SAMPLE_S):
            for name, process in processes.items():
                found[name].append((time.monotonic() - start, process.rss_mb()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


@contextmanager
def _events(port: int, key: str, seconds: float, orders: int) -> Iterator[Any]:
    """A sender of events; what it gives waits for the end and returns the report."""
    arguments = [str(port), key, str(RATE), str(seconds), str(orders)]
    sender = subprocess.Popen(
        [sys.executable, "-m", "bench.steady", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )

    def report() -> dict[str, Any]:
        said, _ = sender.communicate(timeout=seconds + 120)
        assert sender.returncode == 0, "the sender failed; its error stands above"
        answer: dict[str, Any] = json.loads(said)
        return answer

    try:
        yield report
    finally:
        if sender.poll() is None:
            sender.kill()
            sender.communicate()


def _kept(url: str, orders: int) -> dict[str, int]:
    """What the store holds of the events sent, and how many states do not agree with them.

    Orders that began meanwhile have all their events, so their states are folded from zero. The others were
    filled without events: their states must hold what was sent.
    """
    engine = open_engine(url)
    with engine.connect() as connection:
        mine = event.c.event_id.like("load-%")
        columns = (sa.func.count(), sa.func.count(sa.distinct(event.c.event_id)))
        events, ids = connection.execute(sa.select(*columns).where(mine)).one()
        told = connection.execute(sa.select(event.c.subject_id).where(mine).distinct()).scalars().all()
        begun = set(connection.execute(sa.select(subject.c.id).where(subject.c.ref.like("L%"))).scalars())
        different = sum(_different(connection, sorted(told)[at : at + STEP], begun) for at in range(0, len(told), STEP))
    engine.dispose()
    return {"events": events, "ids": ids, "subjects": len(told), "begun": len(begun), "differences": different}


def _different(connection: Connection, keys: list[int], begun: set[int]) -> int:
    said = reads.events_of_subjects(connection, keys)
    rows = connection.execute(sa.select(state).where(state.c.subject_id.in_(keys))).mappings()
    held = {row["subject_id"]: row for row in rows}
    return sum(not _agrees(said[key], held.get(key), key in begun) for key in keys)


def _agrees(said: list[Any], held: Any, whole: bool) -> bool:
    if held is None:
        return False
    promises = held["promises"]
    if whole:
        return Packed(bytes(held["cells"]), promises and bytes(promises), held["attributes"]) == pack(fold(said))
    cells = unpack_cells(bytes(held["cells"]))
    scanned = {load().slot_of(each.code): each.at for each in said}
    return all(cells[slot * 4 + Evidence.SCANNED] <= at for slot, at in scanned.items() if slot is not None)
