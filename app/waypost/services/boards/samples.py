"""Sample orders of a template: told as statements at an instant, and the picture of the board that they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from waypost.domain.packed import pack
from waypost.domain.state import fold
from waypost.domain.statement import Classifier, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import Vocabulary
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.document import Journey
from waypost.journeys.project import Status
from waypost.services.boards.templates import Sample, Template
from waypost.services.journeys import JourneyVersion
from waypost.services.live.summary import DELIVERED_STATUS, ENDED, OPEN
from waypost.services.live.table import StateRow
from waypost.services.live.view import View
from waypost.services.live.what_if import WhatIf
from waypost.store.reads import LinkRow


class Counts(NamedTuple):
    """How many there are, by tier."""

    ok: int
    yellow: int
    red: int


class Preview(NamedTuple):
    """How a board looks with some orders: open ones per stage, those that gates hold, and those behind it all."""

    n: int
    stages: Mapping[str, Counts]
    held: Mapping[str, int]
    finished: int
    ended: int

    @property
    def tiers(self) -> Counts:
        """All open ones by tier."""
        return Counts(*(sum(counts) for counts in zip(*self.stages.values(), strict=True)))


def preview(template: Template, now: int) -> Preview:
    """The samples of a template on its own board at an instant (us). Errors: DocumentError of `compile_board`."""
    return picture_of(view_of(template, now), compile_board(template.board))


def view_of(template: Template, now: int) -> View:
    """The live picture of the samples; nothing is stored. Errors: DocumentError of `compile_board`."""
    trial = WhatIf([[JourneyVersion(compile_board(template.board), 1, None, None, "")]], now)
    said = _by_subject(statements(template, now))
    keys = {subject: key for key, subject in enumerate(said, start=1)}
    trial.put([_state(keys[subject], subject, told) for subject, told in said.items()], {})
    trial.link(_links(said, keys))
    trial.tell({keys[subject]: told for subject, told in said.items() if subject.kind == SubjectKind.RETURN})
    return trial.view()


def picture_of(view: View, journey: Journey) -> Preview:
    """What a picture shows of one journey."""
    return _of_returns(view, journey) if journey.subject == "return" else _of_orders(view, journey)


def _of_orders(view: View, journey: Journey) -> Preview:
    mine = view.journey == view.place_of(journey.id)
    held = {}
    for gate in (stage for stage in journey.stages if stage.gate):
        facts, _ = view.journeys[journey.id].facts(gate.id)
        held[gate.id] = int(np.count_nonzero((facts.status == Status.OPEN) & mine & (view.status == OPEN)))
    stages = {name: Counts(*levels) for name, levels in view.river(journey.id)}
    finished, ended = (int(np.count_nonzero(mine & (view.status == s))) for s in (DELIVERED_STATUS, ENDED))
    return Preview(int(np.count_nonzero(mine)), stages, held, finished, ended)


def _of_returns(view: View, journey: Journey) -> Preview:
    found = view.returns.journeys[journey.id]
    held = {}
    for gate in (stage for stage in journey.stages if stage.gate):
        facts, mine = found.facts(gate.id)
        held[gate.id] = int(np.count_nonzero((facts.status == Status.OPEN) & mine & found.opened))
    stages = {name: Counts(*levels) for name, levels in found.standing().stages}
    finished = int(np.count_nonzero(found.mine & found.units.finished))
    ended = int(np.count_nonzero(found.mine & (found.units.outcome >= 0)))
    return Preview(int(np.count_nonzero(found.mine)), stages, held, finished, ended)


def statements(template: Template, now: int, source: str = "") -> list[Statement]:
    """Everything that the samples tell, at an instant (us); `source` is who says it, by default the template."""
    kind = SubjectKind.RETURN if template.board.subject == "return" else SubjectKind.ORDER
    name = source or f"sample:{template.id}"
    return [said for sample in template.samples for said in _Teller(sample, kind, name, now).all()]


class _Teller:
    """One sample put into statements."""

    def __init__(self, sample: Sample, kind: SubjectKind, source: str, now: int) -> None:
        self.sample, self.source, self.now = sample, source, now
        self.about = Subject(kind, sample.id)
        self.first = min(event.at for event in sample.events)
        self.words: Vocabulary = load_vocabulary()
        self._count = 0

    def all(self) -> Iterator[Statement]:
        """What is known of it comes with its first event, what is promised too."""
        yield from self._opening()
        told: set[str] = set()
        for event in self.sample.events:
            claims = () if not event.parcel or event.parcel in told else self._load(event.parcel)
            told.add(event.parcel)
            about = self._parcel(event.parcel) if event.parcel else self.about
            yield self._say(about, event.code, event.at, attributes=event.attributes or None, links=claims)

    def _opening(self) -> Iterator[Statement]:
        code = min(self.sample.events, key=lambda event: event.at).code
        order = Subject(SubjectKind.ORDER, self.sample.id)
        if self.about.kind == SubjectKind.RETURN:
            claims: tuple[LinkClaim, ...] = (LinkClaim(LinkRel.RETURNS, order),)
        else:
            claims = ()
        yield self._say(self.about, code, self.first, attributes=self.sample.attributes or None, links=claims)
        for line, quantity in self.sample.lines.items():
            yield self._say(self._line(line), code, self.first, links=(LinkClaim(LinkRel.LINE_OF, order, quantity),))
        for milestone, offset in self.sample.promised.items():
            planned = next(event.code for event in self.words.events if event.milestone == milestone)
            said = self._say(self.about, planned, offset)
            yield said._replace(classifier=Classifier.PLANNED, stated_at=self.now + self.first)

    def _say(
        self,
        about: Subject,
        code: str,
        offset: int,
        *,
        attributes: Mapping[str, Any] | None = None,
        links: tuple[LinkClaim, ...] = (),
    ) -> Statement:
        self._count += 1
        name, at = f"{self.sample.id}.{self._count}", self.now + offset
        event = self.words.event(code)
        assert event is not None, "templates name codes of the vocabulary only"
        repeats, slot = event.repeats, self.words.slot_of(code)
        return Statement(
            self.source, name, about, code, slot, at, None, at, repeats=repeats, attributes=attributes, links=links
        )

    def _load(self, parcel: str) -> tuple[LinkClaim, ...]:
        load = self.sample.parcels[parcel]
        if not load:
            return (LinkClaim(LinkRel.CARRIES, Subject(SubjectKind.ORDER, self.sample.id)),)
        return tuple(LinkClaim(LinkRel.CARRIES, self._line(line), quantity) for line, quantity in load.items())

    def _parcel(self, name: str) -> Subject:
        return Subject(SubjectKind.PARCEL, f"{self.sample.id}-{name}")

    def _line(self, name: str) -> Subject:
        return Subject(SubjectKind.LINE, f"{self.sample.id}/{name}")


def _by_subject(said: Sequence[Statement]) -> dict[Subject, list[Statement]]:
    found: dict[Subject, list[Statement]] = {}
    for each in said:
        found.setdefault(each.subject, []).append(each)
        for claim in each.links:
            found.setdefault(claim.to, [])
    return found


def _state(key: int, subject: Subject, said: Sequence[Statement]) -> StateRow:
    cells, promises, attributes = pack(fold(said))
    return StateRow(key, subject.kind, subject.scope, subject.ref, cells, promises, attributes, 1 if said else 0)


def _links(said: Mapping[Subject, Sequence[Statement]], keys: Mapping[Subject, int]) -> Iterator[LinkRow]:
    for subject, told in said.items():
        for claim in (claim for each in told for claim in each.links):
            yield LinkRow(claim.rel, keys[subject], keys[claim.to], claim.quantity, None, None)
