"""Raw events, one line each; a line opens to everything the partner said, down to the payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict

from components._base import N_, plain, register, words

Evidence = Literal["scanned", "declared", "derived", "predicted"]


class Detail(TypedDict):
    """One more thing the event says, shown when it is opened."""

    label: str
    value: str


class Event(TypedDict):
    """One event. Times are texts; `time_full` carries zone and UTC. `marks` are short words beside it."""

    id: str
    time: str | None
    time_full: NotRequired[str]
    icon: str
    words: str
    partner_word: NotRequired[str | None]
    place: NotRequired[str | None]
    source: str
    subject: NotRequired[str]
    evidence: Evidence
    simulated: NotRequired[bool]
    marks: NotRequired[Sequence[str]]
    details: NotRequired[Sequence[Detail]]
    raw: NotRequired[str | None]


TEXTS: Final = {
    "empty": N_("No event has been recorded here."),
    "undated": N_("time not given"),
    "simulated": N_("simulated"),
    "scanned": N_("scanned"),
    "declared": N_("declared"),
    "derived": N_("derived"),
    "predicted": N_("predicted"),
    "raw": N_("As it arrived"),
    "copy": N_("Copy"),
    "more": N_("show all {n}"),
}

_mount = register(Path(__file__).parent)


def event_log(
    title: str, events: Sequence[Event], *, key: str, t: Mapping[str, str], note: str = "", lang: str = "en"
) -> None:
    """Draw the events in the order given under a title; `note` says what is odd about them."""
    data = {"title": title, "note": note, "events": plain(events), "t": words(t, TEXTS), "lang": lang}
    _mount(key=key, data=data)
