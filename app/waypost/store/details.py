"""What follows from statements beside the state: occurrences, promises, links, and ids that people search by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.domain.statement import Classifier, Statement
from waypost.domain.subject import Subject
from waypost.store.bulk import chunks, insert_new
from waypost.store.rows import (
    IDENTIFIERS,
    LINK_COLUMNS,
    OCCURRENCE_COLUMNS,
    PROMISE_COLUMNS,
    StoredEvent,
    occurrence_of,
)
from waypost.store.schema import identifier, link, occurrence, promise

_ACTUAL = Classifier.ACTUAL
_BY_SUBJECT = ((occurrence, occurrence.c.subject_id), (promise, promise.c.subject_id), (link, link.c.from_id))


class Recorded(NamedTuple):
    """A statement with the keys of its event and its subject."""

    id: int
    subject_id: int
    said: Statement | StoredEvent


def drop_details(connection: Connection, keys: Sequence[int]) -> None:
    """Remove occurrences, promises and links of subjects."""
    for table, column in _BY_SUBJECT:
        for part in chunks(keys):
            connection.execute(sa.delete(table).where(column.in_(part)))


def drop_details_between(connection: Connection, first: int, last: int) -> None:
    """Remove occurrences, promises and links of the subjects from key `first` up to and with `last`."""
    for table, column in _BY_SUBJECT:
        connection.execute(sa.delete(table).where(column.between(first, last)))


def forget_names(connection: Connection, by_subject: Mapping[int, Collection[StoredEvent]]) -> None:
    """Remove the ids that the events of subjects gave them."""
    # By value, because that is what the primary key begins with; the names that stand are written again.
    values = sorted({value for events in by_subject.values() for said in events for value, _ in _names(said)})
    for part in chunks(values):
        for keys in chunks(sorted(by_subject)):
            gone = identifier.c.value.in_(part) & identifier.c.subject_id.in_(keys)
            connection.execute(sa.delete(identifier).where(gone))


def _names(said: Statement | StoredEvent) -> Iterator[tuple[str, str]]:
    """Identifiers that people search by: (value, attribute)."""
    given = said.attributes or {}
    return ((str(given[name])[:191], name) for name in IDENTIFIERS if given.get(name))


def keep_details(connection: Connection, items: Sequence[Recorded], subjects: Mapping[Subject, int]) -> None:
    """Write what follows from statements that stand; `subjects` holds the keys of all link targets."""
    occurrences: list[tuple[Any, ...]] = []
    promises: list[tuple[Any, ...]] = []
    links: list[tuple[Any, ...]] = []
    names: list[tuple[Any, ...]] = []
    for id_, key, said in items:
        if said.repeats and (seen := occurrence_of(said)) is not None:
            occurrences.append((id_, key, int(seen.what), *seen[1:]))
        if said.classifier != _ACTUAL and said.slot is not None and said.at is not None:
            until = said.at if said.until is None else said.until
            promises.append((id_, key, said.slot, int(said.classifier), said.at, until, said.stated_at))
        if said.links:
            links.extend(_link_rows(id_, key, said, subjects))
        if said.attributes:
            names.extend((value, key, name) for value, name in _names(said))
    insert_new(connection, occurrence, OCCURRENCE_COLUMNS, occurrences)
    insert_new(connection, promise, PROMISE_COLUMNS, promises)
    insert_new(connection, link, LINK_COLUMNS, links)
    insert_new(connection, identifier, ("value", "subject_id", "name"), names)


def _link_rows(
    id_: int, key: int, said: Statement | StoredEvent, subjects: Mapping[Subject, int]
) -> Iterator[tuple[Any, ...]]:
    stated = said.at if said.stated_at is None else said.stated_at
    for c in said.links:
        yield (id_, int(c.rel), key, subjects[c.to], c.quantity, c.valid_from, c.valid_until, stated)
