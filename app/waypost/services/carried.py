"""What happened to the handling units that parcels were inside of, while they were: the events themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from waypost.domain.state import standing
from waypost.domain.statement import Classifier, Evidence
from waypost.domain.subject import LinkRel, Subject
from waypost.journeys.cargo import DEEPEST, Claim, Stay, stays, within
from waypost.store import reads
from waypost.store.reads import LinkRow
from waypost.store.rows import StoredEvent


class Carried(NamedTuple):
    """Events of carriers by the subject inside, and the carriers by key."""

    events: dict[int, list[StoredEvent]]
    subjects: dict[int, Subject]


def carried_events(connection: Connection, keys: Sequence[int]) -> Carried:
    """The actual, dated events of carriers that the subjects share, however deep they were packed."""
    inside = _inside(connection, keys)
    carriers = sorted({stay.carrier for held in inside.values() for stay in held})
    if not carriers:
        return Carried({}, {})
    happened = {key: _happened(told) for key, told in reads.events_of_subjects(connection, carriers).items()}
    found = {key: _shared(key, inside, happened) for key in keys}
    told = {event.subject_id for events in found.values() for event in events}
    return Carried({key: events for key, events in found.items() if events}, _named(connection, told))


def _inside(connection: Connection, keys: Sequence[int]) -> dict[int, list[Stay]]:
    """What was ever inside what, from the subjects outwards."""
    found: dict[int, list[Stay]] = {}
    todo = set(keys)
    for _ in range(DEEPEST):
        claims: dict[int, list[Claim]] = {key: [] for key in todo}
        for link in reads.links_from(connection, sorted(todo)):
            if link.rel == LinkRel.INSIDE:
                claims[link.from_id].append(_claim(link))
        found |= {key: stays(said) for key, said in claims.items() if said}
        todo = {claim.carrier for said in claims.values() for claim in said} - found.keys()
        if not todo:
            break
    return found


def _claim(link: LinkRow) -> Claim:
    return Claim(link.to_id, link.valid_from, link.valid_until)


def _happened(told: Iterable[StoredEvent]) -> list[StoredEvent]:
    return [
        event
        for event in standing(list(told))
        if event.at is not None and event.classifier == Classifier.ACTUAL and event.evidence != Evidence.PREDICTED
    ]


def _shared(
    key: int, inside: Mapping[int, Sequence[Stay]], happened: Mapping[int, Sequence[StoredEvent]]
) -> list[StoredEvent]:
    """Each event once, also when a subject was put in and out several times."""
    found = {
        event.id: event
        for stay in within(key, inside)
        for event in happened.get(stay.carrier, ())
        if stay.start <= (event.at or 0) < stay.end
    }
    return list(found.values())


def _named(connection: Connection, keys: Iterable[int]) -> dict[int, Subject]:
    return reads.subjects_by_key(connection, sorted(keys))
