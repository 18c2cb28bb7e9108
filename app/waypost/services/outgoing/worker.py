"""Sends what subscriptions wait for: one at a time per subscription, several subscriptions beside one another.

Of several processes one works on a subscription: it holds a lease, which it renews before each message.
A process that dies leaves its lease to run out; what it had not written down as delivered is sent again.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from typing import Final

import sqlalchemy as sa

from waypost.connect.http import Http
from waypost.domain.instants import SECOND, now_us
from waypost.services.app import Waypost
from waypost.services.outgoing import events as cloud
from waypost.services.outgoing import model, plan, send
from waypost.services.outgoing.model import Subscription
from waypost.services.settings import Settings
from waypost.services.vault import Vault
from waypost.store.engine import writing
from waypost.store.schema import event
from waypost.store.schema_outgoing import outgoing, subscription

LEASE_S: Final = 30  # longer than one attempt may take
LOOK_S: Final = 1.0
GATHER_S: Final = 0.05  # commits that follow one another closely make one look
AT_ONCE: Final = 4  # subscriptions served at the same time
ROUND: Final = 200  # deliveries in one turn
log = logging.getLogger("waypost.webhooks")


class Outgoing:
    """The worker of one process; `start` it once the store is open, `stop` it before the store closes."""

    def __init__(self, waypost: Waypost, lease_s: int = LEASE_S) -> None:
        self._waypost, self._lease = waypost, lease_s * SECOND
        self._owner = f"{_host()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._private = Settings().webhook_private
        self._stop, self._wake = threading.Event(), threading.Event()
        self._serving: dict[int, threading.Thread] = {}
        self._thread = threading.Thread(target=self._run, name="waypost-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._waypost.writer.on_commit(lambda _: self._wake.set())
        self._free_the_dead()
        self._thread.start()

    def stop(self, timeout: float = 8.0) -> None:
        """Begin nothing more and wait for what is being sent; what is cut off is sent again by the next process."""
        self._stop.set()
        self._wake.set()
        for thread in [self._thread, *self._serving.values()]:
            if thread.is_alive():
                thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self._begin()
            except Exception:
                if not self._stop.is_set():
                    log.exception("the webhooks could not be looked at")
                    self._stop.wait(5)
            self._wake.wait(LOOK_S)
            self._stop.wait(GATHER_S)

    def _free_the_dead(self) -> None:
        """Take the leases of processes of this machine that were killed: nobody has to wait for them to run out."""
        with writing(self._waypost.engine) as connection:
            owners = connection.scalars(sa.select(subscription.c.lease_owner).distinct()).all()
            dead = [owner for owner in owners if owner is not None and _is_dead(owner)]
            values = {"lease_owner": None, "lease_until": None}
            connection.execute(sa.update(subscription).where(subscription.c.lease_owner.in_(dead)).values(**values))

    def _begin(self) -> None:
        self._serving = {key: thread for key, thread in self._serving.items() if thread.is_alive()}
        for key in self._due():
            if key not in self._serving and len(self._serving) < AT_ONCE:
                thread = threading.Thread(target=self._serve, args=(key,), name=f"waypost-webhook-{key}", daemon=True)
                self._serving[key] = thread
                thread.start()

    def _due(self) -> list[int]:
        """Subscriptions that have something to do now, those that waited longest first."""
        now = now_us()
        free = sa.or_(subscription.c.lease_until.is_(None), subscription.c.lease_until <= now)
        newest = sa.select(sa.func.coalesce(sa.func.max(event.c.id), 0)).scalar_subquery()
        waiting = sa.exists().where(outgoing.c.subscription_id == subscription.c.id, outgoing.c.status == "pending")
        query = (
            sa.select(subscription.c.id)
            .where(subscription.c.state != "paused", subscription.c.next_at <= now, free)
            .where(sa.or_(subscription.c.watermark < newest, waiting))
            .order_by(subscription.c.next_at, subscription.c.id)
        )
        with self._waypost.engine.connect() as connection:
            return list(connection.scalars(query))

    def _serve(self, id_: int) -> None:
        try:
            http = send.open_http()
            try:
                vault = Vault.of(self._waypost.engine)
                for _ in range(ROUND):
                    held = None if self._stop.is_set() else self._hold(id_)
                    if held is None or not self._next(http, vault, held):
                        break
            finally:
                http.close()
                self._release(id_)
        except Exception:
            if not self._stop.is_set():  # else the store closed under it; nothing was told as delivered
                log.exception("webhook %d could not be served", id_)

    def _next(self, http: Http, vault: Vault, held: Subscription) -> bool:
        """One message, or one look at the store; False when there is nothing more to do now."""
        with self._waypost.engine.connect() as connection:
            waiting = model.pending(connection, held.id)
        if waiting is None or waiting.body is None:
            return plan.step(self._waypost.engine, held, self._waypost.current, self._owner, now_us())
        found = send.attempt(http, held, waiting.message_id, waiting.body, vault, private=self._private)
        return send.record(self._waypost.engine, held, waiting, found)

    def _hold(self, id_: int) -> Subscription | None:
        """Take or renew the lease; None when somebody else has it, or when there is nothing to send to."""
        now = now_us()
        free = sa.or_(
            subscription.c.lease_until.is_(None),
            subscription.c.lease_until <= now,
            subscription.c.lease_owner == self._owner,
        )
        mine = sa.and_(subscription.c.id == id_, subscription.c.state != "paused", subscription.c.next_at <= now, free)
        values = {"lease_owner": self._owner, "lease_until": now + self._lease}
        with writing(self._waypost.engine) as connection:
            taken = connection.execute(sa.update(subscription).where(mine).values(**values)).rowcount
            return model.by_id(connection, id_) if taken else None

    def _release(self, id_: int) -> None:
        mine = sa.and_(subscription.c.id == id_, subscription.c.lease_owner == self._owner)
        with writing(self._waypost.engine) as connection:
            connection.execute(sa.update(subscription).where(mine).values(lease_owner=None, lease_until=None))


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.partition(":")
    if host != _host():
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _host() -> str:
    return socket.gethostname()[:32].replace(":", "-")


def send_test(waypost: Waypost, key: str) -> send.Attempt:
    """Send a test event now, past everything that waits. Errors: NotFound, FieldError."""
    held, now = model.get(waypost.engine, key), now_us()
    body = cloud.body_of([cloud.of_test(key, now)], held.mode)
    with send.open_http() as http:
        message_id = f"msg_test_{secrets.token_hex(8)}"
        vault = Vault.of(waypost.engine)
        return send.attempt(http, held, message_id, body, vault, private=Settings().webhook_private)
