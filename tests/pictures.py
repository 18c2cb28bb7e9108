"""A store and a view as plain values under natural names, so that two of them can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.domain.state import fold, standing, unpack_attributes, unpack_cells, unpack_promises
from waypost.domain.statement import UNMAPPED, Classifier, Kind, Statement
from waypost.domain.subject import Subject
from waypost.journeys.project import Projection
from waypost.services import kpi
from waypost.services.live import OrderQuery, View
from waypost.services.live.view import STATUS
from waypost.store import reads
from waypost.store.rows import IDENTIFIERS, occurrence_of
from waypost.store.schema import event, identifier, link, promise, state, subject, unmapped

Picture = dict[str, Any]


def stored(engine: Engine) -> Picture:
    """Everything that follows from the events of a store, without keys, ids and times of arrival."""
    with engine.connect() as connection:
        keys = [key for (key,) in connection.execute(sa.select(subject.c.id))]
        names = reads.subjects_by_key(connection, keys)
        sources = reads.source_names(connection)
        events = connection.execute(sa.select(event.c.source_id, event.c.event_id)).all()
        states = connection.execute(sa.select(state)).all()
        promises = connection.execute(sa.select(promise)).all()
        links = reads.links_touching(connection, keys)
        claims = connection.execute(sa.select(link)).all()
        found = connection.execute(sa.select(identifier.c.value, identifier.c.subject_id)).all()
        words = connection.execute(sa.select(unmapped.c.source_id, unmapped.c.word, unmapped.c.n)).all()
        occurrences = reads.occurrences_of(connection, keys)
    return {
        "events": Counter((sources[s], e) for s, e in events),
        "states": {names[row.subject_id]: _state(row) for row in states},
        "occurrences": {names[key]: Counter(seen) for key, seen in occurrences.items()},
        "promises": Counter((names[p.subject_id], p.slot, p.classifier, p.at, p.until, p.stated_at) for p in promises),
        "claims": Counter((c.rel, names[c.from_id], names[c.to_id], c.quantity, c.valid_from) for c in claims),
        "links": {(c.rel, names[c.from_id], names[c.to_id], *c[3:]) for c in links},
        "identifiers": {(value, names[key]) for value, key in found},
        "unmapped": {(sources[s], word): n for s, word, n in words},
    }


def _state(row: Any) -> tuple[Any, ...]:
    packed = unpack_cells(row.cells), unpack_promises(row.promises), unpack_attributes(row.attributes)
    return (*packed, bool(row.refold))


def expected(told: Iterable[Statement]) -> Picture:
    """The oracle: the same, from a fold of each subject's statements (links as claims only)."""
    once = {(s.source, s.event_id): s for s in told}
    by_subject: dict[Subject, list[Statement]] = {}
    for s in once.values():
        by_subject.setdefault(s.subject, []).append(s)
    stands = [s for statements in by_subject.values() for s in standing(statements)]
    seen: dict[Subject, Counter[Any]] = {}
    for s in stands:
        if (found := occurrence_of(s)) is not None:
            seen.setdefault(s.subject, Counter())[found] += 1
    return {
        "events": Counter(once.keys()),
        "states": {about: _folded(statements) for about, statements in by_subject.items()},
        "occurrences": seen,
        "promises": Counter(p for s in stands if (p := _promise(s)) is not None),
        "claims": Counter(
            (c.rel, s.subject, c.to, c.quantity, c.valid_from)
            for s in stands
            for c in {(c.rel, c.to): c for c in reversed(s.links)}.values()
        ),
        "identifiers": {
            (str(s.attributes[name]), s.subject)
            for s in stands
            for name in IDENTIFIERS
            if s.attributes and s.attributes.get(name)
        },
        "unmapped": Counter((s.source, s.word) for s in once.values() if s.code == UNMAPPED),
    }


def _folded(statements: list[Statement]) -> tuple[Any, ...]:
    state = fold(statements)
    return state.cells, state.promises, state.attributes, any(s.kind != Kind.ASSERT for s in statements)


def _promise(s: Statement) -> tuple[Any, ...] | None:
    if s.slot is None or s.classifier == Classifier.ACTUAL or s.at is None:
        return None
    return s.subject, s.slot, int(s.classifier), s.at, s.at if s.until is None else s.until, s.stated_at


def live(view: View) -> Picture:
    """What a view shows of every order and unit, its rivers, facets and KPIs."""
    rows = [view.row(place) for place in np.flatnonzero(view.known).tolist()]
    return {
        "orders": {row.subject: row._replace(key=0) for row in rows},
        "units": _units(view),
        "stages": {name: _orders(view, found.orders) for name, found in view.journeys.items()},
        "rivers": {name: view.river(name) for name in view.journeys},
        "facets": {name: sorted(view.facets(name, OrderQuery())) for name in view.dimensions.columns},
        "found": {status: _selected(view, status) for status in (*STATUS, "unassigned")},
        "reports": {
            name: kpi.report(view, name, "2026-03-01", "2026-03-06").as_json()["stages"] for name in view.journeys
        },
    }


def _selected(view: View, status: str) -> set[Subject]:
    return {row.subject for row in view.orders(OrderQuery(status=status, limit=1_000)).rows}


def _units(view: View) -> Picture:
    found: Picture = {}
    for row in np.flatnonzero(view.alive).tolist():
        about = view.table.subjects[int(view.unit_row[row])]
        for name, journey in view.journeys.items():
            found[f"{about} {name}"] = (bool(journey.mine_units[row]), *facts_of(journey.units, row))
    return found


def _orders(view: View, projection: Projection) -> Picture:
    subjects = view.table.subjects
    places = np.flatnonzero(view.known).tolist()
    return {str(subjects[int(view.order_row[place])]): facts_of(projection, place) for place in places}


def facts_of(projection: Projection, row: int) -> list[Any]:
    """All that a projection says of one row, as plain numbers."""
    names = ("status", "entered", "left", "dwell", "due_yellow", "due_red", "level", "out_of_sequence")
    stages = [(f.stage.id, *(int(getattr(f, name)[row]) for name in names)) for f in projection.stages]
    return [*stages, int(projection.current[row]), bool(projection.finished[row]), int(projection.outcome[row])]


def differences(found: Picture, wanted: Picture) -> list[str]:
    """What two pictures disagree on, piece by piece; short enough to read."""
    told = []
    for name in wanted:
        a, b = found[name], wanted[name]
        if isinstance(a, dict) and isinstance(b, dict):
            told += [f"{name} {k}: {a.get(k)} not {b.get(k)}" for k in {**a, **b} if a.get(k) != b.get(k)]
        elif a != b:
            told.append(f"{name}: {a} not {b}")
    return told
