"""Tables of connections: the sources, each pull of one, and the webhook deliveries seen.

Secrets stand in `settings` sealed (services.vault), never in plain. All instants are microseconds since the
Unix epoch, UTC ("us"); `every_s` is in seconds.
"""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Us, metadata

connection = sa.Table(
    "connection",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),  # in addresses, and the source of its statements
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("connector", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # draft | running | paused | removed
    sa.Column("settings", LongText, nullable=False),
    sa.Column("every_s", sa.Integer, nullable=False),
    sa.Column("cursor", LongText),
    sa.Column("budget", sa.Integer),  # calls per hour; none: no limit but the connector's own pace
    sa.Column("budget_used", sa.Integer, nullable=False),
    sa.Column("budget_since", Us, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),  # in a row
    sa.Column("down_since", Us),
    sa.Column("last_error_at", Us),
    sa.Column("last_error_code", sa.String(64)),
    sa.Column("last_error", LongText),
    sa.Column("last_remedy", LongText),
    sa.Column("last_ok", Us),
    sa.Column("last_event", Us),  # the newest instant that it told of
    sa.Column("forged", sa.Integer, nullable=False),  # deliveries whose signature did not fit
    sa.Column("forged_at", Us),
    sa.Column("next_at", Us),  # none: nothing is pulled until a person acts
    sa.Column("lease_owner", sa.String(64)),
    sa.Column("lease_until", Us),
    sa.Column("version", sa.Integer, nullable=False),  # of the settings
    sa.Column("created_at", Us, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Column("changed_at", Us, nullable=False),
)

connection_run = sa.Table(
    "connection_run",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    sa.Column("started_at", Us, nullable=False),
    sa.Column("ended_at", Us, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("unmapped", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("error_code", sa.String(64)),
    sa.Column("error", LongText),
    sa.Index("ix_connection_run", "connection_id", "started_at"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("connection_id", sa.BigInteger, nullable=False),
    sa.Column("delivery_id", sa.String(64), nullable=False),  # SHA-256 of what makes it the same delivery
    sa.Column("received_at", Us, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # stored | quarantined | sample
    sa.Column("topic", sa.String(120), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("repeats", sa.Integer, nullable=False),  # how often it came again
    sa.Column("raw", LongText),  # sealed body and headers of a sample, until its connection starts
    sa.UniqueConstraint("connection_id", "delivery_id", name="uq_delivery"),
    sa.Index("ix_delivery", "connection_id", "received_at"),
)

# What a connector needs beside the raw text of an input in quarantine to read it again.
held_input = sa.Table(
    "held_input",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # quarantine.digest
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("part", sa.String(120), nullable=False),
    sa.Column("headers", LongText, nullable=False),  # JSON
    sa.Index("ix_held_input", "connection"),
)
