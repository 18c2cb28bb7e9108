"""The thread that reads history again while people go on working; what it does not finish, the next start does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.engine import Engine

from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings import replay

SHORTEST_S, LONGEST_S = 0.02, 0.2  # of the pause after a step: SQLite asks for its turn at intervals
log = logging.getLogger("waypost.mappings")


class Replays:
    """One per process; it only has a thread while there is something to do."""

    def __init__(self, engine: Engine, vocabulary: Vocabulary, clock: Callable[[], int]) -> None:
        self._engine, self._vocabulary, self._clock = engine, vocabulary, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._asked = False
        self._closed = threading.Event()

    def kick(self) -> None:
        """See to it that all unfinished jobs are carried on; returns at once."""
        with self._lock:
            self._asked = True
            if self._closed.is_set() or self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="waypost-replay", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the present step; the job goes on with the next start."""
        with self._lock:
            self._closed.set()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while self._more():
            for job_id in replay.unfinished(self._engine):
                self._carry(job_id)

    def _more(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked and not self._closed.is_set(), False
            if not asked:
                self._thread = None
            return asked

    def _carry(self, job_id: int) -> None:
        try:
            while not self._closed.is_set():
                begun = time.monotonic()
                if replay.step(self._engine, self._vocabulary, job_id, self._clock()).status != "running":
                    return
                # Whoever writes events goes first: a pause as long as the step gives every other writer a turn.
                self._closed.wait(min(max(time.monotonic() - begun, SHORTEST_S), LONGEST_S))
        except Exception as error:
            log.exception("job %d could not go on", job_id)
            self._note(job_id, error)

    def _note(self, job_id: int, error: Exception) -> None:
        try:
            replay.fail(self._engine, job_id, f"{type(error).__name__}: {error}", self._clock())
        except Exception:  # a database that is gone: the job stays unfinished, and the next start carries it on
            log.exception("the end of job %d could not be noted", job_id)
