"""Webhook deliveries: the signature first, then once only, stored before the partner is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Db

from waypost.connect.contract import Batch, Context, TakesWebhooks
from waypost.connect.errors import Forged, NotUsable, Skippable
from waypost.connect.material import Bodies
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY
from waypost.services.connections import keep, model, outcome
from waypost.services.connections.keep import Tally
from waypost.services.connections.model import Source
from waypost.services.connections.service import Connections
from waypost.store.bulk import insert_new
from waypost.store.engine import writing
from waypost.store.schema_connect import connection, delivery

PART = "body"
KEPT_SAMPLES = 20  # deliveries that are kept for a connection that has not started
KEPT_DAYS = 30
_TOPICS = ("topic", "event-type", "x-event")
_COLUMNS = ("connection_id", "delivery_id", "received_at", "status", "topic", "size", "events", "refused", "repeats")


class NotTaken(Exception):
    """The connection takes nothing now: the partner is to come back in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"This connection is paused. Send again in {retry_after} s.")
        self.retry_after = retry_after


class Delivered(NamedTuple):
    """What became of a delivery: stored, duplicate, quarantined or sample."""

    status: str
    tally: Tally
    problem: FieldError | Skippable | None = None


class _Note(NamedTuple):
    """What is remembered of a delivery."""

    source: Source
    delivery_id: str
    topic: str
    size: int
    now: int


def receive(us: Connections, key: str, headers: Mapping[str, str], body: bytes) -> Delivered:
    """Take a delivery in; returns after the commit. Header names in lower case.

    Errors: NotFound, Forged, NotTaken; NotUsable and VaultError when the connection itself is broken.
    """
    source = us.find(key)
    connector = us.build(source)
    if not isinstance(connector, TakesWebhooks):
        raise NotFound(f"The connection '{key[:64]}' takes no webhooks.")
    now = us.clock()
    try:
        connector.verify(headers, body, now)
    except Forged:
        _count_forged(us, source, now)
        raise
    if source.state == "paused":
        raise NotTaken(300)
    topic = next((headers[name] for name in headers if any(part in name for part in _TOPICS)), "")[:120]
    note = _Note(source, hashlib.sha256(topic.encode() + b"\0" + body).hexdigest(), topic, len(body), now)
    if _seen(us, note):
        return Delivered("duplicate", Tally())
    material = Bodies({PART: body}, headers)
    if source.state == "draft":
        _keep_sample(us, note, material)
        return Delivered("sample", Tally())
    return _store(us, note, material)


def kept(us: Connections, source: Source) -> list[Bodies]:
    """The deliveries that came before the connection was started, newest first."""
    query = (
        sa.select(delivery.c.raw)
        .where(delivery.c.connection_id == source.id, delivery.c.status == "sample", delivery.c.raw.is_not(None))
        .order_by(delivery.c.id.desc())
    )
    with us.engine.connect() as db:
        sealed = [row.raw for row in db.execute(query)]
    return [_opened(us, source, raw) for raw in sealed]


def take_kept(us: Connections, source: Source) -> None:
    """Store what was delivered before the start, so that nothing of it is lost."""
    query = sa.select(delivery).where(delivery.c.connection_id == source.id, delivery.c.status == "sample")
    with us.engine.connect() as db:
        rows = db.execute(query.order_by(delivery.c.id)).all()
    for row in rows:
        note = _Note(source, row.delivery_id, row.topic, row.size, row.received_at)
        if row.raw is not None:
            _store(us, note, _opened(us, source, row.raw))


def _store(us: Connections, note: _Note, material: Bodies) -> Delivered:
    source, problem = note.source, None
    batch, problem = _parsed(us, source, material)
    tally = Tally(newest=keep.newest(batch.said, None))
    status = "quarantined" if batch.refused and not batch.said else "stored"

    def beside(db: Db, outcomes: Sequence[str]) -> None:
        count = Tally()
        count.count(outcomes, len(batch.refused))
        _remember(db, note, status, count)
        told = {"last_ok": note.now} | ({} if tally.newest is None else {"last_event": outcome.later(tally.newest)})
        model.change(db, source, **told)

    receipt = keep.store(us.waypost, batch, keep.envelope(source.key, material), beside, patient=False)
    tally.count(receipt.outcomes, len(batch.refused))
    return Delivered(status, tally, problem)


def _parsed(us: Connections, source: Source, material: Bodies) -> tuple[Batch, FieldError | Skippable | None]:
    """A delivery as one batch, so that it is stored in one transaction; and why it could not be read, if so."""
    context: Context = us.context(source)
    try:
        read = [*us.build(source).parse(material, context)]
    except (FieldError, Skippable) as error:
        return Batch([], [keep.refusal_of(error, material, source.key)]), error
    except RecursionError:
        raise NotUsable("The delivery is nested too deeply.") from None
    from waypost.domain.statement import Statement

    said = [item for item in read if isinstance(item, Statement)]
    refused = [item for item in read if not isinstance(item, Statement)]
    first = refused[0] if refused and not said else None
    return Batch(said, refused), first and FieldError(first.field, first.problem, first.remedy)


def _remember(db: Db, note: _Note, status: str, tally: Tally) -> None:
    mine = (delivery.c.connection_id == note.source.id, delivery.c.delivery_id == note.delivery_id)
    counts = {"events": tally.events, "refused": tally.refused}
    kept = db.execute(
        sa.update(delivery).where(*mine, delivery.c.status == "sample").values(status=status, raw=None, **counts)
    )
    if not kept.rowcount:  # of the same delivery twice at once the first one counts
        row = (note.source.id, note.delivery_id, note.now, status, note.topic, note.size, *counts.values(), 0)
        insert_new(db, delivery, _COLUMNS, [row])
        old = (delivery.c.connection_id == note.source.id, delivery.c.received_at < note.now - KEPT_DAYS * DAY)
        db.execute(sa.delete(delivery).where(*old))


def _seen(us: Connections, note: _Note) -> bool:
    """Whether it came before; counted, so that the page can tell."""
    mine = (delivery.c.connection_id == note.source.id, delivery.c.delivery_id == note.delivery_id)
    with us.engine.connect() as db:
        found = db.execute(sa.select(delivery.c.id).where(*mine)).first()
    if found is None:
        return False
    with writing(us.engine) as db:
        db.execute(sa.update(delivery).where(*mine).values(repeats=delivery.c.repeats + 1))
    return True


def _keep_sample(us: Connections, note: _Note, material: Bodies) -> None:
    with material.open(PART) as part:
        text = json.dumps({"headers": dict(material.headers), "body": part.read().decode("latin-1")})
    raw = us.vault.seal(text, f"{note.source.key}/delivery")
    mine = delivery.c.connection_id == note.source.id
    with writing(us.engine) as db:
        held = db.execute(sa.select(sa.func.count()).select_from(delivery).where(mine)).scalar_one()
        if held >= KEPT_SAMPLES:
            raise NotTaken(60)
        row = (note.source.id, note.delivery_id, note.now, "sample", note.topic, note.size, 0, 0, 0, raw)
        insert_new(db, delivery, (*_COLUMNS, "raw"), [row])


def _opened(us: Connections, source: Source, raw: str) -> Bodies:
    found = json.loads(us.vault.open(raw, f"{source.key}/delivery"))
    return Bodies({PART: found["body"].encode("latin-1")}, found["headers"])


def _count_forged(us: Connections, source: Source, now: int) -> None:
    with writing(us.engine) as db:
        model.change(db, source, forged=connection.c.forged + 1, forged_at=now)
