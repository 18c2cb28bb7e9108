"""A small simulated company, and what can be worked out from its events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from waypost.connect.cloudevents import read_event
from waypost.domain.instants import to_us
from waypost.domain.statement import Classifier, Kind, Statement
from waypost.domain.subject import LinkRel, SubjectKind
from waypost.domain.vocabulary import load
from waypost.simulate.company import Company
from waypost.simulate.profile import CLEAN, Profile

NOW = to_us(datetime(2026, 11, 23, 9, 40, tzinfo=UTC))
PEAK = date(2026, 11, 11)
DELIVERED = 33


def company(seed: int = 7, *, days: int = 30, scale: float = 0.05, now: int = NOW, profile: Profile = CLEAN) -> Company:
    """A small company whose promotion is always on the same day."""
    return Company(seed, now, days, scale, profile, PEAK)


@dataclass
class Told:
    """Events as the server would read them, with what follows about orders and parcels."""

    timed: list[tuple[int, dict[str, Any]]]
    said: list[Statement] = field(default_factory=list)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    promised: dict[str, int] = field(default_factory=dict)
    cells: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[str, tuple[str, float]] = field(default_factory=dict)  # line -> (order, ordered)
    carried: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    replaced: dict[str, str] = field(default_factory=dict)  # new waybill -> old one

    def __post_init__(self) -> None:
        vocabulary, now = load(), NOW + 400 * 86_400_000_000
        self.said = [read_event(event, vocabulary, now) for _, event in self.timed]
        withdrawn = {s.target for s in self.said if s.kind == Kind.RETRACT}
        for said in self.said:
            if said.event_id not in withdrawn and said.kind == Kind.ASSERT:
                self._note(said)
        for new, old in self.replaced.items():
            self.carried[new] = self.carried.pop(old, {})

    def _note(self, said: Statement) -> None:
        subject = str(said.subject)
        for link in said.links:
            if link.rel == LinkRel.LINE_OF:
                self.lines[subject] = (str(link.to), link.quantity or 0)
            elif link.rel == LinkRel.CARRIES:
                self.carried[subject][str(link.to)] = link.quantity or 0
            elif link.rel == LinkRel.REPLACES:
                self.replaced[subject] = str(link.to)
        if said.classifier == Classifier.PLANNED and said.slot == DELIVERED:
            self.promised[subject] = said.until or 0
        if said.classifier != Classifier.ACTUAL or said.at is None:
            return
        if said.code == "order.created" and said.subject.kind == SubjectKind.ORDER:
            self.created[subject], self.attributes[subject] = said.at, dict(said.attributes or {})
        if said.slot is not None:
            cells = self.cells[subject]
            cells[said.slot] = min(said.at, cells.get(said.slot, said.at))

    def parcels(self) -> dict[str, list[str]]:
        """The parcels in force of each order."""
        found: dict[str, list[str]] = defaultdict(list)
        for parcel, content in self.carried.items():
            for order in {self.lines[to][0] if to in self.lines else to for to in content}:
                found[order].append(parcel)
        return found

    def delivered(self) -> dict[str, int]:
        """When each order that is all there had its last parcel, or was collected."""
        parcels, found = self.parcels(), {}
        for order in self.created:
            times = [self.cells[p].get(DELIVERED) for p in parcels.get(order, [order])]
            if None not in times:
                found[order] = max(t for t in times if t is not None)
        return found
