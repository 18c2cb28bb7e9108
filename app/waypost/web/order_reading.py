"""One order as one reader sees it: what is known, the journey it takes, language, zone, clock, rights."""

from __future__ import annotations

from typing import NamedTuple

from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.document import Journey, Stage
from waypost.journeys.worktime import between
from waypost.services.order import OrderJourney
from waypost.web.format import Format


class Reading(NamedTuple):
    """Everything that the view models of the order page need; `now` in us."""

    found: OrderJourney
    journey: Journey | None
    vocabulary: Vocabulary
    fmt: Format
    now: int
    show: bool  # whether this reader may see personal data

    def ran(self, journey: Journey | None, stage: Stage, entered: int) -> int:
        """How long an open stage's clock has run, us; with a calendar only in its hours."""
        calendar = journey.calendar(stage.calendar) if journey and stage.calendar else None
        return between(calendar, entered, self.now)
