"""JSON bodies of partners, read strictly: what is missing or of the wrong kind is named by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from waypost.connect.fields import ID_LIMIT
from waypost.domain.errors import FieldError
from waypost.domain.instants import UNDATED_MOMENT, Moment, read_moment
from waypost.domain.text import is_storable


def read_json(body: bytes, name: str) -> Any:
    """The value of a JSON body. Errors: FieldError naming the body and where it breaks off."""
    if not body.strip():
        raise FieldError(name, "it is empty.", "Send it again, whole.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FieldError(name, f"it is no complete JSON ({error}).", "Send it again, whole and in UTF-8.") from None


class Node:
    """One JSON object and the path to it; every reader names the path of what it cannot read."""

    __slots__ = ("path", "raw")

    def __init__(self, raw: Any, path: str) -> None:
        if not isinstance(raw, dict):
            raise FieldError(path, f"it is {_kind(raw)}, not an object.", "Send it as the documentation shows it.")
        self.raw: Mapping[str, Any] = raw
        self.path = path

    def __contains__(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, limit: int = ID_LIMIT) -> str:
        """A text, or a number as text, that must be there."""
        value = self.maybe(name, limit)
        if value is None:
            raise FieldError(self.at(name), "it is missing or empty.", f"Send '{name}'.")
        return value

    def maybe(self, name: str, limit: int = 4000) -> str | None:
        """A text, or a number as text; None when it is missing, null or empty."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise FieldError(self.at(name), f"it is {_kind(value)}, not a text.", "Send a text.")
        value = value.strip()
        if len(value) > limit:
            raise FieldError(self.at(name), f"it is {len(value)} characters long.", f"Use at most {limit}.")
        if not is_storable(value):
            raise FieldError(self.at(name), "it holds a NUL character or half of a surrogate pair.", "Remove it.")
        return value or None

    def number(self, name: str) -> float | None:
        """A number, also one written as a text; None when it is missing or null."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        try:
            found = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        except ValueError:
            found = None
        if found is None or not abs(found) < 2**53:
            raise FieldError(self.at(name), f"{str(value)[:40]!r} is no number.", "Send a number.")
        return found

    def flag(self, name: str) -> bool:
        """Whether a field is true; missing and null are false."""
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise FieldError(self.at(name), f"it is {_kind(value)}, not true or false.", "Send true or false.")
        return bool(value)

    def moment(self, name: str, zone: str | None = None) -> Moment:
        """A time that must be there; a local one needs `zone`."""
        return read_moment(self.text(name, 64), zone, self.at(name))

    def maybe_moment(self, name: str, zone: str | None = None) -> Moment:
        """A time, undated when it is missing."""
        return self.moment(name, zone) if self.maybe(name) is not None else UNDATED_MOMENT

    def child(self, name: str) -> Node:
        """An object that must be there."""
        if self.raw.get(name) is None:
            raise FieldError(self.at(name), "it is missing.", f"Send '{name}'.")
        return Node(self.raw[name], self.at(name))

    def maybe_child(self, name: str) -> Node | None:
        """An object, None when it is missing or null."""
        return self.child(name) if self.raw.get(name) is not None else None

    def children(self, name: str, required: bool = False) -> Iterator[Node]:
        """The objects of a list, or of a GraphQL connection (`nodes`); none when it is missing."""
        value = self.raw.get(name)
        if value is None and not required:
            return
        path = self.at(name)
        if isinstance(value, dict) and "nodes" in value:
            value, path = value["nodes"], f"{path}.nodes"
        if not isinstance(value, list):
            raise FieldError(path, f"it is {_kind(value)}, not a list.", f"Send '{name}' as a list.")
        for place, entry in enumerate(value):
            yield Node(entry, f"{path}[{place}]")


def _kind(value: Any) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (bool, "true or false"), (dict, "an object"), (list, "a list"), (str, "a text"), (int | float, "a number"),
    )  # fmt: skip
    return next((word for kind, word in kinds if isinstance(value, kind)), "null")
