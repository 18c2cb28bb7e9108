"""Accounts as administrators see them: with their open sessions and when they were last here."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.engine import Engine

from waypost.access import accounts, sessions
from waypost.access.accounts import Account


class Person(NamedTuple):
    """One account; `last_seen` in us, None when nobody is signed in with it."""

    account: Account
    sessions: int
    last_seen: int | None


def people(engine: Engine, now: int) -> list[Person]:
    """All accounts by name, at `now` (us)."""
    seen: dict[str, list[int]] = {}
    for open_ in sessions.listing(engine, now):
        seen.setdefault(open_.name, []).append(open_.last_seen)
    found = accounts.listing(engine)
    return [Person(a, len(seen.get(a.name, ())), max(seen.get(a.name, ()), default=None)) for a in found]
