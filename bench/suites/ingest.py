"""Taking events in: over HTTP, one by one and in bodies of 100, and in bulk; every answer after a durable commit.

Floors: a handler that only parses the body, and the driver's own executemany on the same table,
in a database with the same settings (WAL, synchronous=FULL).
"""

from __future__ import annotations

import gc
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from bench.data import CARRIER, SHOP, WAREHOUSE, arrivals, cloudevents, statements
from bench.harness import Candidate, Gate, Measured, measure
from bench.servers import Server
from waypost.access import keys
from waypost.domain.instants import now_us
from waypost.domain.statement import Statement
from waypost.domain.subject import Subject
from waypost.services.app import Waypost
from waypost.services.verify import verify
from waypost.store.bulk import insert_new
from waypost.store.engine import open_engine, writing
from waypost.store.migrate import upgrade
from waypost.store.rows import EVENT_COLUMNS, event_rows
from waypost.store.schema import event

CLIENTS, BULK_CLIENTS = 64, 16
BODY, BATCH = 100, 10_000
SINGLES, BODIES, BULK = 8_000, 400, 50_000  # at most so many requests, bodies and bulk events per round
WARM_UP, SECONDS = 256, 120
_Noted = defaultdict[str, list[float]]
Round = Callable[[int], Sequence[Statement]]  # the statements of a round
GATES = (
    Gate("ingest.single64", "higher", "edge, 64 x 1 event", "null handler, 64 x 1 event", 0.4, 0.7),
    Gate("ingest.body100", "higher", "edge, 100-event bodies", "executemany 10k", 0.3, 0.5),
    Gate("ingest.bulk", "higher", "writer, 10k batches", "executemany 10k, bulk", 0.3, 1.0),
)
BESIDE = (
    Gate("ingest.group_commit", "higher", "edge, 64 x 1 event", "commit per request, 64 x 1 event", None),
    Gate("ingest.body100_null", "higher", "edge, 100-event bodies", "null handler, 100-event bodies", None),
    Gate("ingest.body100_commits", "higher", "edge, 100-event bodies", "executemany, a commit per 100", None),
)


def run(events: int, rounds: int) -> Measured:
    """Measure with at most `events` events per candidate and round."""
    told = _Told(events, rounds)
    with TemporaryDirectory(prefix="waypost-bench-") as folder, ExitStack() as open_:
        servers = {kind: open_.enter_context(_server(kind, folder)) for kind in ("edge", "single", "null")}
        _assert_right(servers["edge"], Path(folder), told)
        shares, used = _Noted(list), _Noted(list)
        candidates: dict[str, Candidate] = {
            "edge, 64 x 1 event": _http(servers["edge"], told.singles, CLIENTS, 1, shares, used),
            "commit per request, 64 x 1 event": _http(servers["single"], told.singles, CLIENTS, 1, shares, used),
            "null handler, 64 x 1 event": _http(servers["null"], told.singles, CLIENTS, 1, shares, used),
            "edge, 100-event bodies": _http(servers["edge"], told.bodies, BULK_CLIENTS, BODY, shares, used),
            "null handler, 100-event bodies": _http(servers["null"], told.bodies, BULK_CLIENTS, BODY, shares, used),
            "executemany 10k": _Raw(open_, f"{folder}/raw-bodies.db", told.in_bodies, BATCH),
            "executemany, a commit per 100": _Raw(open_, f"{folder}/raw-commits.db", told.in_bodies, BODY),
            "writer, 10k batches": _Bulk(open_, f"{folder}/bulk.db", told.bulk),
            "executemany 10k, bulk": _Raw(open_, f"{folder}/raw-bulk.db", told.bulk, BATCH),
        }
        times = measure(candidates, rounds)
        _assert_complete(servers["edge"], Path(folder), told, rounds)
        processes = {kind: len(server.processes()) for kind, server in servers.items()}
    facts: dict[str, Any] = {"load_generator_cpu_share": {name: round(max(found), 3) for name, found in shares.items()}}
    # What other programs on the machine take away from the servers does not count here.
    facts |= {"server_cpu_us_per_event": {name: round(median(found), 1) for name, found in used.items()}}
    facts |= {"server_processes": processes}
    facts |= {"events_per_round": {"single64": told.n_singles, "body100": told.n_bodies * BODY, "bulk": told.n_bulk}}
    return Measured(times, GATES, BESIDE, facts=facts)


