"""Notes when sessions and keys were last used, beside the request and never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from waypost.access import keys, sessions
from waypost.api.context import AccessContext, Caller

_LOG = logging.getLogger(__name__)


class UsageNotes:
    """Writes `last_seen` and `last_used` in the background; a busy database delays nobody."""

    def __init__(self, access: AccessContext) -> None:
        self._access = access
        self._running: dict[str, asyncio.Task[None]] = {}

    def note(self, caller: Caller, now: int) -> None:
        """Note one use at `now` (us), if the last note is more than a minute old."""
        if caller.identity is not None and caller.identity.touch_due(now):
            self.note_sessions([caller.identity.session], now)
        key = caller.key
        if key is not None and key.touch_due(now):
            write = partial(keys.touch, self._access.engine, key.id, now)
            self._start(f"key/{key.prefix}", write, lambda: self._access.keys.drop(key))

    def note_sessions(self, hashes: Collection[str], now: int) -> None:
        """Note that sessions were in use at `now` (us)."""
        write = partial(sessions.touch, self._access.engine, hashes, now)
        self._start("sessions/" + ",".join(hashes), write, lambda: self._forget(hashes))

    def _forget(self, hashes: Collection[str]) -> None:
        for each in hashes:
            self._access.sessions.drop(each)

    def _start(self, name: str, write: Callable[[], None], forget: Callable[[], None]) -> None:
        if name in self._running:
            return
        task = asyncio.create_task(self._write(write, forget), name="waypost-usage-note")
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    async def _write(self, write: Callable[[], None], forget: Callable[[], None]) -> None:
        try:
            await run_in_threadpool(write)
            forget()  # the kept answer still says that a note is due
        except sa.exc.SQLAlchemyError as error:
            _LOG.warning("The last use of a session or key was not noted: %s", type(error).__name__)
