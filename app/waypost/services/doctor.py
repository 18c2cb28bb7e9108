"""Is this installation sound? One line per check, each with what to do; and what it consists of."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from waypost import __version__
from waypost.access import audit
from waypost.connect.registry import discover
from waypost.domain.instants import from_us, now_us
from waypost.domain.vocabulary import load as load_vocabulary
from waypost.services import quarantine
from waypost.services.connections import model, settings
from waypost.services.housekeeping.comparison import last_comparison
from waypost.services.housekeeping.figures import last_watched
from waypost.services.outgoing import model as outgoing
from waypost.services.vault import Vault, VaultError
from waypost.store import migrate, segments
from waypost.store.engine import open_engine
from waypost.store.schema import event

_LIBRARIES = ("streamlit", "starlette", "sqlalchemy", "polars")


class Check(NamedTuple):
    """One check and what it found; `values` are the parts of `detail`, for pages that say it in their own words."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    values: Mapping[str, Any] = MappingProxyType({})

    def as_json(self) -> dict[str, Any]:
        """The check as the command line prints it."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "remedy": self.remedy}


class Facts(NamedTuple):
    """What an installation consists of; `size` in bytes, None where the engine does not tell."""

    version: str
    python: str
    libraries: dict[str, str]
    database: str
    place: str  # without password
    size: int | None
    watermark: int  # the last event
    connectors: list[tuple[str, str, str, str]]  # id, status, tier, problem


def examine(db: str, setting_problems: list[str]) -> list[Check]:
    """Check database, tables, audit chain, connectors and settings; changes nothing."""
    checks = [*_database(db)]
    broken = [f"{entry.id}: {entry.problem}" for entry in discover() if entry.problem]
    words = load_vocabulary()
    counts = {"events": len(words.events), "milestones": len(words.milestones)}
    checks.append(
        Check("vocabulary", True, f"{counts['events']} event codes, {counts['milestones']} milestones", "", counts)
    )
    remedy = "Update or remove the connectors that do not load." if broken else ""
    checks.append(Check("connectors", not broken, "; ".join(broken) or "all load", remedy, {"broken": broken}))
    told = " ".join(setting_problems) or "as they should be"
    remedy = "Correct .streamlit/config.toml." if setting_problems else ""
    checks.append(Check("settings", not setting_problems, told, remedy, {"problems": setting_problems}))
    return checks


def facts(engine: Engine) -> Facts:
    """Versions, database, watermark and connectors."""
    with engine.connect() as connection:
        watermark = int(connection.execute(sa.select(sa.func.max(event.c.id))).scalar() or 0)
    found: list[tuple[str, str, str, str]] = [
        (entry.id, entry.manifest.status if entry.manifest else "", entry.manifest.tier if entry.manifest else "",
         entry.problem or "")
        for entry in discover()
    ]  # fmt: skip
    libraries = {name: version(name) for name in _LIBRARIES}
    place = engine.url.render_as_string(hide_password=True)
    return Facts(
        __version__, platform.python_version(), libraries, _server(engine), place, _size(engine), watermark, found
    )


def _server(engine: Engine) -> str:
    with engine.connect() as connection:
        told = connection.dialect.server_version_info or ()
    return " ".join(filter(None, (engine.dialect.name, ".".join(map(str, told)))))


def _size(engine: Engine) -> int | None:
    """The bytes that the database takes."""
    name, database = engine.dialect.name, engine.url.database
    if name == "sqlite":
        files = [Path(f"{database}{end}") for end in ("", "-wal")] if database else []
        return sum(file.stat().st_size for file in files if file.exists())
    query = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "mysql": _MYSQL_SIZE,
        "mariadb": _MYSQL_SIZE,
    }.get(name)
    if query is None:
        return None
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query).scalar()
    return int(found) if found else None  # OceanBase says 0, which means that it does not count


_MYSQL_SIZE = "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()"


def _secrets(engine: Engine) -> Check:
    """Whether the secrets of every connection and webhook can be opened with the key that this process has."""
    sources, told = model.listing(engine), outgoing.listing(engine)
    n = len(sources) + len(told)
    if not n:
        return Check("secrets", True, "nothing to keep", "", {"n": 0})
    try:
        vault = Vault.of(engine)
        for source in sources:
            settings.unseal(source.key, source.settings, vault)
        for each in told:
            vault.open(each.secret, each.place)
    except VaultError as error:
        return Check("secrets", False, error.problem, error.remedy, {"n": n, "problem": error.problem})
    return Check("secrets", True, f"{n} sealed, key {vault.key_id}", "", {"n": n, "key": vault.key_id})


def _database(db: str) -> list[Check]:
    engine = open_engine(db)
    try:
        revision, head = migrate.current(engine), migrate.head()
        checks = [Check("database", True, engine.dialect.name, "", {"dialect": engine.dialect.name})]
        remedy = "" if revision == head else "Run `waypost db upgrade`."
        told = f"{revision}, {remedy[:1].lower()}{remedy[1:-1]}" if remedy else f"{revision}"
        checks.append(Check("tables", not remedy, told, remedy, {"revision": revision, "head": head}))
        if not remedy:
            checks += _contents(engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return [Check("database", False, reason, "Start the database, or correct --db.", {"reason": reason})]
    finally:
        engine.dispose()
    return checks


def _contents(engine: Engine) -> list[Check]:
    chain = audit.verify(engine)
    remedy = "" if chain.ok else "Compare the entry with a backup; somebody changed the log in the database."
    held = {"sound": chain.sound, "broken": chain.broken_id}
    checks = [Check("audit", chain.ok, f"{chain.sound} rows sound {chain.problem}".strip(), remedy, held)]
    waiting = quarantine.count(engine)
    checks.append(Check("quarantine", True, f"{waiting} inputs wait for a person", "", {"n": waiting}))
    gave_up = [s.name for s in outgoing.listing(engine) if s.reason]
    remedy = "Repair the receiver, then run `waypost webhooks resume`." if gave_up else ""
    told = f"paused after a day of failures: {', '.join(gave_up)}" if gave_up else "none is paused by failures"
    checks.append(_secrets(engine))
    checks.append(Check("webhooks", not gave_up, told, remedy, {"gave_up": gave_up}))
    return [*checks, _segments(engine), comparison(engine), figures(engine)]


def comparison(engine: Engine) -> Check:
    """What the last comparison of states with their events found."""
    last = last_comparison(engine)
    if last is None:
        return Check("comparison", True, "none yet; a worker makes one every night", "", {"at": None})
    counts = f"{last.differences} differences in {last.subjects} of {last.of} subjects"
    told = f"{from_us(last.at).isoformat(timespec='minutes')}: {counts}"
    named = "; ".join(last.examples)
    remedy = "" if last.ok else "Run `waypost rebuild`, then `waypost verify`."
    return Check("comparison", last.ok, f"{told} {named}".strip(), remedy, asdict(last))


def figures(engine: Engine) -> Check:
    """What processes last found of the figures that they keep in memory."""
    last = last_watched(engine, now_us())
    if last is None:
        return Check("figures", True, "none compared yet; every process compares its own at night", "", {"at": None})
    told = f"{last.figures} figures of {last.processes} processes compared, {len(last.differing)} differ"
    remedy = "They were made anew. If it happens again, report it." if last.differing else ""
    detail = f"{from_us(last.at).isoformat(timespec='minutes')}: {told} {'; '.join(last.differing)}".strip()
    return Check("figures", not last.differing, detail, remedy, last._asdict())


def _segments(engine: Engine) -> Check:
    with engine.connect() as connection:
        held = segments.held(connection)
    told = f"{held.segments} segments hold {held.events} events, {held.outside} stand outside"
    return Check("segments", True, told, "", held._asdict())
