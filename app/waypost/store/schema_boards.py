"""Tables of boards in the making: drafts, their revisions, what was said about them, and who has them open.

Published boards are documents (`waypost.store.documents`) and never change. All instants are microseconds since the
Unix epoch, UTC ("us").
"""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Us, metadata

Who = sa.String(120)
DraftId = sa.String(16)

draft = sa.Table(
    "board_draft",
    metadata,
    sa.Column("id", DraftId, primary_key=True),  # random, in addresses
    sa.Column("board", sa.String(64), nullable=False),  # key of the document that it becomes
    sa.Column("status", sa.String(16), nullable=False),  # draft | review | approved | published | discarded
    sa.Column("rev", sa.Integer, nullable=False),  # counts every change of the body
    sa.Column("body", LongText, nullable=False),  # JSON
    sa.Column("base_version", sa.Integer, nullable=False),  # of the board it started from; 0: there was none
    sa.Column("base_journey", sa.Integer, nullable=False),  # of the journey in force then; 0: there was none
    sa.Column("version", sa.Integer),  # as which it was published
    sa.Column("approved_by", Who),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("created_by", Who, nullable=False),
    sa.Column("updated_at", Us, nullable=False),
    sa.Column("updated_by", Who, nullable=False),  # who changed the body last
    sa.Index("ix_board_draft", "board", "status"),
)

revision = sa.Table(
    "board_revision",
    metadata,
    sa.Column("draft_id", DraftId, primary_key=True),
    sa.Column("rev", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", LongText, nullable=False),
    sa.Column("how", sa.String(16), nullable=False),  # started | saved | merged | restored | caught_up
    sa.Column("at", Us, nullable=False),
    sa.Column("by", Who, nullable=False),
)

remark = sa.Table(
    "board_remark",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("draft_id", DraftId, nullable=False),
    sa.Column("rev", sa.Integer, nullable=False),  # of the draft when it was said
    sa.Column("block", sa.String(64), nullable=False),  # empty: of the whole draft
    sa.Column("kind", sa.String(16), nullable=False),  # comment | submitted | approved | rejected | ...
    sa.Column("body", LongText, nullable=False),
    sa.Column("at", Us, nullable=False),
    sa.Column("by", Who, nullable=False),
    sa.Index("ix_board_remark", "draft_id"),
)

presence = sa.Table(
    "board_presence",
    metadata,
    sa.Column("draft_id", DraftId, primary_key=True),
    sa.Column("who", Who, primary_key=True),
    sa.Column("block", sa.String(64), nullable=False),  # where on it; empty: nowhere in particular
    sa.Column("seen_at", Us, nullable=False),
)
