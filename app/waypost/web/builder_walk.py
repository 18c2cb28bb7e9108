"""One order read through the draft, event by event."""

from __future__ import annotations

from waypost.services.boards.replay import Replay
from waypost.web.builder_desk import Desk
from waypost.web.format import Format


def draw(desk: Desk, found: Replay, fmt: Format) -> None:
    """Choose an order and step through it."""
