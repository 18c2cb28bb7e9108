"""Inputs in quarantine that came by a connection, read again through its connector."""

from __future__ import annotations

import json

import sqlalchemy as sa

from waypost.connect.contract import Batch
from waypost.connect.errors import Skippable
from waypost.connect.material import Bodies
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.statement import Refusal, Statement
from waypost.services.connections import keep
from waypost.services.connections.keep import Envelope
from waypost.services.connections.service import Connections
from waypost.store.schema import quarantine
from waypost.store.schema_connect import held_input


def envelope_of(us: Connections, held_id: int) -> Envelope | None:
    """By which connection an input came; None for one that came by the API."""
    query = (
        sa.select(held_input.c.connection, held_input.c.part, held_input.c.headers)
        .join(quarantine, quarantine.c.digest == held_input.c.digest)
        .where(quarantine.c.id == held_id)
    )
    with us.engine.connect() as db:
        row = db.execute(query).one_or_none()
    return None if row is None else Envelope(row.connection, row.part, json.loads(row.headers))


def replay(us: Connections, held: Envelope, raw: str) -> str:
    """Store a raw text, as it came or repaired; returns accepted, duplicate or unmapped.

    Errors: FieldError when it still cannot be read, NotFound when its connection was removed.
    """
    try:
        source = us.find(held.source)
    except NotFound:
        raise NotFound(f"The connection '{held.source}' was removed. Add it again to replay its inputs.") from None
    material = Bodies({held.part: raw.encode()}, held.headers)
    try:
        read = [*us.build(source).parse(material, us.context(source))]
    except Skippable as error:
        raise FieldError("raw", error.problem, error.remedy) from None
    refused = next((item for item in read if isinstance(item, Refusal)), None)
    if refused is not None:
        raise FieldError(refused.field, refused.problem, refused.remedy)
    said = [item for item in read if isinstance(item, Statement)]
    if not said:
        raise FieldError("raw", "nothing in it says anything of an order.", "Compare it with one that was read.")
    receipt = keep.store(us.waypost, Batch(said, []), held)
    return next((each for each in ("accepted", "unmapped") if each in receipt.outcomes), "duplicate")
