"""Reading back: events of subjects, subjects by id, states that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from waypost.domain.occurrence import Occurrence, Repeat
from waypost.domain.subject import LinkRel, Subject, SubjectKind
from waypost.store.bulk import chunks, driver_rows, one_row, parts_of, select_in
from waypost.store.details import Recorded
from waypost.store.rows import EVENT_COLUMNS, StoredEvent, stored_event
from waypost.store.schema import event, identifier, link, occurrence, source, state, subject


class LinkRow(NamedTuple):
    """A link in force: the claim said last for its (rel, from, to)."""

    rel: LinkRel
    from_id: int
    to_id: int
    quantity: float | None
    valid_from: int | None
    valid_until: int | None


def source_names(connection: Connection) -> dict[int, str]:
    """Names of all sources by key."""
    return {row.id: row.name for row in connection.execute(sa.select(source.c.id, source.c.name))}


def events_of_subjects(connection: Connection, keys: Sequence[int]) -> dict[int, list[StoredEvent]]:
    """All events of subjects, in the order they were recorded."""
    names = source_names(connection)
    query = sa.select(*(event.c[name] for name in EVENT_COLUMNS)).order_by(event.c.id)
    found: dict[int, list[StoredEvent]] = {}
    for part in chunks(keys):
        for row in connection.execute(query.where(event.c.subject_id.in_(part))):
            found.setdefault(row.subject_id, []).append(stored_event(tuple(row), names[row.source_id]))
    return found


def events_between(connection: Connection, first: int, last: int) -> dict[int, list[StoredEvent]]:
    """All events of the subjects from key `first` up to and with `last`, in the order they were recorded."""
    names = source_names(connection)
    query = sa.select(*(event.c[name] for name in EVENT_COLUMNS)).order_by(event.c.subject_id, event.c.id)
    found: dict[int, list[StoredEvent]] = {}
    for row in driver_rows(connection.execute(query.where(event.c.subject_id.between(first, last)))):
        found.setdefault(row[3], []).append(stored_event(row, names[row[1]]))
    return found


def last_events(connection: Connection, limit: int, after: int = 0) -> list[StoredEvent]:
    """The newest events with an id above `after`, newest first."""
    names = source_names(connection)
    query = sa.select(*(event.c[name] for name in EVENT_COLUMNS)).where(event.c.id > after)
    rows = connection.execute(query.order_by(event.c.id.desc()).limit(limit))
    return [stored_event(tuple(row), names[row.source_id]) for row in rows]


def events_after(connection: Connection, after: int, limit: int) -> list[StoredEvent]:
    """The next events with an id above `after`, oldest first: the order in which they were committed."""
    names = source_names(connection)
    query = sa.select(*(event.c[name] for name in EVENT_COLUMNS)).where(event.c.id > after)
    rows = connection.execute(query.order_by(event.c.id).limit(limit))
    return [stored_event(tuple(row), names[row.source_id]) for row in rows]


def events_where(
    connection: Connection,
    after: int,
    limit: int,
    since: int | None = None,
    until: int | None = None,
    code: str | None = None,
    source_name: str | None = None,
) -> list[StoredEvent]:
    """The next events above `after`, oldest first, recorded in [since, until) us, of one code or source."""
    names = source_names(connection)
    query = sa.select(*(event.c[name] for name in EVENT_COLUMNS)).where(event.c.id > after)
    if since is not None:
        query = query.where(event.c.recorded_at >= since)
    if until is not None:
        query = query.where(event.c.recorded_at < until)
    if code is not None:
        query = query.where(event.c.code == code)
    if source_name is not None:
        query = query.where(event.c.source_id.in_([key for key, name in names.items() if name == source_name]))
    rows = connection.execute(query.order_by(event.c.id).limit(limit))
    return [stored_event(tuple(row), names[row.source_id]) for row in rows]


def events_by_id(connection: Connection, ids: Collection[int]) -> list[Recorded]:
    """Events by their integer keys, in no particular order."""
    names = source_names(connection)
    found = (stored_event(row, names[row[1]]) for row in select_in(connection, event, EVENT_COLUMNS, "id", ids))
    return [Recorded(said.id, said.subject_id, said) for said in found]


def subjects_by_key(connection: Connection, keys: Sequence[int]) -> dict[int, Subject]:
    """Subjects by their integer keys."""
    found: dict[int, Subject] = {}
    columns = sa.select(subject.c.id, subject.c.kind, subject.c.ref, subject.c.scope)
    for part in chunks(sorted(set(keys))):
        rows = connection.execute(columns.where(subject.c.id.in_(part)))
        found.update({key: Subject(SubjectKind(kind), ref, scope) for key, kind, ref, scope in rows})
    return found


def search_subjects(connection: Connection, text: str, limit: int = 50) -> list[tuple[int, Subject]]:
    """Subjects whose id, or one of whose other identifiers, starts with `text`."""
    found: dict[int, Subject] = {}
    columns = (subject.c.id, subject.c.kind, subject.c.ref, subject.c.scope)
    # Engines that compare without trailing spaces cannot serve a range that begins with one; what is read is looked at.
    stem = text.rstrip(" ") or text
    by_ref = sa.select(*columns, subject.c.ref).where(_starts(subject.c.ref, stem)).order_by(subject.c.ref)
    by_name = (
        sa.select(*columns, identifier.c.value)
        .join(identifier, identifier.c.subject_id == subject.c.id)
        .where(_starts(identifier.c.value, stem))
    )
    for query in (by_ref, by_name) if text else ():
        for key, kind, ref, scope, value in connection.execute(query.limit(limit)):
            if value.startswith(text):
                found[key] = Subject(SubjectKind(kind), ref, scope)
    return list(found.items())[:limit]


def _starts(column: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    """That a column starts with a text, as a range that an index can serve."""
    stem = text.rstrip("\U0010ffff")
    if not stem:
        return column >= text
    following = ord(stem[-1]) + 1
    # No text holds a surrogate, so what follows the last character before them is the first one after them.
    return (column >= text) & (column < stem[:-1] + chr(0xE000 if following == 0xD800 else following))


def links_touching(connection: Connection, keys: Sequence[int]) -> list[LinkRow]:
    """Links in force from or to any of the subjects."""
    rows: set[tuple[Any, ...]] = set()
    for part in chunks(sorted(set(keys))):
        for column in (link.c.from_id, link.c.to_id):
            rows.update(tuple(row) for row in connection.execute(_LINKS.where(column.in_(part))))
    return _in_force(rows)


def links_from(connection: Connection, keys: Sequence[int]) -> list[LinkRow]:
    """Links in force that were claimed by the subjects."""
    return _in_force(select_in(connection, link, _LINK_NAMES, "from_id", set(keys)))


class LinkColumns(NamedTuple):
    """Links in force as columns; ends are keys of subjects, quantity NaN where none is given."""

    rel: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    quantity: NDArray[np.float64]


def all_links(connection: Connection, step: int = 100_000) -> tuple[LinkColumns, list[LinkRow]]:
    """All links in force: as columns, but for stays inside handling units, which are rows."""
    stays: list[tuple[Any, ...]] = []
    parts: list[list[NDArray[Any]]] = [[np.zeros(0, dtype=np.int64)] * 7]
    for rows in parts_of(connection, _LINKS, (), step):
        stays += [row for row in rows if row[0] == LinkRel.INSIDE]
        others = [row for row in rows if row[0] != LinkRel.INSIDE]
        if others:
            rels, heads, tails, stated, many, start, end, _ = zip(*others, strict=True)
            ranked = ([-1 if part is None else part for part in column] for column in (start, end, many, stated))
            parts.append([np.array(column) for column in (*ranked, tails, heads, rels)])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort(columns)  # by pair, and what was said last of each at its end
    quantity, tail, head, rel = (columns[place][order] for place in (2, 4, 5, 6))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]) | (rel[1:] != rel[:-1])
    given = np.where(quantity[last] < 0, np.nan, quantity[last])
    rel, head, tail = (column[last].astype(np.int64) for column in (rel, head, tail))
    return LinkColumns(rel, head, tail, given), _in_force(stays)


_LINK_NAMES = ("rel", "from_id", "to_id", "stated_at", "quantity", "valid_from", "valid_until", "event_id")
_LINKS = sa.select(*(link.c[name] for name in _LINK_NAMES))


def _in_force(rows: Iterable[tuple[Any, ...]]) -> list[LinkRow]:
    best: dict[tuple[int, int, int, int], tuple[Any, ...]] = {}
    for row in rows:
        rel, from_id, to_id, _, _, start, _, _ = row
        # A stay inside a handling unit is one link per interval, everything else one per pair.
        key = (rel, from_id, to_id, (start or 0) if rel == LinkRel.INSIDE else 0)
        held = best.get(key)
        if held is None or _rank(row) > _rank(held):
            best[key] = row
    return [
        LinkRow(_RELS[rel], from_id, to_id, quantity, start, end)
        for rel, from_id, to_id, _, quantity, start, end, _ in (best[key] for key in sorted(best))
    ]


_RELS = tuple(LinkRel)


def _rank(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What was said last is in force; the rest only settles ties."""
    _, _, _, stated, quantity, start, end, _ = row
    return tuple(-1 if part is None else part for part in (stated, quantity, end, start))


