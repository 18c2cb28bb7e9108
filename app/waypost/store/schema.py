"""Tables of the event store; every table of Waypost lives on one `metadata`.

All instants are integer microseconds since the Unix epoch, UTC ("us").
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

metadata = sa.MetaData()

# SQLite only gives a row id to INTEGER keys.
BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Us = sa.BigInteger()
LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Ref = sa.String(191)  # longest unique key MySQL allows with utf8mb4 and old row formats

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("name", Ref, nullable=False, unique=True),
    sa.Column("created_at", Us, nullable=False),
)

subject = sa.Table(
    "subject",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("scope", sa.String(64), nullable=False),
    sa.Column("ref", Ref, nullable=False),
    sa.UniqueConstraint("ref", "kind", "scope", name="uq_subject"),
)

identifier = sa.Table(
    "identifier",
    metadata,
    sa.Column("value", Ref, primary_key=True),
    sa.Column("subject_id", BigKey, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("source_id", sa.BigInteger, nullable=False),
    sa.Column("event_id", Ref, nullable=False),
    sa.Column("subject_id", sa.BigInteger, nullable=False),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("slot", sa.SmallInteger),
    sa.Column("at", Us),
    sa.Column("until", Us),
    sa.Column("stated_at", Us),
    sa.Column("raw_time", sa.String(64), nullable=False),
    sa.Column("tz_source", sa.SmallInteger, nullable=False),
    sa.Column("recorded_at", Us, nullable=False),
    sa.Column("evidence", sa.SmallInteger, nullable=False),
    sa.Column("classifier", sa.SmallInteger, nullable=False),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("target", Ref),
    sa.Column("repeats", sa.String(16)),
    sa.Column("quantity", sa.Float(53)),
    sa.Column("reason", sa.String(64)),
    sa.Column("place", Ref),
    sa.Column("lat", sa.Float(53)),
    sa.Column("lon", sa.Float(53)),
    sa.Column("word", LongText),
    sa.Column("told", sa.String(64)),  # the code it came with, where a mapping table says otherwise
    sa.Column("attributes", LongText),
    sa.Column("links", LongText),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("payload", LongText),
    sa.UniqueConstraint("source_id", "event_id", name="uq_event"),
    sa.Index("ix_event_subject", "subject_id"),
)

state = sa.Table(
    "state",
    metadata,
    sa.Column("subject_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("cells", sa.LargeBinary, nullable=False),
    sa.Column("promises", sa.LargeBinary),
    sa.Column("attributes", LongText),
    sa.Column("refold", sa.Boolean, nullable=False),  # has retractions: never merged, always folded again
    sa.Column("version", sa.BigInteger, nullable=False),  # the last event that touched it, or higher
    sa.Index("ix_state_version", "version"),
)

occurrence = sa.Table(
    "occurrence",
    metadata,
    sa.Column("event_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("subject_id", sa.BigInteger, nullable=False),
    sa.Column("what", sa.SmallInteger, nullable=False),
    sa.Column("at", Us),
    sa.Column("place", Ref),
    sa.Column("quantity", sa.Float(53)),
    sa.Column("reason", sa.String(64)),
    sa.Index("ix_occurrence_subject", "subject_id"),
)

promise = sa.Table(
    "promise",
    metadata,
    sa.Column("event_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("subject_id", sa.BigInteger, nullable=False),
    sa.Column("slot", sa.SmallInteger, nullable=False),
    sa.Column("classifier", sa.SmallInteger, nullable=False),
    sa.Column("at", Us, nullable=False),
    sa.Column("until", Us, nullable=False),
    sa.Column("stated_at", Us),
    sa.Index("ix_promise_subject", "subject_id"),
)

link = sa.Table(
    "link",
    metadata,
    sa.Column("event_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("rel", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("from_id", sa.BigInteger, nullable=False),
    sa.Column("to_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("quantity", sa.Float(53)),
    sa.Column("valid_from", Us),
    sa.Column("valid_until", Us),
    sa.Column("stated_at", Us),
    sa.Index("ix_link_from", "from_id"),
    sa.Index("ix_link_to", "to_id"),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("source", Ref, nullable=False),
    sa.Column("event_id", Ref, nullable=False),
    sa.Column("received_at", Us, nullable=False),
    sa.Column("field", Ref, nullable=False),
    sa.Column("problem", LongText, nullable=False),
    sa.Column("remedy", LongText, nullable=False),
    sa.Column("raw", LongText, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("status", sa.String(16), nullable=False),  # open | replayed | dismissed
    sa.Column("settled_at", Us),
    sa.Column("settled_by", Ref),
    sa.Index("ix_quarantine_status", "status"),
)

unmapped = sa.Table(
    "unmapped",
    metadata,
    sa.Column("source_id", BigKey, primary_key=True, autoincrement=False),
    sa.Column("word", Ref, primary_key=True),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("first_seen", Us, nullable=False),
    sa.Column("last_seen", Us, nullable=False),
    sa.Column("example_event_id", sa.BigInteger, nullable=False),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),  # journey | mapping | board ...
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # draft | review | published | retired
    sa.Column("body", LongText, nullable=False),
    sa.Column("comment", LongText),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("created_by", Ref, nullable=False),
    sa.Column("published_at", Us),
    sa.Column("retired_at", Us),
    sa.UniqueConstraint("kind", "key", "version", name="uq_document"),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", LongText, nullable=False),
    sa.Column("changed_at", Us, nullable=False),
)
