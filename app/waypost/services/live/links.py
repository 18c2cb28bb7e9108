"""Links in force between rows, in arrays: each row leads to its newest link, and each link to the one before it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from waypost.domain.subject import LinkRel
from waypost.journeys.resolve import IDX, Links

TOGETHER = frozenset({LinkRel.LINE_OF, LinkRel.CARRIES, LinkRel.REPLACES, LinkRel.EXCHANGES})
_COUNTS = np.array([*(rel in TOGETHER for rel in LinkRel), False])  # by relation; a gap is its last
_GONE = -1
_FEW = 64  # rows that are followed one by one
WASTE = 10_000  # so many links that were taken back may lie about before they are swept out
I32 = NDArray[np.int32]


class LinkTable:
    """Grows at the end; a link that was taken back stays as a gap until there are many."""

    def __init__(self, waste: int = WASTE) -> None:
        self.n = self._gone = 0
        self._waste = waste
        self.rel: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
        self.head, self.tail = _none(0), _none(0)
        self.quantity = np.zeros(0)
        self._before = {"head": _none(0), "tail": _none(0)}  # the link before it, by the row at that end
        self._newest = {"head": _none(0), "tail": _none(0)}  # by row
        self.mentions: I32 = np.zeros(0, dtype=np.int32)  # links in force that end at the row

    def grow(self, rows: int) -> None:
        """Make room for links of so many rows."""
        extra = rows - len(self.mentions)
        if extra > 0:
            self._newest = {end: np.concatenate([held, _none(extra)]) for end, held in self._newest.items()}
            self.mentions = np.concatenate([self.mentions, np.zeros(extra, dtype=np.int32)])

    def add(self, rel: NDArray[np.int8], head: IDX, tail: IDX, quantity: NDArray[np.float64]) -> None:
        """Add links."""
        first, n = self.n, self.n + len(rel)
        self._room(n)
        self.rel[first:n], self.quantity[first:n] = rel, quantity
        self.head[first:n], self.tail[first:n] = head, tail
        for end, rows in (("head", head), ("tail", tail)):
            self._chain(self._before[end], self._newest[end], rows, first)
        np.add.at(self.mentions, tail, 1)
        self.n = n

    def take_back(self, heads: Collection[int]) -> list[int]:
        """Take back all links that start at the rows; returns the rows at which they ended."""
        tails = []
        for head in heads:
            for link in self._from("head", head):
                tail = int(self.tail[link])
                tails.append(tail)
                self._unchain(tail, link)
                self.rel[link] = _GONE
                self.mentions[tail] -= 1
                self._gone += 1
            self._newest["head"][head] = -1
        if self._gone > max(self._waste, self.n // 4):
            self._sweep()
        return tails

    def of(self, row: int) -> list[tuple[LinkRel, int, float | None]]:
        """The links that start at a row: relation, the row at the other end, quantity."""
        return [
            (LinkRel(int(self.rel[link])), int(self.tail[link]), _given(self.quantity[link]))
            for link in reversed(list(self._from("head", row)))
        ]

    def together(self, rows: Collection[int]) -> IDX:
        """The rows and all that must be resolved with them, ascending."""
        if len(rows) <= _FEW:
            return self._together(rows)
        found = fresh = np.unique(np.fromiter(rows, np.intp, len(rows)))
        while len(fresh):
            ends = [other[self._links(end, fresh)] for end, other in (("head", self.tail), ("tail", self.head))]
            fresh = np.setdiff1d(np.concatenate(ends), found).astype(np.intp)
            found = np.union1d(found, fresh)
        return found

    def _together(self, rows: Collection[int]) -> IDX:
        found: set[int] = set()
        todo = list(rows)
        while todo:
            row = todo.pop()
            if row not in found:
                found.add(row)
                for end, other in (("head", self.tail), ("tail", self.head)):
                    todo += [other.item(link) for link in self._from(end, row) if _COUNTS[self.rel.item(link)]]
        return np.array(sorted(found), dtype=np.intp)

    def _links(self, end: str, rows: IDX) -> IDX:
        """The links at one end of rows that count for resolving, oldest first."""
        found = []
        links = self._newest[end][rows]
        while len(links := links[links >= 0]):
            found.append(links)
            links = self._before[end][links]
        both = np.concatenate([np.zeros(0, dtype=np.int32), *found])
        return np.sort(both[_COUNTS[self.rel[both]]]).astype(np.intp)

    def into(self, row: int, rel: LinkRel) -> list[int]:
        """The rows from which a link of that relation leads to a row."""
        return [int(self.head[link]) for link in self._from("tail", row) if self.rel[link] == rel]

    def among(self, rows: IDX, total: int) -> Links:
        """The links that count for resolving among rows (ascending, closed under them), in places of `rows`."""
        if len(rows) == total:
            which = np.flatnonzero(_COUNTS[self.rel[: self.n]])
            return Links(
                self.rel[which],
                self.head[which].astype(np.intp),
                self.tail[which].astype(np.intp),
                self.quantity[which],
            )
        which = self._links("head", rows)
        start, end = np.searchsorted(rows, self.head[which]), np.searchsorted(rows, self.tail[which])
        return Links(self.rel[which], start, end, self.quantity[which])

    def _from(self, end: str, row: int) -> Iterator[int]:
        before = self._before[end]
        link = self._newest[end].item(row) if row < len(self.mentions) else -1
        while link >= 0:
            yield link
            link = before.item(link)

    def _chain(self, before: I32, newest: I32, rows: IDX, first: int) -> None:
        if len(rows) == 1:
            before[first], newest[rows[0]] = newest[rows[0]], first
            return
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        same = np.zeros(len(rows), dtype=bool)
        same[1:] = ordered[1:] == ordered[:-1]
        held = newest[ordered]
        held[same] = (order[:-1] + first)[same[1:]]
        before[order + first] = held
        last = np.ones(len(rows), dtype=bool)
        last[:-1] = ~same[1:]
        newest[ordered[last]] = (order + first)[last]

    def _unchain(self, tail: int, link: int) -> None:
        before, newest = self._before["tail"], self._newest["tail"]
        if newest[tail] == link:
            newest[tail] = before[link]
            return
        after = next(each for each in self._from("tail", tail) if before[each] == link)
        before[after] = before[link]

    def _room(self, n: int) -> None:
        extra = n + n // 8 + 64 - len(self.rel)
        if n > len(self.rel):
            self.rel = np.concatenate([self.rel, np.full(extra, _GONE, dtype=np.int8)])
            self.quantity = np.concatenate([self.quantity, np.zeros(extra)])
            self.head, self.tail = (np.concatenate([end, _none(extra)]) for end in (self.head, self.tail))
            self._before = {end: np.concatenate([held, _none(extra)]) for end, held in self._before.items()}

    def _sweep(self) -> None:
        """Without the gaps, as a new table, so that who reads meanwhile is not led astray."""
        kept = np.flatnonzero(self.rel[: self.n] != _GONE)
        fresh = LinkTable(self._waste)
        fresh.grow(len(self.mentions))
        fresh.add(self.rel[kept], self.head[kept].astype(np.intp), self.tail[kept].astype(np.intp), self.quantity[kept])
        self.__dict__.update(fresh.__dict__)


def _none(n: int) -> I32:
    return np.full(n, -1, dtype=np.int32)


def _given(quantity: float) -> float | None:
    return None if np.isnan(quantity) else float(quantity)