def occurrences_of(connection: Connection, keys: Sequence[int]) -> dict[int, list[Occurrence]]:
    """Occurrences by subject."""
    found: dict[int, list[Occurrence]] = {}
    for part in chunks(sorted(set(keys))):
        for row in connection.execute(sa.select(occurrence).where(occurrence.c.subject_id.in_(part))):
            seen = Occurrence(Repeat(row.what), row.at, row.place, row.quantity, row.reason)
            found.setdefault(row.subject_id, []).append(seen)
    return found


def watermark(connection: Connection) -> int:
    """The id of the last committed event; 0 in an empty store."""
    return connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0


def last_version(connection: Connection) -> int:
    """The highest version there is: of an event, or of states that were folded again after it; 0 in an empty store.

    Whoever changes states takes a version above it, so that nobody who has read up to it misses the change.
    """
    told, seen = one_row(connection, _NEWEST)
    return max(told or 0, seen or 0)


_NEWEST = sa.select(
    sa.select(sa.func.max(state.c.version)).scalar_subquery(), sa.select(sa.func.max(event.c.id)).scalar_subquery()
)


def states_since(connection: Connection, version: int, step: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
    """States changed after `version`, in parts, so that a million of them never are in memory at once.

    Each is (subject key, kind, scope, ref, cells, promises, attributes, version).
    """
    yield from parts_of(connection, _STATES_ABOVE, (version,), step)


def count_states(connection: Connection) -> int:
    """How many states there are."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(state)).scalar_one())


def states_of(connection: Connection, keys: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """The states of some subjects, as `states_since` gives them."""
    for part in chunks(keys):
        yield [tuple(row) for row in connection.execute(_STATES.where(state.c.subject_id.in_(part)))]


_STATES = sa.select(
    state.c.subject_id,
    subject.c.kind,
    subject.c.scope,
    subject.c.ref,
    state.c.cells,
    state.c.promises,
    state.c.attributes,
    state.c.version,
).join(subject, subject.c.id == state.c.subject_id)
_STATES_ABOVE = _STATES.where(state.c.version > sa.bindparam("version"))
