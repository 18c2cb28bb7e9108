"""A mapping document applied to material: everything is opened and checked before a row is given.

The first pass reads each table to its end: quoting, cell counts, and the date format of every
time column. Only then does the second pass make statements, so a file that cannot be read as a
whole stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connectors.table_file.cells import Cell, CellError, Cleaner, Place
from connectors.table_file.columns import DateColumn
from connectors.table_file.entries import FileRule, TimeColumn
from connectors.table_file.joins import Lookup, key_of
from connectors.table_file.mapping import TableMapping, TableRule
from connectors.table_file.reader import Table, open_table
from connectors.table_file.rows import RowReader
from connectors.table_file.times import TimeCell
from connectors.table_file.wanted import columns_of, time_columns
from waypost.connect.contract import Context
from waypost.connect.material import Material
from waypost.domain.errors import FieldError
from waypost.domain.instants import zone_of
from waypost.domain.statement import Refusal, Statement

ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet")


def matching(material: Material, rule: FileRule) -> list[str]:
    """The files that fit a rule. Errors: FieldError when one is required and there is none.

    The pattern `*` means every table of a folder, so that other files may lie beside them.
    """
    names = [name for name in material.names() if fnmatch(name.lower(), rule.pattern.lower())]
    if rule.pattern == "*" and len(names) > 1:
        names = [name for name in names if name.lower().endswith(ENDINGS)]
    if not names and not rule.optional:
        found = ", ".join(material.names())[:300] or "none"
        problem = f"no file fits '{rule.pattern}'; files there: {found}."
        raise FieldError("path", problem, "Name the folder with the file, or correct the pattern in the mapping.")
    return names


Seen = dict[tuple[str, tuple[str, ...] | None], DateColumn]  # by column and the formats declared for it


class Part(NamedTuple):
    """One file of a table rule, ready to be read."""

    table: Table
    sheet: Sheet
    reader: RowReader


class Sheet:
    """A table with its joins: rows as they are meant, and the place of every column."""

    def __init__(self, table: Table, clean: Cleaner, lookups: Sequence[Lookup]) -> None:
        self._table, self._clean = table, clean
        self.places: dict[str, int] = {column: place for place, column in enumerate(table.columns)}
        self._joins: list[tuple[Lookup, list[int]]] = []
        for lookup in lookups:
            self._joins.append((lookup, [self.places[column] for column in lookup.rule.on]))
            for name in lookup.rule.take:
                if name in self.places:
                    problem = "a join takes a column under a name that the file has already."
                    raise FieldError(f"{table.name}, column {name}", problem, "Take it under another name.")
                self.places[name] = len(self.places)

    def cells(self, raw: Sequence[Cell]) -> list[Any]:
        """A row's own cells, cleaned, and those of its joins. Errors: CellError for a row of another width."""
        cells: list[Any] = self._clean(raw, len(self._table.columns))
        for lookup, on in self._joins:
            cells.extend(lookup.find(key_of(cells, on)))
        return cells

    def cell(self, raw: Sequence[Cell], place: int) -> Any:
        """One cell of `cells`, without making the others when it is the row's own."""
        width = len(self._table.columns)
        return self._clean.cell(raw[place]) if place < width == len(raw) else self.cells(raw)[place]


class Plan:
    """A document bound to material and context. Errors: FieldError, before any item is given."""

    def __init__(self, document: TableMapping, zone: str | None, material: Material, context: Context) -> None:
        self._document, self._zone, self._material, self._context = document, zone, material, context
        self._refusals: list[Refusal] = []  # rows of joined files that cannot be used
        self._parts = [
            part for number, rule in enumerate(document.tables) for part in self._prepare(rule, f"tables[{number}]")
        ]  # fmt: skip
        if not self._parts:
            patterns = ", ".join(rule.file.pattern for rule in document.tables)
            raise FieldError("path", f"there is no file that fits {patterns}.", "Name the folder with the files.")

    def items(self) -> Iterator[Statement | Refusal]:
        """Everything that the tables say, file by file and row by row."""
        yield from self._refusals
        for part in self._parts:
            columns = part.table.columns
            for number, raw in part.table.rows():
                here = Place(part.table.name, number, columns, raw)
                try:
                    cells = part.sheet.cells(raw)
                except CellError as error:
                    yield here.refuse(self._document.source, "", error)
                    continue
                yield from part.reader.read(cells, here)

    def _prepare(self, rule: TableRule, path: str) -> list[Part]:
        names = matching(self._material, rule.file)
        if not names:
            return []
        clean = Cleaner(rule.empty)
        lookups = list(self._lookups(rule, clean))
        wanted = columns_of(rule)
        parts = []
        for name in names:
            table = open_table(self._material, name, rule.file, wanted)
            sheet = Sheet(table, clean, lookups)
            parts.append(Part(table, sheet, self._reader(rule, path, table, sheet)))
        return parts

    def _lookups(self, rule: TableRule, clean: Cleaner) -> Iterator[Lookup]:
        for join in rule.joins:
            lookup = Lookup(join, clean, rule.decimal)
            for name in matching(self._material, join.file):
                table = open_table(self._material, name, join.file, lookup.wanted())
                self._refusals.extend(lookup.fill(table, self._document.source))
            yield lookup

    def _reader(self, rule: TableRule, path: str, table: Table, sheet: Sheet) -> RowReader:
        columns = self._first_pass(rule, path, table, sheet)
        zone = rule.zone or self._zone or self._document.zone
        where: ZoneInfo | None = zone_of(zone) if zone else None

        def times(time: TimeColumn) -> TimeCell:
            place, column = sheet.places[time.column], columns[time.column, time.dates]
            return TimeCell(time.column, place, column, time.whole_day, where)

        return RowReader(rule, sheet.places, times, self._context, self._document.source, self._document.scope)

    def _first_pass(self, rule: TableRule, path: str, table: Table, sheet: Sheet) -> Seen:
        """Read the table to its end, and see every value of its time columns."""
        declared = rule.dates or self._document.dates
        columns: Seen = {}
        for inside, time in time_columns(rule):
            where, key = f"{table.name}, column {time.column}", f"{path}.{inside}.dates"
            columns.setdefault((time.column, time.dates), DateColumn(time.dates or declared, where, key))
        watched = [(sheet.places[name], column) for (name, _), column in columns.items()]
        for number, raw in table.rows():
            try:
                for place, column in watched:
                    cell = sheet.cell(raw, place)
                    if cell != "":
                        column.see(number, cell)
            except CellError:
                continue  # the second pass refuses this row
        return columns
