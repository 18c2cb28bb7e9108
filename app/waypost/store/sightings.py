"""The last place that events tell of a subject: coordinates, or at least a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.domain.state import standing
from waypost.domain.statement import Classifier, Kind
from waypost.domain.subject import LinkRel, SubjectKind
from waypost.store import reads
from waypost.store.bulk import chunks
from waypost.store.schema import event, link, subject


class Sighting(NamedTuple):
    """Where a subject was at an instant (us); without coordinates only the name is known."""

    subject_id: int
    at: int
    lat: float | None
    lon: float | None
    place: str | None


_COLUMNS = (event.c.subject_id, event.c.at, event.c.lat, event.c.lon, event.c.place)
_LOCATED = sa.and_(event.c.lat.is_not(None), event.c.lon.is_not(None))
_HAPPENED = sa.and_(event.c.at.is_not(None), event.c.classifier == int(Classifier.ACTUAL))


def last_sightings(connection: Connection, keys: Sequence[int]) -> list[Sighting]:
    """Per subject its last sighting with coordinates, and its last one with a name alone."""
    found: list[Sighting] = []
    for part in chunks(keys):
        mine = event.c.subject_id.in_(part)
        amended = set(
            connection.scalars(sa.select(event.c.subject_id).where(mine, event.c.kind != int(Kind.ASSERT)).distinct())
        )
        for located in (True, False):
            found += [s for s in _newest(connection, mine, located) if s.subject_id not in amended]
        found += _standing(connection, sorted(amended))
    return found


def sightings_after(connection: Connection, after: int, until: int) -> tuple[list[Sighting], set[int]]:
    """Sightings told by events after one id up to another, and the subjects of which something was taken back."""
    between = sa.and_(event.c.id > after, event.c.id <= until)
    told = sa.or_(_LOCATED, event.c.place.is_not(None))
    rows = connection.execute(sa.select(*_COLUMNS).where(between, told, _HAPPENED, event.c.kind == int(Kind.ASSERT)))
    amended = connection.scalars(sa.select(event.c.subject_id).where(between, event.c.kind != int(Kind.ASSERT)))
    return [Sighting(*row) for row in rows], set(amended)


def vehicles_with(connection: Connection, keys: Sequence[int], now: int) -> dict[int, int]:
    """Per subject the vehicle that it is in at `now`, itself or the handling unit that it is in."""
    first = _inside(connection, keys, now)
    kinds = reads.subjects_by_key(connection, sorted(set(first.values())))
    units = sorted(key for key, found in kinds.items() if found.kind == SubjectKind.UNIT)
    second = _inside(connection, units, now)
    direct = {key for key, found in kinds.items() if found.kind == SubjectKind.VEHICLE}
    ends = {key: end if end in direct else second.get(end) for key, end in first.items()}
    return {key: end for key, end in ends.items() if end is not None}


def aboard(connection: Connection, vehicle_id: int, now: int) -> list[int]:
    """The subjects in a vehicle at `now`, directly or in a handling unit."""
    direct = _holding(connection, [vehicle_id], now)
    return sorted({*direct, *_holding(connection, direct, now)})


def vehicle_key(connection: Connection, ref: str, scope: str) -> int | None:
    """The key of a vehicle by its id."""
    named = sa.and_(subject.c.ref == ref, subject.c.scope == scope, subject.c.kind == int(SubjectKind.VEHICLE))
    return connection.execute(sa.select(subject.c.id).where(named)).scalar_one_or_none()


def _newest(connection: Connection, mine: sa.ColumnElement[bool], located: bool) -> list[Sighting]:
    told = _LOCATED if located else sa.and_(sa.not_(_LOCATED), event.c.place.is_not(None))
    place = sa.func.row_number().over(partition_by=event.c.subject_id, order_by=(event.c.at.desc(), event.c.id.desc()))
    ranked = sa.select(*_COLUMNS, place.label("place_in_line")).where(mine, told, _HAPPENED).subquery()
    rows = connection.execute(sa.select(*list(ranked.c)[:5]).where(ranked.c.place_in_line == 1))
    return [Sighting(*row) for row in rows]


def _standing(connection: Connection, keys: Sequence[int]) -> list[Sighting]:
    """Of subjects with retractions or corrections: what still stands."""
    found = []
    for key, events in reads.events_of_subjects(connection, keys).items():
        for said in standing(events):
            told = said.at is not None and said.classifier == Classifier.ACTUAL
            if told and (said.place or (said.lat is not None and said.lon is not None)):
                found.append(Sighting(key, said.at or 0, said.lat, said.lon, said.place))
    return found


def _inside(connection: Connection, keys: Sequence[int], now: int) -> dict[int, int]:
    links = [found for found in reads.links_from(connection, keys) if _holds(found, now)]
    return {found.from_id: found.to_id for found in sorted(links, key=lambda one: one.valid_from or 0)}


def _holding(connection: Connection, keys: Sequence[int], now: int) -> list[int]:
    heads: set[int] = set()
    for part in chunks(keys):
        query = sa.select(link.c.from_id).where(link.c.to_id.in_(part), link.c.rel == int(LinkRel.INSIDE))
        heads.update(connection.scalars(query))
    wanted, inside = set(keys), _inside(connection, sorted(heads), now)
    return sorted(head for head, end in inside.items() if end in wanted)


def _holds(found: reads.LinkRow, now: int) -> bool:
    started = found.valid_from is None or found.valid_from <= now
    return found.rel == LinkRel.INSIDE and started and (found.valid_until is None or now < found.valid_until)
