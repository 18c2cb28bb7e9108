"""Tables out of Excel workbooks and Parquet files; their own dates stay dates."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any

import fastexcel
import polars as pl

from connectors.table_file.entries import FileRule
from connectors.table_file.reader import Cell, Row
from waypost.connect.material import Material
from waypost.domain.errors import FieldError

_BATCH = 10_000
# It reports every column without a value as a warning.
logging.getLogger("fastexcel").setLevel(logging.ERROR)


class SheetTable:
    """One sheet of a workbook, the first one unless the mapping names another."""

    def __init__(self, material: Material, name: str, rule: FileRule) -> None:
        self.name, self._first = name, rule.header_row + 1
        with material.open(name) as file:
            self._frame = _frame(name, file.read(), rule)
        self.columns = tuple(column.strip() for column in self._frame.columns)

    def rows(self) -> Iterator[Row]:
        """The rows below the header."""
        for number, cells in enumerate(self._frame.iter_rows(), start=self._first):
            if any(cell is not None and cell != "" for cell in cells):
                yield number, [_cell(cell) for cell in cells]


class ParquetTable:
    """A Parquet file, read in batches."""

    def __init__(self, material: Material, name: str) -> None:
        self.name, self._material = name, material
        with _parquet(material, name) as parquet:
            self.columns = tuple(parquet.schema_arrow.names)

    def rows(self) -> Iterator[Row]:
        """The rows of the file; the first one is row 2, as if there were a header."""
        number = 1
        with _parquet(self._material, self.name) as parquet:
            for batch in parquet.iter_batches(batch_size=_BATCH):
                for values in pl.DataFrame(batch).iter_rows():
                    number += 1
                    if any(value is not None and value != "" for value in values):
                        yield number, [_cell(value) for value in values]


@contextmanager
def _parquet(material: Material, name: str) -> Iterator[Any]:
    import pyarrow.parquet

    with material.open(name) as file:
        try:
            yield pyarrow.parquet.ParquetFile(file)
        except (OSError, ValueError) as error:  # pyarrow's own errors are among these
            raise _damaged(name, "Parquet file", error) from None


def _damaged(name: str, what: str, error: Exception) -> FieldError:
    reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    problem = f"the {what} cannot be read ({reason})."
    return FieldError(name, problem, "It may be cut off or protected: export it again.")


def _frame(name: str, body: bytes, rule: FileRule) -> pl.DataFrame:
    try:
        book = fastexcel.read_excel(body)
        sheet = book.sheet_names[0] if rule.sheet is None else rule.sheet
        if sheet not in book.sheet_names:
            listed = ", ".join(book.sheet_names)
            raise FieldError(name, f"there is no sheet '{sheet}'.", f'Set "sheet" to one of: {listed}.')
        options: dict[str, Any] = {"header_row": rule.header_row - 1, "schema_sample_rows": None}
        kinds = {column.name: column.dtype for column in book.load_sheet(sheet, **options).selected_columns}
        # A number is wanted as the text that the cell shows (1001, not 1001.0); only dates keep their type.
        dtypes: dict[Any, Any] = {
            column: kind if kind in ("date", "datetime") else "string" for column, kind in kinds.items()
        }
        frame: pl.DataFrame = book.load_sheet(sheet, **options, dtypes=dtypes).to_polars()
    except fastexcel.FastExcelError as error:
        raise _damaged(name, "workbook", error) from None
    if not frame.columns:
        raise FieldError(name, f"the sheet '{sheet}' is empty.", "Name another sheet, or export the file again.")
    return frame.with_columns(pl.col(column).dt.date() for column in frame.columns if _only_days(frame[column]))


def _only_days(column: pl.Series) -> bool:
    """Excel knows no plain date: a column in which no cell has a time of day is one of dates."""
    return isinstance(column.dtype, pl.Datetime) and bool((column.drop_nulls().dt.time() == time()).all())


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
