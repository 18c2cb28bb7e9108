"""What the customer sees of an order, as plain data: where it is, when it comes, what happened, in both languages.

Made from the same journey that the console shows, minus everything that is not the customer's: tiers and
clocks, partners' words, notes, people, and the other orders in a parcel. What is left is set per journey in
its section `customer`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from waypost.domain.errors import FieldError
from waypost.domain.instants import zone_of
from waypost.domain.state import standing
from waypost.domain.statement import Classifier
from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.customer import Customer
from waypost.journeys.document import Journey
from waypost.journeys.labels import Labels
from waypost.journeys.project import Status, slots_of
from waypost.services.live.view import DELIVERED
from waypost.services.order import OrderJourney
from waypost.services.story_words import Said, Teller
from waypost.services.tracks import Node, Track
from waypost.store.rows import StoredEvent

DONE, NOW, NEXT = "done", "now", "next"
BESIDE = ("return", "exchange", "replacement")  # what travels beside the parcels that the order waits for
_NO_JOURNEY = Customer()
_ZONES = ("zone", "timezone", "time_zone")


class Step(NamedTuple):
    """One node: done, now or next; `at` (us) when it was reached, or finished if it is done."""

    label: Labels
    state: str
    at: int | None
    said: list[Said]  # oldest first


class Expected(NamedTuple):
    """The window [start, until) in which it is to arrive; us. `late`: it is over and nothing arrived."""

    start: int
    until: int
    late: bool
    firm: bool  # promised, not estimated


class Part(NamedTuple):
    """One thing that travels: the order itself, a parcel, an old waybill, a return, an exchange."""

    role: str  # order | parcel | replaced | return | exchange
    waybill: str | None
    carrier: str | None
    continues: str | None  # the waybill that took its place
    steps: list[Step]
    now: Labels | None  # where it is, in a few words
    told: bool  # `now` is a sentence of its own: something out of the ordinary
    delivered: bool
    at: int | None  # when it was delivered, us
    advice: Labels | None
    expected: Expected | None


class Story(NamedTuple):
    """An order as its customer sees it."""

    order: str
    status: str  # open | delivered | ended
    zone: str  # days are counted in it
    now: Labels | None
    told: bool
    at: int | None  # when it was delivered or ended, us
    expected: Expected | None
    promised_first: Expected | None  # when something else is expected by now
    advice: Labels | None
    parts: list[Part]
    partly: bool  # some of it is delivered, some is not
    simulated: bool

    @property
    def travelling(self) -> list[Part]:
        """What brings the order: the parcels that count, or the order itself while there is none."""
        return [part for part in self.parts if part.role in ("parcel", "order")]


def tell(found: OrderJourney, journey: Journey | None, vocabulary: Vocabulary, now: int, zone: str = "") -> Story:
    """The story of an order at an instant (us); `zone` is the merchant's."""
    customer = journey.customer if journey else _NO_JOURNEY
    stands = _standing(found)
    teller = Teller(customer, vocabulary, found.events, stands)
    promise = _window([e for e in found.events if e.id in stands and e.subject_id == found.row.key], now)
    parts = [_part(track, found, teller, customer, promise, now) for track in found.tracks]
    parts = sorted(parts, key=lambda part: part.role not in ("parcel", "order"))
    ahead = [part for part in parts if part.role in ("parcel", "order") and not part.delivered]
    last = min(ahead, key=lambda part: sum(step.state != NEXT for step in part.steps), default=None)
    over = found.row.status == "ended"
    delivered = found.row.status == "delivered" or (journey is None and bool(parts) and not ahead)
    expected = None if over or delivered else _latest(ahead, promise)
    return Story(
        order=found.row.subject.ref,
        status="ended" if over else "delivered" if delivered else "open",
        zone=_zone(found, journey, zone),
        now=_exit(found, journey, teller) if over else last.now if last and not delivered else None,
        told=over or bool(last and last.told),
        at=found.outcome_at if over else found.row.delivered if delivered else None,
        expected=expected,
        promised_first=_first_promise(found, stands, expected),
        advice=customer.ended if over else customer.delivered if delivered else _advice(ahead, last),
        parts=parts,
        partly=found.row.need > found.row.done > 0,
        simulated=any(event.simulated for event in found.events),
    )


def _part(
    track: Track, found: OrderJourney, teller: Teller, customer: Customer, promise: Expected | None, now: int
) -> Part:
    events, over = _near(track, found), found.row.status == "ended"
    if track.role == "return":  # has a journey of its own, which an order that ended does not end
        customer, over = track.journey.customer if track.journey else customer, False
    shown = [node for node in track.nodes if _is_shown(node, track, customer, over)]
    behind = _passed_on(shown, events)
    steps = [_step(node, behind[place], teller, customer) for place, node in enumerate(shown)]
    current = next((node for node in track.nodes if node.status == Status.OPEN), None)
    unusual = teller.unusual(events) if track.role in ("parcel", "order") else None
    stage = customer.stage(current.id) if current else None
    named = _place(current, shown, customer)
    if track.journey is None and track.role in BESIDE and steps:
        named = steps[-1].label
    delivered = any(e.slot == DELIVERED and e.subject_id == track.key and teller.happened(e) for e in events)
    own = _window([e for e in events if e.subject_id == track.key and teller.stands(e)], now)
    return Part(
        role=track.role,
        waybill=track.subject.ref if track.role != "order" and customer.show_waybill else None,
        carrier=_carrier(track) if customer.show_carrier else None,
        continues=track.replaced_by.ref if track.replaced_by and customer.show_waybill else None,
        steps=[] if track.role == "replaced" else steps,
        now=None if delivered or track.role == "replaced" else unusual or named,
        told=unusual is not None,
        delivered=delivered,
        at=track.delivered,
        advice=stage.advice if stage and not stage.hidden else None,
        expected=None if delivered or teller.waits_for_customer(events) else own or promise,
    )


