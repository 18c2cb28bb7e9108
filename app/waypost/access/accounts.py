"""Local accounts: create, set password, role, language, disable. Every change writes its audit row.

Accounts are never deleted, only disabled, so that the audit log keeps its meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.access.errors import AccessError
from waypost.access.passwords import check_password, hash_password, needs_rehash, verify_password
from waypost.access.roles import Role, parse_role
from waypost.store.engine import writing
from waypost.store.schema_access import account, session

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


@dataclass(frozen=True)
class Account:
    """One account without its password; instants in us."""

    id: int
    name: str
    display: str
    role: Role
    lang: str
    disabled: bool
    has_password: bool
    created_at: int
    last_login_at: int | None


def create(
    engine: Engine,
    name: str,
    role: str,
    now: int,
    actor: str,
    *,
    display: str = "",
    password: str | None = None,
    lang: str = "",
) -> Account:
    """Create an account; without a password it can only be entered by a one-time link.

    Errors: AccessError naming name, role or password.
    """
    clean, held = _clean_name(name), parse_role(role)
    if password is not None:
        check_password(password, clean)
    hashed = hash_password(password) if password is not None else None
    with writing(engine) as connection:
        audit.lock(connection)
        if connection.execute(sa.select(account.c.id).where(account.c.name == clean)).first():
            raise AccessError("name_taken", "name", f"'{clean}' exists already.", "Choose another name.")
        connection.execute(
            account.insert().values(
                name=clean,
                display=(display.strip() or clean)[:120],
                password_hash=hashed,
                role=held,
                lang=lang,
                disabled=False,
                created_at=now,
                password_at=now if hashed else None,
            )
        )
        audit.append(connection, now, actor, "account.created", _object(clean), {"role": held})
        return _one(connection, account.c.name == clean)


def authenticate(engine: Engine, name: str, password: str) -> Account | None:
    """The account whose name and password these are; None for every reason there is to refuse.

    Unknown name, disabled account and wrong password take the same work. Slow on purpose: call
    it in a thread.
    """
    row = _row_by_name(engine, name.strip().lower())
    if not verify_password(row.password_hash if row is not None else None, password):
        return None
    if row is None or row.disabled:
        return None
    if needs_rehash(row.password_hash):
        with writing(engine) as connection:
            connection.execute(_change(row.id, password_hash=hash_password(password)))
    return _account(row)


def set_password(engine: Engine, name: str, password: str, now: int, actor: str) -> None:
    """Set a password and end every session of the account."""
    clean = _clean_name(name)
    check_password(password, clean)
    hashed = hash_password(password)
    with writing(engine) as connection:
        audit.lock(connection)
        found = _one(connection, account.c.name == clean)
        store_password(connection, found, hashed, now, actor)


def store_password(connection: Connection, found: Account, hashed: str, now: int, actor: str) -> None:
    """Store a hash made by `hash_password`, end the account's sessions and record it."""
    connection.execute(_change(found.id, password_hash=hashed, password_at=now))
    _end_sessions(connection, found.id)
    audit.append(connection, now, actor, "account.password_set", _object(found.name))


def set_role(engine: Engine, name: str, role: str, now: int, actor: str) -> None:
    """Change the role; open pages reconnect with the new one within seconds.

    Errors: AccessError `last_administrator` when nobody could administer afterwards.
    """
    held = parse_role(role)
    with writing(engine) as connection:
        audit.lock(connection)
        found = _one(connection, account.c.name == _clean_name(name))
        if held != Role.ADMINISTRATOR:
            _keep_an_administrator(connection, found)
        connection.execute(_change(found.id, role=held))
        change = {"from": found.role, "to": held}
        audit.append(connection, now, actor, "account.role_set", _object(found.name), change)


def set_lang(engine: Engine, name: str, lang: str, now: int, actor: str) -> None:
    """Set the language of the account's pages; empty follows the browser."""
    with writing(engine) as connection:
        audit.lock(connection)
        found = _one(connection, account.c.name == _clean_name(name))
        connection.execute(_change(found.id, lang=lang[:8]))
        audit.append(connection, now, actor, "account.lang_set", _object(found.name), {"to": lang[:8]})


def set_disabled(engine: Engine, name: str, disabled: bool, now: int, actor: str) -> None:
    """Disable an account (its sessions end at once) or enable it again.

    Errors: AccessError `last_administrator` when nobody could administer afterwards.
    """
    with writing(engine) as connection:
        audit.lock(connection)
        found = _one(connection, account.c.name == _clean_name(name))
        if disabled:
            _keep_an_administrator(connection, found)
            _end_sessions(connection, found.id)
        connection.execute(_change(found.id, disabled=disabled))
        action = "account.disabled" if disabled else "account.enabled"
        audit.append(connection, now, actor, action, _object(found.name))


def get(engine: Engine, name: str) -> Account:
    """The account of that name. Errors: AccessError naming `name`."""
    with engine.connect() as connection:
        return _one(connection, account.c.name == _clean_name(name))


def listing(engine: Engine) -> list[Account]:
    """All accounts by name."""
    with engine.connect() as connection:
        return [_account(row) for row in connection.execute(sa.select(account).order_by(account.c.name))]


def has_administrator(engine: Engine) -> bool:
    """Whether some administrator can sign in with a password."""
    with engine.connect() as connection:
        return connection.execute(_administrators()).first() is not None


def _administrators(except_id: int = -1) -> sa.Select[Any]:
    return sa.select(account.c.id).where(
        account.c.role == Role.ADMINISTRATOR,
        account.c.disabled.is_(False),
        account.c.password_hash.is_not(None),
        account.c.id != except_id,
    )


def _keep_an_administrator(connection: Connection, found: Account) -> None:
    administers = found.role == Role.ADMINISTRATOR and not found.disabled
    if administers and connection.execute(_administrators(except_id=found.id)).first() is None:
        raise AccessError(
            "last_administrator",
            "name",
            f"'{found.name}' is the last administrator.",
            "Give another account the administrator role first.",
        )


def _end_sessions(connection: Connection, account_id: int) -> None:
    connection.execute(session.delete().where(session.c.account_id == account_id))


def _clean_name(name: str) -> str:
    clean = name.strip().lower()
    if not _NAME.fullmatch(clean):
        raise AccessError(
            "name_invalid",
            "name",
            f"'{name[:40]}' cannot be an account name.",
            "Use 1 to 64 of a-z, 0-9 and . _ @ + -, starting with a letter or digit.",
        )
    return clean


def _row_by_name(engine: Engine, clean: str) -> Any:
    if not _NAME.fullmatch(clean):
        return None
    with engine.connect() as connection:
        return connection.execute(sa.select(account).where(account.c.name == clean)).one_or_none()


def _one(connection: Connection, where: sa.ColumnElement[bool]) -> Account:
    row = connection.execute(sa.select(account).where(where)).one_or_none()
    if row is None:
        raise AccessError("name_unknown", "name", "There is no such account.", "List them: waypost accounts.")
    return _account(row)


def _change(account_id: int, **values: Any) -> sa.Update:
    return account.update().where(account.c.id == account_id).values(**values)


def _object(name: str) -> str:
    return f"account/{name}"


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        display=row.display,
        role=Role(row.role),
        lang=row.lang,
        disabled=bool(row.disabled),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )
