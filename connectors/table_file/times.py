"""Time columns of one table: the value of a cell as a moment in us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from connectors.table_file.cells import CellError
from connectors.table_file.columns import DateColumn
from connectors.table_file.dates import When
from connectors.table_file.entries import TimeColumn
from waypost.domain.errors import FieldError
from waypost.domain.instants import SECOND, UNDATED_MOMENT, Moment, TzSource, day_bounds, local_to_us, to_us

_day = lru_cache(maxsize=4096)(day_bounds)
_DAY = timedelta(days=1)


class TimeCell:
    """Reads one time column of a row; `zone` may be None only where all values carry an offset."""

    def __init__(self, name: str, place: int, column: DateColumn, whole_day: bool, zone: ZoneInfo | None) -> None:
        self.name, self._place, self._whole_day = name, place, whole_day
        self._key, self._read = column.key, column.decide()
        if zone is None and (column.local or whole_day):
            raise FieldError(
                "zone",
                f"the times of {column.where} have no time zone.",
                "Give --timezone (an IANA name such as Asia/Shanghai), or set zone in the mapping.",
            )
        self.zone = zone.key if zone else None
        self._zone = zone or ZoneInfo("UTC")  # without a zone there are no local values to place

    def moment(self, cells: Sequence[Any]) -> Moment:
        """The moment that a cell speaks of; an empty cell is undated. Errors: CellError."""
        cell = cells[self._place]
        if cell == "":
            return UNDATED_MOMENT
        raw = str(cell)
        try:
            return self._placed(cell if isinstance(cell, date) else self._read(raw), raw)
        except ValueError as error:
            remedy = f"Correct the cell, or set {self._key} if the format is another."
            raise CellError(self.name, f"'{raw[:60]}' {error}.", remedy) from None
        except OverflowError:
            raise CellError(self.name, f"'{raw[:60]}' is out of the calendar's range.", "Check the year.") from None

    def _placed(self, value: When, raw: str) -> Moment:
        if self._whole_day or not isinstance(value, datetime):
            start, end = _day(value.date() if isinstance(value, datetime) else value, self._zone)
            return Moment(start, end, raw, TzSource.ZONE)
        if value.tzinfo is not None:
            return Moment(to_us(value), None, raw, TzSource.EXPLICIT)
        us, source = _local(value, self._zone)
        return Moment(us, None, raw, source)


Times = Callable[[TimeColumn], TimeCell]


@lru_cache(maxsize=16_384)
def _midnight(day: date, zone: ZoneInfo) -> int | None:
    """The start of a local day in us when its clocks do not change, else None."""
    edges = [datetime.combine(d, time(), zone).replace(fold=fold) for d in (day, day + _DAY) for fold in (0, 1)]
    return to_us(edges[0]) if len({edge.utcoffset() for edge in edges}) == 1 else None


def _local(value: datetime, zone: ZoneInfo) -> tuple[int, TzSource]:
    """As `local_to_us`, quicker: a table has far more times than days."""
    midnight = _midnight(value.date(), zone)
    if midnight is None:
        return local_to_us(value, zone)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return midnight + seconds * SECOND + value.microsecond, TzSource.ZONE