def _place(current: Node | None, shown: list[Node], customer: Customer) -> Labels | None:
    """Where something is, by its stage; while that is hidden, by the last one that is not."""
    if current is not None and current not in shown:
        current = next((node for node in reversed(shown) if node.status == Status.DONE), None)
    if current is None or current.stage is None:
        return None
    seen = customer.stage(current.id)
    return seen.now or seen.label or current.stage.name


def _is_shown(node: Node, track: Track, customer: Customer, over: bool) -> bool:
    if node.stage is None:
        return track.role != "replaced"
    ahead = node.status == Status.ENDED or (over and node.status == Status.PENDING)
    return not ahead and not customer.stage(node.id).hidden


def _passed_on(nodes: list[Node], events: list[StoredEvent]) -> list[list[int]]:
    """The events of each node. What ends a stage of a parcel and starts the next one belongs to that one:
    "the carrier has your parcel" is the first thing on the way, not the last thing in the warehouse."""
    slots = {event.id: event.slot for event in events}
    behind = [list(node.events) for node in nodes]
    for place, (node, following) in enumerate(pairwise(nodes)):
        if node.stage and following.stage and node.stage.grain == "parcel" and following.status != Status.PENDING:
            starts = set(slots_of(following.stage.start)) & set(slots_of(node.stage.end))
            passed = [id_ for id_ in behind[place] if slots.get(id_) in starts]
            behind[place] = [id_ for id_ in behind[place] if id_ not in passed]
            behind[place + 1] += passed
    return behind


def _step(node: Node, behind: list[int], teller: Teller, customer: Customer) -> Step:
    state = NOW if node.status == Status.OPEN else NEXT if node.status == Status.PENDING else DONE
    if node.stage is None:
        return Step(teller.milestone(node.id), DONE, node.left, [])
    seen = customer.stage(node.id)
    said = teller.said(behind, places=seen.show_places) if seen.show_events and state != NEXT else []
    at = node.left if state == DONE else node.entered if state == NOW else None
    return Step(seen.label or node.stage.name, state, at, said)


def _near(track: Track, found: OrderJourney) -> list[StoredEvent]:
    """The events that tell where a track is: its own, and the order's as long as nothing else carries it."""
    keys = {track.key, found.row.key} if track.role in ("order", "parcel") else {track.key}
    return [event for event in found.events if event.subject_id in keys]


def _standing(found: OrderJourney) -> set[int]:
    """Ids of the events that nobody took back."""
    by_subject: dict[int, list[StoredEvent]] = {}
    for event in sorted(found.events, key=lambda e: e.id):
        by_subject.setdefault(event.subject_id, []).append(event)
    return {event.id for events in by_subject.values() for event in standing(events)}


def _window(events: list[StoredEvent], now: int) -> Expected | None:
    """What was said last of the delivery: an estimate that can still come true, else the promise."""
    said = [e for e in events if e.slot == DELIVERED and e.classifier != Classifier.ACTUAL and e.at is not None]
    said.sort(key=lambda e: (e.classifier == Classifier.ESTIMATED, e.stated_at or 0, e.id))
    if not said:
        return None
    windows = [_expected(e, now) for e in reversed(said)]
    newest = {w.firm: w for w in reversed(windows)}  # of promises and of estimates the one said last
    ahead = [w for firm in (False, True) if (w := newest.get(firm)) and not w.late]
    return ahead[0] if ahead else max(newest.values(), key=lambda w: w.until)


def _expected(event: StoredEvent, now: int) -> Expected:
    at = event.at or 0
    until = max(event.until or at, at)
    return Expected(at, until, max(until, at + 1) <= now, event.classifier == Classifier.PLANNED)


def _latest(parts: list[Part], promise: Expected | None) -> Expected | None:
    """The order is expected with the last of its parcels."""
    windows = [part.expected for part in parts if part.expected is not None]
    waiting = any(part.expected is None for part in parts)
    return max(windows, key=lambda w: (w.until, w.start)) if windows else None if waiting else promise


def _advice(ahead: list[Part], last: Part | None) -> Labels | None:
    """What to do about the part that needs somebody, else about the one that comes last."""
    asking = next((part for part in ahead if part.told and part.advice), last)
    return asking.advice if asking else None


def _first_promise(found: OrderJourney, stands: set[int], expected: Expected | None) -> Expected | None:
    planned = [
        e
        for e in found.events
        if e.id in stands and e.slot == DELIVERED and e.classifier == Classifier.PLANNED and e.at is not None
    ]
    if expected is None or not planned:
        return None
    first = min(planned, key=lambda e: (e.stated_at or 0, e.id))
    found_first = _expected(first, expected.start)
    return found_first if (found_first.start, found_first.until) != (expected.start, expected.until) else None


def _exit(found: OrderJourney, journey: Journey | None, teller: Teller) -> Labels | None:
    exits = journey.exits if journey else ()
    milestone = next((e.milestone for e in exits if e.outcome == found.outcome), None)
    return teller.milestone(milestone) if milestone else None


def _carrier(track: Track) -> str | None:
    carrier = track.attributes.get("carrier")
    return str(carrier)[:60] if carrier else None


def _zone(found: OrderJourney, journey: Journey | None, merchants: str) -> str:
    for name in (*(found.attributes.get(each) for each in _ZONES), merchants, journey.zone if journey else "UTC"):
        try:
            if isinstance(name, str) and name:
                return zone_of(name).key
        except FieldError:
            continue
    return "UTC"


__all__ = ["BESIDE", "DONE", "NEXT", "NOW", "Expected", "Part", "Said", "Step", "Story", "tell"]
