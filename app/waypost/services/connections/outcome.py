"""How a pull ended: written down, told once in the log, and when the next one is due."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Db

from waypost.connect.errors import ConnectorError, Fatal, RateLimited, Retriable
from waypost.domain.errors import FieldError
from waypost.domain.instants import SECOND
from waypost.services.connections import model
from waypost.services.connections.model import Source
from waypost.services.connections.service import Connections
from waypost.services.vault import VaultError
from waypost.store.engine import writing
from waypost.store.schema_connect import connection, connection_run

if TYPE_CHECKING:
    from waypost.services.connections.pull import Run

FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 3_600.0
KEPT_RUNS = 1_000
log = logging.getLogger("waypost.connections")


def explain(us: Connections, source: Source, run: Run, error: ConnectorError | FieldError) -> None:
    """Put an error into a run in plain words, without any secret."""
    sealed = isinstance(error, VaultError)  # another process may well have the right key
    code = error.code if isinstance(error, ConnectorError) else "key" if sealed else "settings"
    run.code, run.problem = code, us.without_secrets(source, error.problem)
    run.remedy = us.without_secrets(source, error.remedy)
    run.fatal = isinstance(error, Fatal | FieldError) and not sealed
    run.patience = isinstance(error, RateLimited)
    run.retry_after = error.retry_after if isinstance(error, Retriable) else None


def record(us: Connections, source: Source, run: Run, spent: dict[str, int]) -> None:
    """Write the end of a run, give the lease back, and plan the next one, unless the lease was lost."""
    with writing(us.engine) as db:
        fresh = model.by_id(db, source.id)
        db.execute(sa.insert(connection_run).values(**_row(source, run)))
        _prune(db, source)
        if fresh.lease_owner != source.lease_owner:
            return
        change = _well(fresh, run) if run.ok else _ill(fresh, run)
        model.change(db, fresh, lease_owner=None, lease_until=None, **spent, **change)
    _tell(fresh, run, change)


def _row(source: Source, run: Run) -> dict[str, Any]:
    tally = run.tally
    return {
        "connection_id": source.id, "started_at": run.started, "ended_at": run.ended, "pages": run.pages,
        "calls": run.calls, "accepted": tally.accepted, "duplicates": tally.duplicates, "unmapped": tally.unmapped,
        "refused": tally.refused, "error_code": run.code, "error": run.problem,
    }  # fmt: skip


def _well(source: Source, run: Run) -> dict[str, Any]:
    due = run.ended if run.more else run.ended + source.every_s * SECOND
    nothing = dict.fromkeys(("down_since", "last_error_at", "last_error_code", "last_error", "last_remedy"))
    return {**nothing, "failures": 0, "last_ok": run.ended, "next_at": due if source.state == "running" else None}


def _ill(source: Source, run: Run) -> dict[str, Any]:
    told = {
        "last_error_at": run.ended, "last_error_code": run.code, "last_error": run.problem, "last_remedy": run.remedy,
    }  # fmt: skip
    failures = source.failures + 1
    due = None if run.fatal else run.ended + round(wait_s(failures, run.retry_after) * SECOND)
    if run.code == "budget":  # our own limit: nobody is at fault
        return {**told, "next_at": due}
    # A partner who asks for patience once or twice is not down.
    down = source.down_since or (run.ended if failures > 2 or not run.patience else None)
    return {**told, "failures": failures, "down_since": down, "next_at": due if source.state == "running" else None}


def wait_s(failures: int, retry_after: float | None, chance: float | None = None) -> float:
    """Seconds until the next try: what the partner asked for, at least our own back-off with its jitter."""
    steady = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - 1, 20))
    own = steady * (0.5 + (random.random() if chance is None else chance))
    return own if retry_after is None else max(retry_after, own if failures > 1 else 0.0)


def _tell(source: Source, run: Run, change: dict[str, Any]) -> None:
    """One line when a source goes down, one when it comes back."""
    if change.get("down_since") is not None and source.down_since is None:
        log.warning("connection %s is down (%s): %s", source.key, run.code, run.problem)
    elif run.ok and source.down_since is not None:
        minutes = (run.ended - source.down_since) // (60 * SECOND)
        log.warning("connection %s is back after %d min", source.key, minutes)


def later(at: int) -> Any:
    """The later of an instant and the one that is stored already, for an update of `last_event`."""
    held = connection.c.last_event
    return sa.case((sa.or_(held.is_(None), held < at), at), else_=held)


def _prune(db: Db, source: Source) -> None:
    mine = connection_run.c.connection_id == source.id
    query = sa.select(connection_run.c.id).where(mine).order_by(connection_run.c.id.desc()).offset(KEPT_RUNS).limit(1)
    oldest = db.execute(query).scalar()
    if oldest is not None:
        db.execute(sa.delete(connection_run).where(mine, connection_run.c.id <= oldest))
