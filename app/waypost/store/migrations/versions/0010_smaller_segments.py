"""Segments hold 20,000 events instead of 100,000; those that are there go by other numbers and are made again."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("DELETE FROM segment")


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM segment")
