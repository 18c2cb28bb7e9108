"""Open websockets stay open only as long as their session: a watcher looks every two seconds.

One read checks all open sockets of the process. A socket whose session is over, revoked,
disabled or of another role by now is cut off from the page first, then closed with 1008.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any

import anyio
from anyio import to_thread
from starlette.types import Message, Receive, Send

from waypost.access import sessions
from waypost.access.sessions import Identity
from waypost.api.context import AccessContext
from waypost.api.usage import UsageNotes

POLICY_VIOLATION = 1008
_BLIND_S = 30.0  # without a database, sockets live on at most this long
_ASK_S = 10.0  # a database that hangs counts as one that is gone
_CLOSE_S = 1.0  # a client that does not read must not hold up the others
_LOG = logging.getLogger(__name__)


class GuardedSocket:
    """The two ends of one websocket, with a cut between them that `end` makes."""

    def __init__(self, identity: Identity, receive: Receive, send: Send) -> None:
        self.identity = identity
        self.used = False
        self._receive, self._send = receive, send
        self._incoming: asyncio.Future[Message] | None = None
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def receive(self) -> Message:
        """The next message for the page; after the end, a disconnect."""
        if not self._ended.done():
            if self._incoming is None:
                self._incoming = asyncio.ensure_future(self._receive())
            both: set[asyncio.Future[Any]] = {self._incoming, self._ended}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done() or self._incoming is None:
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION, "reason": ""}
        incoming, self._incoming = self._incoming, None
        self.used = True
        return incoming.result()

    async def send(self, message: Message) -> None:
        """Pass a message of the page on; after the end nothing gets out."""
        if self._ended.done():
            raise OSError("the session is over")  # what ASGI servers raise on a closed socket
        await self._send(message)

    async def end(self, reason: str) -> None:
        """Cut the page off and close the socket."""
        if self._ended.done():
            return
        self._ended.set_result(reason)
        close = {"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason}
        try:
            await asyncio.wait_for(self._send(close), _CLOSE_S)
        except Exception as error:  # gone already, or not reading: the page is cut off either way
            _LOG.debug("A websocket could not be closed politely: %s", type(error).__name__)
        self.release()

    def release(self) -> None:
        """Stop listening to the client."""
        if self._incoming is not None:
            self._incoming.cancel()


class SocketWatch:
    """All open websockets of the process, checked together every `every` seconds."""

    def __init__(self, access: AccessContext, usage: UsageNotes, every: float) -> None:
        self._access, self._usage, self._every = access, usage, every
        self._open: defaultdict[str, set[GuardedSocket]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._seen = 0.0
        self._blind = False

    def add(self, socket: GuardedSocket) -> None:
        """Watch a socket until `discard`."""
        self._open[socket.identity.session].add(socket)
        if self._task is None or self._task.done():
            self._seen = asyncio.get_running_loop().time()
            self._task = asyncio.create_task(self._watch(), name="waypost-socket-watch")

    def discard(self, socket: GuardedSocket) -> None:
        """Watch it no longer; with the last one the watcher rests."""
        same = self._open[socket.identity.session]
        same.discard(socket)
        if not same:
            del self._open[socket.identity.session]
        if not self._open and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await self._look()
            except Exception as error:  # a guard must outlive whatever goes wrong
                await self._cannot_see(error)

    async def _look(self) -> None:
        now, asked = self._access.clock(), list(self._open)
        with anyio.fail_after(_ASK_S):
            valid = await to_thread.run_sync(
                sessions.check_many, self._access.engine, asked, now, abandon_on_cancel=True
            )
        if self._blind:
            _LOG.warning("Open pages are checked again.")
        self._seen, self._blind = asyncio.get_running_loop().time(), False
        # A page of a session that nobody asked for was opened meanwhile; the next look is for it.
        known = [socket for socket in self._all() if socket.identity.session in set(asked)]
        over = [socket for socket in known if not _same(socket.identity, valid)]
        await self._end(over, "the session is over or its role has changed")
        self._note_use(valid, now)

    async def _cannot_see(self, error: Exception) -> None:
        if not self._blind:
            _LOG.error("Open pages cannot be checked against their sessions: %s", type(error).__name__)
        self._blind = True
        if asyncio.get_running_loop().time() - self._seen > _BLIND_S:
            await self._end(self._all(), "sessions cannot be checked")

    def _note_use(self, valid: dict[str, Identity], now: int) -> None:
        used = {socket.identity.session for socket in self._all() if socket.used}
        for socket in self._all():
            socket.used = False
        due = sorted(each for each in used if each in valid and valid[each].touch_due(now))
        if due:
            self._usage.note_sessions(due, now)

    async def _end(self, over: list[GuardedSocket], reason: str) -> None:
        if over:
            await asyncio.gather(*(socket.end(reason) for socket in over))

    def _all(self) -> list[GuardedSocket]:
        return [socket for same in self._open.values() for socket in same]


def _same(identity: Identity, valid: dict[str, Identity]) -> bool:
    now_valid = valid.get(identity.session)
    return now_valid is not None and now_valid.role == identity.role
