"""Tables of the mapping tables: which connector reads a source, and jobs that read stored events again."""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Ref, Us, metadata

mapped_source = sa.Table(
    "mapped_source",
    metadata,
    sa.Column("source", Ref, primary_key=True),
    sa.Column("connector", sa.String(64), nullable=False),
)

replay = sa.Table(
    "replay",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    # Whose table was published: a source, or a connector whose table governs all that it reads.
    sa.Column("source", Ref, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # that was published
    sa.Column("status", sa.String(16), nullable=False),  # running | done | failed
    sa.Column("reached", sa.BigInteger, nullable=False),  # id of the last event looked at
    sa.Column("upto", sa.BigInteger, nullable=False),  # id of the last event there was when it was published
    sa.Column("changed", sa.BigInteger, nullable=False),  # events that mean something else now
    sa.Column("problem", LongText),
    sa.Column("started_at", Us, nullable=False),
    sa.Column("ended_at", Us),
    sa.Index("ix_replay_status", "status"),
)
