"""Inputs that could not be read, and words nobody has mapped: listed, replayed, settled by people."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.connect.cloudevents import read_event
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.store.engine import writing
from waypost.store.schema import quarantine, source, unmapped


class Held(NamedTuple):
    """One input in quarantine; `received_at` in us."""

    id: int
    source: str
    event_id: str
    received_at: int
    field: str
    problem: str
    remedy: str
    raw: str
    status: str


class UnmappedWord(NamedTuple):
    """A partner's word that has no event code yet, with how often it came."""

    source: str
    word: str
    n: int
    first_seen: int
    last_seen: int


def listing(engine: Engine, status: str = "open", limit: int = 200, within: sa.Select[Any] | None = None) -> list[Held]:
    """Inputs in quarantine, newest first; of those whose ids `within` selects, when it is given."""
    query = sa.select(*(quarantine.c[name] for name in Held._fields)).where(quarantine.c.status == status)
    if within is not None:
        query = query.where(quarantine.c.id.in_(within))
    with engine.connect() as connection:
        return [Held(*row) for row in connection.execute(query.order_by(quarantine.c.id.desc()).limit(limit))]


def count(engine: Engine) -> int:
    """How many inputs wait in quarantine."""
    query = sa.select(sa.func.count()).select_from(quarantine).where(quarantine.c.status == "open")
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def unmapped_words(engine: Engine) -> list[UnmappedWord]:
    """Words without an event code, the most frequent first."""
    query = (
        sa.select(source.c.name, unmapped.c.word, unmapped.c.n, unmapped.c.first_seen, unmapped.c.last_seen)
        .join(source, source.c.id == unmapped.c.source_id)
        .order_by(unmapped.c.n.desc(), unmapped.c.word)
    )
    with engine.connect() as connection:
        return [UnmappedWord(*row) for row in connection.execute(query)]


def replay(waypost: Waypost, held_id: int, by: str, repaired: Any = None) -> str:
    """Try an input again, as it came or repaired; returns accepted, duplicate or unmapped.

    What came by a connection is read by its connector, `repaired` being its text or a JSON value; everything else
    is a CloudEvent. Errors: NotFound; FieldError when it still cannot be read, then it stays in quarantine.
    """
    from waypost.services.connections import replay as connected  # which lists quarantine itself

    held = _one(waypost.engine, held_id)
    envelope = connected.envelope_of(waypost.connections, held_id)
    if envelope is not None:
        text = repaired if isinstance(repaired, str) else json.dumps(repaired, ensure_ascii=False)
        outcome = connected.replay(waypost.connections, envelope, held.raw if repaired is None else text)
    else:
        outcome = _as_event(waypost, held.raw if repaired is None else repaired)
    settle(waypost.engine, held_id, "replayed", by)
    return outcome


def _as_event(waypost: Waypost, item: Any) -> str:
    try:
        found = json.loads(item) if isinstance(item, str) else item
    except ValueError:
        raise FieldError("raw", "this input is no CloudEvent.", "Import the repaired file again.") from None
    said = read_event(found, waypost.vocabulary, waypost.clock())
    return waypost.submit([said]).result().outcomes[0]


def settle(engine: Engine, held_id: int, status: str, by: str) -> None:
    """Close an input in quarantine as replayed or dismissed; it is kept. Errors: NotFound."""
    _one(engine, held_id)
    with writing(engine) as connection:
        connection.execute(
            sa.update(quarantine)
            .where(quarantine.c.id == held_id)
            .values(status=status, settled_at=now_us(), settled_by=by)
        )


def _one(engine: Engine, held_id: int) -> Held:
    query = sa.select(*(quarantine.c[name] for name in Held._fields)).where(quarantine.c.id == held_id)
    with engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no input {held_id} in quarantine.")
    return Held(*row)
