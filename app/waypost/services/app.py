"""Waypost put together: store, writer, journeys and the live matrix of one process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

from waypost.domain.instants import now_us
from waypost.domain.statement import Refusal, Statement
from waypost.domain.vocabulary import Vocabulary
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.services.journeys import Journeys
from waypost.services.leaving import Leaving
from waypost.services.live import Live, View
from waypost.services.mailbox import Mailbox, Taker
from waypost.services.mappings.worker import Replays
from waypost.services.positions import Positions
from waypost.services.room import Room
from waypost.services.storing.beside import Beside
from waypost.services.whereabouts import Places
from waypost.store.engine import open_engine
from waypost.store.group import Also, Receipt
from waypost.store.migrate import upgrade
from waypost.store.writer import Writer

if TYPE_CHECKING:
    from waypost.services.boards.boards import Boards
    from waypost.services.connections import Connections


class Waypost:
    """One process's Waypost over one database; close it, or use it as a context manager.

    `clock` tells "now" (us) for levels, plausibility and publishing; a simulated company brings
    its own, which may run faster than the wall clock.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock: Callable[[], int] = now_us
        self.vocabulary: Vocabulary = load_vocabulary()
        self.journeys = Journeys(engine, self.now)
        self.live = Live(engine, self.journeys, self.now)
        self.writer = Writer(engine, self.now)
        self.leaving = Leaving()
        self.room = Room()
        self.positions = Positions(engine)
        self.places = Places(engine)
        self.replays = Replays(engine, self.vocabulary, self.now)
        self._mailbox: Mailbox | None = None
        self._beside: Beside | None = None

    def now(self) -> int:
        """The present instant by this Waypost's clock, us."""
        return self.clock()

    @classmethod
    def open(cls, url: str) -> Waypost:
        """Open a database, bring its tables up to date, and install the shipped journeys."""
        engine = open_engine(url)
        upgrade(engine)
        waypost = cls(engine)
        waypost.journeys.install_shipped(now_us())
        return waypost

    def submit(
        self, said: Sequence[Statement], refused: Sequence[Refusal] = (), also: Also | None = None
    ) -> Future[Receipt]:
        """Hand statements to the writer; the future ends after COMMIT, and `also` stands or falls with them."""
        self.positions.heed(said)
        return self.writer.submit(said, refused, also)

    async def store(self, said: Sequence[Statement], refused: Sequence[Refusal] = ()) -> Receipt:
        """Hand statements to the writer from an event loop; returns after COMMIT."""
        self.positions.heed(said)
        box = self._mailbox
        if box is None or not box.of(asyncio.get_running_loop()):
            box = self._mailbox = Mailbox(self._taker())
        return await box.store(said, refused)

    @property
    def waiting(self) -> int:
        """Statements that wait or are being stored, here or beside."""
        return self.writer.waiting + (self._beside.waiting if self._beside is not None else 0)

    @contextlib.asynccontextmanager
    async def storing_beside(self) -> AsyncIterator[Beside]:
        """While the block runs, what `store` takes on this event loop is stored by a process of its own."""
        beside = self._beside = Beside(self.engine, self.writer, self.now)
        self._mailbox = None
        await beside.start()
        try:
            yield beside
        finally:
            await beside.close()
            self._beside = self._mailbox = None

    def _taker(self) -> Taker:
        beside = self._beside
        return beside if beside is not None and beside.of(asyncio.get_running_loop()) else self.writer

    @cached_property
    def connections(self) -> Connections:
        """The sources that this Waypost pulls from and that send to it."""
        from waypost.services.connections import Connections  # which itself works on a Waypost

        return Connections(self)

    @cached_property
    def boards(self) -> Boards:
        """Boards: what there is, drafts, and their way into force."""
        from waypost.services.boards.boards import Boards  # which itself works on a Waypost

        return Boards(self)

    def view(self) -> View:
        """The present picture of all orders, at most a second old."""
        return self.live.view()

    def current(self) -> View:
        """A picture that holds every order written before the call: who writes and then asks sees it."""
        return self.live.current()

    def close(self) -> None:
        """Store everything that waits, then let go of the database."""
        self.replays.close()
        self.positions.close()
        if "connections" in self.__dict__:  # never made where nobody asked for them
            self.connections.close()
        self.writer.close()
        self.live.close()
        self.engine.dispose()

    def __enter__(self) -> Waypost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
