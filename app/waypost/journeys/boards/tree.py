"""JSON documents as trees: where two differ, and how two changes of a third are put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

KEYS = ("id", "block")  # by which entries of a list are known, if they all have one
GONE: Any = object()  # stands where a value is not there
Name = TypeVar("Name", str, tuple[str, str, str])
Clash = Callable[[str, Any, Any], Any]


def leaves(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Yield the paths at which two trees differ, as deep as both have the same shape."""
    if old is new or same(old, new):
        return
    one, other = children(old), children(new)
    if one is None or other is None or _key_of(old) != _key_of(new):
        yield path
        return
    inner = [where for name in {**one, **other} for where in _leaf(one, other, name, path)]
    yield from inner or [path]  # the same entries in another order


def _leaf(one: dict[str, Any], other: dict[str, Any], name: str, path: str) -> Iterator[str]:
    where = f"{path}.{name}" if path else name
    if name not in one or name not in other:
        yield where
    else:
        yield from leaves(one[name], other[name], where)


def at(tree: Any, path: str) -> Any:
    """The value at a path that `leaves` gave, or None."""
    for name in path.split(".") if path else []:
        inner = children(tree)
        if inner is None or name not in inner:
            return None
        tree = inner[name]
    return tree


def merged(base: Any, mine: Any, theirs: Any, clash: Clash, path: str = "") -> Any:
    """Both changes of `base` in one tree, GONE where one of them took it away and the other left it alone.

    Where both changed the same thing, `clash(path, mine, theirs)` says what stands.
    """
    if same(mine, theirs) or same(base, mine):
        return theirs
    if same(base, theirs):
        return mine
    parts = [children(tree) for tree in (base, mine, theirs)]
    one, two, three = parts[0] or {}, parts[1], parts[2]
    if two is None or three is None or _key_of(mine) != _key_of(theirs):
        return clash(path, mine, theirs)
    kept: dict[str, Any] = {}
    for name in names_of(one, two, three):
        where = f"{path}.{name}" if path else name
        value = merged(one.get(name, GONE), two.get(name, GONE), three.get(name, GONE), clash, where)
        if value is not GONE:
            kept[name] = value
    return list(kept.values()) if _key_of(mine) else kept


def names_of(base: Collection[Name], mine: Collection[Name], theirs: Collection[Name]) -> list[Name]:
    """All names of both, in the order of whoever changed the order of `base`, and theirs when both did."""
    common = [name for name in base if name in mine and name in theirs]
    held = set(common)
    moved = [name for name in theirs if name in held] != common
    first, second = (theirs, mine) if moved else (mine, theirs)
    names, known, place = list(first), set(first), 0
    for name in second:
        if name in known:
            place = names.index(name) + 1
        else:  # behind what it stands behind where it comes from
            names.insert(place, name)
            place += 1
    return names


def _key_of(tree: Any) -> str:
    """By which key the entries of a list are known; nothing for objects, values and other lists."""
    if not isinstance(tree, list) or not tree or not all(isinstance(entry, dict) for entry in tree):
        return ""
    for key in KEYS:
        names = [entry.get(key) for entry in tree]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return key
    return ""


def children(tree: Any) -> dict[str, Any] | None:
    """The entries of an object or of a list of entries with ids, by name; None for everything else."""
    if isinstance(tree, dict):
        return tree
    key = _key_of(tree)
    return {entry[key]: entry for entry in tree} if key else None


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same type all the way down: true is not 1 here."""
    if one is GONE or other is GONE:
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)
