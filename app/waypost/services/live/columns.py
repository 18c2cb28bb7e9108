"""Text columns as integer codes, so that a million orders filter in milliseconds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from waypost.domain.text import as_text
from waypost.services.live.told import Packed, column

DIMENSIONS = ("channel", "carrier", "warehouse", "origin", "destination", "service", "category")
NUMBERS = ("value",)
MISSING = 0


class Codes:
    """One text column: codes per row and the words behind them; code 0 means not given."""

    def __init__(self) -> None:
        self.words: list[str] = [""]
        self._code: dict[str, int] = {"": MISSING}
        self.codes: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    def grow(self, n: int) -> None:
        """Make room for `n` rows."""
        if n > len(self.codes):
            self.codes = np.concatenate([self.codes, np.zeros(n - len(self.codes), dtype=np.int32)])

    def put(self, rows: NDArray[np.intp], words: list[Any]) -> None:
        """Set the words of rows; None means not given."""
        held = self._code
        self.codes[rows] = [held[w] if type(w) is str and w in held else self._any(w) for w in words]

    def _any(self, word: Any) -> int:
        return MISSING if word is None else self.code(as_text(word), make=True)

    def code(self, word: str, *, make: bool = False) -> int:
        """The code of a word; -1 when it is unknown and `make` is off."""
        found = self._code.get(word)
        if found is None:
            if not make:
                return -1
            found = self._code[word] = len(self.words)
            self.words.append(word)
        return found

    def texts(self, rows: NDArray[np.intp]) -> list[str | None]:
        """The words of rows."""
        return [self.words[code] or None for code in self.codes[rows].tolist()]


class Dimensions:
    """The columns that orders are filtered and assigned by."""

    def __init__(self) -> None:
        self.columns = {name: Codes() for name in DIMENSIONS}
        self.value = np.zeros(0)
        self.currency = Codes()

    def grow(self, n: int) -> None:
        """Make room for `n` rows."""
        for codes in (*self.columns.values(), self.currency):
            codes.grow(n)
        if n > len(self.value):
            self.value = np.concatenate([self.value, np.full(n - len(self.value), np.nan)])

    def put(self, rows: NDArray[np.intp], attributes: Sequence[Packed]) -> None:
        """Set the columns of rows from their attributes."""
        shapes: dict[tuple[str, ...], list[int]] = {}
        for place, found in enumerate(attributes):
            shapes.setdefault(found[0], []).append(place)
        for names, places in shapes.items():
            mine = rows[places]
            for name, codes in (*self.columns.items(), ("currency", self.currency)):
                if name in names:
                    at = names.index(name) + 1
                    codes.put(mine, [attributes[place][at] for place in places])
                else:
                    codes.codes[mine] = MISSING
            at = names.index("value") + 1 if "value" in names else 0
            self.value[mine] = [_number(attributes[place][at]) for place in places] if at else np.nan


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan


def frame_of(attributes: Sequence[Packed], names: Collection[str]) -> pl.DataFrame:
    """As `frame`, of attributes that are packed."""
    columns = {name: texts(column(attributes, name)) for name in sorted(names)}
    return pl.DataFrame({"_": np.zeros(len(attributes)), **columns})


def texts(values: Sequence[Any]) -> pl.Series:
    """Values as texts; None where there is none."""
    return pl.Series([v if v is None or type(v) is str else as_text(v) for v in values], dtype=pl.String)


def frame(attributes: Sequence[dict[str, Any]], names: Collection[str]) -> pl.DataFrame:
    """Some attributes as texts in a frame, for assignment rules on any of them.

    Texts, because the type of a column must not depend on which orders happen to be in it.
    """
    columns = {name: texts([found.get(name) for found in attributes]) for name in sorted(names)}
    return pl.DataFrame({"_": np.zeros(len(attributes)), **columns})
