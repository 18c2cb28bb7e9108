"""One order as one reader sees it: what is known, the journey it takes, language, zone, clock, rights."""

from __future__ import annotations

from typing import NamedTuple

from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.document import Journey
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
