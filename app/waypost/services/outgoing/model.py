"""A subscription, what it wants to hear, and its deliveries, as they stand in the store."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.engine import Connection, Engine

from waypost.domain.errors import FieldError, NotFound
from waypost.domain.statement import UNMAPPED
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.store.schema import event
from waypost.store.schema_outgoing import outgoing, subscription

STATES = ("active", "failing", "paused")


class Wanted(BaseModel):
    """Which events a subscription hears: codes (`delivery.*` means a whole phase), journeys, changes of stage.

    Empty lists mean all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[str, ...] = ()
    journeys: tuple[str, ...] = ()
    events: bool = True
    stages: bool = False

    def hears(self, code: str) -> bool:
        """Whether events of this code go out."""
        return self.events and (not self.codes or any(_fits(pattern, code) for pattern in self.codes))


def read_wanted(body: Any, journeys: Collection[str]) -> Wanted:
    """Read a filter. Errors: FieldError naming `filter` and what is wrong in it."""
    try:
        found = Wanted.model_validate(body or {})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(["filter", *map(str, first["loc"])])
        raise FieldError(path, f"{first['msg']}.", "Give codes, journeys, events, stages.") from None
    known = [*(entry.code for entry in load_vocabulary().events), UNMAPPED]
    for pattern in found.codes:
        if not any(_fits(pattern, code) for code in known):
            raise FieldError("filter.codes", f"'{pattern[:40]}' fits no event code.", "Write a code, or delivery.*.")
    for name in found.journeys:
        if name not in journeys:
            raise FieldError("filter.journeys", f"there is no journey '{name[:40]}'.", f"Known: {', '.join(journeys)}.")
    if not (found.events or found.stages):
        raise FieldError("filter", "it lets nothing through.", "Ask for events, for changes of stage, or for both.")
    return found


def _fits(pattern: str, code: str) -> bool:
    return pattern in ("*", code) or (pattern.endswith(".*") and code.startswith(pattern[:-1]))


class Subscription(NamedTuple):
    """One subscription; instants in us. The secret is sealed."""

    id: int
    key: str
    name: str
    url: str
    secret: str
    mode: Literal["batch", "single"]
    filter: Wanted
    personal: bool
    state: str
    reason: str | None
    watermark: int
    failures: int
    failing_since: int | None
    next_at: int
    last_ok: int | None
    last_error_at: int | None
    last_error: str | None
    lease_owner: str | None
    lease_until: int | None
    created_at: int
    created_by: str

    @property
    def place(self) -> str:
        """What its secret is bound to in the vault."""
        return f"subscription/{self.key}"

    def as_json(self) -> dict[str, Any]:
        """The subscription as the API and the command line give it; without its secret."""
        hidden = ("id", "secret", "filter", "lease_owner", "lease_until", "next_at")
        shown = {name: value for name, value in self._asdict().items() if name not in hidden}
        return {**shown, "filter": self.filter.model_dump(mode="json")}


class Delivery(NamedTuple):
    """One delivery: a message with its id, what it covers, and how it went; instants in us."""

    id: int
    subscription_id: int
    message_id: str
    first_event: int
    last_event: int
    n: int
    body: str | None
    status: str
    attempts: int
    created_at: int
    last_at: int | None
    took_ms: int | None
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """The delivery without its body."""
        return {name: value for name, value in self._asdict().items() if name not in ("body", "subscription_id", "id")}


def listing(engine: Engine) -> list[Subscription]:
    """All subscriptions, oldest first."""
    with engine.connect() as connection:
        return [_read(row) for row in connection.execute(sa.select(subscription).order_by(subscription.c.id))]


def get(engine: Engine, key: str) -> Subscription:
    """A subscription by its key. Errors: NotFound."""
    with engine.connect() as connection:
        return one(connection, key)


def one(connection: Connection, key: str) -> Subscription:
    """As `get`, inside a transaction."""
    row = connection.execute(sa.select(subscription).where(subscription.c.key == key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no subscription '{key[:40]}'. List them: waypost webhooks list.")
    return _read(row)


def by_id(connection: Connection, id_: int) -> Subscription | None:
    """A subscription by its integer key; None once it was removed."""
    row = connection.execute(sa.select(subscription).where(subscription.c.id == id_)).one_or_none()
    return None if row is None else _read(row)


def deliveries(engine: Engine, key: str, limit: int = 50) -> list[Delivery]:
    """The newest deliveries of a subscription first. Errors: NotFound."""
    held = get(engine, key)
    query = sa.select(outgoing).where(outgoing.c.subscription_id == held.id).order_by(outgoing.c.id.desc())
    with engine.connect() as connection:
        return [Delivery(*row) for row in connection.execute(query.limit(limit))]


def pending(connection: Connection, id_: int) -> Delivery | None:
    """The delivery of a subscription whose turn it is."""
    query = sa.select(outgoing).where(outgoing.c.subscription_id == id_, outgoing.c.status == "pending")
    row = connection.execute(query.order_by(outgoing.c.id).limit(1)).one_or_none()
    return None if row is None else Delivery(*row)


def backlog(engine: Engine) -> dict[str, int]:
    """Per key how many stored events each subscription has not yet looked at, and those that wait to be sent."""
    with engine.connect() as connection:
        newest = int(connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0)
        waiting = connection.execute(
            sa.select(outgoing.c.subscription_id, sa.func.sum(outgoing.c.n))
            .where(outgoing.c.status == "pending")
            .group_by(outgoing.c.subscription_id)
        )
        held: dict[int, int] = {row[0]: int(row[1]) for row in waiting}
        rows = connection.execute(sa.select(subscription.c.id, subscription.c.key, subscription.c.watermark))
        return {row.key: newest - row.watermark + held.get(row.id, 0) for row in rows}


def _read(row: Any) -> Subscription:
    values = dict(row._mapping)
    values["filter"] = Wanted.model_validate(json.loads(values["filter"]))
    values["personal"] = bool(values["personal"])
    return Subscription(**values)
