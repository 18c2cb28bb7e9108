"""The one writer: group commit, an answer only after COMMIT, nothing half-written.

Submissions wait in a queue; the writer thread takes all that wait (up to GROUP statements) and
stores them in one transaction, so that many small requests share one disk flush. A submission
is atomic: its statements and its refusals are stored together or not at all.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from waypost.domain.errors import Overloaded
from waypost.domain.instants import now_us
from waypost.domain.statement import Refusal, Statement
from waypost.store.apply import Applied, apply, keep_refusals
from waypost.store.directory import Directory
from waypost.store.engine import Turns, lock_writer
from waypost.store.meanings import Tables

GROUP = 10_000
WAITING_LIMIT = 200_000  # statements in the queue before callers are told to come back
log = logging.getLogger("waypost.writer")


class WriterClosed(RuntimeError):
    """The writer takes nothing any more."""


class Receipt(NamedTuple):
    """What became of a submission, after its commit."""

    outcomes: list[str]  # per statement: accepted | duplicate | unmapped
    watermark: int


# What a caller wants written in the same transaction, such as how far it has read; told the outcomes of its own
# statements. An error of it takes the submission back, and may run a second time in another transaction.
Also = Callable[[Connection, Sequence[str]], None]


class Ticket(Protocol):
    """Where the end of a submission is told, on the writer's thread; a `Future` is one."""

    def set_running_or_notify_cancel(self) -> bool: ...
    def set_result(self, result: Receipt, /) -> None: ...
    def set_exception(self, exception: Exception, /) -> None: ...


class Job(NamedTuple):
    """A submission: it is stored as a whole, and its end is told to the ticket."""

    said: Sequence[Statement]
    refused: Sequence[Refusal]
    ticket: Ticket
    also: Also | None = None


def _write_along(connection: Connection, group: Sequence[Job], outcomes: Sequence[str]) -> None:
    start = 0
    for job in group:
        end = start + len(job.said)
        if job.also is not None:
            job.also(connection, outcomes[start:end])
        start = end


class Writer:
    """Takes statements from any thread and stores them durably, in the order taken."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = now_us) -> None:
        self._turns = Turns(engine)
        self._clock = clock
        self._directory = Directory()
        self._tables = Tables()
        self._jobs: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._closed = False
        self._listeners: list[Callable[[int], None]] = []
        self._thread = threading.Thread(target=self._run, name="waypost-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Statements that are in the queue or being stored."""
        return self._waiting

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener(watermark)` on the writer's thread after each commit; it must be quick."""
        self._listeners.append(listener)

    def submit(
        self, said: Sequence[Statement], refused: Sequence[Refusal] = (), also: Also | None = None
    ) -> Future[Receipt]:
        """Hand over statements; the future ends after COMMIT. Raises Overloaded when too many wait."""
        future: Future[Receipt] = Future()
        self.hand_over([Job(said, refused, future, also)])
        if future.done() and isinstance(error := future.exception(), Overloaded | WriterClosed):
            raise error
        return future

    def hand_over(self, jobs: Sequence[Job]) -> None:
        """As `submit`, for callers with tickets of their own: all that is theirs at this moment, in one go.

        Jobs that come together are stored together; one by one the first would leave without the others.
        """
        taken: list[Job] = []
        late: list[tuple[Job, Exception]] = []
        with self._lock:
            for job in jobs:
                error = self._refusal(len(job.said))
                if error is None:
                    self._waiting += len(job.said)
                    taken.append(job)
                else:
                    late.append((job, error))
            if taken:
                self._jobs.put(taken)
        for job, error in late:
            self._tell(job.ticket, error)

    def _refusal(self, size: int) -> Exception | None:
        if self._closed:
            return WriterClosed("The writer is closed.")
        if self._waiting and self._waiting + size > WAITING_LIMIT:
            return Overloaded(retry_after=2)
        return None

    def close(self) -> None:
        """Store everything that waits, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            group, closing = self._take()
            if group:
                self._store(group)
        self._turns.close()

    def _take(self) -> tuple[list[Job], bool]:
        jobs = self._jobs.get()
        group: list[Job] = []
        size = 0
        while jobs is not None:
            group += jobs
            size += sum(len(job.said) for job in jobs)
            if size >= GROUP:
                return group, False
            try:
                jobs = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _store(self, group: list[Job]) -> None:
        try:
            applied = self._transaction(group)
        except Exception as error:
            self._directory.drop()
            # One bad submission must not take its neighbours down: store them one by one. A database that
            # does not answer fails them all at once; each on its own would wait for it again.
            if len(group) > 1 and not isinstance(error, OperationalError):
                for job in group:
                    self._store([job])
                return
            log.exception("%d submissions could not be stored", len(group))
            self._fail(group, error)
            return
        self._directory.keep()
        self._answer(group, applied)

    def _transaction(self, group: list[Job]) -> Applied:
        now = self._clock()
        with self._turns.writing() as connection:
            lock_writer(connection)
            said = self._tables.retold(connection, [s for job in group for s in job.said])
            applied = apply(connection, said, self._directory, now)
            keep_refusals(connection, [r for job in group for r in job.refused], now)
            if any(job.also is not None for job in group):
                _write_along(connection, group, applied.outcomes)
        return applied

    def _answer(self, group: list[Job], applied: Applied) -> None:
        self._done(len(applied.outcomes))
        start = 0
        for job in group:
            end = start + len(job.said)
            self._tell(job.ticket, Receipt(applied.outcomes[start:end], applied.watermark))
            start = end
        for listener in self._listeners:
            with contextlib.suppress(Exception):
                listener(applied.watermark)

    def _fail(self, group: list[Job], error: Exception) -> None:
        self._done(sum(len(job.said) for job in group))
        for job in group:
            self._tell(job.ticket, error)

    def _tell(self, ticket: Ticket, end: Receipt | Exception) -> None:
        try:
            # A caller who has gone away cancels the future; what he sent is stored all the same.
            if not ticket.set_running_or_notify_cancel():
                return
            if isinstance(end, Receipt):
                ticket.set_result(end)
            else:
                ticket.set_exception(end)
        except Exception:  # for instance an event loop that has closed: the others wait for their answers
            log.exception("the end of a submission could not be told")

    def _done(self, size: int) -> None:
        with self._lock:
            self._waiting -= size
