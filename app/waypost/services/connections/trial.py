"""Trying a connection before it runs: does the partner answer, and how would one of its orders look?

Nothing of a trial is stored: a sample is read into a database of its own that is thrown away.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from waypost.connect.contract import Pulls
from waypost.connect.errors import ConnectorError
from waypost.connect.material import Material
from waypost.domain.errors import FieldError
from waypost.domain.statement import UNMAPPED, Refusal, Statement
from waypost.journeys.document import Journey
from waypost.services.app import Waypost
from waypost.services.connections import deliver, keep, model
from waypost.services.connections.model import Source
from waypost.services.connections.pull import Meter
from waypost.services.connections.service import Connections
from waypost.services.journeys import KIND
from waypost.services.live import OrderQuery
from waypost.services.order import OrderJourney, order_journey
from waypost.services.vault import VaultError
from waypost.store import documents
from waypost.store.engine import open_engine, writing
from waypost.store.schema import metadata

PAGES = 3  # pulled at most for a sample
LOOKED_AT = 40  # orders among which the one with the most events is shown


class Tested(NamedTuple):
    """How a test call ended; without `code` it went well. `calls` made, `seconds` it took."""

    code: str | None
    problem: str
    remedy: str
    calls: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the partner let us in."""
        return self.code is None


class Sample(NamedTuple):
    """One order as it would appear, and what else came with it; `now` in us."""

    found: OrderJourney | None  # None: what came holds no order
    journey: Journey | None
    orders: int
    events: int
    unmapped: dict[str, int]  # word -> how often
    refused: list[Refusal]
    now: int


def try_out(us: Connections, source: Source) -> Tested:
    """Make the connector's test call; what goes wrong stands in the answer."""
    started, meter = time.monotonic(), Meter(us, source)
    code, problem, remedy = None, "", ""
    try:
        us.fresh(source).test(meter)
    except (ConnectorError, FieldError) as error:
        sealed = isinstance(error, VaultError)
        code = error.code if isinstance(error, ConnectorError) else "key" if sealed else "settings"
        problem, remedy = us.without_secrets(source, error.problem), us.without_secrets(source, error.remedy)
    _spend(us, source, meter)
    return Tested(code, problem, remedy, meter.calls, round(time.monotonic() - started, 2))


def sample(us: Connections, source: Source) -> Sample | None:
    """One real order as it would appear; None while a partner that only delivers has not delivered yet.

    Errors: ConnectorError, FieldError.
    """
    connector = us.fresh(source)
    kept = deliver.kept(us, source)
    if kept:
        materials: Iterator[Material] = iter(kept)
        return _shown(us, source, *_read(us, source, materials))
    if not isinstance(connector, Pulls):
        return None
    meter = Meter(us, source)
    try:
        materials = (page.material for page in islice(connector.pull(None, meter), PAGES))
        return _shown(us, source, *_read(us, source, materials))
    finally:
        _spend(us, source, meter)


def _read(us: Connections, source: Source, materials: Iterator[Material]) -> tuple[list[Statement], list[Refusal]]:
    """Statements and refusals of the first material that says anything."""
    said: list[Statement] = []
    refused: list[Refusal] = []
    for material in materials:
        for batch in keep.read(us.build(source), material, us.context(source)):
            said += batch.said
            refused += batch.refused
        if said:
            break
    return said, refused


def _shown(us: Connections, source: Source, said: list[Statement], refused: list[Refusal]) -> Sample:
    words: dict[str, int] = {}
    for item in said:
        if item.code == UNMAPPED:
            words[item.word or ""] = words.get(item.word or "", 0) + 1
    with _scratch(us.waypost) as scratch:
        scratch.submit(said).result()
        view = scratch.current()
        rows = view.orders(OrderQuery(limit=LOOKED_AT)).rows
        found = [order_journey(scratch.engine, view, row.key) for row in rows]
        best = max(found, key=lambda each: len(each.events), default=None)
        journey = view.journeys.get(best.row.journey or "") if best else None
        total = view.orders(OrderQuery(limit=1)).total
        return Sample(best, journey.version.journey if journey else None, total, len(said), words, refused, view.now)


@contextmanager
def _scratch(waypost: Waypost) -> Iterator[Waypost]:
    """An empty Waypost with the journeys in force, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="waypost-sample-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'sample.db'}")
        metadata.create_all(engine)
        for version in waypost.journeys.published():
            body, name = version.journey.as_json(), version.journey.id
            documents.publish(engine, KIND, name, body, by="sample", now=waypost.now(), base=0)
        with Waypost(engine) as scratch:
            scratch.clock = waypost.clock
            yield scratch


def _spend(us: Connections, source: Source, meter: Meter) -> None:
    with writing(us.engine) as db:
        model.change(db, source, **meter.spent())


__all__ = ["Sample", "Tested", "sample", "try_out"]
