"""What subjects' attributes say, a tuple per row: the names, which many rows share, and then the values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sys import intern
from typing import Any, overload

import orjson

Packed = tuple[Any, ...]
NOTHING: Packed = ((),)  # what is known of most parcels
_WORD = 32  # longer texts are hardly ever shared
_shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
_MANY = 10_000


class Told(Sequence[dict[str, Any]]):
    """Attributes by row, each made into a dict when it is asked for."""

    def __init__(self, rows: Iterable[Packed] = ()) -> None:
        self.packed: list[Packed] = list(rows)

    def __len__(self) -> int:
        return len(self.packed)

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, row: slice) -> Told: ...
    def __getitem__(self, row: Any) -> Any:
        return Told(self.packed[row]) if isinstance(row, slice) else unpacked(self.packed[row])


def unpacked(found: Packed) -> dict[str, Any]:
    """Attributes by name."""
    return dict(zip(found[0], found[1:], strict=True))


def column(rows: Sequence[Packed], name: str) -> list[Any]:
    """The values of one attribute; None where it is not given."""
    at = {id(names): names.index(name) + 1 if name in names else 0 for names in {id(r[0]): r[0] for r in rows}.values()}
    return [row[place] if (place := at[id(row[0])]) else None for row in rows]


def packed(attributes: dict[str, Any]) -> Packed:
    """Attributes as a tuple. Words that many orders share are kept once."""
    return _pack(tuple(attributes), attributes.values())


def _pack(names: tuple[str, ...], values: Iterable[Any]) -> Packed:
    held = _shapes.get(names)
    if held is None:
        if len(_shapes) > _MANY:
            _shapes.clear()
        held = _shapes[names] = tuple(map(intern, names))
    return (held, *[intern(v) if type(v) is str and len(v) <= _WORD else v for v in values])


def latest(text: str | None) -> Packed:
    """The latest values of a state's attributes."""
    if not text:
        return NOTHING
    found = orjson.loads(text)
    values = [value for _, value in found.values()]
    if None in values:
        return packed({name: value for name, value in zip(found, values, strict=True) if value is not None})
    return _pack(tuple(found), values)
