"""The hour of the nightly comparison, on the clock of the server."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from waypost.domain.instants import SECOND

OFF = "off"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def clock_of(text: str) -> time | None:
    """The time of day that `HH:MM` says; None for "off". Errors: ValueError."""
    if text == OFF:
        return None
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("write a time of day such as 02:30, or off")
    return time(int(found[1]), int(found[2]))


def last_due(now: int, at: time) -> int:
    """The last instant (us, not after `now`) at which the server's local clock showed a time of day."""
    local = datetime.fromtimestamp(now / SECOND)  # the zone of the process, which TZ can set
    due = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if due.timestamp() > now / SECOND:
        due -= timedelta(days=1)
    return int(due.timestamp()) * SECOND
