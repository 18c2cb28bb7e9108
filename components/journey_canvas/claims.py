"""What the browser says about the canvas, read as a claim: of the right shape and size, or not taken at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

MAX_BLOCKS: Final = 1000
MAX_WIRES: Final = 4000
MAX_SET: Final = 65_536  # characters of one block's settings as JSON
FAR: Final = 1_000_000  # pixels from the origin of the canvas
ACTS: Final = ("save", "try", "open")
_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,47}")
_PORT_LENGTH: Final = 64
_NAME_LENGTH: Final = 200


class Block(TypedDict):
    """A block at a place of the canvas (pixels, on a grid of 8); `set` belongs to the page."""

    id: str
    kind: str
    x: int
    y: int
    set: dict[str, Any]


Wire = TypedDict("Wire", {"from": str, "to": str, "port": str})


class Doc(TypedDict):
    """A whole document as one browser page sent it: its revision, and the server's revision it was made on."""

    client: str
    rev: int
    base: int
    draft: str
    blocks: list[Block]
    wires: list[Wire]


class Act(TypedDict):
    """What a person asked for: "save", "try", or "open" with the block's id (else ""); `n` counts up."""

    do: str
    id: str
    n: int


@dataclass(frozen=True, slots=True)
class Canvas:
    """What came back: the last document sent, the ids selected, and what was asked for in this run only."""

    doc: Doc | None
    selected: list[str]
    act: Act | None


def read_doc(value: object) -> Doc | None:
    """Return a document if all of it is sound, else None."""
    if not isinstance(value, Mapping):
        return None
    client, rev, base, draft = (value.get(name) for name in ("client", "rev", "base", "draft"))
    if not (_name(client) and _name(draft) and _number(rev, 0, 2**53) and _number(base, -1, 2**53)):
        return None
    blocks, wires = value.get("blocks"), value.get("wires")
    if not isinstance(blocks, list) or not isinstance(wires, list):
        return None
    if len(blocks) > MAX_BLOCKS or len(wires) > MAX_WIRES or not all(map(_block, blocks)):
        return None
    ids = {block["id"] for block in blocks}
    if len(ids) != len(blocks) or not all(_wire(wire, ids) for wire in wires):
        return None
    found = [Block(id=b["id"], kind=b["kind"], x=int(b["x"]), y=int(b["y"]), set=dict(b["set"])) for b in blocks]
    lines: list[Wire] = [{"from": w["from"], "to": w["to"], "port": w["port"]} for w in wires]
    if len({tuple(line.values()) for line in lines}) != len(lines):
        return None
    return Doc(client=str(client), rev=_int(rev), base=_int(base), draft=str(draft), blocks=found, wires=lines)


def read_selected(value: object) -> list[str]:
    """Return the ids selected; what is no id is left out."""
    if not isinstance(value, list) or len(value) > MAX_BLOCKS:
        return []
    return [one for one in value if _id(one)]


def read_act(value: object) -> Act | None:
    """Return what a person asked for, or None."""
    if not isinstance(value, Mapping) or value.get("do") not in ACTS or not _number(value.get("n"), 0, 2**53):
        return None
    block = value.get("id", "")
    if block != "" and not _id(block):
        return None
    return Act(do=str(value["do"]), id=str(block), n=_int(value["n"]))


def _block(value: object) -> bool:
    if not isinstance(value, Mapping) or not (_id(value.get("id")) and _id(value.get("kind"))):
        return False
    if not (_number(value.get("x"), -FAR, FAR) and _number(value.get("y"), -FAR, FAR)):
        return False
    settings = value.get("set")
    return isinstance(settings, Mapping) and len(json.dumps(settings)) <= MAX_SET


def _wire(value: object, ids: set[str]) -> bool:
    if not isinstance(value, Mapping):
        return False
    start, end, port = value.get("from"), value.get("to"), value.get("port")
    known = _id(start) and _id(end) and start in ids and end in ids and start != end
    return known and isinstance(port, str) and len(port) <= _PORT_LENGTH


def _id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _NAME_LENGTH


def _number(value: object, least: int, most: int) -> bool:
    """Whole numbers may come as floats from a browser: JSON has but one kind."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == value and least <= value <= most and int(value) == value


def _int(value: Any) -> int:
    return int(value)
