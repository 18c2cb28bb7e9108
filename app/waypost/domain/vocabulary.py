"""The vocabulary: event codes, milestones and reasons, and fast lookups in them.

A code that the vocabulary does not hold gives None; nothing is ever guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from waypost.domain.vocabulary_checks import (
    Problem,
    VocabularyError,
    check,
    name_of,
    read_document,
    read_entry,
)
from waypost.domain.vocabulary_entries import (
    CANONICAL_SLOTS,
    OWN_SLOTS,
    CoreBusinessVocabulary,
    DeliveryTerm,
    Entry,
    Event,
    Incoterm,
    Milestone,
    Phase,
    Reason,
    ReasonFamily,
    VocabularyDocument,
)

__all__ = [
    "CANONICAL_SLOTS",
    "OWN_SLOTS",
    "CoreBusinessVocabulary",
    "DeliveryTerm",
    "Entry",
    "Event",
    "Incoterm",
    "Milestone",
    "Phase",
    "Problem",
    "Reason",
    "ReasonFamily",
    "Vocabulary",
    "VocabularyError",
    "load",
    "parse",
]

_NO_HIT = 3


class Vocabulary:
    """An immutable vocabulary with its lookups. Get one from `load()`."""

    __slots__ = ("_document", "_entries", "_events", "_families", "_milestones", "_slots", "slots")

    slots: Mapping[str, int]  # event code -> milestone slot, for loops over many events

    def __init__(self, document: VocabularyDocument) -> None:
        self._document = document
        self._events = {event.code: event for event in document.event}
        self._entries = {entry.key: entry for entry in document.labelled}
        self._families = {family.id: family for family in document.reason_family}
        self._milestones: dict[str | int, Milestone] = {}
        for milestone in document.milestone:
            self._milestones[milestone.id] = self._milestones[milestone.slot] = milestone
        self._slots = {e.code: self._milestones[e.milestone].slot for e in document.event if e.milestone}
        self.slots = MappingProxyType(self._slots)

    @property
    def version(self) -> int:
        """The version of the vocabulary file."""
        return self._document.version

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases in the order of a journey."""
        return self._document.phase

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The milestones in the order of their slots."""
        return self._document.milestone

    @property
    def events(self) -> tuple[Event, ...]:
        """The event codes, the company's own last."""
        return self._document.event

    @property
    def reason_families(self) -> tuple[ReasonFamily, ...]:
        """The five families of blame."""
        return self._document.reason_family

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reason codes, family by family."""
        return self._document.reason

    @property
    def incoterms(self) -> tuple[Incoterm, ...]:
        """The terms of Incoterms 2020."""
        return self._document.incoterm

    @property
    def delivery_terms(self) -> tuple[DeliveryTerm, ...]:
        """The terms of delivery that a consumer knows."""
        return self._document.delivery_term

    @property
    def cbv(self) -> CoreBusinessVocabulary:
        """The words of the GS1 Core Business Vocabulary that entries may use."""
        return self._document.cbv

    def event(self, code: str) -> Event | None:
        """The event with this code, or None."""
        return self._events.get(code)

    def milestone(self, key: str | int) -> Milestone | None:
        """The milestone with this id or slot number, or None."""
        return self._milestones.get(key)

    def slot_of(self, code: str) -> int | None:
        """The slot that this event code fills; None when it fills none or is unknown."""
        return self._slots.get(code)

    def reason_family(self, key: str) -> ReasonFamily | None:
        """The family of blame with this id, or None."""
        return self._families.get(key)

    def entry(self, key: str) -> Entry | None:
        """The event, milestone, phase, reason or term with this code or id, or None."""
        return self._entries.get(key)

    def label(self, key: str, lang: str) -> str | None:
        """The label of the event, milestone, phase, reason or term with this code or id, or None."""
        found = self._entries.get(key)
        return None if found is None else found.label(lang)

    def search(self, text: str, lang: str) -> tuple[Entry, ...]:
        """The entries whose code or label in `lang` holds every word of `text`, the closest first."""
        wanted = text.casefold().strip()
        if not wanted:
            return ()
        ranked = [(_rank(entry, wanted, lang), entry) for entry in self._document.labelled]
        return tuple(entry for rank, entry in sorted(ranked, key=itemgetter(0)) if rank < _NO_HIT)

    def extended(
        self,
        events: Iterable[Event | Mapping[str, Any]] = (),
        milestones: Iterable[Milestone | Mapping[str, Any]] = (),
        bindings: Mapping[str, str] | None = None,
    ) -> Vocabulary:
        """A new vocabulary with a company's own events and milestones; this one stays as it is.

        Own milestones take the slots 48 to 63. `bindings` (event code -> id of an own milestone)
        lets an event that fills no slot yet fill one. Raises VocabularyError when a slot, id or
        code is taken, or when an entry is wrong.
        """
        new_milestones = tuple(read_entry(Milestone, milestone) for milestone in milestones)
        new_events = tuple(read_entry(Event, event) for event in events)
        bound = bindings or {}
        problems = [
            *self._taken_keys((*new_milestones, *new_events)),
            *self._taken_slots(new_milestones),
            *self._unbindable(bound, new_milestones),
        ]
        if problems:
            raise VocabularyError(problems)
        old_events = (e.model_copy(update={"milestone": bound.get(e.code, e.milestone)}) for e in self.events)
        all_milestones = sorted((*self.milestones, *new_milestones), key=lambda milestone: milestone.slot)
        changes = {"milestone": tuple(all_milestones), "event": (*old_events, *new_events)}
        document = self._document.model_copy(update=changes)
        check(document)
        return Vocabulary(document)

    def _taken_keys(self, entries: Iterable[Entry]) -> Iterable[Problem]:
        for entry in entries:
            if holder := self._entries.get(entry.key):
                yield Problem(name_of(entry), entry.key_field, f"taken already by the {name_of(holder)}")

    def _taken_slots(self, milestones: Iterable[Milestone]) -> Iterable[Problem]:
        free = [slot for slot in OWN_SLOTS if slot not in self._milestones]
        offer = f"free slots: {', '.join(map(str, free)) or 'none'}"
        for milestone in milestones:
            if milestone.slot not in free:
                holder = name_of(self._milestones[milestone.slot])
                text = f"slot {milestone.slot} is taken by {holder}; {offer}"
                yield Problem(name_of(milestone), "slot", text)

    def _unbindable(self, bindings: Mapping[str, str], added: tuple[Milestone, ...]) -> Iterable[Problem]:
        own = {milestone.id for milestone in (*self.milestones, *added) if milestone.own}
        for code, target in bindings.items():
            name, event = f"binding '{code}'", self._events.get(code)
            if event is None:
                yield Problem(name, "code", "the vocabulary holds no such event")
            elif event.milestone is not None:
                yield Problem(name, "code", f"already fills the milestone '{event.milestone}'")
            if target not in own:
                yield Problem(name, "milestone", f"'{target}' is no milestone of the company's own")


def parse(text: str) -> Vocabulary:
    """Read a vocabulary from TOML text; raises VocabularyError naming entry and field."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise VocabularyError([Problem("vocabulary", "TOML", str(error))]) from None
    return Vocabulary(read_document(raw))


@cache
def load() -> Vocabulary:
    """The vocabulary that Waypost ships, read once per process."""
    return parse(files("waypost.domain").joinpath("vocabulary.toml").read_text(encoding="utf-8"))


def _rank(entry: Entry, wanted: str, lang: str) -> int:
    key, label = entry.key.casefold(), entry.label(lang).casefold()
    if wanted in (key, label):
        return 0
    if key.startswith(wanted) or label.startswith(wanted):
        return 1
    return 2 if all(word in key or word in label for word in wanted.split()) else _NO_HIT
