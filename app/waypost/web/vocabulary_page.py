"""What the Vocabulary page shows, read from its address: room, search, kind, entry, source."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import streamlit as st

from waypost.i18n import N_
from waypost.web import links
from waypost.web.format import Format

PAGE: Final = "vocabulary"
ROOMS: Final = {
    "list": (N_("List"), "format_list_bulleted"),
    "graph": (N_("Graph"), "account_tree"),
    "mappings": (N_("Partners' words"), "translate"),
}
KINDS: Final = {
    "event": N_("Event codes"),
    "milestone": N_("Milestones"),
    "phase": N_("Phases"),
    "reason": N_("Reasons"),
    "incoterm": N_("Incoterms"),
    "term": N_("Delivery terms"),
}


ONE: Final = {
    "event": N_("Event code"),
    "milestone": N_("Milestone"),
    "phase": N_("Phase"),
    "reason": N_("Reason"),
    "incoterm": N_("Incoterm"),
    "term": N_("Delivery term"),
}


class Asked(NamedTuple):
    """What the address asks for; texts that mean nothing are left out."""

    room: str
    text: str
    kind: str | None
    phase: str | None
    entry: str | None

    def href(self, **changes: Any) -> str:
        """The address of this page with some things changed."""
        held = {"room": self.room, "q": self.text, "kind": self.kind, "phase": self.phase, "entry": self.entry}
        held.update(changes)
        if held["room"] == "list":
            held["room"] = None
        return links.href(PAGE, {name: str(value) for name, value in held.items() if value})


def read(phases: tuple[str, ...]) -> Asked:
    """What the address of this run asks for."""
    return Asked(
        links.value("room", tuple(ROOMS)) or "list",
        links.value("q") or "",
        links.value("kind", tuple(KINDS)),
        links.value("phase", phases),
        links.value("entry"),
    )


def rooms(held: Asked, fmt: Format) -> None:
    """The switch between the three rooms of the page."""

    def named(room: str) -> str:
        name, icon = ROOMS[room]
        return f":material/{icon}: {fmt.t(name)}"

    bound = links.bound(PAGE, "room", held.room)
    label = fmt.t("View")
    st.segmented_control(label, tuple(ROOMS), required=True, format_func=named, label_visibility="collapsed", **bound)
