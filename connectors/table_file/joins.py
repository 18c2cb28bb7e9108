"""Columns from other files, looked up by a key; one entry per key is kept in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal

from connectors.table_file.cells import Cell, CellError, Cleaner, Place
from connectors.table_file.entries import Join, Take
from connectors.table_file.numbers import read_number
from connectors.table_file.reader import Table
from waypost.domain.statement import Refusal

Value = Cell | Decimal | int
_UNTOLD: Value = ""  # a sum of which one part could not be read


def key_of(cells: Sequence[object], places: Sequence[int]) -> str:
    """The key of a row; several columns are kept apart by a character that no table has."""
    return str(cells[places[0]]) if len(places) == 1 else "\x1f".join(str(cells[place]) for place in places)


class Lookup:
    """What one join adds to a row: as many cells as it takes, empty ones where the key is unknown."""

    def __init__(self, rule: Join, clean: Cleaner, decimal: str) -> None:
        self.rule, self._clean, self._decimal = rule, clean, decimal
        self._takes = list(rule.take.values())
        self._nothing: list[Value] = [""] * len(self._takes)
        self._rows: dict[str, list[Value]] = {}
        self._untold: set[tuple[str, int]] = set()

    def find(self, key: str) -> Sequence[Value]:
        """The cells that belong to a key (see `key_of`)."""
        return self._rows.get(key, self._nothing)

    def wanted(self) -> list[str]:
        """The columns that the joined file must have."""
        return [*self.rule.key, *(column for take in self._takes for column in _columns(take))]

    def fill(self, table: Table, source: str) -> Iterator[Refusal]:
        """Read the joined file; gives what is wrong with single rows of it."""
        places = {column: place for place, column in enumerate(table.columns)}
        keys = [places[column] for column in self.rule.key]
        for number, raw in table.rows():
            here = Place(table.name, number, table.columns, raw)
            try:
                cells = self._clean(raw, len(table.columns))
            except CellError as error:
                yield here.refuse(source, "", error)
                continue
            key = key_of(cells, keys)
            entry = self._rows.setdefault(key, list(self._nothing))
            for place, take in enumerate(self._takes):
                if take.first is not None:
                    entry[place] = _first(entry[place], cells[places[take.first]])
                elif take.count:
                    entry[place] = int(str(entry[place] or 0)) + 1
                else:
                    yield from self._add(key, place, take, cells, here, source)

    def _add(
        self, key: str, place: int, take: Take, cells: Sequence[Cell], here: Place, source: str
    ) -> Iterator[Refusal]:  # fmt: skip
        entry = self._rows[key]
        for column in _columns(take):
            text = str(cells[here.columns.index(column)])
            try:
                number = read_number(text, self._decimal) if text else Decimal(0)
            except ValueError as error:
                self._untold.add((key, place))
                entry[place] = _UNTOLD
                remedy = 'Correct the cell, or set "decimal" of the table.'
                yield here.refuse(source, key, CellError(column, f"{error}.", remedy))
                continue
            if (key, place) not in self._untold:
                entry[place] = number + (Decimal(str(entry[place])) if entry[place] != "" else 0)


def _columns(take: Take) -> Sequence[str]:
    return [take.first] if take.first is not None else take.sum or ()


def _first(held: Value, found: Cell) -> Value:
    if held != "":
        return held
    return sys.intern(found) if isinstance(found, str) else found
