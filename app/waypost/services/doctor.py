"""Is this installation sound? One line per check, each with what to do."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from waypost.access import audit
from waypost.connect.registry import discover
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.services import quarantine
from waypost.services.connections import model, settings
from waypost.services.vault import Vault, VaultError
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


def _secrets(engine: Engine) -> Check:
    """Whether the secrets of every connection can be opened with the key that this process has."""
    sources = model.listing(engine)
    if not sources:
        return Check("secrets", True, "no connections")
    try:
        vault = Vault.of(engine)
        for source in sources:
            settings.unseal(source.key, source.settings, vault)
    except VaultError as error:
        return Check("secrets", False, f"{error.problem} {error.remedy}")
    return Check("secrets", True, f"{len(sources)} connections, key {vault.key_id}")


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
            checks.append(_secrets(engine))
    except SQLAlchemyError as error:
        return [Check("database", False, str(getattr(error, "orig", None) or error).splitlines()[0])]
    finally:
        engine.dispose()
    return checks
