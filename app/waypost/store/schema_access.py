"""Tables of access: accounts, sessions, API keys, one-time links and the audit log.

No secret is stored as such: passwords as argon2 hashes, session ids, link tokens and API keys
as SHA-256 in hexadecimal. All instants are microseconds since the Unix epoch, UTC ("us").
"""

from __future__ import annotations

import sqlalchemy as sa

from waypost.store.schema import BigKey, LongText, Us, metadata

Sha256 = sa.String(64)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),  # lower case, what people sign in with
    sa.Column("display", sa.String(120), nullable=False),
    sa.Column("password_hash", sa.String(255)),  # none until its owner has set a password
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("lang", sa.String(8), nullable=False),  # empty: follow the browser
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("password_at", Us),
    sa.Column("last_login_at", Us),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", Sha256, primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("last_seen", Us, nullable=False),
    sa.Column("idle_us", sa.BigInteger, nullable=False),  # ends this long after last_seen
    sa.Column("expires_at", Us, nullable=False),  # ends then, however busy it is
    sa.Column("ip", sa.String(45), nullable=False),
    sa.Column("user_agent", sa.String(200), nullable=False),
    sa.Index("ix_session_account", "account_id"),
    sa.Index("ix_session_expires", "expires_at"),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("prefix", sa.String(16), nullable=False, unique=True),  # the part people may see
    sa.Column("hash", Sha256, nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("scopes", sa.String(200), nullable=False),  # separated by spaces
    sa.Column("rate", sa.Integer, nullable=False),  # requests per second; 0 = no limit
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("last_used", Us),
    sa.Column("revoked_at", Us),
)

login_link = sa.Table(
    "login_link",
    metadata,
    sa.Column("token_hash", Sha256, primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("created_at", Us, nullable=False),
    sa.Column("expires_at", Us, nullable=False),
    sa.Column("used_at", Us),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
    sa.Column("at", Us, nullable=False),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("object", sa.String(191), nullable=False),
    sa.Column("detail", LongText, nullable=False),  # canonical JSON
    sa.Column("prev_hash", Sha256, nullable=False),
    sa.Column("hash", Sha256, nullable=False),
    sa.Index("ix_audit_object", "object"),
)

# One row: the end of the chain. Its row lock puts concurrent writers of any process in a line,
# and rows cut off the end of the log show up against it.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last_id", sa.BigInteger, nullable=False),
    sa.Column("last_hash", Sha256, nullable=False),
)
