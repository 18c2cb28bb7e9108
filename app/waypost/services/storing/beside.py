"""A server's side of its storing process: starts it, hands over what came, tells the answers, starts it again.

While no storing process is ready, the writer of this process stores instead. When one dies, what it held is
answered as not stored, which the sender repeats; had it been stored after all, the repetition is a duplicate.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy.engine import Engine

from waypost.domain.errors import Unavailable
from waypost.services.storing.wire import Frames, frame, jobs_frame, read_ends
from waypost.store.group import Job, Receipt, tell
from waypost.store.writer import Writer, full

COMMAND = (sys.executable, "-P", "-m", "waypost.services.storing")
AGAIN_S = (0.0, 1.0, 5.0, 30.0)  # how long to wait before the next process after so many that were never ready
END_S = 40.0  # a transaction waits for its turn for at most 30
log = logging.getLogger("waypost.storing")


def can_store_beside(engine: Engine) -> bool:
    """Whether another process could store into this database, and be handed things on this system."""
    in_memory = engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")
    return hasattr(socket, "AF_UNIX") and not in_memory


class Beside(asyncio.Protocol):
    """The storing process of one event loop; to be made and used on that loop. `writer` stands in for it."""

    def __init__(self, engine: Engine, writer: Writer, clock: Callable[[], int]) -> None:
        self._url = engine.url.render_as_string(hide_password=False)
        self._writer, self._clock = writer, clock
        self._loop = asyncio.get_running_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: asyncio.Transport | None = None
        self._frames = Frames()
        self._under_way: deque[Sequence[Job]] = deque()
        self._failed, self._ready, self._closing = 0, False, False
        self._ended = asyncio.Event()
        self.waiting = 0  # statements handed over and not answered

    def of(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether it belongs to the loop."""
        return self._loop is loop

    @property
    def pid(self) -> int | None:
        """The process that stores now; None while the writer of this one does."""
        return self._process.pid if self._process is not None and self._ready else None

    async def start(self) -> None:
        """Start the storing process; it takes over when it says that it is ready."""
        ours, theirs = socket.socketpair()
        self._ended.clear()
        with theirs:
            self._process = subprocess.Popen(COMMAND, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=_same())
        await self._loop.create_unix_connection(lambda: self, sock=ours)

    def hand_over(self, jobs: Sequence[Job]) -> None:
        """As the writer's: all that is the caller's at this moment, in one go."""
        line = self._line
        if not self._ready or line is None:
            self._writer.hand_over(jobs)
            return
        taken = []
        for job in jobs:
            if (refusal := full(self.waiting + self._writer.waiting, len(job.said))) is not None:
                tell(job.ticket, refusal)
                continue
            self.waiting += len(job.said)
            taken.append(job)
        if taken:
            self._under_way.append(taken)
            line.write(jobs_frame(self._clock(), taken))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._line = cast(asyncio.Transport, transport)  # uvloop's own is no subclass of asyncio's
        self._frames = Frames()
        self._line.write(frame(self._url))

    def data_received(self, data: bytes) -> None:
        """Called by the loop: the process is ready, or answers."""
        last = -1
        for value in self._frames.feed(data):
            if self._under_way and self._ready:
                last = max(last, self._tell(self._under_way.popleft(), value))
            else:
                self._ready, self._failed = not self._closing, 0
        if last >= 0:
            self._writer.committed(last)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop: the process has ended, by itself or because it was told to."""
        was_ready, self._ready, self._line = self._ready, False, None
        lost, self._under_way = self._under_way, deque()
        self.waiting = 0
        for jobs in lost:
            for job in jobs:
                tell(job.ticket, Unavailable("The process that stores has ended."))
        self._ended.set()
        if not self._closing:
            self._failed += not was_ready
            log.error("the storing process has ended%s", "" if was_ready else " before it was ready")
            wait = AGAIN_S[min(self._failed, len(AGAIN_S) - 1)]
            self._loop.call_later(wait, lambda: self._loop.create_task(self._again()))

    async def close(self) -> None:
        """Let it store what it has been handed, then end it."""
        self._closing, self._ready = True, False
        if self._line is not None:
            self._line.write_eof()
            try:
                await asyncio.wait_for(self._ended.wait(), END_S)
            except TimeoutError:
                log.error("the storing process did not end in time")
        await asyncio.to_thread(self._reap)

    def _tell(self, jobs: Sequence[Job], value: object) -> int:
        last = -1
        for job, end in zip(jobs, read_ends(value), strict=True):
            self.waiting -= len(job.said)
            tell(job.ticket, end)
            if isinstance(end, Receipt):
                last = max(last, end.watermark)
        return last

    async def _again(self) -> None:
        await asyncio.to_thread(self._reap)
        if not self._closing:
            await self.start()

    def _reap(self) -> None:
        """Make sure that it is gone: without its line it has nothing left to do."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _same() -> dict[str, str]:
    """The environment in which the process imports what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
