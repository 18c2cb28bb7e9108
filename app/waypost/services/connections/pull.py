"""One pull of one source: page by page, each stored together with the cursor behind it.

A crash between two pages loses nothing and repeats nothing that shows: the cursor moves in the transaction that
stores its page, and a page that is read again tells the same statements. Who pulls holds a lease; a page of
somebody whose lease has gone to another is not stored.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Db

from waypost.connect.contract import Answer, Batch, Call, Page, Pulls
from waypost.connect.errors import ConnectorError, NotUsable, RateLimited
from waypost.domain.errors import FieldError, WaypostError
from waypost.domain.instants import SECOND
from waypost.services.connections import keep, model, outcome
from waypost.services.connections.keep import Tally
from waypost.services.connections.model import HOUR, LEASE, Source
from waypost.services.connections.service import Caller, Connections
from waypost.store.engine import writing
from waypost.store.schema_connect import connection

MOST_PAGES = 2_000  # in one run; the next one goes on from there
log = logging.getLogger("waypost.connections")


class Stopped(Exception):
    """The process is closing: the pull ends where it is."""


class LeaseLost(WaypostError):
    """Another process pulls this source by now."""


class BudgetSpent(RateLimited):
    """The calls of this hour are used up."""

    code = "budget"


@dataclass
class Run:
    """What one pull did; instants in us."""

    started: int
    ended: int = 0
    pages: int = 0
    calls: int = 0
    tally: Tally = field(default_factory=Tally)
    code: str | None = None
    problem: str | None = None
    remedy: str | None = None
    more: bool = False  # whether it ended before the last page of the partner
    fatal: bool = False  # whether a person must act first
    patience: bool = False  # whether the partner asked for patience only
    retry_after: float | None = None  # seconds

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.code is None


class Meter:
    """A transport that keeps to the source's budget of calls and ends when the process does."""

    def __init__(self, us: Connections, source: Source, stop: threading.Event | None = None) -> None:
        self._us, self._source, self._stop = us, source, stop
        self._inner: Caller = us.transport(source)
        self._used_before = source.used(us.clock())
        self.calls = 0

    def __call__(self, call: Call) -> Answer:
        """Make the call. Errors: those of the transport, BudgetSpent, Stopped."""
        if self._stop is not None and self._stop.is_set():
            raise Stopped
        if self._source.budget is not None and self._used_before + self.calls >= self._source.budget:
            raise BudgetSpent(
                f"The {self._source.budget} calls of this hour are used up.",
                max(1.0, (self._since() + HOUR - self._us.clock()) / SECOND),
            )
        before = self._made()
        try:
            return self._inner(call)
        finally:
            self.calls += max(1, self._made() - before)

    def spent(self) -> dict[str, int]:
        """The columns of the budget as they are now."""
        return {"budget_used": self._used_before + self.calls, "budget_since": self._since()}

    def _since(self) -> int:
        now = self._us.clock()
        return self._source.budget_since if now - self._source.budget_since < HOUR else now

    def _made(self) -> int:
        return int(getattr(getattr(self._inner, "usage", None), "calls", 0))  # repeated calls count too


def lease(us: Connections, source_id: int, owner: str) -> Source | None:
    """Take the lease of a source; None when somebody else has it, or when it does not run any more."""
    now = us.clock()
    free = sa.or_(
        connection.c.lease_until.is_(None), connection.c.lease_until <= now, connection.c.lease_owner.is_(None)
    )
    with writing(us.engine) as db:
        taken = db.execute(
            sa.update(connection)
            .where(connection.c.id == source_id, connection.c.state == "running", free)
            .values(lease_owner=owner, lease_until=now + LEASE)
        )
        return model.by_id(db, source_id) if taken.rowcount else None


def release(us: Connections, owner: str) -> None:
    """Give back every lease of an owner whose name begins so; their pulls store nothing any more."""
    with writing(us.engine) as db:
        db.execute(
            sa.update(connection)
            .where(connection.c.lease_owner.startswith(owner, autoescape=True))
            .values(lease_owner=None, lease_until=None)
        )


def run_once(us: Connections, source: Source, stop: threading.Event | None = None) -> Run:
    """Pull what is new; `source` must be as `lease` gave it. What goes wrong stands in the answer, and in the store."""
    run, meter = Run(us.clock()), Meter(us, source, stop)
    try:
        _pull(us, source, meter, run)
    except Stopped:
        run.more = True
        if not run.pages:
            return run  # nothing came and nothing is to be told; whoever closes gives the lease back
    except (ConnectorError, FieldError) as error:
        outcome.explain(us, source, run, error)
    except LeaseLost:
        run.code, run.problem = "lease", "Another process pulls this source by now."
        return run
    except Exception as error:
        if stop is not None and stop.is_set():
            return run  # the store closes under a pull that could not end in time; it was never told as stored
        log.exception("connection %s: the connector failed", source.key)
        outcome.explain(us, source, run, NotUsable(f"The connector failed: {type(error).__name__}."))
    run.ended, run.calls = us.clock(), meter.calls
    outcome.record(us, source, run, meter.spent())
    return run


def _pull(us: Connections, source: Source, meter: Meter, run: Run) -> None:
    connector = us.build(source)
    if not isinstance(connector, Pulls):
        raise NotUsable("This connector cannot pull; its partner delivers.")
    for page in connector.pull(source.cursor, meter):
        batches = keep.read(connector, page.material, us.context(source))
        _keep(us, source, page, batches, meter, run)
        run.pages += 1
        if run.pages >= MOST_PAGES:
            run.more = True
            return


def _keep(us: Connections, source: Source, page: Page, batches: Iterator[Batch], meter: Meter, run: Run) -> None:
    """Store a page; the cursor moves with its last batch."""
    held = keep.envelope(source.key, page.material)
    here = next(batches, Batch([], []))
    for following in chain(batches, [None]):
        run.tally.newest = keep.newest(here.said, run.tally.newest)
        last = following is None
        cursor = page.cursor if last else None

        def progress(db: Db, _outcomes: Sequence[str], cursor: str | None = cursor) -> None:
            _move(us, db, source, cursor, meter, run)

        receipt = keep.store(us.waypost, here, held, progress)
        run.tally.count(receipt.outcomes, len(here.refused))
        here = following or here


def _move(us: Connections, db: Db, source: Source, cursor: str | None, meter: Meter, run: Run) -> None:
    now = us.clock()
    values: dict[str, object] = {"lease_until": now + LEASE, **meter.spent()}
    if cursor is not None:
        values["cursor"] = cursor
    if run.tally.newest is not None:
        values["last_event"] = outcome.later(run.tally.newest)
    mine = (connection.c.id == source.id, connection.c.lease_owner == source.lease_owner)
    moved = db.execute(sa.update(connection).where(*mine, connection.c.state != "removed").values(**values))
    if not moved.rowcount:
        raise LeaseLost("Another process pulls this source by now.")
