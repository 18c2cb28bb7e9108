"""Tables of events going out: subscriptions, their deliveries in order, and the stages they were told of.

A subscription's secret stands sealed (services.vault), never in plain. All instants are microseconds since the
Unix epoch, UTC ("us"); `took_ms` is in milliseconds.
"""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Ref, Us, metadata

subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False, unique=True),  # what people and programs call it by
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("url", LongText, nullable=False),
    sa.Column("secret", LongText, nullable=False),
    sa.Column("mode", sa.String(16), nullable=False),  # batch | single
    sa.Column("filter", LongText, nullable=False),  # JSON
    sa.Column("personal", sa.Boolean, nullable=False),  # whether partners' words and attributes go out too
    sa.Column("state", sa.String(16), nullable=False),  # active | failing | paused
    sa.Column("reason", LongText),  # why it was paused, when nobody did it
    sa.Column("watermark", sa.BigInteger, nullable=False),  # the last event that was looked at
    sa.Column("failures", sa.Integer, nullable=False),  # in a row
    sa.Column("failing_since", Us),
    sa.Column("next_at", Us, nullable=False),
    sa.Column("last_ok", Us),
    sa.Column("last_error_at", Us),
    sa.Column("last_error", LongText),
    sa.Column("lease_owner", sa.String(64)),
    sa.Column("lease_until", Us),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
)

outgoing = sa.Table(
    "outgoing",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("subscription_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.String(64), nullable=False, unique=True),  # the same for every attempt
    sa.Column("first_event", sa.BigInteger, nullable=False),
    sa.Column("last_event", sa.BigInteger, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("body", LongText),  # until it is delivered
    sa.Column("status", sa.String(16), nullable=False),  # pending | delivered
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("last_at", Us),
    sa.Column("took_ms", sa.Integer),
    sa.Column("error", LongText),
    sa.Index("ix_outgoing", "subscription_id", "status"),
)

told_stage = sa.Table(
    "told_stage",
    metadata,
    sa.Column("subscription_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("order_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("place", Ref, nullable=False),  # journey, stage and status, the last time it was told
)
