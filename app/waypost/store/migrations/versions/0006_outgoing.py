"""Subscriptions of events going out, their deliveries, and the stages they were told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waypost.store.schema import BigKey, LongText

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "subscription",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", LongText, nullable=False),
        sa.Column("secret", LongText, nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("filter", LongText, nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", LongText, nullable=True),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("last_ok", sa.BigInteger(), nullable=True),
        sa.Column("last_error_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", LongText, nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "outgoing",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("first_event", sa.BigInteger(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", LongText, nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("error", LongText, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index("ix_outgoing", ["subscription_id", "status"], unique=False)

    op.create_table(
        "told_stage",
        sa.Column("subscription_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("order_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=191), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "order_id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("told_stage")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing")

    op.drop_table("outgoing")
    op.drop_table("subscription")
