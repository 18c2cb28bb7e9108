"""Segments: the facts of 20,000 events each as one compressed block, from which states are rebuilt. A cache."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from waypost.store.schema import BigKey, Us, metadata

Blob = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")

segment = sa.Table(
    "segment",
    metadata,
    sa.Column("number", BigKey, primary_key=True, autoincrement=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # SHA-256 of the body
    sa.Column("body", Blob, nullable=False),  # Arrow IPC: subject, id, cell, at, flags; by subject, then id
    sa.Column("made_at", Us, nullable=False),
)
