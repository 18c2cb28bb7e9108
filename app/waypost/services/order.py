"""The journey of one order: its tracks, their stages as nodes, and the raw events behind each node."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy.engine import Engine

from waypost.domain.errors import NotFound
from waypost.domain.occurrence import Occurrence, attempts, visits
from waypost.domain.state import RESERVED, UNDATED, Promise, fold, standing
from waypost.domain.statement import Classifier
from waypost.domain.subject import LinkRel, Subject, SubjectKind
from waypost.journeys.document import Stage
from waypost.journeys.project import Status, slots_of
from waypost.services.carried import Carried, carried_events
from waypost.services.family import family_of
from waypost.services.live.query import OrderRow
from waypost.services.live.view import DELIVERED, JourneyView, View
from waypost.services.tracks import Node, Track, milestone_nodes, return_nodes, stage_node, stage_nodes
from waypost.store import reads
from waypost.store.rows import StoredEvent


class PromiseSaid(NamedTuple):
    """One promise or estimate for delivery, in the order they were said; us."""

    source: str
    classifier: Classifier
    stated_at: int | None
    at: int
    until: int


class OrderJourney(NamedTuple):
    """Everything the page of one order shows."""

    row: OrderRow
    attributes: dict[str, Any]
    journey_version: int | None
    outcome: str | None  # what ended the journey before its last stage
    outcome_at: int | None  # None: the time was not given
    tracks: list[Track]
    spans: list[Node]
    lines: list[tuple[Subject, dict[str, Any], float | None]]
    promises: list[PromiseSaid]
    estimate: Promise | None
    events: list[StoredEvent]
    carried: list[StoredEvent]  # of handling units, while something of the order was inside
    unplaced: tuple[int, ...]  # ids of events that stand behind no node
    subjects: dict[int, Subject]
    exchange_for: list[Subject]  # the orders that this one was made to exchange


def find_order(engine: Engine, view: View, text: str) -> int:
    """The key of the order that an id leads to: its own, or one of a parcel, line, return or customer number.

    Errors: NotFound, also when the id leads to several orders.
    """
    text = text.removeprefix("order/")
    with engine.connect() as connection:
        hits = reads.search_subjects(connection, text)
    exact = [key for key, subject in hits if subject.ref == text and subject.kind == SubjectKind.ORDER]
    places = view.places_of(exact or [key for key, subject in hits if subject.ref == text] or [key for key, _ in hits])
    if len(places) != 1:
        what = "No order is" if not places else f"{len(places)} orders are"
        raise NotFound(f"{what} found by '{text}'. Search for it on the Orders page.")
    return view.table.keys[int(view.order_row[places[0]])]


def order_journey(engine: Engine, view: View, key: int) -> OrderJourney:
    """The journey of an order by key. Errors: NotFound."""
    row = view.table.row_of.get(key)
    place = view.order_place.get(row, view.n) if row is not None else view.n
    if row is None or place >= view.n or not view.known[place]:
        raise NotFound("This order does not exist.")
    with engine.connect() as connection:
        family = family_of(connection, key)
        members = family.members
        gathered = _Gathered(
            key,
            members,
            reads.events_of_subjects(connection, members),
            reads.occurrences_of(connection, members),
            reads.links_touching(connection, members),
            reads.subjects_by_key(connection, members),
            carried_events(connection, members),
            list(reads.subjects_by_key(connection, family.exchange_for).values()),
        )
    return _assemble(view, place, gathered)


class _Gathered(NamedTuple):
    """What the store knows of an order and everything that hangs on it."""

    key: int
    family: list[int]
    events: dict[int, list[StoredEvent]]
    occurrences: dict[int, list[Occurrence]]
    links: list[reads.LinkRow]
    subjects: dict[int, Subject]
    carried: Carried
    exchange_for: list[Subject]


def _assemble(view: View, place: int, gathered: _Gathered) -> OrderJourney:
    row = view.row(place)
    found = view.journeys.get(row.journey or "")
    tracks = _tracks(view, found, gathered)
    events = sorted((e for member in gathered.family for e in gathered.events.get(member, [])), key=spoken_order)
    placed = {e for track in tracks for node in track.nodes for e in node.events}
    stands = [e for member in gathered.family for e in standing(gathered.events.get(member, []))]
    outcome, outcome_at = _outcome(view, found, place)
    return OrderJourney(
        row=row,
        attributes=_attributes(gathered.events.get(gathered.key, [])),
        journey_version=found.version.version if found else None,
        outcome=outcome,
        outcome_at=outcome_at,
        tracks=tracks,
        spans=_spans(view, found, place),
        lines=_lines(gathered),
        promises=_promises(stands),
        estimate=fold(stands).promise(DELIVERED, Classifier.ESTIMATED),
        events=events,
        carried=sorted({e.id: e for told in gathered.carried.events.values() for e in told}.values(), key=spoken_order),
        unplaced=tuple(e.id for e in events if e.id not in placed),
        subjects={**gathered.carried.subjects, **gathered.subjects},
        exchange_for=gathered.exchange_for,
    )


def _tracks(view: View, found: JourneyView | None, gathered: _Gathered) -> list[Track]:
    key, subjects, links = gathered.key, gathered.subjects, gathered.links
    replaced = {link.to_id: subjects.get(link.from_id) for link in links if link.rel == LinkRel.REPLACES}
    exchanges = {link.from_id for link in links if link.rel == LinkRel.EXCHANGES and link.to_id == key}
    tracks = []
    for member in _travelling(view, gathered):
        role = _role(member, key, subjects[member], replaced.keys(), exchanges)
        events = gathered.events.get(member, [])
        own = gathered.events.get(key, []) if role in ("parcel", "replaced") else []
        carried = gathered.carried.events.get(member, [])
        nodes = stage_nodes(view, found, member, [*own, *events], carried) if role in ("order", "parcel") else None
        back = return_nodes(view, member, events) if role == "return" else None
        if back is not None:
            nodes = back[1]
        row = _order_row(view, member) if role == "exchange" else None
        occurred = gathered.occurrences.get(member, [])
        tracks.append(
            Track(
                role=role,
                key=member,
                subject=subjects[member],
                attributes=_attributes(events),
                nodes=nodes if nodes is not None else milestone_nodes(events),
                attempts=attempts(occurred),
                visits=visits(occurred),
                delivered=_delivered(events),
                replaced_by=replaced.get(member),
                order=row,
                order_stage=None if row is None else _stage_of(view, row),
                journey=None if back is None else back[0],
            )
        )
    return tracks


def _order_row(view: View, key: int) -> OrderRow | None:
    place = view.order_place.get(view.table.row_of.get(key, -1))
    return None if place is None or place >= view.n or not view.known[place] else view.row(place)


def _stage_of(view: View, row: OrderRow) -> Stage | None:
    found = view.journeys.get(row.journey or "")
    return found.version.journey.stage(row.stage) if found and row.stage else None


def _attributes(events: list[StoredEvent]) -> dict[str, Any]:
    told = fold(events).attributes.items()
    return {name: value for name, (_, value) in told if not name.startswith(RESERVED)}


def _delivered(events: list[StoredEvent]) -> int | None:
    best = fold(events).best(DELIVERED)
    return None if best is None or best[0] == UNDATED else best[0]


def _travelling(view: View, gathered: _Gathered) -> list[int]:
    """What has a track: parcels, returns, exchanges; the order itself only while no parcel carries it."""
    kinds = (SubjectKind.PARCEL, SubjectKind.RETURN, SubjectKind.ORDER)
    others = [m for m in gathered.family if m != gathered.key and gathered.subjects[m].kind in kinds]
    bare = view.unit_of(gathered.key) is not None or not others
    return [gathered.key, *others] if bare else others


def _role(member: int, key: int, subject: Subject, replaced: Collection[int], exchanges: set[int]) -> str:
    if member == key:
        return "order"
    if member in exchanges:
        return "exchange" if subject.kind == SubjectKind.ORDER else "replacement"
    if subject.kind == SubjectKind.RETURN:
        return "return"
    return "replaced" if member in replaced else "parcel"


def _spans(view: View, found: JourneyView | None, place: int) -> list[Node]:
    """The spans of the order; of a parcel-grained one the worst parcel's."""
    if found is None:
        return []
    nodes = []
    for stage in found.version.journey.stages:
        if stage.span:
            facts, _ = found.facts(stage.id)
            rows = [place] if stage.grain == "order" else view.units_of_order(place).tolist()
            rows = [row for row in rows if facts.status[row] != Status.SKIPPED]
            if rows:
                worst = max(rows, key=lambda r: (int(facts.level[r]), facts.status[r] == Status.OPEN))
                nodes.append(stage_node(facts, worst, (), []))
    return nodes


