"""Stored events and changes of stage as CloudEvents 1.0, as receivers get them.

The id of an event is made of what it is about, so it is the same whenever it is sent, also after a replay.
Raw bodies never go out; partners' words and attributes only to a subscription that may see personal data.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from waypost.domain.instants import from_us
from waypost.domain.statement import Classifier
from waypost.domain.subject import Subject
from waypost.services.live.query import OrderRow
from waypost.store.rows import StoredEvent

SOURCE: Final = "/waypost"
STAGE_CHANGED: Final = "waypost.stage_changed"
TEST: Final = "waypost.test"
BATCH_TYPE: Final = "application/cloudevents-batch+json; charset=utf-8"
SINGLE_TYPE: Final = "application/cloudevents+json; charset=utf-8"


def of_event(event: StoredEvent, subject: Subject, orders: Sequence[OrderRow], *, personal: bool) -> dict[str, Any]:
    """One stored event; `orders` are those that it belongs to."""
    at = event.at if event.classifier == Classifier.ACTUAL else event.stated_at
    data = {
        "orders": [row.subject.ref for row in orders],
        "scope": subject.scope or None,
        "journey": orders[0].journey if orders else None,
        "kind": event.kind.name.lower(),
        "classifier": event.classifier.name.lower(),
        "evidence": event.evidence.name.lower(),
        "at": _iso(event.at),
        "until": _iso(event.until),
        "recorded_at": _iso(event.recorded_at),
        "place": event.place,
        "lat": event.lat,
        "lon": event.lon,
        "reason": event.reason,
        "quantity": event.quantity,
        "target": event.target,
        "simulated": event.simulated or None,
        "origin": {"source": event.source, "id": event.event_id},
    }
    if personal:
        data |= {"word": event.word, "attributes": _attributes(event)}
    return _cloud(f"event-{event.id}", event.code, str(subject), at or event.recorded_at, data)


def _attributes(event: StoredEvent) -> dict[str, Any] | None:
    """What was told beside the event; who released an order at a gate, and why, stays in the house."""
    told = {name: value for name, value in (event.attributes or {}).items() if not name.startswith("gate.")}
    return told or None


def of_stage(row: OrderRow, before: str | None, event: StoredEvent) -> dict[str, Any]:
    """An order that is in another stage than the subscription was told last; `event` moved it there."""
    data = {
        "order": row.subject.ref,
        "scope": row.subject.scope or None,
        "from": None if before is None else _placed(before),
        "to": {**_placed(place(row)), "level": row.level},
        "since": _iso(row.since),
        "due": _iso(row.due),
        "promised": _iso(row.promised),
        "delivered": _iso(row.delivered),
    }
    return _cloud(f"stage-{row.key}-{event.id}", STAGE_CHANGED, str(row.subject), event.recorded_at, data)


def of_test(key: str, now: int) -> dict[str, Any]:
    """An event that says nothing but that sending works."""
    return _cloud(f"test-{key}-{now}", TEST, f"subscription/{key}", now, {"test": True})


def place(row: OrderRow) -> str:
    """Where an order is, in one word that can be compared."""
    return json.dumps([row.journey, row.stage if row.status == "open" else None, row.status])[:191]


def body_of(events: Sequence[dict[str, Any]], mode: str) -> str:
    """The body of one delivery: one event, or a batch."""
    return json.dumps(list(events) if mode == "batch" else events[0], ensure_ascii=False, separators=(",", ":"))


def _placed(text: str) -> dict[str, Any]:
    journey, stage, status = json.loads(text)
    return {"journey": journey, "stage": stage, "status": status}


def _cloud(id_: str, type_: str, subject: str, at: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": type_,
        "subject": subject,
        "time": _iso(at),
        "datacontenttype": "application/json",
        "data": {name: value for name, value in data.items() if value is not None},
    }


def _iso(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")
