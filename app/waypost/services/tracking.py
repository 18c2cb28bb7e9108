"""Tracking links: a long random token opens the customer's page of one order, until it expires or is revoked.

Only the token's hash is stored, so the token can be shown once, to whoever issued it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY
from waypost.domain.subject import Subject, SubjectKind
from waypost.services import merchants
from waypost.services.merchants import Merchant
from waypost.store.bulk import chunks
from waypost.store.engine import writing
from waypost.store.schema import subject
from waypost.store.schema_tracking import merchant, tracking_link

TOKEN_BYTES = 24  # 192 bits
DAYS, MAX_DAYS = 60, 400
LANGUAGES = ("en", "zh")
_FORM = re.compile(r"[A-Za-z0-9_-]{32}")


class Link(NamedTuple):
    """One link without its token; instants in us."""

    id: int
    key: int  # the order's subject key
    subject: Subject
    merchant: str | None
    lang: str
    created_at: int
    created_by: str
    expires_at: int
    revoked_at: int | None

    def state(self, now: int) -> str:
        """active | expired | revoked, at an instant (us)."""
        return "revoked" if self.revoked_at is not None else "expired" if self.expires_at <= now else "active"


class Grant(NamedTuple):
    """What a right token opens: an order in a merchant's name, until `expires_at` (us)."""

    key: int
    lang: str
    expires_at: int
    merchant: Merchant | None


def hash_of(token: str) -> str | None:
    """The hash by which a token is found; None for what cannot be a token."""
    return hashlib.sha256(token.encode()).hexdigest() if _FORM.fullmatch(token) else None


def issue(
    engine: Engine,
    key: int,
    now: int,
    actor: str,
    *,
    merchant_key: str | None = None,
    lang: str = "",
    days: int = DAYS,
) -> tuple[str, Link]:
    """Make a link to an order by its subject key; returns the token, which cannot be shown again, and the link.

    `days`: how long it is good. `lang`: en, zh, or empty for the reader's browser. Errors: FieldError, NotFound.
    """
    if not 1 <= days <= MAX_DAYS:
        raise FieldError("days", f"{days} is not from 1 to {MAX_DAYS}.", f"A link is good for 1 to {MAX_DAYS} days.")
    if lang not in ("", *LANGUAGES):
        raise FieldError("lang", f"'{lang[:20]}' is not known.", "Use en or zh, or leave it out.")
    shop = merchants.get(engine, merchant_key) if merchant_key else None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {
        "token_hash": hash_of(token),
        "subject_id": key,
        "merchant_id": shop.id if shop else None,
        "lang": lang,
        "created_at": now,
        "created_by": actor[:120],
        "expires_at": now + days * DAY,
    }
    with writing(engine) as connection:
        audit.lock(connection)
        found = connection.execute(sa.select(subject.c.kind, subject.c.ref).where(subject.c.id == key)).first()
        if found is None or found.kind != SubjectKind.ORDER:
            raise NotFound("This order does not exist.")
        connection.execute(sa.insert(tracking_link).values(**values))
        row = connection.execute(_LINKS.where(tracking_link.c.token_hash == values["token_hash"])).one()
        detail = {"order": found.ref, "merchant": merchant_key, "days": days}
        audit.append(connection, now, actor, "tracking.issued", f"tracking/{row.id}", detail)
    return token, _link(row)


def revoke(engine: Engine, link_id: int, now: int, actor: str) -> Link:
    """Revoke a link; its open pages end within seconds. Doing it twice changes nothing. Errors: NotFound."""
    with writing(engine) as connection:
        audit.lock(connection)
        query = _LINKS.where(tracking_link.c.id == link_id)
        row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"There is no tracking link {link_id}.")
        if row.revoked_at is None:
            gone = {"revoked_at": now, "revoked_by": actor[:120]}
            connection.execute(sa.update(tracking_link).where(tracking_link.c.id == link_id).values(gone))
            audit.append(connection, now, actor, "tracking.revoked", f"tracking/{link_id}")
            row = connection.execute(query).one()
    return _link(row)


class Links(NamedTuple):
    """A page of links, newest first, and how many there are in all."""

    total: int
    rows: list[Link]


def listing(engine: Engine, *, key: int | None = None, limit: int = 50, offset: int = 0) -> Links:
    """Links, newest first; of one order when its subject key is given."""
    query, count = _LINKS, sa.select(sa.func.count()).select_from(tracking_link)
    if key is not None:
        query, count = (q.where(tracking_link.c.subject_id == key) for q in (query, count))
    with engine.connect() as connection:
        total = connection.execute(count).scalar_one()
        rows = connection.execute(query.order_by(tracking_link.c.id.desc()).limit(limit).offset(offset))
        return Links(total, [_link(row) for row in rows])


def grants(engine: Engine, hashes: Collection[str]) -> dict[str, Grant]:
    """What tokens open, by their hashes, in one query; unknown and revoked ones are left out, expired ones not."""
    found: list[Any] = []
    with engine.connect() as connection:
        for part in chunks(sorted(hashes)):
            query = sa.select(tracking_link).where(tracking_link.c.token_hash.in_(part))
            found += connection.execute(query.where(tracking_link.c.revoked_at.is_(None)))
        shops = merchants.by_id(connection, {row.merchant_id for row in found if row.merchant_id is not None})
    return {
        row.token_hash: Grant(row.subject_id, row.lang, row.expires_at, shops.get(row.merchant_id)) for row in found
    }


_LINKS = (
    sa.select(tracking_link, subject.c.kind, subject.c.ref, subject.c.scope, merchant.c.key.label("merchant_key"))
    .join(subject, subject.c.id == tracking_link.c.subject_id)
    .join(merchant, merchant.c.id == tracking_link.c.merchant_id, isouter=True)
)


def _link(row: Row[Any]) -> Link:
    return Link(
        row.id,
        row.subject_id,
        Subject(SubjectKind(row.kind), row.ref, row.scope),
        row.merchant_key,
        row.lang,
        row.created_at,
        row.created_by,
        row.expires_at,
        row.revoked_at,
    )
