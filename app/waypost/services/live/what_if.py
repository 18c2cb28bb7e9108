"""A picture of some orders as they would be: the live projection over states that are nowhere stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from waypost.domain.occurrence import Occurrence
from waypost.domain.subject import SubjectKind
from waypost.services.journeys import Journeys
from waypost.services.live.build import build_view, sum_up
from waypost.services.live.effective import Effective
from waypost.services.live.return_book import ReturnBook, Told
from waypost.services.live.returns import Histories
from waypost.services.live.table import StateRow, SubjectTable
from waypost.services.live.view import View
from waypost.store.reads import LinkRow


class WhatIf:
    """Some subjects, closed under their links; states are put in, pictures come out."""

    def __init__(self, histories: Histories, now: int) -> None:
        self._histories = [history for history in histories if history[-1].journey.subject == "order"]
        self._of_returns = [history for history in histories if history[-1].journey.subject == "return"]
        self.now = now
        self._table, self._effective, self._book = SubjectTable(), Effective(), ReturnBook()

    @classmethod
    def published(cls, journeys: Journeys, now: int) -> WhatIf:
        """On the journeys in force."""
        return cls([journeys.history(v.journey.id) for v in journeys.published()], now)

    def put(self, states: Sequence[StateRow], occurrences: Mapping[int, Sequence[Occurrence]]) -> None:
        """Set states of subjects, and what recurred of those that are lines."""
        self._table.put_states(states)
        lines = [s.key for s in states if s.kind == SubjectKind.LINE]
        self._table.put_cancelled(lines, {key: list(found) for key, found in occurrences.items()})

    def link(self, links: Iterable[LinkRow]) -> None:
        """Add links, each once; after the states of both their ends."""
        self._table.put_links([], links)

    def tell(self, events: Mapping[int, Sequence[Told]]) -> None:
        """Set everything that was said about returns; after their states."""
        self._book.put(events)

    def view(self) -> View:
        """The picture of what was put in so far."""
        everything = np.arange(len(self._table), dtype=np.intp)
        self._effective.update(self._table, everything)
        self._effective.assign(self._histories)
        lines = sum_up(self._effective, self._histories, self.now)
        returns = self._book.picture(self._table, self._of_returns, self.now)
        return build_view(self._table, self._effective, lines, self._histories, 0, self.now, returns)
