"""One-time login links: how the first administrator gets in, and anybody who lost a password.

The token is returned to the caller, who shows it to one person. It is stored as a hash and
never written to a log. Looking at a link does not use it up (chat programs preview links).
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from waypost.access import accounts, audit
from waypost.access.accounts import Account
from waypost.access.errors import AccessError
from waypost.access.passwords import check_password, hash_password
from waypost.access.roles import Role
from waypost.access.sessions import token_hash
from waypost.domain.instants import SECOND
from waypost.store.engine import writing
from waypost.store.schema_access import account, login_link

LIFETIME_US = 30 * 60 * SECOND
FIRST_NAME = "admin"


def first_start(engine: Engine, now: int) -> str | None:
    """The token of a new link while no administrator can sign in yet, else None.

    Creates the account `admin` if it is missing. Print the link to the terminal only.
    """
    if accounts.has_administrator(engine):
        return None
    try:
        accounts.create(engine, FIRST_NAME, Role.ADMINISTRATOR, now, "system", display="Administrator")
    except AccessError as error:
        if error.code != "name_taken":
            raise
    return issue(engine, FIRST_NAME, now, "system")


def issue(engine: Engine, name: str, now: int, actor: str) -> str:
    """A new link for an account, good for 30 minutes and one use; returns its token.

    Errors: AccessError if there is no such account or it is disabled.
    """
    found = accounts.get(engine, name)
    if found.disabled:
        raise AccessError("disabled", "name", f"'{found.name}' is disabled.", "Enable the account first.")
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        audit.lock(connection)
        connection.execute(login_link.delete().where(login_link.c.expires_at <= now))
        connection.execute(
            login_link.insert().values(
                token_hash=token_hash(token),
                account_id=found.id,
                created_at=now,
                expires_at=now + LIFETIME_US,
            )
        )
        audit.append(connection, now, actor, "link.issued", f"account/{found.name}")
    return token


def peek(engine: Engine, token: str, now: int) -> Account | None:
    """Whose link this is, without using it up; None if unknown, used or too old."""
    with engine.connect() as connection:
        name = connection.execute(
            sa.select(account.c.name)
            .join(login_link, login_link.c.account_id == account.c.id)
            .where(_usable(token, now), account.c.disabled.is_(False))
        ).scalar_one_or_none()
    return accounts.get(engine, name) if name is not None else None


def redeem(engine: Engine, token: str, password: str, now: int) -> Account:
    """Use the link up and set the account's password; its other links and sessions end.

    Of two redemptions at once one wins. A password that is refused leaves the link good.
    Errors: AccessError `link_over`, or naming `password`.
    """
    found = peek(engine, token, now)
    if found is None:
        raise _over()
    check_password(password, found.name)
    hashed = hash_password(password)
    with writing(engine) as connection:
        audit.lock(connection)
        used = connection.execute(login_link.update().where(_usable(token, now)).values(used_at=now))
        if used.rowcount != 1:
            raise _over()
        others = sa.and_(login_link.c.account_id == found.id, login_link.c.used_at.is_(None))
        connection.execute(login_link.update().where(others).values(used_at=now))
        audit.append(connection, now, found.name, "link.used", f"account/{found.name}")
        accounts.store_password(connection, found, hashed, now, found.name)
    return found


def _usable(token: str, now: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        login_link.c.token_hash == token_hash(token),
        login_link.c.used_at.is_(None),
        login_link.c.expires_at > now,
    )


def _over() -> AccessError:
    return AccessError(
        "link_over",
        "token",
        "This link was used already or is older than 30 minutes.",
        "Start Waypost again to print a new one, or ask an administrator for one.",
    )
