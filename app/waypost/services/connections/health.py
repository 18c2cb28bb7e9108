"""How each source is doing, as pages and commands show it."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.domain.instants import SECOND
from waypost.services.connections.model import HOUR, Source
from waypost.services.connections.service import Connections
from waypost.services.quarantine import Held, UnmappedWord, listing, unmapped_words
from waypost.store.schema import event, quarantine, source, unmapped
from waypost.store.schema_connect import connection_run, delivery, held_input


class Health(NamedTuple):
    """One source and its figures; instants and `lag` in us.

    `state`: draft, paused, running, waiting (for the budget or the partner's patience), trouble (tries again by
    itself), stopped (a person must act), broken (its connector cannot be used).
    """

    source: Source
    state: str
    lag: int | None
    per_hour: int
    unmapped: int
    quarantined: int
    used: int


class RunRow(NamedTuple):
    """One pull; instants in us."""

    id: int
    started_at: int
    ended_at: int
    pages: int
    calls: int
    accepted: int
    duplicates: int
    unmapped: int
    refused: int
    error_code: str | None
    error: str | None


class DeliveryRow(NamedTuple):
    """One webhook delivery; instant in us."""

    id: int
    received_at: int
    status: str
    topic: str
    size: int
    events: int
    refused: int
    repeats: int


class Word(NamedTuple):
    """A word nobody has mapped, and one event it came with."""

    word: UnmappedWord
    payload: str | None


def overview(us: Connections) -> list[Health]:
    """All sources with their figures."""
    return [of(us, each) for each in us.listing()]


def of(us: Connections, each: Source) -> Health:
    """One source with its figures."""
    now = us.clock()
    pulled = us.can(each, "pull")
    since = each.last_ok if pulled and each.state == "running" else None
    return Health(
        each,
        state(us, each),
        None if since is None else max(0, now - since),
        per_hour(us.engine, each, now),
        words_waiting(us.engine, each.key),
        quarantined(us.engine, each.key),
        each.used(now),
    )


def state(us: Connections, each: Source) -> str:
    """The state in one word; see Health."""
    if us.registry_problem(each.connector):
        return "broken"
    if each.state != "running" or each.last_error_code is None:
        return each.state
    if each.next_at is None:
        return "stopped"
    return "trouble" if each.down_since is not None else "waiting"


def per_hour(engine: Engine, each: Source, now: int) -> int:
    """New events of the last hour."""
    told = connection_run.c.accepted + connection_run.c.unmapped
    mine = (connection_run.c.connection_id == each.id, connection_run.c.ended_at > now - HOUR)
    came = (delivery.c.connection_id == each.id, delivery.c.received_at > now - HOUR)
    with engine.connect() as db:
        pulled = db.execute(sa.select(sa.func.sum(told)).where(*mine)).scalar() or 0
        sent = db.execute(sa.select(sa.func.sum(delivery.c.events)).where(*came)).scalar() or 0
    return int(pulled) + int(sent)


def words_waiting(engine: Engine, key: str) -> int:
    """How many words of a source nobody has mapped."""
    query = sa.select(sa.func.count()).select_from(unmapped.join(source, source.c.id == unmapped.c.source_id))
    with engine.connect() as db:
        return int(db.execute(query.where(source.c.name == key)).scalar_one())


def words(engine: Engine, key: str) -> list[Word]:
    """The words of a source nobody has mapped, the most frequent first, each with an example."""
    found = [word for word in unmapped_words(engine) if word.source == key]
    query = (
        sa.select(unmapped.c.word, event.c.payload)
        .join(source, source.c.id == unmapped.c.source_id)
        .join(event, event.c.id == unmapped.c.example_event_id)
        .where(source.c.name == key)
    )
    with engine.connect() as db:
        examples = {row.word: row.payload for row in db.execute(query)}
    return [Word(word, examples.get(word.word)) for word in found]


def quarantined(engine: Engine, key: str) -> int:
    """How many inputs of a source wait in quarantine."""
    query = sa.select(sa.func.count()).select_from(_held(key).subquery())
    with engine.connect() as db:
        return int(db.execute(query).scalar_one())


def inputs(engine: Engine, key: str, limit: int = 50) -> list[Held]:
    """Inputs of a source in quarantine, newest first."""
    return listing(engine, limit=limit, within=_held(key))


def _held(key: str) -> sa.Select[Any]:
    query = sa.select(quarantine.c.id).join(held_input, held_input.c.digest == quarantine.c.digest)
    return query.where(held_input.c.connection == key, quarantine.c.status == "open")


def runs(engine: Engine, each: Source, limit: int = 25, failed: bool | None = None) -> list[RunRow]:
    """Its pulls, newest first; those that failed, or did not, when asked for."""
    query = sa.select(*(connection_run.c[name] for name in RunRow._fields)).where(
        connection_run.c.connection_id == each.id
    )
    if failed is not None:
        query = query.where(
            connection_run.c.error_code.is_not(None) if failed else connection_run.c.error_code.is_(None)
        )
    with engine.connect() as db:
        return [RunRow(*row) for row in db.execute(query.order_by(connection_run.c.id.desc()).limit(limit))]


def deliveries(engine: Engine, each: Source, limit: int = 25) -> list[DeliveryRow]:
    """Its webhook deliveries, newest first."""
    query = sa.select(*(delivery.c[name] for name in DeliveryRow._fields)).where(delivery.c.connection_id == each.id)
    with engine.connect() as db:
        return [DeliveryRow(*row) for row in db.execute(query.order_by(delivery.c.id.desc()).limit(limit))]


def seconds(us: int | None) -> float | None:
    """A duration in us as seconds."""
    return None if us is None else round(us / SECOND, 1)
