"""Boards in the making: drafts, their revisions, what was said about them, and who has them open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waypost.store.schema import BigKey, LongText

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "board_draft",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("board", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("body", LongText, nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("base_journey", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("board_draft", schema=None) as batch_op:
        batch_op.create_index("ix_board_draft", ["board", "status"], unique=False)

    op.create_table(
        "board_revision",
        sa.Column("draft_id", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", LongText, nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "rev"),
    )
    op.create_table(
        "board_remark",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("draft_id", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", LongText, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("board_remark", schema=None) as batch_op:
        batch_op.create_index("ix_board_remark", ["draft_id"], unique=False)

    op.create_table(
        "board_presence",
        sa.Column("draft_id", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("block", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "who"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("board_presence")
    with op.batch_alter_table("board_remark", schema=None) as batch_op:
        batch_op.drop_index("ix_board_remark")

    op.drop_table("board_remark")
    op.drop_table("board_revision")
    with op.batch_alter_table("board_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_board_draft")

    op.drop_table("board_draft")
