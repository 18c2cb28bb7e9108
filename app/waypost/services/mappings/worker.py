"""The thread that reads history again while people go on working; what it does not finish, the next start does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.engine import Engine

from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings import replay

log = logging.getLogger("waypost.mappings")


class Replays:
    """One per process; it only has a thread while there is something to do."""

    def __init__(self, engine: Engine, vocabulary: Vocabulary, clock: Callable[[], int]) -> None:
        self._engine, self._vocabulary, self._clock = engine, vocabulary, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._asked = False
        self._closed = False

    def kick(self) -> None:
        """See to it that all unfinished jobs are carried on; returns at once."""
        with self._lock:
            self._asked = True
            if self._closed or self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="waypost-replay", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the present step; the job goes on with the next start."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while self._more():
            for job_id in replay.unfinished(self._engine):
                self._carry(job_id)

    def _more(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked and not self._closed, False
            if not asked:
                self._thread = None
            return asked

    def _carry(self, job_id: int) -> None:
        try:
            while not self._closed:
                if replay.step(self._engine, self._vocabulary, job_id, self._clock()).status != "running":
                    return
        except Exception as error:
            log.exception("job %d could not go on", job_id)
            self._note(job_id, error)

    def _note(self, job_id: int, error: Exception) -> None:
        try:
            replay.fail(self._engine, job_id, f"{type(error).__name__}: {error}", self._clock())
        except Exception:  # a database that is gone: the job stays unfinished, and the next start carries it on
            log.exception("the end of job %d could not be noted", job_id)
