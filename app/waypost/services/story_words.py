"""Events in the customer's words: which of them show, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from waypost.domain.statement import Classifier, Evidence
from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.customer import Customer
from waypost.journeys.labels import Labels
from waypost.store.rows import StoredEvent

# Out of the ordinary, so it is said on top instead of the stage's name, until something else happens.
_UNUSUAL = frozenset(
    {"payment_failed", "backordered", "customs_held", "attempt_failed", "ready_for_pickup", "exception", "delayed"}
    | {"refused", "damaged", "lost", "redirected", "return_in_transit", "returned_to_sender", "destroyed"}
)
# Nobody brings it any more, so no day is named.
_WAITS = frozenset({"ready_for_pickup", "refused", "lost", "return_in_transit", "returned_to_sender", "destroyed"})
_LONG_NUMBER = re.compile(r"\d{7,}")
_MOST_PLACE = 60
_AROUND = " ,;" + chr(0xFF0C) + chr(0xFF1B)  # what stood around a number, full-width too


class Said(NamedTuple):
    """Something that happened, in both languages; `at` in us, None when no time was given."""

    text: Labels
    at: int | None
    place: str | None


_GATE = "gate."  # see waypost.services.gates


class Teller:
    """The words of one order's events; `stands` are the ids of those that nobody took back."""

    def __init__(
        self, customer: Customer, vocabulary: Vocabulary, events: Iterable[StoredEvent], stands: Collection[int]
    ) -> None:
        self._customer, self._vocabulary, self._stands = customer, vocabulary, stands
        self._events = {event.id: event for event in events}
        self._hidden = frozenset(customer.hide_events)

    def stands(self, event: StoredEvent) -> bool:
        """Whether nobody took the event back."""
        return event.id in self._stands

    def happened(self, event: StoredEvent) -> bool:
        """Whether the event tells a fact: no promise, no estimate, not taken back."""
        return event.classifier == Classifier.ACTUAL and event.evidence != Evidence.PREDICTED and self.stands(event)

    def said(self, ids: Iterable[int], *, places: bool) -> list[Said]:
        """Events by id as the customer reads them, oldest first; repeats of the same words in one place once."""
        told: dict[tuple[str, str | None], Said] = {}
        for event in sorted((self._events[i] for i in ids if i in self._events), key=_when):
            text = self._text(event)
            if text is not None:
                place = _plain(event.place) if places else None
                told.setdefault((text.en, place), Said(text, event.at, place))
        return list(told.values())

    def milestone(self, milestone_id: str) -> Labels:
        """The customer's words for a milestone."""
        found = self._vocabulary.milestone(milestone_id)
        if found is None:
            return Labels(en=milestone_id, zh=milestone_id)
        return Labels(en=found.customer_en, zh=found.customer_zh)

    def unusual(self, events: Collection[StoredEvent]) -> Labels | None:
        """What is out of the ordinary at present; None when all is as usual."""
        last = self._last(events)
        if last is None or self._milestone_id(last) not in _UNUSUAL:
            return None
        return self._text(last)

    def waits_for_customer(self, events: Collection[StoredEvent]) -> bool:
        """Whether it will come no nearer by itself."""
        last = self._last(events)
        return last is not None and self._milestone_id(last) in _WAITS

    def _last(self, events: Collection[StoredEvent]) -> StoredEvent | None:
        dated = [e for e in events if e.at is not None and self._text(e) is not None and e.slot is not None]
        return max(dated, key=lambda e: (e.at or 0, e.id), default=None)

    def _milestone_id(self, event: StoredEvent) -> str | None:
        found = None if event.slot is None else self._vocabulary.milestone(event.slot)
        return found.id if found else None

    def _text(self, event: StoredEvent) -> Labels | None:
        """What the customer reads of an event; None when it is none of theirs."""
        if not self.happened(event) or event.code in self._hidden or _of_gate(event):
            return None
        own = self._customer.events.get(event.code)
        if own is not None:
            return own
        milestone = self._milestone_id(event)
        return self.milestone(milestone) if milestone else None


def _of_gate(event: StoredEvent) -> bool:
    """Whether somebody of ours held the order or let it through: nothing that its customer is told."""
    return any(name.startswith(_GATE) for name in event.attributes or ())


def _when(event: StoredEvent) -> tuple[bool, int, int]:
    return event.at is None, event.at or 0, event.id


def _plain(place: str | None) -> str | None:
    """A place that names no telephone; None when nothing is left of it."""
    text = _LONG_NUMBER.sub("", place or "").strip(_AROUND)
    return text[:_MOST_PLACE] or None
