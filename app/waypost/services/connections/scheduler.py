"""Pulls every source when it is due: a worker beside the server, in threads of its own.

Several processes may run one each over the same database: a lease lets only one of them pull a source at a time.
"""

from __future__ import annotations

import logging
import threading
import time

import sqlalchemy as sa

from waypost.services.connections import pull
from waypost.services.connections.service import Connections
from waypost.store.schema_connect import connection

TICK_S = 1.0
AT_ONCE = 4  # pulls of one process at the same time
LEAVE_S = 0.6  # how long the end of the process waits for a page to be stored
log = logging.getLogger("waypost.connections")


class Scheduler:
    """Start it once per process and stop it before the store closes; neither blocks an event loop for long."""

    def __init__(self, us: Connections) -> None:
        self._us = us
        self._stop = threading.Event()
        self._pulls: set[threading.Thread] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="waypost-scheduler", daemon=True)
        self._ailing = False

    def start(self) -> None:
        """Begin to pull what is due."""
        self._thread.start()

    def stop(self) -> None:
        """End within a second: pulls stop before their next call, and their leases are given back."""
        self._stop.set()
        end = time.monotonic() + LEAVE_S
        with self._guard:
            waiting = [self._thread, *self._pulls]
        for thread in waiting:
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))
        try:
            pull.release(self._us, self._us.owner)
        except sa.exc.SQLAlchemyError:
            log.warning("the leases could not be given back; they end by themselves")
        self._us.close()

    def due(self) -> list[int]:
        """The sources to pull now, the longest overdue first."""
        now = self._us.clock()
        free = sa.or_(connection.c.lease_owner.is_(None), connection.c.lease_until <= now)
        query = sa.select(connection.c.id).where(connection.c.state == "running", connection.c.next_at <= now, free)
        with self._us.engine.connect() as db:
            return list(db.scalars(query.order_by(connection.c.next_at)))

    def _run(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                self._turn()
                self._ailing = False
            except sa.exc.SQLAlchemyError:
                if not self._ailing:
                    log.exception("the connections cannot be read; no source is pulled until they can")
                self._ailing = True

    def _turn(self) -> None:
        for source_id in self.due():
            with self._guard:
                if len(self._pulls) >= AT_ONCE or self._stop.is_set():
                    return
            self._begin(source_id)

    def _begin(self, source_id: int) -> None:
        name = f"waypost-pull-{source_id}"
        thread = threading.Thread(target=self._pull, args=(source_id,), name=name, daemon=True)
        with self._guard:
            if any(running.name == name for running in self._pulls):
                return
            self._pulls.add(thread)
        thread.start()

    def _pull(self, source_id: int) -> None:
        try:
            source = pull.lease(self._us, source_id, f"{self._us.owner}/{threading.get_ident()}")
            if source is not None:
                pull.run_once(self._us, source, self._stop)
        except sa.exc.SQLAlchemyError:
            if not self._stop.is_set():
                log.exception("a pull could not be written down")
        finally:
            with self._guard:
                self._pulls.discard(threading.current_thread())
