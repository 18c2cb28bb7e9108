"""A table that can be written as a file: typed columns, and rows that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "number", "whole", "instant", "flag"]
Row = Sequence[Any]


class Column(NamedTuple):
    """One column by its machine name; instants are us, UTC, in every row."""

    name: str
    kind: Kind = "text"


class Sheet(NamedTuple):
    """A table: `name` begins the name of its file, `rows` gives its rows anew at each call, in the order shown."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of texts."""
    return tuple(Column(name) for name in names)


def instants(*names: str) -> tuple[Column, ...]:
    """Columns of instants."""
    return tuple(Column(name, "instant") for name in names)


def later(empty: Sheet, whole: Callable[[], Sheet]) -> Sheet:
    """A sheet like `empty` whose rows are only looked for when somebody takes them."""
    return empty._replace(rows=lambda: whole().rows())
