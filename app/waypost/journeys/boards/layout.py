"""Where panels stand: on the grid of 12 columns, and in the single column of a phone.

Panels hang from the top: each slides up until another one stops it, so there are no gaps to tidy and
no two panels ever overlap. The browser's editor follows the same rules; a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from waypost.journeys.boards.document import COLUMNS, Block, Board, Layout, PhonePlace, Place

PANEL: Final = "panel"
MAX_ROWS, MAX_Y = 40, 500  # the limits of `Place`
_APART: Final = 96  # pixels between blocks that are put on the canvas from elsewhere


class Size(NamedTuple):
    """How large a panel is when nobody has said so, and the least it needs to be read; columns and rows."""

    w: int
    h: int
    least_w: int
    least_h: int


SIZES: Final[Mapping[str, Size]] = {
    "kpi": Size(12, 4, 2, 4),
    "trend": Size(6, 6, 3, 4),
    "funnel": Size(6, 6, 3, 4),
    "distribution": Size(6, 6, 4, 5),
    "map": Size(6, 8, 3, 5),
    "orders": Size(12, 8, 4, 4),
    "timeline": Size(6, 6, 3, 4),
    "at_risk": Size(8, 8, 3, 4),
    "river": Size(12, 6, 4, 5),
    "text": Size(4, 3, 2, 2),
}
_OTHER: Final = Size(6, 6, 2, 2)
Places = tuple[Place, ...]


def size_of(block: Block) -> Size:
    """The sizes of a panel by what it shows; what is not known yet gets those of a middling one."""
    return SIZES.get(str(block.set.get("show")), _OTHER)


def panels(board: Board) -> tuple[Block, ...]:
    """The blocks that stand on the published board."""
    return tuple(block for block in board.blocks if block.kind == PANEL)


def bottom(places: Iterable[Place]) -> int:
    """How many rows places take."""
    return max((place.y + place.h for place in places), default=0)


def overlap(one: Place, other: Place) -> bool:
    """Whether two places share a cell of the grid."""
    return _beside(one, other) and one.y < other.y + other.h and other.y < one.y + one.h


def tidy(places: Iterable[Place]) -> Places:
    """The same panels without gaps and overlaps, each slid up in the order in which they are read."""
    return _pack(_read(places))


def move(places: Sequence[Place], block: str, x: int, y: int) -> Places:
    """A panel put elsewhere; the others make room. Places that were tidy stay so, and (x, y) of before changes nothing.

    The panel goes before those whose middle it has not passed yet. A drag is always counted from the
    places at its start, so a way there and back restores them.
    """
    line = list(_read(places))
    held = next(place for place in line if place.block == block)
    at = line.index(held)
    x, y = min(max(x, 0), COLUMNS - held.w), min(max(y, 0), MAX_Y)
    others = [place for place in line if place is not held]
    if y > held.y:
        at = max(at, sum(2 * other.y + other.h < 2 * (y + held.h) for other in others))
    elif y < held.y:
        at = min(at, sum(2 * other.y + other.h <= 2 * y for other in others))
    moved = held.model_copy(update={"x": x, "y": y})
    return _pack([*others[:at], moved, *others[at:]])


def resize(places: Sequence[Place], block: str, w: int, h: int, least: tuple[int, int] = (1, 1)) -> Places:
    """A panel made so wide and high, within the grid and not smaller than `least`; the others make room."""
    line = []
    for place in _read(places):
        if place.block == block:
            wide = min(max(w, least[0]), COLUMNS - place.x)
            place = place.model_copy(update={"w": max(wide, 1), "h": min(max(h, least[1]), MAX_ROWS)})  # noqa: PLW2901
        line.append(place)
    return _pack(line)


def add(places: Sequence[Place], block: str, size: tuple[int, int]) -> Places:
    """A further panel below the others, beside the last one where it fits."""
    line = _read(places)
    last = line[-1] if line else None
    x = last.x + last.w if last and last.x + last.w + size[0] <= COLUMNS else 0
    return _pack([*line, Place(block=block, x=x, y=min(bottom(line), MAX_Y), w=size[0], h=size[1])])


def remove(places: Sequence[Place], block: str) -> Places:
    """The places without one panel; those below it slide up."""
    return tidy(place for place in places if place.block != block)


def complete(board: Board) -> Layout:
    """The layout with a place for every panel of the board, and for nothing else, on desk and phone."""
    known = {block.id: size_of(block) for block in panels(board)}
    kept = {place.block: place for place in board.layout.wide if place.block in known}
    wide = tidy(kept.values())
    for block, size in known.items():
        if block not in kept:
            wide = add(wide, block, size[:2])
    return Layout(wide=wide, phone=phone_order(board.layout.phone, wide))


def phone_order(phone: Sequence[PhonePlace], wide: Sequence[Place]) -> tuple[PhonePlace, ...]:
    """The column of a phone: what has an order keeps it, the others follow as the grid is read."""
    there = {place.block for place in wide}
    kept = {place.block: place for place in phone if place.block in there}
    missing = (PhonePlace(block=place.block) for place in _read(wide) if place.block not in kept)
    return (*kept.values(), *missing)


def arranged(board: Board, layout: Layout, shown: Mapping[str, Mapping[str, Any]]) -> Board:
    """The board with this layout and just these panels: by id the settings of those that it does not have yet.

    Wires of panels that were taken away go with them.
    """
    held = {block.id for block in panels(board)}
    gone = held - shown.keys()
    blocks = [block for block in board.blocks if block.id not in gone]
    taken = {block.id for block in blocks}
    x, y = max((b.x for b in blocks), default=0), max((b.y for b in blocks), default=0)
    for n, (name, settings) in enumerate(((k, v) for k, v in shown.items() if k not in taken), 1):
        blocks.append(Block(id=name, kind=PANEL, x=x, y=y + _APART * n, set=dict(settings)))
    wires = tuple(wire for wire in board.wires if wire.from_ not in gone and wire.to not in gone)
    found = board.model_copy(update={"blocks": tuple(blocks), "wires": wires, "layout": layout})
    return found.model_copy(update={"layout": complete(found)})


def _read(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (place.y, place.x, place.block))


def _pack(line: Sequence[Place]) -> Places:
    """Each in turn as high up as those before it in its columns allow; read from top left to bottom right."""
    packed: list[Place] = []
    for place in line:
        y = max((before.y + before.h for before in packed if _beside(before, place)), default=0)
        packed.append(place if place.y == y else place.model_copy(update={"y": y}))
    return tuple(_read(packed))


def _beside(one: Place, other: Place) -> bool:
    return one.x < other.x + other.w and other.x < one.x + one.w
