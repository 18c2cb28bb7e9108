"""The last events, live; a person can pause it, and it waits by itself while the pointer is on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, ignore, picked, plain, register, words

Evidence = Literal["scanned", "declared", "derived", "predicted"]


class Event(TypedDict):
    """One event. `at` is microseconds since the epoch, UTC, None if undated; `at_full` is a text with the zone."""

    id: str
    at: int | None
    at_full: NotRequired[str]
    icon: NotRequired[str]
    order: str
    href: NotRequired[str]
    ref: NotRequired[str]
    words: str
    partner_word: NotRequired[str | None]
    source: str
    evidence: NotRequired[Evidence | None]
    simulated: NotRequired[bool]


TEXTS: Final = {
    "title": N_("Last events"),
    "empty": N_("Waiting for the first event."),
    "live": N_("live"),
    "paused": N_("paused"),
    "pause": N_("Pause"),
    "go_on": N_("Go on"),
    "n_new": N_("{n} new"),
    "undated": N_("time not given"),
    "simulated": N_("simulated"),
    "scanned": N_("scanned"),
    "declared": N_("declared"),
    "derived": N_("derived"),
    "predicted": N_("predicted"),
}

_mount = register(Path(__file__).parent)


def event_stream(
    events: Sequence[Event],
    *,
    key: str,
    t: Mapping[str, str],
    now: int,
    lang: str = "en",
    rows: int = 8,
    total: int | None = None,
    on_open: Callable[[], None] | None = None,
) -> str | None:
    """Draw the first `rows` events, the newest first, and return the order just clicked, in this run only.

    `now` is the server's clock in microseconds UTC, so that "5 s ago" does not trust the browser's.
    `total` is a counter of all events that only grows; with it "n new" is exact however short the list is.
    """
    data = {
        "events": plain(events[:rows]),
        "t": words(t, TEXTS),
        "now": now,
        "lang": lang,
        "rows": rows,
        "total": total,
    }
    result = _mount(key=key, data=data, on_open_change=on_open or ignore)
    found = picked(result.open, order=None)
    return found["order"] if found else None
