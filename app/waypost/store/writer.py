"""The one writer of a process: group commit, an answer only after COMMIT, nothing half-written.

Submissions wait in a queue; the writer thread takes all that wait (up to GROUP statements) and
stores them in one transaction, so that many small requests share one disk flush. A submission
is atomic: its statements and its refusals are stored together or not at all.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from sqlalchemy.engine import Engine

from waypost.domain.errors import Overloaded
from waypost.domain.instants import now_us
from waypost.domain.statement import Refusal, Statement
from waypost.store.group import Also, Groups, Job, Receipt, tell

GROUP = 10_000  # so many statements are a full group
WAITING_LIMIT = 200_000  # statements in the queue before callers are told to come back


def full(waiting: int, size: int) -> Overloaded | None:
    """What a caller with `size` more statements is told when too many wait; None when there is room."""
    return Overloaded(retry_after=2) if waiting and waiting + size > WAITING_LIMIT else None


class WriterClosed(RuntimeError):
    """The writer takes nothing any more."""


class Writer:
    """Takes statements from any thread and stores them durably, in the order taken."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = now_us) -> None:
        self._clock = clock
        self._groups = Groups(engine)
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
        """Call `listener(watermark)` after each commit, on the thread that learns of it; it must be quick."""
        self._listeners.append(listener)

    def committed(self, watermark: int) -> None:
        """Tell the listeners of a commit; also for what another process stored for this one."""
        for listener in self._listeners:
            with contextlib.suppress(Exception):
                listener(watermark)

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
            tell(job.ticket, error)

    def _refusal(self, size: int) -> Exception | None:
        if self._closed:
            return WriterClosed("The writer is closed.")
        return full(self._waiting, size)

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
        self._groups.close()

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
        ends = self._groups.store(group, self._clock())
        with self._lock:
            self._waiting -= sum(len(job.said) for job in group)
        for job, end in zip(group, ends, strict=True):
            tell(job.ticket, end)
        last = max((end.watermark for end in ends if isinstance(end, Receipt)), default=None)
        if last is not None:
            self.committed(last)
