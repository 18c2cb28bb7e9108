"""Orders and events as sheets, masked for readers who may not see personal data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy.engine import Engine

from waypost.domain.subject import Subject
from waypost.journeys.project import Mask
from waypost.services import personal
from waypost.services.export.sheet import Column, Row, Sheet, instants, texts
from waypost.services.live import OrderQuery, View
from waypost.services.live.columns import DIMENSIONS
from waypost.services.live.query import OrderRow
from waypost.store import reads
from waypost.store.rows import StoredEvent

INSTANTS: Final = ("created", "since", "due", "promised", "delivered")
_BEFORE: Final = ("order", "scope", "journey", "stage", "level", "status")
ORDER_COLUMNS: Final = (
    *texts(*_BEFORE),
    *instants(*INSTANTS),
    Column("value", "number"),
    Column("currency"),
    *texts(*DIMENSIONS),
)
EVENT_COLUMNS: Final = (
    Column("id", "whole"),
    *texts("source", "event_id", "subject", "scope", "code"),
    *instants("at", "until", "stated_at", "recorded_at"),
    *texts("raw_time", "evidence", "classifier", "kind", "word", "place"),
    Column("lat", "number"),
    Column("lon", "number"),
    Column("reason"),
    Column("quantity", "number"),
    Column("target"),
    Column("attributes"),
    Column("simulated", "flag"),
)
_STEP = 5_000


def orders_sheet(view: View, query: OrderQuery, only: Mask | None = None) -> Sheet:
    """All orders that a query selects, whatever page of them is shown, in its order."""
    whole = query._replace(offset=0, limit=max(view.n, 1))

    def rows() -> Iterator[Row]:
        for place in view.places(whole, only):
            yield _order(view.row(place))

    return Sheet("orders", ORDER_COLUMNS, rows)


def _order(row: OrderRow) -> Row:
    return (
        row.subject.ref,
        row.subject.scope or None,
        row.journey,
        row.stage if row.status == "open" else None,
        row.level,
        row.status,
        *(getattr(row, name) for name in INSTANTS),
        row.value,
        row.currency,
        *(row.dimensions.get(name) for name in DIMENSIONS),
    )


class EventQuery(NamedTuple):
    """Which events: after an id, recorded in [since, until) us, of one code or source; None means any."""

    after: int = 0
    since: int | None = None
    until: int | None = None
    code: str | None = None
    source: str | None = None
    limit: int | None = None


def events_sheet(engine: Engine, query: EventQuery, *, show: bool) -> Sheet:
    """Stored events in the order they were recorded; `show` says whether personal data may be seen."""

    def rows() -> Iterator[Row]:
        after, left = query.after, query.limit
        while left is None or left > 0:
            size = _STEP if left is None else min(_STEP, left)
            with engine.connect() as connection:
                found = reads.events_where(connection, after, size, query.since, query.until, query.code, query.source)
                subjects = reads.subjects_by_key(connection, [event.subject_id for event in found])
            yield from (_event(event, subjects[event.subject_id], show) for event in found)
            if len(found) < size:
                return
            after, left = found[-1].id, None if left is None else left - len(found)

    return Sheet("events", EVENT_COLUMNS, rows)


def order_events_sheet(
    events: Sequence[StoredEvent], subjects: Callable[[int], Subject | None], name: str, *, show: bool
) -> Sheet:
    """The events of one order."""

    def rows() -> Iterator[Row]:
        for event in events:
            about = subjects(event.subject_id)
            if about is not None:
                yield _event(event, about, show)

    return Sheet(f"events-{name}", EVENT_COLUMNS, rows)


def _event(event: StoredEvent, about: Subject, show: bool) -> Row:
    return (
        event.id,
        event.source,
        event.event_id,
        str(about),
        about.scope or None,
        event.code,
        event.at,
        event.until,
        event.stated_at,
        event.recorded_at,
        event.raw_time or None,
        event.evidence.name.lower(),
        event.classifier.name.lower(),
        event.kind.name.lower(),
        personal.text(event.word, show=show),
        event.place,
        event.lat,
        event.lon,
        event.reason,
        event.quantity,
        event.target,
        _attributes(event.attributes, show),
        event.simulated,
    )


def _attributes(given: Any, show: bool) -> str | None:
    if not given:
        return None
    seen = {name: personal.attribute(name, value, show=show) for name, value in given.items()}
    return json.dumps(seen, ensure_ascii=False, sort_keys=True)
