"""Tracks: what travels for an order, its stages as nodes, and which raw events stand behind each node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from waypost.domain.occurrence import Occurrence, Visit
from waypost.domain.state import UNDATED, fold
from waypost.domain.statement import Classifier, Kind
from waypost.domain.subject import Subject
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.cells import NEVER
from waypost.journeys.document import Journey, Stage
from waypost.journeys.project import Projection, StageFacts, Status, code_slot, slots_of
from waypost.services.live.query import OrderRow
from waypost.services.live.view import JourneyView, View
from waypost.store.rows import StoredEvent


class Node(NamedTuple):
    """One stage of one track, or a bare milestone (`stage` None); instants and dwell in us, None where unknown."""

    id: str
    stage: Stage | None
    status: Status
    entered: int | None = None
    left: int | None = None
    level: int = 0  # 0 ok, 1 yellow, 2 red
    dwell: int | None = None
    due_yellow: int | None = None
    due_red: int | None = None
    evidence: int | None = None  # of the end if it is reached, else of the start
    time_not_given: bool = False
    out_of_sequence: bool = False
    events: tuple[int, ...] = ()  # ids of the raw events behind it

    @property
    def milestone(self) -> str | None:
        """The milestone, for a node that is no stage."""
        return None if self.stage else self.id


class Track(NamedTuple):
    """One thing that travels: the order itself, a parcel, an old waybill, a return, an exchange."""

    role: str  # order | parcel | replaced | return | exchange (an order) | replacement (a parcel)
    key: int
    subject: Subject
    attributes: dict[str, Any]
    nodes: list[Node]
    attempts: list[Occurrence]
    visits: list[Visit]
    delivered: int | None
    replaced_by: Subject | None = None
    order: OrderRow | None = None  # where an exchange stands: it is an order with a journey of its own
    order_stage: Stage | None = None
    journey: Journey | None = None  # whose stages the nodes of a return are


def stage_nodes(
    view: View, found: JourneyView | None, member: int, events: list[StoredEvent], carried: Sequence[StoredEvent] = ()
) -> list[Node] | None:
    """The stages of a tracked unit; None when the subject is no unit of this journey.

    `carried` happened to what it was inside of: they stand behind its nodes, but are no evidence of its own.
    """
    unit = view.unit_of(member)
    if found is None or unit is None:
        return None
    return _path_nodes(found.units, unit, events, carried)


def return_nodes(view: View, member: int, events: list[StoredEvent]) -> tuple[Journey, list[Node]] | None:
    """The journey of a return and its stages there; None when no journey of returns takes it."""
    place = view.returns.place_of(member)
    if place is None:
        return None
    for journey in view.returns.journeys.values():
        if journey.mine[place]:
            return journey.version.journey, _path_nodes(journey.units, place, events)
    return None


def _path_nodes(
    projection: Projection, row: int, events: list[StoredEvent], carried: Sequence[StoredEvent] = ()
) -> list[Node]:
    nodes: list[Node] = []
    taken: set[int] = set()
    path = [facts for facts in projection.stages if not facts.stage.span and facts.status[row] != Status.SKIPPED]
    for facts in path:
        behind = _behind(facts, row, [*events, *carried], taken, first=facts is path[0], last=facts is path[-1])
        taken.update(behind)
        nodes.append(stage_node(facts, row, tuple(behind), events))
    return nodes


def stage_node(facts: StageFacts, row: int, behind: tuple[int, ...], events: list[StoredEvent]) -> Node:
    """One stage of one row of a projection."""
    status = Status(int(facts.status[row]))
    slots = set(slots_of(facts.stage.end if status == Status.DONE else facts.stage.start))
    decisive = [e for e in events if slots & _slots(e) and e.classifier == Classifier.ACTUAL and e.kind != Kind.RETRACT]
    dwell = int(facts.dwell[row])
    return Node(
        id=facts.stage.id,
        stage=facts.stage,
        status=status,
        entered=_us(facts.entered[row]),
        left=_us(facts.left[row]),
        level=int(facts.level[row]),
        dwell=dwell if dwell >= 0 else None,
        due_yellow=_us(facts.due_yellow[row]),
        due_red=_us(facts.due_red[row]),
        evidence=min((int(e.evidence) for e in decisive if e.at is not None), default=None),
        time_not_given=bool(status == Status.DONE and int(facts.left[row]) == NEVER),
        out_of_sequence=bool(facts.out_of_sequence[row]),
        events=behind,
    )


def milestone_nodes(events: list[StoredEvent]) -> list[Node]:
    """A track without a journey of its own: the milestones it reached, in order of time."""
    vocabulary, state = load_vocabulary(), fold(events)
    nodes = []
    for slot in sorted({key >> 2 for key in state.cells}):
        best, milestone = state.best(slot), vocabulary.milestone(slot)
        if best is None:
            continue
        at = None if best[0] == UNDATED else best[0]
        nodes.append(
            Node(
                id=milestone.id if milestone else f"slot-{slot}",
                stage=None,
                status=Status.DONE,
                entered=at,
                left=at,
                evidence=int(best[1]),
                time_not_given=at is None,
                events=tuple(e.id for e in events if e.slot == slot),
            )
        )
    return sorted(nodes, key=lambda n: (n.left is None, n.left or 0))


def _behind(
    facts: StageFacts, unit: int, events: list[StoredEvent], taken: set[int], *, first: bool, last: bool
) -> list[int]:
    """Events of a stage: those that end it (and start the first one), and whatever fell between."""
    slots = set(slots_of(facts.stage.end)) | (set(slots_of(facts.stage.start)) if first else set())
    return [e.id for e in events if e.id not in taken and (slots & _slots(e) or _within(facts, unit, e, last))]


def _slots(event: StoredEvent) -> set[int | None]:
    """The places of an event in the columns of a projection: its milestone's and its code's own."""
    return {event.slot, code_slot(event.code)} - {None}


def _within(facts: StageFacts, unit: int, event: StoredEvent, last: bool) -> bool:
    entered, left = int(facts.entered[unit]), int(facts.left[unit])
    if event.at is None or event.classifier != Classifier.ACTUAL or entered == NEVER or event.at < entered:
        return False
    return event.at <= left if left != NEVER else bool(facts.status[unit] == Status.OPEN) or last


def _us(value: Any) -> int | None:
    return None if value == NEVER else int(value)
