"""Tables of vehicles' positions: the last one of each, and a thinned trail. Instants in us UTC."""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, Ref, Us, metadata

vehicle_position = sa.Table(
    "vehicle_position",
    metadata,
    sa.Column("subject_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("at", Us, nullable=False),
    sa.Column("lat", sa.Float(53), nullable=False),
    sa.Column("lon", sa.Float(53), nullable=False),
    sa.Column("accuracy_m", sa.Float(53)),
    sa.Column("speed_kmh", sa.Float(53)),
    sa.Column("course", sa.Float(53)),
    sa.Column("battery", sa.Float(53)),
    sa.Column("label", sa.String(32), nullable=False),
    sa.Column("source", Ref, nullable=False),
    sa.Column("simulated", sa.SmallInteger, nullable=False),
    sa.Column("stored_at", Us, nullable=False),
    sa.Index("ix_vehicle_position_stored", "stored_at"),
)

vehicle_trail = sa.Table(
    "vehicle_trail",
    metadata,
    sa.Column("subject_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("at", Us, primary_key=True, autoincrement=False),
    sa.Column("lat", sa.Float(53), nullable=False),
    sa.Column("lon", sa.Float(53), nullable=False),
    sa.Index("ix_vehicle_trail_at", "at"),
)
