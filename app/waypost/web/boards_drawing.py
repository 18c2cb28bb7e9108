"""The path of a board as a small drawing: its blocks in columns and rows, with the orders that are in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waypost.journeys.boards.document import Block, Board
from waypost.services.boards.samples import Counts, Preview
from waypost.web import boards_words as words
from waypost.web.format import Format

FLOW = ("source", "stage", "branch", "gate")
_NEAR = 64  # blocks that stand so close together were meant to stand in one line, px of the canvas
_MOST = 60  # more stops nobody could make out in a small drawing


def drawing(board: Board, fmt: Format, picture: Preview | None = None) -> dict[str, Any] | None:
    """What the card draws; with a picture, each stop says how many orders are in it. None without a path."""
    blocks = sorted((b for b in board.blocks if b.kind in FLOW), key=lambda b: (b.x, b.y, b.id))[:_MOST]
    if not blocks:
        return None
    columns, rows = _lines(b.x for b in blocks), _lines(b.y for b in blocks)
    shown = {block.id for block in blocks}
    return {
        "columns": max(columns.values()) + 1,
        "rows": max(rows.values()) + 1,
        "stops": [_stop(block, columns[block.x], rows[block.y], fmt, picture) for block in blocks],
        "wires": [(wire.from_, wire.to) for wire in board.wires if {wire.from_, wire.to} <= shown],
    }


def _lines(places: Iterable[int]) -> dict[int, int]:
    """Per coordinate the number of its line, counted from 0."""
    found: dict[int, int] = {}
    line, start = -1, 0
    for place in sorted(set(places)):
        if line < 0 or place - start > _NEAR:
            line, start = line + 1, place
        found[place] = line
    return found


def _stop(block: Block, x: int, y: int, fmt: Format, picture: Preview | None) -> dict[str, Any]:
    stop = {
        "id": block.id,
        "kind": block.kind,
        "x": x,
        "y": y,
        "icon": words.icon(block),
        "label": words.name(block, fmt.lang),
    }
    return stop if picture is None else {**stop, **_state(block, fmt, picture)}


def _state(block: Block, fmt: Format, picture: Preview) -> dict[str, str]:
    if held := picture.held.get(block.id):
        return {"tier": "red", "count": fmt.short(held)}
    counts = picture.stages.get(block.id, Counts(0, 0, 0))
    if not sum(counts):
        return {}
    tier = "red" if counts.red else "yellow" if counts.yellow else ""
    return {"tier": tier, "count": fmt.short(sum(counts))}


def tiers(picture: Preview, fmt: Format) -> list[dict[str, str]]:
    """Its open orders by tier, as chips; what does not occur is not shown."""
    t, counts, held = fmt.t, picture.tiers, sum(picture.held.values())
    warn, blocked = t("warn"), t("blocked")
    chips = [{"icon": "list_alt", "text": t.plural("{n} open", "{n} open", sum(counts), n=fmt.count(sum(counts)))}]
    if counts.yellow:
        chips.append({"icon": "warning", "text": f"{fmt.count(counts.yellow)} {warn}", "tier": "yellow"})
    if counts.red:
        chips.append({"icon": "block", "text": f"{fmt.count(counts.red)} {blocked}", "tier": "red"})
    if held:
        chips.append({"icon": "lock", "text": t.plural("{n} held", "{n} held", held, n=fmt.count(held)), "tier": "red"})
    return chips
