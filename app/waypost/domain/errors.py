"""Errors that say what happened, to which field, and the remedy.

WaypostError
├── FieldError      one field of one input is wrong; the caller can repair it
├── DocumentError   a configuration document is wrong (path, problem, remedy)
├── NotFound        the thing asked for does not exist
├── Overloaded      try again after `retry_after` seconds
└── Unavailable     the database does not answer; try again later
"""

from __future__ import annotations

from waypost.domain.text import storable


class WaypostError(Exception):
    """Base of every error Waypost raises on purpose."""


class FieldError(WaypostError):
    """One field of one input is wrong."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        # It may quote the input, and must itself be fit for any answer, log and table.
        self.field, self.problem, self.remedy = storable(field), storable(problem), storable(remedy)
        super().__init__(f"{self.field}: {self.problem} {self.remedy}")

    def as_dict(self) -> dict[str, str]:
        """The error as the API returns it."""
        return {"field": self.field, "problem": self.problem, "remedy": self.remedy}


class DocumentError(FieldError):
    """A configuration document is wrong; `field` is the path inside the document."""


class NotFound(WaypostError):
    """The thing asked for does not exist."""


class Overloaded(WaypostError):
    """The writer's queue is full; nothing was stored."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many events are waiting. Send again in {retry_after} s.")
        self.retry_after = retry_after


class Unavailable(WaypostError):
    """The database, or the process that stores, does not answer; what was sent may be sent again."""