def _outcome(view: View, found: JourneyView | None, place: int) -> tuple[str | None, int | None]:
    if found is None or found.orders.outcome[place] < 0:
        return None, None
    exit_ = found.version.journey.exits[int(found.orders.outcome[place])]
    (slot,) = slots_of((exit_.milestone,))
    at = view.milestone_time(place, slot)
    return exit_.outcome, at


def _lines(gathered: _Gathered) -> list[tuple[Subject, dict[str, Any], float | None]]:
    """The order's lines with their attributes and the quantity ordered."""
    return [
        (gathered.subjects[link.from_id], _attributes(gathered.events.get(link.from_id, [])), link.quantity)
        for link in gathered.links
        if link.rel == LinkRel.LINE_OF and link.to_id == gathered.key and link.from_id in gathered.subjects
    ]


def _promises(events: list[StoredEvent]) -> list[PromiseSaid]:
    said = [
        PromiseSaid(e.source, e.classifier, e.stated_at, e.at, e.at if e.until is None else e.until)
        for e in events
        if e.slot == DELIVERED and e.classifier != Classifier.ACTUAL and e.at is not None
    ]
    return sorted(said, key=lambda p: (p.stated_at or 0, p.until))


def spoken_order(event: StoredEvent) -> tuple[bool, int, int]:
    """By when it happened, or was said; what has no time comes last."""
    at = event.at if event.classifier == Classifier.ACTUAL else event.stated_at
    return at is None, at or 0, event.id
