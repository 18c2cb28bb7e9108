"""Millions of subjects in arrays: rows by key, and what they are called."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from waypost.domain.subject import Subject, SubjectKind
from waypost.journeys.resolve import IDX
from waypost.services.live.columns import Codes

_SPARE = 1 << 20
_KIND = tuple(SubjectKind)
I32 = NDArray[np.int32]


class RowIndex:
    """Small numbers by keys, as a dict gives them, in four bytes each; keys far beyond all others stay in a dict."""

    def __init__(self) -> None:
        self._near: I32 = np.full(1024, -1, dtype=np.int32)
        self._far: dict[int, int] = {}
        self.n = 0

    def __len__(self) -> int:
        return self.n

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def __getitem__(self, key: int) -> int:
        row = self.get(key)
        if row is None:
            raise KeyError(key)
        return row

    @overload
    def get(self, key: int) -> int | None: ...
    @overload
    def get(self, key: int, default: int) -> int: ...
    def get(self, key: int, default: int | None = None) -> int | None:
        """The number of a key."""
        near = self._near
        if 0 <= key < len(near):
            row: int = near.item(key)
            return default if row < 0 else row
        return self._far.get(key, default)

    def of(self, keys: NDArray[np.int64] | IDX) -> IDX:
        """The numbers of keys; -1 of one that has none."""
        near = self._near
        if len(keys) == 1:  # as it mostly is
            return np.array([self.get(keys.item(), -1)], dtype=np.intp)
        inside = (keys >= 0) & (keys < len(near))
        rows: IDX = np.where(inside, near[np.where(inside, keys, 0)], -1).astype(np.intp)
        if self._far:
            for place in np.flatnonzero(~inside).tolist():
                rows[place] = self._far.get(int(keys[place]), -1)
        return rows

    def put(self, keys: NDArray[np.int64] | IDX, first: int) -> None:
        """Number keys that have no number yet, from `first` on."""
        self.n += len(keys)
        far = keys >= max(4 * self.n + _SPARE, len(self._near))
        self._grow(int(keys[~far].max(initial=-1)) + 1)
        rows = np.arange(first, first + len(keys), dtype=np.int32)
        self._near[keys[~far]] = rows[~far]
        for place in np.flatnonzero(far).tolist():
            self._far[int(keys[place])] = int(rows[place])

    def _grow(self, n: int) -> None:
        held = len(self._near)
        if n > held:
            near = np.full(n + n // 8, -1, dtype=np.int32)
            near[:held] = self._near
            for key in [key for key in self._far if key < len(near)]:
                near[key] = self._far.pop(key)
            self._near = near


class Subjects(Sequence[Subject]):
    """Who stands in each row; names as one long text."""

    def __init__(self) -> None:
        self._kind = array("b")
        self._end = array("q", [0])
        self._names = bytearray()
        self._scope = array("i")
        self._scopes = Codes()

    def __len__(self) -> int:
        return len(self._kind)

    @overload
    def __getitem__(self, row: int) -> Subject: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Subject]: ...
    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        name = bytes(self._names[self._end[row] : self._end[row + 1]]).decode()
        return Subject(_KIND[self._kind[row]], name, self._scopes.words[self._scope[row]])

    def extend(self, kinds: Sequence[int], names: Sequence[str], scopes: Sequence[str]) -> None:
        """Add rows at the end."""
        encoded = [name.encode() for name in names]
        ends = np.cumsum([len(name) for name in encoded]) + self._end[-1]
        self._names += b"".join(encoded)
        self._end.frombytes(ends.astype(np.int64).tobytes())
        codes = {scope: self._scopes.code(scope, make=True) for scope in set(scopes)}
        self._scope.extend([codes[scope] for scope in scopes] if len(codes) > 1 else [*codes.values()] * len(scopes))
        self._kind.extend(kinds)  # last: whoever counts rows meanwhile finds them whole
