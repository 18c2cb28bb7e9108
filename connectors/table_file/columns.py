"""The date format of one column of one file, decided after every value has been seen."""

from __future__ import annotations

from datetime import date, datetime

from connectors.table_file.dates import ORDERS, Reader, When, look, reader
from waypost.domain.errors import FieldError

Cell = str | date  # a datetime is a date too
Example = tuple[int, str]  # row number and value


def is_local(value: When) -> bool:
    """Whether a zone is needed to place the value."""
    return not isinstance(value, datetime) or value.tzinfo is None


class DateColumn:
    """Sees all values of a column, then gives the one function that reads them.

    `where` names file and column, `key` the entry of the mapping that declares the format.
    """

    def __init__(self, declared: tuple[str, ...], where: str, key: str) -> None:
        self.where, self.key = where, key
        self._declared = None if declared == ("auto",) else reader(declared)
        self._formats = " or ".join(declared)
        self._shapes: dict[str, Example] = {}
        self._styles: dict[str, Example] = {}
        self._only: dict[str, Example] = {}  # order -> first value that has no other reading
        self._both: tuple[Example, dict[str, When]] | None = None
        self._unreadable: list[Example] = []
        self._bad = self._good = 0
        self.local = False  # a value was seen that needs a zone

    def see(self, row: int, cell: Cell) -> None:
        """Take one value that is not empty into account."""
        if not isinstance(cell, str):
            self._shapes.setdefault("native", (row, cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)))
            self._note(cell)
        elif self._declared is None:
            self._look(row, cell)
        else:
            try:
                self._note(self._declared(cell))
            except ValueError:
                self._miss(row, cell)

    def _note(self, value: When) -> None:
        self._good += 1
        self.local = self.local or is_local(value)

    def _miss(self, row: int, cell: str) -> None:
        self._bad += 1
        if not self._unreadable:
            self._unreadable.append((row, cell))

    def _look(self, row: int, cell: str) -> None:
        seen = look(cell)
        if seen is None:
            self._miss(row, cell)
            return
        readings = seen.readings
        self._note(next(iter(readings.values())))
        if seen.shape not in self._shapes:
            self._shapes[seen.shape] = (row, cell)
        if seen.style and seen.style not in self._styles:
            self._styles[seen.style] = (row, cell)
        if len(readings) == 1:
            order = next(iter(readings))
            if order not in self._only:
                self._only[order] = (row, cell)
        elif self._both is None and readings["dmy"] != readings["mdy"]:
            self._both = (row, cell), readings

    def decide(self) -> Reader:
        """The reader of this column. Errors: FieldError when the column cannot be read in exactly one way."""
        if not self._good and self._bad > 1:
            raise self._no_dates()
        if self._declared is not None:
            return self._declared
        for kinds in (self._shapes, self._styles):
            if len(kinds) > 1:
                raise self._two_formats(*list(kinds.values())[:2])
        if "dmy" in self._only and "mdy" in self._only:
            raise self._two_formats(self._only["dmy"], self._only["mdy"])
        if self._only:
            return reader((next(iter(self._only)),))
        if self._both is not None:
            raise self._ambiguous(*self._both)
        # No value, or only values such as 05/05/2026 whose two readings are the same day.
        return reader(("dmy",) if any(shape.startswith("x") for shape in self._shapes) else ("ymd",))

    def _no_dates(self) -> FieldError:
        row, text = self._unreadable[0]
        fits = "holds no date" if self._declared is None else f"has no value in the declared format {self._formats}"
        return FieldError(
            self.where,
            f"the column {fits}; row {row} has '{text[:60]}'.",
            f'Map another column, or set {self.key} to the format, for instance "%d %b %Y %H:%M".',
        )

    def _two_formats(self, one: Example, other: Example) -> FieldError:
        (row, text), (other_row, other_text) = sorted((one, other))
        return FieldError(
            self.where,
            f"the column mixes two date formats: row {row} has '{text[:60]}', row {other_row} has '{other_text[:60]}'.",
            f"Export the column in one format, or set {self.key} to the list of both formats.",
        )

    def _ambiguous(self, example: Example, readings: dict[str, When]) -> FieldError:
        (row, text), shown = example, []
        for order in ("dmy", "mdy"):
            value = readings[order]
            shown.append(f'{value.day} {value:%B %Y} as {ORDERS[order]} ("{order}")')
        return FieldError(
            self.where,
            f"every value can be read in two ways: '{text}' in row {row} is {', or '.join(shown)}.",
            f'Say which one it is: set {self.key} to "dmy" or to "mdy".',
        )
