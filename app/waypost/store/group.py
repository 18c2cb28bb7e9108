"""A group of submissions stored in one transaction: each of them as a whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from waypost.domain.statement import Refusal, Statement
from waypost.store.apply import Applied, apply, keep_refusals
from waypost.store.directory import Directory
from waypost.store.engine import Turns, lock_writer
from waypost.store.meanings import Tables

log = logging.getLogger("waypost.writer")


class Receipt(NamedTuple):
    """What became of a submission, after its commit."""

    outcomes: list[str]  # per statement: accepted | duplicate | unmapped
    watermark: int


# What a caller wants written in the same transaction, such as how far it has read; told the outcomes of its own
# statements. An error of it takes the submission back, and may run a second time in another transaction.
Also = Callable[[Connection, Sequence[str]], None]
End = Receipt | Exception


class Ticket(Protocol):
    """Where the end of a submission is told, on the thread of whoever stores; a `Future` is one."""

    def set_running_or_notify_cancel(self) -> bool: ...
    def set_result(self, result: Receipt, /) -> None: ...
    def set_exception(self, exception: Exception, /) -> None: ...


class Batch(NamedTuple):
    """What is stored as a whole: statements, refusals, and what is written along."""

    said: Sequence[Statement]
    refused: Sequence[Refusal] = ()
    also: Also | None = None


class Job(NamedTuple):
    """A submission: a batch, and the ticket to which its end is told."""

    said: Sequence[Statement]
    refused: Sequence[Refusal]
    ticket: Ticket
    also: Also | None = None


def tell(ticket: Ticket, end: End) -> None:
    """Tell a ticket the end of its submission; it may have gone away, which harms nobody else."""
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


class Groups:
    """Stores groups, one after the other, from one thread; what it looks up stays in memory between them."""

    def __init__(self, engine: Engine) -> None:
        self._turns = Turns(engine)
        self._directory = Directory()
        self._tables = Tables()

    def store(self, group: Sequence[Batch | Job], now: int) -> list[End]:
        """Store submissions in one transaction; per submission its receipt or why it was not stored.

        `now` (us) is when they are recorded. One bad submission does not take its neighbours down.
        """
        try:
            applied = self._transaction(group, now)
        except Exception as error:
            self._directory.drop()
            # A database that does not answer fails them all at once; each on its own would wait for it again.
            if len(group) > 1 and not isinstance(error, OperationalError):
                return [end for each in group for end in self.store([each], now)]
            log.exception("%d submissions could not be stored", len(group))
            return [error] * len(group)
        self._directory.keep()
        return _receipts(group, applied)

    def close(self) -> None:
        """Give the connection back."""
        self._turns.close()

    def _transaction(self, group: Sequence[Batch | Job], now: int) -> Applied:
        with self._turns.one() as connection:
            lock_writer(connection)
            said = self._tables.retold(connection, [s for each in group for s in each.said])
            applied = apply(connection, said, self._directory, now)
            keep_refusals(connection, [r for each in group for r in each.refused], now)
            if any(each.also is not None for each in group):
                _write_along(connection, group, applied.outcomes)
        return applied


def _write_along(connection: Connection, group: Sequence[Batch | Job], outcomes: Sequence[str]) -> None:
    start = 0
    for each in group:
        end = start + len(each.said)
        if each.also is not None:
            each.also(connection, outcomes[start:end])
        start = end


def _receipts(group: Sequence[Batch | Job], applied: Applied) -> list[End]:
    found: list[End] = []
    start = 0
    for each in group:
        end = start + len(each.said)
        found.append(Receipt(applied.outcomes[start:end], applied.watermark))
        start = end
    return found
