"""Tables of the customer's page: merchants, and the links that open one order each.

A token is stored as SHA-256 in hexadecimal only. All instants are microseconds since the Unix epoch, UTC ("us").
"""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Us, metadata

merchant = sa.Table(
    "merchant",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("key", sa.String(48), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("colour", sa.String(7), nullable=False),  # #RRGGBB of the mark that stands in for a logo
    sa.Column("logo", LongText, nullable=False),  # a data: URI of a small SVG or PNG; empty: none
    sa.Column("origins", LongText, nullable=False),  # who may embed the page, separated by spaces
    sa.Column("help_en", sa.String(200), nullable=False),
    sa.Column("help_zh", sa.String(200), nullable=False),
    sa.Column("help_url", sa.String(300), nullable=False),  # https:, mailto: or tel:; empty: none
    sa.Column("zone", sa.String(64), nullable=False),  # in which its customers read days; empty: the journey's
    sa.Column("created_at", Us, nullable=False),
    sa.Column("changed_at", Us, nullable=False),
    sa.Column("changed_by", sa.String(120), nullable=False),
)

tracking_link = sa.Table(
    "tracking_link",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("subject_id", sa.BigInteger, nullable=False),
    sa.Column("merchant_id", sa.BigInteger),
    sa.Column("lang", sa.String(8), nullable=False),  # empty: as the reader's browser asks
    sa.Column("created_at", Us, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Column("expires_at", Us, nullable=False),
    sa.Column("revoked_at", Us),
    sa.Column("revoked_by", sa.String(120)),
    sa.Index("ix_tracking_link_subject", "subject_id"),
    sa.Index("ix_tracking_link_merchant", "merchant_id"),
)
