"""What a mapping table would change, before anybody publishes it: folded in memory, nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from waypost.domain.occurrence import Occurrence
from waypost.domain.packed import Packed, pack
from waypost.domain.state import fold, standing
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.services.live.summary import OPEN
from waypost.services.live.table import StateRow
from waypost.services.live.what_if import WhatIf
from waypost.services.mappings.replay import EVENTS, Retold, retold
from waypost.services.mappings.sources import governed, known
from waypost.services.mappings.tables import Edits, check
from waypost.store.bulk import driver_rows, select_in
from waypost.store.meanings import WORD_LIMIT, Meaning, Table, meaning, read_tables
from waypost.store.reads import events_of_subjects, occurrences_of
from waypost.store.rows import StoredEvent, occurrence_of
from waypost.store.schema import event, state
from waypost.store.schema_mapping import replay

SAMPLE = 20
_STATE = ("subject_id", "cells", "promises", "attributes", "version")


class Standing(NamedTuple):
    """Where an order stands: stage and tier while it is open, its status and what ended it."""

    journey: str | None
    stage: str | None
    level: str
    status: str
    outcome: str | None


class OrderChange(NamedTuple):
    """One order that stands elsewhere by the new table."""

    key: int
    ref: str
    scope: str
    before: Standing
    after: Standing


class Preview(NamedTuple):
    """Exact counts of what would change, and a sample of the orders.

    `moves` counts events by (code now, code then). `orders` are those with at least one such event;
    `standing` those of them that stand elsewhere, `stage`, `tier` and `outcome` in which respect.
    """

    events: int
    orders: int
    moves: list[tuple[str, str, int]]
    standing: int
    stage: int
    tier: int
    outcome: int
    sample: list[OrderChange]

    def as_json(self) -> dict[str, Any]:
        """The preview as the API and the command line give it."""
        sample = [
            {"order": c.ref, "scope": c.scope or None, "before": c.before._asdict(), "after": c.after._asdict()}
            for c in self.sample
        ]
        moves = [{"from": before, "to": after, "events": n} for before, after, n in self.moves]
        return {**self._asdict(), "moves": moves, "sample": sample}


def preview(waypost: Waypost, source: str, edits: Edits) -> Preview:
    """What publishing these edits would change. Errors: FieldError, NotFound, as publishing them would."""
    known(waypost.engine, source)
    tidy = check(edits, waypost.vocabulary)
    view = waypost.current()
    with waypost.engine.connect() as connection:
        changed = _changed(connection, source, tidy)
        if not changed:
            return Preview(0, 0, [], 0, 0, 0, 0, [])
        before, after, about = _pictures(connection, waypost, view, changed)
    moves = Counter((c.before, c.after) for c in changed if c.before != c.after)
    ranked = sorted(((*pair, n) for pair, n in moves.items()), key=lambda move: (-move[2], move))
    return _compared(before, after, about, ranked)


def _changed(connection: Connection, source: str, edits: Edits) -> list[Retold]:
    names = governed(connection, source)
    held, then = read_tables(connection), read_tables(connection, {source: edits.words})
    # While a job is on its way, words that nobody edits now may still have to be read again.
    query = EVENTS.where(event.c.source_id.in_(sorted(names)), event.c.word.is_not(None))
    if not connection.execute(_RUNNING).scalar():
        words = sorted({word for name in names.values() for word in _differing(held.get(name), then.get(name))})
        if not words:
            return []
        if len(words) <= _IN_LIST:
            query = query.where(sa.func.substr(event.c.word, 1, WORD_LIMIT).in_(words))
    return retold(driver_rows(connection.execute(query)), names, then) if names else []


def _differing(held: Table | None, then: Table | None) -> set[str]:
    before, after = (dict(table.edits) if table else {} for table in (held, then))
    return {word for word in before.keys() | after.keys() if before.get(word) != after.get(word)}


def _pictures(
    connection: Connection, waypost: Waypost, view: View, changed: Sequence[Retold]
) -> tuple[View, View, list[int]]:
    """The orders concerned as they stand and as they would; and the subjects that change."""
    table = view.table
    about = sorted({c.subject_id for c in changed})
    rows = table.together(table.row_of[key] for key in about if key in table.row_of).tolist()
    told = {c.id: meaning(c.after, waypost.vocabulary) for c in changed}
    keys = [table.keys[row] for row in rows]
    trial = WhatIf.published(waypost.journeys, view.now)
    stored = {row[0]: row for row in select_in(connection, state, _STATE, "subject_id", keys)}
    trial.put([_row(view, row, stored.get(table.keys[row])) for row in rows], occurrences_of(connection, keys))
    trial.link(link for row in rows for link in table.links_at(row))
    before = trial.view()
    folded = _fold(events_of_subjects(connection, [key for key in about if key in table.row_of]), told)
    trial.put([_row(view, table.row_of[key], (key, *found[0], 1)) for key, found in folded.items()],
              {key: found[1] for key, found in folded.items()})  # fmt: skip
    return before, trial.view(), about


def _row(view: View, row: int, found: tuple[Any, ...] | None) -> StateRow:
    """A state as the live matrix takes it; of a subject that only links speak of, an empty one."""
    about = view.table.subjects[row]
    key, cells, promises, attributes, version = found or (view.table.keys[row], b"", None, None, 0)
    return StateRow(
        key, int(about.kind), about.scope, about.ref, bytes(cells), promises and bytes(promises), attributes, version
    )


def _fold(
    events: Mapping[int, list[StoredEvent]], told: Mapping[int, Meaning]
) -> dict[int, tuple[Packed, list[Occurrence]]]:
    """States and occurrences of subjects once their events mean what they would."""
    found = {}
    for key, said in events.items():
        would = [e._replace(**told[e.id]._asdict()) if e.id in told else e for e in said]
        seen = (occurrence_of(e) for e in standing(would))
        found[key] = (pack(fold(would)), [o for o in seen if o is not None])
    return found


def _compared(before: View, after: View, about: list[int], moves: list[tuple[str, str, int]]) -> Preview:
    was, then = _columns(before), _columns(after)
    stage = (was.stage != then.stage) | (was.journey != then.journey)
    tier, outcome = was.level != then.level, (was.status != then.status) | (was.outcome != then.outcome)
    places = np.flatnonzero((stage | tier | outcome) & before.known)
    sample = [_change(before, after, place) for place in places[:SAMPLE].tolist()]
    n_stage, n_tier, n_outcome = (int(np.count_nonzero(which[places])) for which in (stage, tier, outcome))
    events, orders = sum(n for _, _, n in moves), len(before.places_of(about))
    return Preview(events, orders, moves, len(places), n_stage, n_tier, n_outcome, sample)


class _Columns(NamedTuple):
    journey: NDArray[np.int16]
    stage: NDArray[Any]
    level: NDArray[Any]
    status: NDArray[Any]
    outcome: NDArray[Any]


def _columns(view: View) -> _Columns:
    """What people see of all orders; stage and tier only while one is open."""
    open_ = view.status == OPEN
    outcome = np.full(view.n, -1, dtype=np.int64)
    for name, found in view.journeys.items():
        mine = view.journey == view.place_of(name)
        outcome[mine] = found.orders.outcome[: view.n][mine]
    stage, level = np.where(open_, view.current, -1), np.where(open_, view.level, 0)
    return _Columns(view.journey, stage, level, view.status, outcome)


def _change(before: View, after: View, place: int) -> OrderChange:
    row = before.row(place)
    return OrderChange(row.key, row.subject.ref, row.subject.scope, _standing(before, place), _standing(after, place))


def _standing(view: View, place: int) -> Standing:
    row = view.row(place)
    found = view.journeys.get(row.journey or "")
    ended = int(found.orders.outcome[place]) if found else -1
    outcome = found.version.journey.exits[ended].outcome if found and ended >= 0 else None
    opened = row.status == "open"
    return Standing(row.journey, row.stage if opened else None, row.level if opened else "ok", row.status, outcome)


_IN_LIST = 400
_RUNNING = sa.select(sa.func.count()).select_from(replay).where(replay.c.status != "done")
