"""The steps of a way: what was said, in the order in which it happened, and where that led."""

from __future__ import annotations

from typing import NamedTuple

from waypost.domain.statement import Classifier
from waypost.domain.subject import Subject
from waypost.services.boards.sides import Stand
from waypost.store.rows import StoredEvent


class Step(NamedTuple):
    """After an event (None: now), at an instant (us; None when nobody gave one): as published, and as drafted."""

    at: int | None
    event: StoredEvent | None
    published: Stand
    drafted: Stand


class Walk(NamedTuple):
    """The way of one order."""

    key: int
    subject: Subject
    steps: list[Step]


def moment(event: StoredEvent) -> int | None:
    """When a thing happened; of a promise, when it was made. None when nobody gave a time."""
    return event.at if event.classifier == Classifier.ACTUAL else event.stated_at


def order_of_time(event: StoredEvent) -> tuple[bool, int, int]:
    """What events are sorted by: those without a time come last."""
    at = moment(event)
    return at is None, at or 0, event.id
