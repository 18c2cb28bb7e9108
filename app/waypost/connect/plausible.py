"""Times that cannot be true are refused before they are stored."""

from __future__ import annotations

from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, from_us
from waypost.domain.statement import Classifier

EARLIEST = 631_152_000_000_000  # 1990-01-01T00:00:00Z
SKEW = DAY  # clocks of partners that run ahead
HORIZON = 5 * 366 * DAY
_ACTUAL = Classifier.ACTUAL


def check_times(at: int | None, until: int | None, classifier: Classifier, now: int, field: str) -> None:
    """Refuse an actual time before 1990 or more than a day ahead, a promise more than five years ahead."""
    latest = now + (SKEW if classifier == _ACTUAL else HORIZON)
    if until is None and at is not None and EARLIEST <= at <= latest:
        return  # as it nearly always is
    for us in (at, until):
        if us is not None and us < EARLIEST:
            raise FieldError(field, f"{_day(us)} is before 1990.", "Check the year and the date format.")
        if us is not None and us > latest:
            happened = classifier == _ACTUAL
            what = "lies in the future, but is said to have happened" if happened else "is too far ahead"
            raise FieldError(field, f"{_day(us)} {what}.", "Check the year, the date format and the zone.")


def _day(us: int) -> str:
    try:
        return from_us(us).date().isoformat()
    except (OverflowError, ValueError):
        return f"{us} us"
