"""The three formats. CSV and Parquet come in parts, so that a long table never stands in memory as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from waypost.domain.instants import from_us
from waypost.services.export.sheet import Column, Row, Sheet

CSV_TYPE: Final = "text/csv; charset=utf-8"
PARQUET_TYPE: Final = "application/vnd.apache.parquet"
EXCEL_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXCEL_ROWS: Final = 1_048_575  # what a sheet holds beside its titles
# A spreadsheet runs a cell that starts with one of these as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_PART = 2_000
_GROUP = 20_000
_LONGEST_CELL = 32_767


def csv_parts(sheet: Sheet) -> Iterator[bytes]:
    """CSV with machine names and instants in UTC (RFC 3339); UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(column.name for column in sheet.columns)
    rows = sheet.rows()
    while True:
        part = list(islice(rows, _PART))
        writer.writerows([_csv(c, v) for c, v in zip(sheet.columns, row, strict=True)] for row in part)
        if out.tell():
            yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
        if len(part) < _PART:
            return


def parquet_parts(sheet: Sheet) -> Iterator[bytes]:
    """Parquet with machine names and typed columns; instants are timestamps in UTC, to the microsecond."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, _arrow(column)) for column in sheet.columns])
    sink = _Sink()
    rows = sheet.rows()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        while part := list(islice(rows, _GROUP)):
            arrays = [
                pa.array([_plain(column, row[i]) for row in part], type=schema.field(i).type)
                for i, column in enumerate(sheet.columns)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def excel(sheet: Sheet, titles: Sequence[str], zone: str, said: Callable[[Row], Row] | None = None) -> bytes:
    """An Excel workbook in a reader's words and zone, with real dates and numbers.

    `titles` are those of the columns; instants stand in `zone`, which their titles should name. `said`
    puts a row into the reader's words.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet.name[:31])
        bold, instant = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        guarded = book.add_format({"quote_prefix": True})  # stays a text when somebody edits the cell
        page.set_column(0, len(sheet.columns) - 1, 18)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, 0, len(sheet.columns) - 1)
        page.write_row(0, 0, titles, bold)
        for n, row in enumerate(islice(sheet.rows(), EXCEL_ROWS), 1):
            for place, (column, value) in enumerate(zip(sheet.columns, said(row) if said else row, strict=True)):
                cell = _cell(column, value, zone)
                if isinstance(cell, str):
                    page.write_string(n, place, cell[:_LONGEST_CELL], guarded if cell.startswith(_FORMULA) else None)
                elif isinstance(cell, datetime):
                    page.write_datetime(n, place, cell, instant)
                elif cell is not None:
                    page.write(n, place, cell)
    return out.getvalue()


def harmless(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class _Sink(io.RawIOBase):
    """A file that is only written to, and whose bytes are taken away meanwhile."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._place += len(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _csv(column: Column, value: Any) -> object:
    if value is None:
        return ""
    if column.kind == "instant":
        return f"{from_us(value):%Y-%m-%dT%H:%M:%S}Z"
    if column.kind == "flag":
        return "true" if value else "false"
    return harmless(value if column.kind in ("number", "whole") else str(value))


def _plain(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "text":
        return str(value)
    return bool(value) if column.kind == "flag" else value


def _arrow(column: Column) -> Any:
    import pyarrow as pa

    kinds = {"number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "instant": pa.timestamp("us", tz="UTC")}
    return kinds.get(column.kind, pa.string())


def _cell(column: Column, value: Any, zone: str) -> Any:
    if value is None or column.kind in ("number", "whole", "flag"):
        return value
    if column.kind == "instant":
        return from_us(value, zone).replace(tzinfo=None, microsecond=0)
    return str(value)
