"""What a subscription has to be told next: events after its watermark, cut into deliveries, kept before they are sent.

The watermark moves in the same transaction that stores the deliveries. So each event is in exactly one of
them, in the order of its id, whenever a process dies.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.services.live.query import OrderRow
from waypost.services.live.view import View
from waypost.services.outgoing import events as cloud
from waypost.services.outgoing.model import Subscription
from waypost.store import reads
from waypost.store.bulk import select_in, upsert
from waypost.store.engine import writing
from waypost.store.rows import StoredEvent
from waypost.store.schema_outgoing import outgoing, subscription, told_stage

LOOK = 500  # events looked at in one step
BATCH = 100  # events in one delivery


class Step(NamedTuple):
    """What one look at the store found."""

    last: int  # the last event looked at
    found: list[tuple[int, dict[str, Any]]]  # event key -> CloudEvent, in order
    stages: dict[int, str]  # order key -> where it is told to be


def step(engine: Engine, held: Subscription, view_of: Callable[[], View], owner: str, now: int) -> bool:
    """Look at the next events and store the deliveries they make; False when there was nothing to look at.

    Returns True also when nothing of it was wanted, or when somebody else moved the watermark meanwhile.
    """
    with engine.connect() as connection:
        said = reads.events_after(connection, held.watermark, LOOK)
    if not said:
        return False
    found = _select(engine, held, said, view_of())
    with writing(engine) as connection:
        mine = sa.and_(
            subscription.c.id == held.id,
            subscription.c.watermark == held.watermark,
            subscription.c.lease_owner == owner,
        )
        moved = connection.execute(sa.update(subscription).where(mine).values(watermark=found.last))
        if moved.rowcount:
            for part in _cut(found.found, held.mode):
                connection.execute(sa.insert(outgoing).values(_stored(held, part, now)))
            ledger = [(held.id, order, where) for order, where in sorted(found.stages.items())]
            upsert(connection, told_stage, ("subscription_id", "order_id", "place"), ledger)
    return True


def _select(engine: Engine, held: Subscription, said: list[StoredEvent], view: View) -> Step:
    with engine.connect() as connection:
        subjects = reads.subjects_by_key(connection, [event.subject_id for event in said])
    found: list[tuple[int, dict[str, Any]]] = []
    moved: dict[int, tuple[OrderRow, StoredEvent]] = {}
    rows: dict[int, OrderRow] = {}
    for event in said:
        heard = held.filter.hears(event.code)
        if not heard and not held.filter.stages:
            continue
        orders = [_row_of(view, place, rows) for place in view.places_of([event.subject_id])]
        if not _concerns(held, orders):
            continue
        if heard:
            item = cloud.of_event(event, subjects[event.subject_id], orders, personal=held.personal)
            found.append((event.id, item))
        moved.update({row.key: (row, event) for row in orders})
    stages = _stages(engine, held, moved) if held.filter.stages else []
    told = {row.key: cloud.place(row) for _, row, _ in stages}
    found += [(event.id, cloud.of_stage(row, before, event)) for before, row, event in stages]
    return Step(said[-1].id, sorted(found, key=lambda item: item[0]), told)


def _row_of(view: View, place: int, made: dict[int, OrderRow]) -> OrderRow:
    if place not in made:
        made[place] = view.row(place)
    return made[place]


def _concerns(held: Subscription, orders: list[OrderRow]) -> bool:
    wanted = held.filter.journeys
    return not wanted or any(row.journey in wanted for row in orders)


def _stages(
    engine: Engine, held: Subscription, moved: dict[int, tuple[OrderRow, StoredEvent]]
) -> list[tuple[str | None, OrderRow, StoredEvent]]:
    """Orders that are elsewhere than the subscription was told, with where that was."""
    with engine.connect() as connection:
        rows = select_in(connection, told_stage, ("subscription_id", "order_id", "place"), "order_id", list(moved))
    before = {order: where for owner, order, where in rows if owner == held.id}
    return [
        (before.get(key), row, event)
        for key, (row, event) in sorted(moved.items())
        if before.get(key) != cloud.place(row)
    ]


def _cut(found: list[tuple[int, dict[str, Any]]], mode: str) -> list[list[tuple[int, dict[str, Any]]]]:
    size = BATCH if mode == "batch" else 1
    return [found[start : start + size] for start in range(0, len(found), size)]


def _stored(held: Subscription, part: list[tuple[int, dict[str, Any]]], now: int) -> dict[str, Any]:
    return {
        "subscription_id": held.id,
        "message_id": f"msg_{secrets.token_hex(16)}",
        "first_event": part[0][0],
        "last_event": part[-1][0],
        "n": len(part),
        "body": cloud.body_of([item for _, item in part], held.mode),
        "status": "pending",
        "attempts": 0,
        "created_at": now,
    }
