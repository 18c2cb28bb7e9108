"""One attempt at one delivery, and what follows from it: done, tried again later, or paused after a day."""

from __future__ import annotations

import logging
import random
import time
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import audit
from waypost.connect.contract import Call
from waypost.connect.errors import ConnectorError, Retriable
from waypost.connect.http import Budget, Http
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, SECOND, now_us
from waypost.services.outgoing import events as cloud
from waypost.services.outgoing.address import check_target
from waypost.services.outgoing.model import Delivery, Subscription
from waypost.services.outgoing.signing import headers
from waypost.services.vault import Vault
from waypost.store.engine import writing
from waypost.store.schema_outgoing import outgoing, subscription

FIRST_WAIT: Final = 5 * SECOND
LONGEST_WAIT: Final = 6 * 3_600 * SECOND
PATIENCE: Final = DAY  # a receiver that fails for so long is not tried any more
KEEP: Final = 7 * DAY  # deliveries that went well are listed for so long
BUDGET: Final = Budget(
    rate=200, burst=200, connect=5.0, read=10.0, total=15.0, answer_bytes=1024 * 1024, redirects=0, attempts=1
)
log = logging.getLogger("waypost.webhooks")


class Attempt(NamedTuple):
    """How one attempt went: `error` None means delivered; `after` is the wait that the receiver asks for, us."""

    error: str | None
    took_ms: int
    after: int = 0


def open_http() -> Http:
    """A client for one subscription; keep it, so that connections are reused."""
    return Http(BUDGET)


def attempt(http: Http, held: Subscription, message_id: str, body: str, vault: Vault, *, private: bool) -> Attempt:
    """Send one message, signed, without following redirects."""
    raw, began = body.encode(), time.monotonic()
    error, after = None, 0
    try:
        check_target(held.url, private=private)
        signed = headers(vault.open(held.secret, held.place), message_id, now_us() // SECOND, raw)
        kind = cloud.BATCH_TYPE if body.startswith("[") else cloud.SINGLE_TYPE
        http(Call("POST", held.url, {**signed, "Content-Type": kind}, raw))
    except (ConnectorError, FieldError) as refused:
        error = refused.problem
        if isinstance(refused, Retriable) and refused.retry_after:
            after = round(refused.retry_after * SECOND)
    return Attempt(error, round((time.monotonic() - began) * 1000), after)


def wait_after(failures: int, after: int = 0, dice: random.Random | None = None) -> int:
    """How long to wait after so many failures in a row, us: doubled each time, spread by a quarter, at most hours."""
    plain: int = min(FIRST_WAIT * 2 ** min(failures - 1, 30), LONGEST_WAIT)
    spread = (dice or random).uniform(0.75, 1.25)
    return max(round(plain * spread), min(after, DAY))


def record(engine: Engine, held: Subscription, sent: Delivery, found: Attempt) -> bool:
    """Write down how an attempt went; returns whether the next delivery may follow at once."""
    now = now_us()
    if found.error is None:
        _delivered(engine, held, sent, found, now)
        return True
    _failed(engine, held, sent, found, now)
    return False


def _delivered(engine: Engine, held: Subscription, sent: Delivery, found: Attempt, now: int) -> None:
    done = {"status": "delivered", "body": None, "attempts": sent.attempts + 1, "last_at": now}
    with writing(engine) as connection:
        row = sa.and_(outgoing.c.id == sent.id, outgoing.c.status == "pending")
        connection.execute(sa.update(outgoing).where(row).values(**done, took_ms=found.took_ms, error=None))
        well = {"failures": 0, "failing_since": None, "next_at": 0, "last_ok": now}
        mine = subscription.c.id == held.id
        connection.execute(sa.update(subscription).where(mine).values(**well))
        connection.execute(
            sa.update(subscription).where(mine, subscription.c.state == "failing").values(state="active")
        )
        old = sa.and_(outgoing.c.status == "delivered", outgoing.c.last_at < now - KEEP)
        if sent.id % 50 == 0:
            connection.execute(sa.delete(outgoing).where(outgoing.c.subscription_id == held.id, old))
    if held.failures:
        log.warning("webhook %s (%s) is delivered again after %d failures", held.key, held.name, held.failures)


def _failed(engine: Engine, held: Subscription, sent: Delivery, found: Attempt, now: int) -> None:
    since = held.failing_since or now
    over = now - since >= PATIENCE
    values = {
        "failures": held.failures + 1,
        "failing_since": since,
        "next_at": now + wait_after(held.failures + 1, found.after),
        "last_error_at": now,
        "last_error": found.error,
    }
    tried = {"attempts": sent.attempts + 1, "last_at": now, "took_ms": found.took_ms, "error": found.error}
    with writing(engine) as connection:
        if over:
            audit.lock(connection)
        row = sa.and_(outgoing.c.id == sent.id, outgoing.c.status == "pending")
        connection.execute(sa.update(outgoing).where(row).values(**tried))
        mine = sa.and_(subscription.c.id == held.id, subscription.c.state != "paused")
        state = {"state": "paused", "reason": "failing_for_a_day"} if over else {"state": "failing"}
        changed = connection.execute(sa.update(subscription).where(mine).values(**values, **state)).rowcount
        if over and changed:
            audit.append(connection, now, "waypost", "webhook.gave_up", f"webhook/{held.key}", {"error": found.error})
    if over:
        log.warning("webhook %s (%s) has failed for a day and is paused: %s", held.key, held.name, found.error)
    elif not held.failures:
        log.warning("webhook %s (%s) cannot be delivered: %s", held.key, held.name, found.error)
