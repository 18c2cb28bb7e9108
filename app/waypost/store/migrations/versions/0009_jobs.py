"""Background jobs: who works on one, and what it last found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("lease_owner", sa.String(length=64)),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("told", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("job")
