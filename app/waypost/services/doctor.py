"""Is this installation sound? One line per check, each with what to do."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from waypost.access import audit
from waypost.connect.registry import discover
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.services import quarantine
from waypost.store import migrate
from waypost.store.engine import open_engine


class Check(NamedTuple):
    """One check and what it found."""

    name: str
    ok: bool
    detail: str


def examine(db: str, setting_problems: list[str]) -> list[Check]:
    """Check database, tables, audit chain, connectors and settings; changes nothing."""
    checks = [*_database(db)]
    broken = [entry for entry in discover() if entry.problem]
    words = load_vocabulary()
    checks.append(Check("vocabulary", True, f"{len(words.events)} event codes, {len(words.milestones)} milestones"))
    checks.append(Check("connectors", not broken, "; ".join(f"{e.id}: {e.problem}" for e in broken) or "all load"))
    checks.append(Check("settings", not setting_problems, " ".join(setting_problems) or "as they should be"))
    return checks


def _database(db: str) -> list[Check]:
    engine = open_engine(db)
    try:
        revision = migrate.current(engine)
        up_to_date = revision == migrate.head()
        remedy = "" if up_to_date else ", run `waypost db upgrade`"
        checks = [Check("database", True, engine.dialect.name), Check("tables", up_to_date, f"{revision}{remedy}")]
        if up_to_date:
            chain = audit.verify(engine)
            checks.append(Check("audit", chain.ok, f"{chain.sound} rows sound {chain.problem}".strip()))
            waiting = quarantine.count(engine)
            checks.append(Check("quarantine", True, f"{waiting} inputs wait for a person"))
    except SQLAlchemyError as error:
        return [Check("database", False, str(getattr(error, "orig", None) or error).splitlines()[0])]
    finally:
        engine.dispose()
    return checks
