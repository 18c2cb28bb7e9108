"""How much is being taken in at once: who comes when it is full is asked to come back, before anything is read."""

from __future__ import annotations

from types import TracebackType

from waypost.domain.errors import Overloaded

ROOM_BYTES = 64 * 1024 * 1024  # bodies read, waiting and being stored; what becomes of them takes several times that
COME_BACK_S = 2


class Room:
    """A bound on the bytes of all bodies that have come and are not answered; used on one event loop."""

    def __init__(self, limit: int = ROOM_BYTES) -> None:
        self._limit = limit
        self.used = 0

    def place(self, announced: int = 0) -> Place:
        """A place for a body that says how long it will be, given back at the end of the block. Errors: Overloaded.

        Only what has come counts: who announces much and sends nothing keeps nobody out.
        """
        self._check(announced)
        return Place(self)

    def take(self, size: int) -> None:
        """Take some bytes. Errors: Overloaded, unless nobody else holds any: it could never be sent otherwise."""
        self._check(size)
        self.used += size

    def _check(self, size: int) -> None:
        if self.used and self.used + size > self._limit:
            raise Overloaded(retry_after=COME_BACK_S)


class Place:
    """The bytes of one body."""

    __slots__ = ("_room", "_size")

    def __init__(self, room: Room) -> None:
        self._room, self._size = room, 0

    def grow(self, size: int) -> None:
        """Make room for a body that has come to `size` bytes. Errors: Overloaded."""
        if size > self._size:
            self._room.take(size - self._size)
            self._size = size

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._room.used -= self._size
