"""Receipts from the writer's thread to an event loop.

A commit ends many requests at once. asyncio's own bridge wakes the loop for each of them, with a
system call and a fight for the interpreter's lock; this one wakes it once for all. The same on the
way there: what the loop has read in one turn goes to the writer together, so that it is one group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from waypost.domain.statement import Refusal, Statement
from waypost.store.group import Job, Receipt


class Taker(Protocol):
    """Who stores: the writer of this process, or another process (`services.storing`)."""

    def hand_over(self, jobs: Sequence[Job], /) -> None:
        """Take all of these at once."""


class Mailbox:
    """One event loop's way to whoever stores; to be made and used on that loop."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._loop = asyncio.get_running_loop()
        self._ended: deque[_Ticket] = deque()
        self._woken = False
        self._read: list[Job] = []

    async def store(self, said: Sequence[Statement], refused: Sequence[Refusal] = ()) -> Receipt:
        """Store statements; returns after COMMIT. Raises Overloaded when too many wait already."""
        ticket = _Ticket(self)
        if not self._read:
            self._loop.call_soon(self._hand_over)
        self._read.append(Job(said, refused, ticket))
        return await ticket.answer

    def of(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether this mailbox belongs to the loop."""
        return self._loop is loop

    def future(self) -> asyncio.Future[Receipt]:
        """A future of this loop."""
        return self._loop.create_future()

    def put(self, ticket: _Ticket) -> None:
        """Called on the writer's thread."""
        self._ended.append(ticket)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _hand_over(self) -> None:
        read, self._read = self._read, []
        self._taker.hand_over(read)

    def _deliver(self) -> None:
        self._woken = False  # before the box is emptied: what comes from now on wakes the loop again
        while self._ended:
            self._ended.popleft().deliver()


class _Ticket:
    __slots__ = ("_box", "_error", "_receipt", "answer")

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self._receipt: Receipt | None = None
        self._error: Exception | None = None
        self.answer = box.future()

    def set_running_or_notify_cancel(self) -> bool:
        return True  # whether its caller still waits is only known on the loop

    def set_result(self, receipt: Receipt) -> None:
        self._receipt = receipt
        self._box.put(self)

    def set_exception(self, error: Exception) -> None:
        self._error = error
        self._box.put(self)

    def deliver(self) -> None:
        if self.answer.done():
            return  # the caller has gone away; what he sent is stored all the same
        if self._error is not None:
            self.answer.set_exception(self._error)
        elif self._receipt is not None:
            self.answer.set_result(self._receipt)
