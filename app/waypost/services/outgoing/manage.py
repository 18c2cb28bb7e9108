"""What people do with subscriptions: add, pause, resume, remove, replay; each act stands in the audit log."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.outgoing import model
from waypost.services.outgoing.address import check_target
from waypost.services.outgoing.model import Subscription, read_wanted
from waypost.services.outgoing.signing import new_secret, read_secret
from waypost.services.settings import Settings
from waypost.services.vault import Vault
from waypost.store.engine import writing
from waypost.store.schema import event
from waypost.store.schema_outgoing import outgoing, subscription, told_stage


class Draft(NamedTuple):
    """A subscription as a person asks for it; `since` (us) begins with events of the past."""

    name: str
    url: str
    filter: Any = None
    mode: str = "batch"
    personal: bool = False
    secret: str | None = None
    since: int | None = None


def add(waypost: Waypost, draft: Draft, by: str) -> tuple[Subscription, str]:
    """Keep a subscription; returns it and its secret, which cannot be shown again.

    It begins with the next event, or with those recorded from `since` on. Errors: FieldError.
    """
    if not draft.name.strip():
        raise FieldError("name", "it is empty.", "Say which system receives the events.")
    if draft.mode not in ("batch", "single"):
        raise FieldError("mode", f"'{draft.mode[:20]}' is no way to send.", "Choose batch or single.")
    journeys = [version.journey.id for version in waypost.journeys.published()]
    wanted = read_wanted(draft.filter, journeys)
    check_target(draft.url, private=Settings().webhook_private)
    secret = draft.secret or new_secret()
    read_secret(secret)
    key = f"wh_{secrets.token_hex(6)}"
    sealed = Vault.of(waypost.engine).seal(secret, f"subscription/{key}")
    now = now_us()
    values = {
        "key": key,
        "name": draft.name.strip()[:120],
        "url": draft.url,
        "secret": sealed,
        "mode": draft.mode,
        "filter": wanted.model_dump_json(),
        "personal": draft.personal,
        "state": "active",
        "failures": 0,
        "next_at": 0,
        "created_at": now,
        "created_by": by[:120],
    }
    with writing(waypost.engine) as connection:
        watermark = _newest(connection) if draft.since is None else _before(connection, draft.since)
        connection.execute(sa.insert(subscription).values(**values, watermark=watermark))
        detail = {"name": values["name"], "url": draft.url, "filter": wanted.model_dump(mode="json")}
        audit.append(connection, now, by, "webhook.added", f"webhook/{key}", detail)
        return model.one(connection, key), secret


def pause(engine: Engine, key: str, by: str) -> None:
    """Send nothing until it is resumed; what happens meanwhile waits. Errors: NotFound."""
    _change(engine, key, by, "webhook.paused", state="paused", reason=None)


def resume(engine: Engine, key: str, by: str) -> None:
    """Send again, beginning with what waits. Errors: NotFound."""
    fresh = {"state": "active", "reason": None, "failures": 0, "failing_since": None, "next_at": 0}
    _change(engine, key, by, "webhook.resumed", **fresh)


def remove(engine: Engine, key: str, by: str) -> None:
    """Remove a subscription with its deliveries; what waits is not sent. Errors: NotFound."""
    now = now_us()
    with writing(engine) as connection:
        audit.lock(connection)
        held = model.one(connection, key)
        for table in (outgoing, told_stage):
            connection.execute(sa.delete(table).where(table.c.subscription_id == held.id))
        connection.execute(sa.delete(subscription).where(subscription.c.id == held.id))
        audit.append(connection, now, by, "webhook.removed", f"webhook/{key}", {"name": held.name, "url": held.url})


def replay(engine: Engine, key: str, since: int, by: str) -> int:
    """Send again what was recorded from `since` (us) on; returns how many events that looks at.

    The events keep their ids; receivers that remember them take nothing twice. What still waits to be
    sent is never left out. Errors: NotFound.
    """
    now = now_us()
    with writing(engine) as connection:
        audit.lock(connection)
        held = model.one(connection, key)
        start = _before(connection, since)
        waiting = model.pending(connection, held.id)
        if waiting is not None:
            start = min(start, waiting.first_event - 1)
        mine = outgoing.c.subscription_id == held.id
        connection.execute(sa.delete(outgoing).where(mine, outgoing.c.status == "pending"))
        connection.execute(sa.delete(told_stage).where(told_stage.c.subscription_id == held.id))
        back = min(start, held.watermark)
        connection.execute(
            sa.update(subscription).where(subscription.c.id == held.id).values(watermark=back, next_at=0)
        )
        n = _newest(connection) - back
        audit.append(connection, now, by, "webhook.replayed", f"webhook/{key}", {"since": since, "events": n})
    return n


def _change(engine: Engine, key: str, by: str, action: str, **values: Any) -> None:
    now = now_us()
    with writing(engine) as connection:
        audit.lock(connection)
        held = model.one(connection, key)
        connection.execute(sa.update(subscription).where(subscription.c.id == held.id).values(**values))
        audit.append(connection, now, by, action, f"webhook/{key}", {"name": held.name})


def _newest(connection: Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0)


def _before(connection: Connection, since: int) -> int:
    """The last event before those recorded from `since` (us) on; ids follow the time of recording."""
    first = connection.execute(sa.select(sa.func.min(event.c.id)).where(event.c.recorded_at >= since)).scalar()
    return _newest(connection) if first is None else int(first) - 1
