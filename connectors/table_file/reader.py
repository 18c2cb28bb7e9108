"""Tables out of files: CSV, TSV, Excel and Parquet, row by row, every cell of a text file as text."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO, Protocol

from connectors.table_file.encodings import detect
from connectors.table_file.entries import FileRule
from waypost.connect.material import Material
from waypost.domain.errors import FieldError

Cell = str | date
Row = tuple[int, Sequence[Cell]]  # row number as a spreadsheet shows it (the header is row 1), and cells
DELIMITERS = (",", ";", "\t", "|")
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file",
    b"<": "a web page or an XML file",
}


class Table(Protocol):
    """A table that can be read more than once; rows of a text file may lack cells or have too many."""

    @property
    def name(self) -> str:
        """The name of the file."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The header."""

    def rows(self) -> Iterator[Row]:
        """The rows after the header, those without any value left out."""


def open_table(material: Material, name: str, rule: FileRule, wanted: Sequence[str]) -> Table:
    """Open a file of any of the formats. Errors: FieldError when it is no table or lacks a wanted column."""
    with material.open(name) as file:
        head = file.read(64)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    table: Table
    if head.startswith(b"PAR1"):
        from connectors.table_file.sheets import ParquetTable

        table = ParquetTable(material, name)
    elif head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from connectors.table_file.sheets import SheetTable

        table = SheetTable(material, name, rule)
    elif foreign := next((what for mark, what in _FOREIGN.items() if start.startswith(mark)), None):
        raise FieldError(name, f"it is {foreign}, no table.", "Export the data as CSV, Excel or Parquet.")
    else:
        table = TextTable(material, name, rule, wanted)
    check_columns(table, wanted)
    return table


def check_columns(table: Table, wanted: Sequence[str]) -> None:
    """Every wanted column must be there exactly once. Errors: FieldError naming the columns."""
    missing = [column for column in dict.fromkeys(wanted) if column not in table.columns]
    if missing:
        found = ", ".join(column for column in table.columns if column)[:300]
        listed = ", ".join(missing)
        many = "the columns are missing" if len(missing) > 1 else "the column is missing"
        raise FieldError(
            f"{table.name}, column {listed}"[:190],
            f"{many} ({listed}); the file has: {found or 'none'}.",
            "Export the file with them, or correct the mapping; for a text file also look at its delimiter.",
        )
    for column in wanted:
        if table.columns.count(column) > 1:
            problem = f"{table.columns.count(column)} columns have this name."
            raise FieldError(f"{table.name}, column {column}", problem, "Rename all but one of them.")


class TextTable:
    """CSV and its relatives; quoted fields may hold delimiters and line breaks."""

    def __init__(self, material: Material, name: str, rule: FileRule, wanted: Sequence[str]) -> None:
        self.name, self._material, self._skip = name, material, rule.header_row - 1
        with material.open(name) as file:
            self._encoding = detect(name, file, rule.encoding)
        self._delimiter, self.columns = self._best_header(rule.delimiter, wanted)

    def rows(self) -> Iterator[Row]:
        """The rows after the header. Errors: FieldError when the quoting is broken."""
        width = len(self.columns)
        records = self._records(self._delimiter)
        next(records, None)
        for number, cells in enumerate(records, start=self._skip + 2):
            if not any(cell and not cell.isspace() for cell in cells):
                continue  # an empty line
            if len(cells) > width and not any(map(str.strip, cells[width:])):
                del cells[width:]  # a delimiter at the end of the line
            yield number, cells

    def _best_header(self, declared: str, wanted: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The delimiter that shows the columns of which the mapping speaks, and the header it gives."""
        headers: dict[str, tuple[str, ...]] = {}
        errors: list[FieldError] = []
        for delimiter in DELIMITERS if declared == "auto" else (declared,):
            try:
                headers[delimiter] = self._header(delimiter)
            except FieldError as error:
                errors.append(error)  # quoted names have broken quotes for the wrong delimiter
        if not headers:
            raise errors[0]
        best = max(headers, key=lambda d: (sum(column in headers[d] for column in wanted), len(headers[d])))
        return best, headers[best]

    def _header(self, delimiter: str) -> tuple[str, ...]:
        header = next(self._records(delimiter), [])
        if not any(map(str.strip, header)):
            raise FieldError(self.name, "the file is empty.", "Export it again; the first row must name the columns.")
        return tuple(cell.strip() for cell in header)

    def _records(self, delimiter: str) -> Iterator[list[str]]:
        with self._text(self._material.open(self.name)) as text:
            lines = itertools.islice(text, self._skip, None)
            records = csv.reader(lines, delimiter=delimiter, strict=True)
            try:
                yield from records
            except csv.Error as error:
                line = records.line_num + self._skip
                what = "a quoted text never ends" if "unexpected end" in str(error) else str(error)
                raise FieldError(
                    f"{self.name}, line {line}",
                    f"the file is cut off or its quotes are broken: {what}.",
                    "Export it again; a quote inside a quoted text is written twice.",
                ) from None

    def _text(self, file: BinaryIO) -> io.TextIOWrapper:
        return io.TextIOWrapper(file, encoding=self._encoding, newline="")
