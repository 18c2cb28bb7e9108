"""Handling units in the live picture: their facts and contents, and the cells that parcels take from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from sqlalchemy.engine import Connection

from waypost.domain.state import standing
from waypost.domain.statement import Classifier, Evidence
from waypost.domain.subject import LinkRel
from waypost.journeys.cargo import Claim, Happened, Stay, reached, stays
from waypost.journeys.cells import RANK_SHIFT, Cells
from waypost.store import reads
from waypost.store.reads import LinkRow

DERIVED = np.int64(int(Evidence.DERIVED)) << RANK_SHIFT


class Holds:
    """What is inside what, and what happened to the carriers; keys are those of the store."""

    def __init__(self) -> None:
        self._happened: dict[int, list[Happened]] = {}
        self._inside: dict[int, list[Stay]] = {}
        self._contents: dict[int, set[int]] = {}

    def read(
        self, connection: Connection, carriers: Collection[int], heads: Collection[int], links: Iterable[LinkRow]
    ) -> set[int]:
        """Take in carriers whose events changed, and all links of `heads`; returns what is touched by that."""
        touched = self._link(heads, links)
        if carriers:
            events = reads.events_of_subjects(connection, sorted(carriers))
            for key in carriers:
                self._happened[key] = [
                    Happened(said.slot, said.at)
                    for said in standing(events.get(key, ()))
                    if said.slot is not None and said.at is not None and said.classifier == Classifier.ACTUAL
                    and said.evidence != Evidence.PREDICTED
                ]  # fmt: skip
            touched |= set(carriers)
        return self._within(touched)

    def _link(self, heads: Collection[int], links: Iterable[LinkRow]) -> set[int]:
        claims: dict[int, list[Claim]] = {}
        for link in links:
            if link.rel == LinkRel.INSIDE:
                claims.setdefault(link.from_id, []).append(Claim(link.to_id, link.valid_from, link.valid_until))
        touched: set[int] = set()
        for head in {*(self._inside.keys() & heads), *claims}:
            before, now = self._inside.get(head, []), stays(claims.get(head, ()))
            if before == now:
                continue
            touched.add(head)
            for stay in before:
                self._contents.get(stay.carrier, set()).discard(head)
            for stay in now:
                self._contents.setdefault(stay.carrier, set()).add(head)
            self._inside[head] = now
        return touched

    def _within(self, keys: set[int]) -> set[int]:
        """The subjects and everything that was ever inside them."""
        found: set[int] = set()
        todo = list(keys)
        while todo:
            key = todo.pop()
            if key not in found:
                found.add(key)
                todo.extend(self._contents.get(key, ()))
        return found

    def onto(self, cells: Cells, rows: Mapping[int, int]) -> None:
        """Write what subjects (row by key) took from their carriers into their cells; own scans stand above it."""
        for key, row in rows.items():
            if key in self._inside:
                for slot, at in reached(key, self._inside, self._happened).items():
                    column = cells.own(slot)
                    column[row] = min(column[row], DERIVED | np.int64(at))
