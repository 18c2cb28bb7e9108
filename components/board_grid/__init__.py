"""The layout of a board: its panels as tiles on a grid of 12 columns, moved and sized by pointer, finger or keys.

While somebody arranges, the browser owns the layout. It sends whole documents at the end of each
gesture, and takes one of ours only when its `rev` is higher than any it has seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NotRequired, TypedDict, cast

from components._base import N_, ignore, plain, register, words

MOST: Final = 500  # panels
_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,47}")
_LONGEST: Final = 20_000  # characters that the settings of one panel may take
_FAR: Final = 10**9


class Place(TypedDict):
    """A panel's place on the grid, in columns and rows."""

    block: str
    x: int
    y: int
    w: int
    h: int


class PhonePlace(TypedDict):
    """A panel in the column of a phone; `h` in rows, None for as high as it needs."""

    block: str
    h: int | None
    hidden: bool


class Panel(TypedDict):
    """One panel: what it shows, and its settings, which the browser only carries."""

    id: str
    show: str
    set: Mapping[str, Any]


class Kind(TypedDict):
    """What can be added: `show` is its kind, `w` and `h` its first size, `set` its first settings."""

    show: str
    label: str
    hint: NotRequired[str]
    icon: str
    w: int
    h: int
    least_w: int
    least_h: int
    set: Mapping[str, Any]


class Server(TypedDict):
    """The layout as it stands here; `undoable` lets a person take it back on the grid."""

    rev: int
    draft: str
    wide: Sequence[Place]
    phone: Sequence[PhonePlace]
    panels: Sequence[Panel]
    undoable: NotRequired[bool]


class Doc(TypedDict):
    """The layout as a person left it: the `rev`-th of this `client`, made from our revision `base`."""

    client: str
    rev: int
    base: int
    draft: str
    wide: list[Place]
    phone: list[PhonePlace]
    panels: list[Panel]


class Saved(TypedDict):
    """The last document of a client that is stored, and when, as a text."""

    client: str
    rev: int
    at: str


TEXTS: Final = {
    "label": N_("Layout of the board"),
    "wide": N_("Desk"),
    "phone": N_("Phone"),
    "undo": N_("Undo"),
    "redo": N_("Redo"),
    "add": N_("Add a panel"),
    "remove": N_("Remove {panel}"),
    "help": N_("Arrows move, Shift and arrows resize, Delete removes, Ctrl+Z takes back."),
    "help_phone": N_("Arrows move up and down."),
    "place": N_("{panel}: column {x} of 12, row {y}, {w} wide, {h} high"),
    "place_phone": N_("{panel}: {n} of {all}"),
    "added": N_("{panel} added"),
    "removed": N_("{panel} removed"),
    "stays": N_("{panel} cannot go further"),
    "undone": N_("Undone"),
    "redone": N_("Done again"),
    "hide": N_("Hide {panel} on phones"),
    "show": N_("Show {panel} on phones"),
    "hidden": N_("hidden"),
    "higher": N_("{panel} higher"),
    "lower": N_("{panel} lower"),
    "auto": N_("auto"),
    "empty": N_("No panel yet. Add the first one above."),
    "saving": N_("Saving …"),
    "saved": N_("Saved {at}"),
    "unsaved": N_("Not saved yet: no connection. Your changes are kept in this browser."),
}

_mount = register(Path(__file__).parent)


def board_grid(
    server: Server,
    kinds: Sequence[Kind],
    labels: Mapping[str, str],
    *,
    key: str,
    t: Mapping[str, str],
    lang: str = "en",
    saved: Saved | None = None,
    mode: Literal["edit", "read"] = "edit",
    on_change: Callable[[], None] | None = None,
) -> Doc | None:
    """Draw the grid; returns the layout as the browser holds it, also in later runs, None before the first change.

    `labels` are the panels' names by id; `saved` the newest document of the browser that is stored.
    """
    data = {
        "server": plain(server),
        "kinds": plain(kinds),
        "labels": plain(labels),
        "saved": plain(saved),
        "mode": mode,
        "t": words(t, TEXTS),
        "lang": lang,
    }
    result = _mount(key=key, data=data, on_doc_change=on_change or ignore)
    return read_doc(result.doc, {kind["show"] for kind in kinds}, server["draft"])


def read_doc(value: object, shows: Collection[str], draft: str) -> Doc | None:
    """What the browser sent, if it has the shape of a layout of this draft; what it says is not believed further."""
    if not isinstance(value, Mapping) or value.get("draft") != draft:
        return None
    client, rev, base = value.get("client"), value.get("rev"), value.get("base")
    if not (isinstance(client, str) and 0 < len(client) <= 64 and _whole(rev, 1, _FAR) and _whole(base, -1, _FAR)):
        return None
    wide, phone, panels = (
        _each(value.get(n), read) for n, read in (("wide", _place), ("phone", _phone), ("panels", _panel))
    )
    if wide is None or phone is None or panels is None or any(panel["show"] not in shows for panel in panels):
        return None
    found = {"client": client, "rev": rev, "base": base, "draft": draft, "wide": wide, "phone": phone, "panels": panels}
    return cast(Doc, found)


def _each(value: object, read: Callable[[Mapping[str, Any]], Any]) -> list[Any] | None:
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(part, Mapping) for part in value):
        return None
    found = [read(part) for part in value]
    return None if None in found else found


def _place(part: Mapping[str, Any]) -> Place | None:
    sides = [part.get(name) for name in ("x", "y", "w", "h")]
    if not _name(part.get("block")) or not all(_whole(side, 0, 1_000) for side in sides):
        return None
    return {"block": part["block"], "x": part["x"], "y": part["y"], "w": part["w"], "h": part["h"]}


def _phone(part: Mapping[str, Any]) -> PhonePlace | None:
    height, hidden = part.get("h"), part.get("hidden")
    if not _name(part.get("block")) or not (height is None or _whole(height, 1, 1_000)) or not isinstance(hidden, bool):
        return None
    return {"block": part["block"], "h": height, "hidden": hidden}


def _panel(part: Mapping[str, Any]) -> Panel | None:
    settings = part.get("set")
    if not _name(part.get("id")) or not isinstance(part.get("show"), str) or not isinstance(settings, Mapping):
        return None
    if len(json.dumps(settings)) > _LONGEST:
        return None
    return {"id": part["id"], "show": part["show"], "set": dict(settings)}


def _name(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