class _Told:
    """The events of every round; no event is told twice to the same database, so all are new."""

    def __init__(self, events: int, rounds: int) -> None:
        self.n_singles = max(CLIENTS, min(SINGLES, events))
        self.n_bodies = max(BULK_CLIENTS, min(BODIES, events // BODY))
        self.n_bulk = max(BATCH // 10, min(BULK, events))
        needed = WARM_UP + rounds * (self.n_singles + self.n_bodies * BODY + self.n_bulk)
        found = arrivals(int(needed * 1.2) + 1_000, duplicate=0.0)
        self._said = iter(statements(found))
        self.warm_up = self._next(WARM_UP)
        self._singles = [self._next(self.n_singles) for _ in range(rounds)]
        self._in_bodies = [self._next(self.n_bodies * BODY) for _ in range(rounds)]
        self._bulk = [self._next(self.n_bulk) for _ in range(rounds)]

    def _next(self, n: int) -> list[Statement]:
        found = [said for _, said in zip(range(n), self._said, strict=False)]
        assert len(found) == n, "the generator gave too few statements"
        return found

    def singles(self, number: int) -> list[bytes]:
        """One event per body."""
        return [_body(event) for event in cloudevents(self._singles[number])]

    def bodies(self, number: int) -> list[bytes]:
        """A hundred events per body."""
        found = list(cloudevents(self._in_bodies[number]))
        return [_body(found[start : start + BODY]) for start in range(0, len(found), BODY)]

    def in_bodies(self, number: int) -> list[Statement]:
        """The same as statements."""
        return self._in_bodies[number]

    def bulk(self, number: int) -> list[Statement]:
        """What is stored in bulk."""
        return self._bulk[number]


def _body(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


@contextmanager
def _server(kind: str, folder: str) -> Iterator[Server]:
    url = f"sqlite:///{folder}/{kind}.db"
    with Waypost.open(url) as waypost:
        key, _ = keys.create(waypost.engine, "bench", ["events:write"], now_us(), "bench", rate=0)
    with Server(kind, url, key) as server:
        yield server


def _http(
    server: Server, bodies: Callable[[int], list[bytes]], clients: int, size: int, shares: _Noted, used: _Noted
) -> Candidate:
    def send(number: int) -> float:
        sent, before = bodies(number), server.cpu_s()
        found = server.load(sent, clients, SECONDS)
        after = server.cpu_s()
        shares[f"{clients} clients"].append(found["cpu_share"])
        if before is not None and after is not None:
            used[f"{server.kind}, bodies of {size}"].append(1e6 * (after - before) / (len(sent) * size))
        return float(found["seconds"]) * 1000

    return send


class _Raw:
    """The driver's executemany into the event table of a database of its own, `batch` rows per commit."""

    def __init__(self, open_: ExitStack, path: str, told: Round, batch: int) -> None:
        self._engine = open_engine(path)
        upgrade(self._engine)
        open_.callback(self._engine.dispose)
        self._told, self._batch, self._last = told, batch, 0
        self._keys: dict[Subject, int] = {}

    def __call__(self, number: int) -> float:
        rows = self._rows(self._told(number))
        gc.collect()
        start = time.perf_counter()
        for place in range(0, len(rows), self._batch):
            with writing(self._engine) as connection:
                insert_new(connection, event, EVENT_COLUMNS, rows[place : place + self._batch])
        return (time.perf_counter() - start) * 1000

    def _rows(self, said: Sequence[Statement]) -> list[tuple[Any, ...]]:
        sources = {SHOP: 1, WAREHOUSE: 2, CARRIER: 3}
        key = self._keys.setdefault
        first, self._last = self._last + 1, self._last + len(said)
        keys = [key(s.subject, len(self._keys) + 1) for s in said]
        return event_rows(said, range(first, self._last + 1), [sources[s.source] for s in said], keys, 1)


class _Bulk:
    """Our writer, batch after batch, into a database of its own: events, states, promises and the rest."""

    def __init__(self, open_: ExitStack, path: str, told: Round) -> None:
        self._waypost = open_.enter_context(Waypost.open(path))
        self._told = told

    def __call__(self, number: int) -> float:
        said = self._told(number)
        gc.collect()
        start = time.perf_counter()
        for place in range(0, len(said), BATCH):
            self._waypost.submit(said[place : place + BATCH]).result()
        return (time.perf_counter() - start) * 1000


def _assert_right(server: Server, folder: Path, told: _Told) -> None:
    """What comes in over HTTP is stored once, and its states are those that a fold from zero gives."""
    singles, rest = told.warm_up[: WARM_UP // 2], told.warm_up[WARM_UP // 2 :]
    for _ in range(2):  # the second time everything is a duplicate
        server.load([_body(event) for event in cloudevents(singles)], CLIENTS, SECONDS)
        server.load([_body(list(cloudevents(rest)))], 1, SECONDS)
        _assert_stored(folder, len(told.warm_up))


def _assert_complete(server: Server, folder: Path, told: _Told, rounds: int) -> None:
    _assert_stored(folder, len(told.warm_up) + rounds * (told.n_singles + told.n_bodies * BODY))


def _assert_stored(folder: Path, events: int) -> None:
    with Waypost.open(f"sqlite:///{folder}/edge.db") as waypost:
        found = verify(waypost.engine)
        with waypost.engine.connect() as connection:
            distinct = connection.scalar(sa.select(sa.func.count()).select_from(event))
    assert (found.differences, found.events, distinct) == (0, events, events), (found, distinct, events)
