"""A connection as it is stored, and how it is found."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Db
from sqlalchemy.engine import Engine

from waypost.domain.errors import NotFound
from waypost.domain.instants import SECOND
from waypost.store.schema_connect import connection

State = Literal["draft", "running", "paused", "removed"]
HOUR: Final = 3_600 * SECOND
LEASE: Final = 300 * SECOND
EVERY_S: Final = 60  # how often a source is pulled unless somebody says otherwise


class Source(NamedTuple):
    """One connection; instants in us, `every_s` in seconds, `settings` with its secrets sealed (JSON)."""

    id: int
    key: str
    name: str
    connector: str
    state: str
    settings: str
    every_s: int
    cursor: str | None
    budget: int | None
    budget_used: int
    budget_since: int
    failures: int
    down_since: int | None
    last_error_at: int | None
    last_error_code: str | None
    last_error: str | None
    last_remedy: str | None
    last_ok: int | None
    last_event: int | None
    forged: int
    forged_at: int | None
    next_at: int | None
    lease_owner: str | None
    lease_until: int | None
    version: int
    created_at: int
    created_by: str
    changed_at: int

    def __repr__(self) -> str:
        return f"Source({self.key}, {self.connector}, {self.state})"

    def used(self, now: int) -> int:
        """Calls made within the running hour of its budget."""
        return self.budget_used if now - self.budget_since < HOUR else 0


_COLUMNS = [connection.c[name] for name in Source._fields]


def listing(engine: Engine) -> list[Source]:
    """All connections that were not removed, by name."""
    query = sa.select(*_COLUMNS).where(connection.c.state != "removed").order_by(connection.c.name, connection.c.id)
    with engine.connect() as db:
        return [Source(*row) for row in db.execute(query)]


def find(engine: Engine, key: str) -> Source:
    """The connection with this key. Errors: NotFound, also when it was removed."""
    with engine.connect() as db:
        found = held(db, key)
    if found is None or found.state == "removed":
        raise NotFound(f"There is no connection '{key[:64]}'. `waypost connections list` names those there are.")
    return found


def held(db: Db, key: str) -> Source | None:
    """The connection with this key, a removed one too."""
    row = db.execute(sa.select(*_COLUMNS).where(connection.c.key == key)).one_or_none()
    return None if row is None else Source(*row)


def by_id(db: Db, id_: int) -> Source:
    """The connection with this id; must exist."""
    return Source(*db.execute(sa.select(*_COLUMNS).where(connection.c.id == id_)).one())


def change(db: Db, source: Source, **values: Any) -> None:
    """Write some columns of a connection."""
    db.execute(sa.update(connection).where(connection.c.id == source.id).values(**values))


def slug(name: str, otherwise: str) -> str:
    """A key for addresses made of a name; `otherwise` for names without a Latin letter or digit."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    return plain or otherwise.replace("_", "-")
