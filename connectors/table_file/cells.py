"""Cells as they are meant: trimmed, freed of a spreadsheet's tricks, empty words taken for empty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from waypost.domain.statement import Refusal

Cell = str | date
KEY_LIMIT = 180


class CellError(Exception):
    """One cell cannot be used; the rest of its row can."""

    def __init__(self, column: str, problem: str, remedy: str) -> None:
        super().__init__(f"{column}: {problem}")
        self.column, self.problem, self.remedy = column, problem, remedy


class Cleaner:
    """Cleans the cells of one row; text such as `="0012"` keeps spreadsheets from eating zeros."""

    def __init__(self, empty: Sequence[str]) -> None:
        self._empty = frozenset(empty)

    def __call__(self, cells: Sequence[Cell], width: int) -> list[Cell]:
        """The cells of one row. Errors: CellError when there are more or fewer than `width`."""
        if len(cells) != width:
            problem = f"the row has {len(cells)} cells, the header {width}."
            raise CellError("", problem, "It may be cut off, or a delimiter stands in a text without quotes.")
        return [self.cell(cell) if cell else "" for cell in cells]

    def cell(self, cell: Cell) -> Cell:
        """One cell. Errors: CellError when it holds what no text holds."""
        if not isinstance(cell, str):
            return cell
        text = cell.strip()
        if text.startswith('="') and text.endswith('"') and len(text) > 2:
            text = text[2:-1].strip()
        if "\0" in text:
            raise CellError("", "the row holds a NUL character.", "Export the file again as text.")
        return "" if text in self._empty else text


class Place(NamedTuple):
    """Where in which file something stands, and the row it stands in."""

    file: str
    row_number: int
    columns: Sequence[str]
    cells: Sequence[Cell]

    @property
    def row(self) -> dict[str, str]:
        """The cells that are not empty, by column; cells beyond the header by their number."""
        names = [*self.columns, *(f"(cell {n})" for n in range(len(self.columns) + 1, len(self.cells) + 1))]
        return {name: str(cell) for name, cell in zip(names, self.cells, strict=False) if cell != ""}

    def refuse(self, source: str, event_id: str, error: CellError, raw: str | None = None) -> Refusal:
        """A refusal that names file, row and column; its raw text is `raw`, or the whole row.

        The row number is no part of the raw text, so that the same row of a longer export is
        known to be the same.
        """
        field = f"{self.file} row {self.row_number}" + (f", column {error.column}" if error.column else "")
        if raw is None:
            raw = json.dumps({"column": error.column, "row": self.row}, ensure_ascii=False, sort_keys=True)
        return Refusal(source, event_id[:KEY_LIMIT], field[:190], error.problem, error.remedy, raw)
