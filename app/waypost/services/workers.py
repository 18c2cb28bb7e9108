"""What runs beside the requests of a process, by its role; started and stopped with the server."""

from __future__ import annotations

from typing import Protocol

from waypost.services.app import Waypost
from waypost.services.outgoing.worker import Outgoing
from waypost.services.settings import Role


class Worker(Protocol):
    """Something that works until it is stopped."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End within seconds; what is not finished is begun again by the next process."""


class Workers:
    """The workers of one process."""

    def __init__(self, members: list[Worker]) -> None:
        self._members = members

    def start(self) -> None:
        """Start them all."""
        for worker in self._members:
            worker.start()

    def stop(self) -> None:
        """Stop them, the last one first."""
        for worker in reversed(self._members):
            worker.stop()


def workers(waypost: Waypost, role: Role) -> Workers:
    """The workers that a process of this role runs."""
    return Workers([Outgoing(waypost)] if role in ("all", "worker") else [])
