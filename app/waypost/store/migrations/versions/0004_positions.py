"""Positions of vehicles: the last one of each, and a thinned trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "vehicle_position",
        sa.Column("subject_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lat", sa.Float(53), nullable=False),
        sa.Column("lon", sa.Float(53), nullable=False),
        sa.Column("accuracy_m", sa.Float(53), nullable=True),
        sa.Column("speed_kmh", sa.Float(53), nullable=True),
        sa.Column("course", sa.Float(53), nullable=True),
        sa.Column("battery", sa.Float(53), nullable=True),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=191), nullable=False),
        sa.Column("simulated", sa.SmallInteger(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.create_index("ix_vehicle_position_stored", "vehicle_position", ["stored_at"])
    op.create_table(
        "vehicle_trail",
        sa.Column("subject_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lat", sa.Float(53), nullable=False),
        sa.Column("lon", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "at"),
    )
    op.create_index("ix_vehicle_trail_at", "vehicle_trail", ["at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("vehicle_trail")
    op.drop_table("vehicle_position")
