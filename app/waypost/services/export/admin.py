"""What administrators see as sheets: people, sessions, keys, the audit log, webhooks, quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Engine

from waypost.access import audit
from waypost.access.audit import AuditQuery
from waypost.access.keys import ApiKey
from waypost.access.sessions import OpenSession
from waypost.services.export.sheet import Column, Row, Sheet, instants, texts
from waypost.services.outgoing.model import Delivery, Subscription
from waypost.services.people import Person
from waypost.services.quarantine import Held, UnmappedWord


def people_sheet(people: Sequence[Person]) -> Sheet:
    """Accounts with their open sessions."""
    columns = (
        *texts("name", "display", "role", "lang"),
        Column("disabled", "flag"),
        Column("sessions", "whole"),
        *instants("account_created", "last_login", "last_seen"),
    )

    def rows() -> Iterator[Row]:
        for person in people:
            a = person.account
            times = (a.created_at, a.last_login_at, person.last_seen)
            yield a.name, a.display, str(a.role), a.lang or None, a.disabled, person.sessions, *times

    return Sheet("users", columns, rows)


def sessions_sheet(found: Sequence[OpenSession]) -> Sheet:
    """Open sessions; addresses are masked."""
    columns = (*texts("name", "role"), *instants("account_created", "last_seen"), *texts("address", "browser"))
    return Sheet(
        "sessions",
        columns,
        lambda: ((s.name, str(s.role), s.created_at, s.last_seen, s.ip, s.user_agent) for s in found),
    )


def keys_sheet(found: Sequence[ApiKey]) -> Sheet:
    """API keys without their secrets."""
    columns = (
        *texts("prefix", "name", "scopes"),
        Column("rate", "whole"),
        Column("created_by"),
        *instants("account_created", "last_used", "revoked_at"),
    )

    def rows() -> Iterator[Row]:
        for k in found:
            times = (k.created_at, k.last_used, k.revoked_at)
            yield k.prefix, k.name, " ".join(sorted(k.scopes)), k.rate, k.created_by, *times

    return Sheet("keys", columns, rows)


def audit_sheet(engine: Engine, wanted: AuditQuery) -> Sheet:
    """The rows of the audit log that fit, newest first."""
    columns = (Column("id", "whole"), *instants("at"), *texts("actor", "action", "object", "detail"))

    def rows() -> Iterator[Row]:
        for entry in audit.each(engine, wanted):
            detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else None
            yield entry.id, entry.at, entry.actor, entry.action, entry.object, detail

    return Sheet("audit", columns, rows)


def webhooks_sheet(found: Sequence[Subscription], backlog: dict[str, int]) -> Sheet:
    """Subscriptions without their secrets."""
    columns = (
        *texts("prefix", "name", "url", "state"),
        Column("backlog", "whole"),
        *instants("account_created", "last_ok"),
        Column("last_error"),
    )
    return Sheet(
        "webhooks",
        columns,
        lambda: (
            (s.key, s.name, s.url, s.state, backlog.get(s.key, 0), s.created_at, s.last_ok, s.last_error) for s in found
        ),
    )


def deliveries_sheet(found: Sequence[Delivery], name: str) -> Sheet:
    """Deliveries of one subscription."""
    columns = (
        *texts("message_id", "status"),
        Column("n", "whole"),
        Column("attempts", "whole"),
        *instants("received_at", "last_seen"),
        Column("took_ms", "whole"),
        Column("error"),
    )
    return Sheet(
        f"deliveries-{name}",
        columns,
        lambda: ((d.message_id, d.status, d.n, d.attempts, d.created_at, d.last_at, d.took_ms, d.error) for d in found),
    )


def quarantine_sheet(found: Sequence[Held], *, show: bool) -> Sheet:
    """Inputs in quarantine; the raw input only for who may see personal data."""
    columns = (
        Column("id", "whole"),
        *texts("source", "event_id"),
        *instants("received_at"),
        *texts("field", "problem", "remedy", "status", "raw"),
    )
    return Sheet(
        "quarantine",
        columns,
        lambda: (
            (h.id, h.source, h.event_id, h.received_at, h.field, h.problem, h.remedy, h.status, h.raw if show else None)
            for h in found
        ),
    )


def unmapped_sheet(found: Sequence[UnmappedWord]) -> Sheet:
    """Partners' words that have no event code yet."""
    columns = (*texts("source", "word"), Column("n", "whole"), *instants("first_seen", "last_seen"))
    return Sheet("unmapped", columns, lambda: iter(found))
