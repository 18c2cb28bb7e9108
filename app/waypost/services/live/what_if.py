"""A picture of some orders as they would be: the live projection over states that are nowhere stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from waypost.domain.occurrence import Occurrence
from waypost.domain.subject import SubjectKind
from waypost.services.journeys import Journeys
from waypost.services.live.build import build_view, sum_up
from waypost.services.live.effective import Effective
from waypost.services.live.returns import ReturnBook
from waypost.services.live.table import StateRow, SubjectTable
from waypost.services.live.view import View
from waypost.store.reads import LinkRow


class WhatIf:
    """Some subjects, closed under their links; states are put in, pictures come out."""

    def __init__(self, journeys: Journeys, now: int) -> None:
        found = [journeys.history(v.journey.id) for v in journeys.published()]
        self._histories = [history for history in found if history[-1].journey.subject == "order"]
        self._now = now
        self._table, self._effective = SubjectTable(), Effective()

    def put(self, states: Sequence[StateRow], occurrences: Mapping[int, Sequence[Occurrence]]) -> None:
        """Set states of subjects, and what recurred of those that are lines."""
        self._table.put_states(states)
        lines = [s.key for s in states if s.kind == SubjectKind.LINE]
        self._table.put_cancelled(lines, {key: list(found) for key, found in occurrences.items()})

    def link(self, links: Iterable[LinkRow]) -> None:
        """Set the links; after the states of both their ends."""
        self._table.put_links([], links)

    def view(self) -> View:
        """The picture of what was put in so far."""
        everything = np.arange(len(self._table), dtype=np.intp)
        places = self._effective.update(self._table, everything)
        self._effective.assign(self._histories, places)
        summary = sum_up(self._effective, None, places, self._histories, self._now)
        returns = ReturnBook().picture(self._table, [], self._now)  # they are read with their events, which stay
        return build_view(self._table, self._effective, summary, self._histories, 0, self._now, returns)
