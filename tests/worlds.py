"""A Waypost of one test: a database and a clock of its own; events go in the way partners send them."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.domain.instants import SECOND, read_moment
from waypost.domain.statement import Refusal, Statement
from waypost.domain.subject import Subject, SubjectKind, read_subject
from waypost.domain.vocabulary import load
from waypost.journeys.project import StageFacts, Status
from waypost.services import ingest, kpi
from waypost.services.journeys import Journeys
from waypost.services.kpi_report import StageReport
from waypost.services.live import Live, View
from waypost.services.live.query import OrderRow
from waypost.store.engine import open_engine, writing
from waypost.store.group import Receipt
from waypost.store.migrate import upgrade
from waypost.store.schema import metadata
from waypost.store.writer import Writer

MARKETPLACE = "marketplace-parcel"
SHOP, CARRIER = "shop.example", "carrier.example"
NOW = "2026-03-20T00:00:00Z"
_number = itertools.count(1)


def us(text: str, zone: str | None = None) -> int:
    """An instant in us."""
    at = read_moment(text, zone, "test").at
    assert at is not None
    return at


def said(subject: str, code: str, time: str | None = None, by: str = SHOP, id: str = "", **data: Any) -> dict[str, Any]:
    """One CloudEvent as a partner sends it; without `time` an undated statement."""
    event = {"specversion": "1.0", "id": id or f"e{next(_number)}", "source": by, "type": code, "subject": subject}
    return {**event, **({"time": time} if time else {}), "data": data}


def scan(subject: str, code: str, time: str | None, by: str = CARRIER, **data: Any) -> dict[str, Any]:
    """One scan of a carrier."""
    return said(subject, code, time, by, evidence="scanned", **data)


def carries(*targets: str, quantity: float | None = None) -> list[dict[str, Any]]:
    """Links of a parcel to the orders or lines in it."""
    return [{"rel": "carries", "to": to} | ({} if quantity is None else {"quantity": quantity}) for to in targets]


def line_of(order: str, quantity: float = 1) -> list[dict[str, Any]]:
    """The link of a line to its order."""
    return [{"rel": "line_of", "to": order, "quantity": quantity}]


@cache
def _template() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="waypost-template-")
    engine = open_engine(f"sqlite:///{folder.name}/empty.db")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder


def sqlite_copy(folder: Path) -> Engine:
    """An empty SQLite store in no time: a copy of one that was migrated before, and that nothing is flushed of."""
    path = folder / f"store-{next(_number)}.db"
    shutil.copyfile(f"{_template().name}/empty.db", path)
    engine = open_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return engine


def wipe(engine: Engine) -> None:
    """Empty the tables of a store, quicker than making a new one."""
    with writing(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in ("setting", "document", "alembic_version"):
                connection.execute(sa.delete(table))


class World:
    """Store, writer, journeys and live matrix over one database, at an hour of the test's choice."""

    def __init__(self, engine: Engine, now: str = NOW) -> None:
        self.engine = engine
        self.now = us(now)
        self.journeys = Journeys(engine)
        self.journeys.install_shipped(us("2026-01-01T00:00:00Z"))
        self.writer = Writer(engine, self.clock)
        self.live = self.another_live()

    def clock(self) -> int:
        """The present instant of this world."""
        return self.now

    def another_live(self) -> Live:
        """A live matrix that has read nothing yet."""
        return Live(self.engine, Journeys(self.engine), self.clock)

    def send(self, *events: dict[str, Any]) -> list[str]:
        """Post events as one batch; returns accepted, duplicate, unmapped or quarantined per event."""
        reading = ingest.read_body(json.dumps(list(events)).encode(), load(), us(NOW))
        stored = self.writer.submit(reading.said, reading.refused).result(60)
        return [outcome.status for outcome in ingest.outcomes(reading, stored.outcomes)]

    def store(self, statements: Sequence[Statement], refused: Sequence[Refusal] = ()) -> Receipt:
        """Store statements in one submission."""
        return self.writer.submit(statements, refused).result(60)

    def view(self) -> View:
        """The picture a moment later, so that whatever came in is in it."""
        self.now += 2 * SECOND
        return self.live.view()

    def key(self, subject: str) -> int:
        """The integer key of a subject that the live matrix knows."""
        table = self.view().table
        return table.keys[table.subjects.index(read_subject(subject, "", "test"))]

    def order(self, subject: str) -> OrderRow:
        """An order as the list shows it."""
        view = self.view()
        return view.row(view.order_place[view.table.row_of[self.key(subject)]])

    def unit(self, subject: str, stage: str, journey: str = MARKETPLACE) -> Fact:
        """The facts of a tracked unit (parcel, or order without one) in a stage."""
        key = self.key(subject)
        view = self.view()
        row = view.unit_of(key)
        assert row is not None, f"{subject} is not tracked"
        return Fact(view.journeys[journey].units.facts(stage), row)

    def stage(self, subject: str, stage: str, journey: str = MARKETPLACE) -> Fact:
        """The facts of an order in a stage."""
        view = self.view()
        place = view.order_place[view.table.row_of[self.key(subject)]]
        return Fact(view.journeys[journey].orders.facts(stage), place)

    def kpi(
        self, stage: str, start: str = "2026-01-01", end: str = "2027-01-01", journey: str = MARKETPLACE
    ) -> StageReport:
        """One stage of the report of [start, end)."""
        report = kpi.report(self.view(), journey, start, end)
        return next(found for found in report.stages if found.stage.id == stage)

    def river_of(self, journey: str) -> dict[str, list[int]]:
        """Open orders per stage by level."""
        return dict(self.view().river(journey))

    def close(self) -> None:
        """Stop the writer and let go of the database."""
        self.writer.close()
        self.engine.dispose()


class Fact:
    """One row of a stage's facts, instants in us."""

    def __init__(self, facts: StageFacts, row: int) -> None:
        self.status = Status(int(facts.status[row]))
        self.entered, self.left, self.dwell = (int(c[row]) for c in (facts.entered, facts.left, facts.dwell))
        self.due_yellow, self.due_red = int(facts.due_yellow[row]), int(facts.due_red[row])
        self.level = int(facts.level[row])
        self.out_of_sequence = bool(facts.out_of_sequence[row])


def subject_of(text: str) -> Subject:
    """A subject by its text, for instance order/1."""
    kind, _, ref = text.partition("/")
    return Subject(SubjectKind[kind.upper()], ref)
