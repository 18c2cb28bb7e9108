"""Table of background jobs: who works on one, and what it last found. Instants are us since the Unix epoch, UTC."""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import LongText, Us, metadata

job = sa.Table(
    "job",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("lease_owner", sa.String(64)),
    sa.Column("lease_until", Us),
    sa.Column("done_at", Us),
    sa.Column("told", LongText),  # JSON; none before the first result
)
