"""What people do with a connection: add, change, start, pause, remove; each in one transaction with its audit entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Db

from waypost.access import audit
from waypost.connect.errors import NotUsable
from waypost.connect.registry import Entry
from waypost.domain.errors import FieldError
from waypost.services.connections import model, settings
from waypost.services.connections.model import EVERY_S, Source
from waypost.services.connections.service import Connections
from waypost.services.vault import VaultError, add_key, keep_newest_key
from waypost.store.engine import writing
from waypost.store.schema_connect import connection, delivery

_LONGEST_NAME = 120
_EVERY = (5, 86_400)


def add(us: Connections, connector: str, name: str, given: Mapping[str, Any], by: str, **rest: Any) -> Source:
    """Add a connection as a draft; it pulls nothing before it is started.

    `rest` may give `every_s` and `budget` (calls per hour). One that was removed and is added again under its name
    goes on under its old key, so that what it told before counts as told. Errors: WrongSettings, FieldError, NotFound.
    """
    entry = us.registry.get(connector)
    if entry.broken:
        raise NotUsable(f"The connector '{connector}' is broken: {entry.problem}")
    name = _name(name, entry)
    settings.check(entry, given)
    vault, now = us.vault, us.clock()
    with writing(us.engine) as db:
        key, old = _free_key(db, model.slug(name, connector), connector)
        values = {
            **_fresh(now),
            **_numbers(rest),
            "name": name,
            "settings": settings.seal(entry, key, given, vault),
            "created_by": by,
        }
        if old is None:
            db.execute(sa.insert(connection).values(key=key, connector=connector, version=1, created_at=now, **values))
        else:
            model.change(db, old, version=old.version + 1, **values)
        audit.append(db, now, by, "connection.added", f"connection/{key}", {"connector": connector, "name": name})
    return us.find(key)


def change(us: Connections, key: str, given: Mapping[str, Any], by: str, **rest: Any) -> Source:
    """Change settings, `name`, `every_s` or `budget` (0: no limit); a secret that is not given stays.

    Errors: as `add`. Without the key that sealed the secrets they have to be given again.
    """
    source, vault, now = us.find(key), us.vault, us.clock()
    entry = us.entry(source)
    old = _held(us, source)
    fresh = {**old, **given}
    settings.check(entry, fresh)
    secret = {field.name for field in settings.fields(entry) if field.kind == "secret"}
    moved = any(old.get(name) != value for name, value in fresh.items() if name not in secret)
    values: dict[str, Any] = {**_numbers(rest)}
    if fresh != old:
        # Another shop or account knows nothing of our cursor; what comes twice is recognised by its ids.
        values |= {"settings": settings.seal(entry, key, fresh, vault), "version": source.version + 1}
        values |= {"cursor": None} if moved else {}
    if rest.get("name") is not None:
        values["name"] = _name(str(rest["name"]), entry)
    with writing(us.engine) as db:
        model.change(db, source, **values, **_again(us, source, now))
        changed = sorted(name for name, value in fresh.items() if old.get(name) != value)
        audit.append(db, now, by, "connection.changed", f"connection/{key}", {"fields": changed})
    return us.find(key)


def _held(us: Connections, source: Source) -> dict[str, Any]:
    """The settings so far; without the key that sealed the secrets, only what is none."""
    try:
        return us.settings_of(source)
    except VaultError:
        return {name: value for name, value in settings.shown(source.settings).items() if value is not None}


def start(us: Connections, key: str, by: str) -> Source:
    """Let it run, or run again: the first pull is due at once."""
    source, now = us.find(key), us.clock()
    us.build(source)
    with writing(us.engine) as db:
        model.change(db, source, state="running", **_again(us, source._replace(state="running"), now))
        audit.append(db, now, by, "connection.started", f"connection/{key}")
    from waypost.services.connections.deliver import take_kept

    take_kept(us, us.find(key))
    return us.find(key)


def pause(us: Connections, key: str, by: str) -> Source:
    """Stop pulling; partners who deliver are asked to come back later. A pull under way ends after its page."""
    source, now = us.find(key), us.clock()
    with writing(us.engine) as db:
        model.change(db, source, state="paused", next_at=None)
        audit.append(db, now, by, "connection.paused", f"connection/{key}")
    return us.find(key)


def remove(us: Connections, key: str, by: str) -> None:
    """Stop it for good and forget its secrets; what it told stays."""
    source, now = us.find(key), us.clock()
    with writing(us.engine) as db:
        gone = {"state": "removed", "settings": "{}", "next_at": None, "cursor": None, "lease_owner": None}
        model.change(db, source, **gone, version=source.version + 1, changed_at=now)
        db.execute(sa.update(delivery).where(delivery.c.connection_id == source.id).values(raw=None))
        audit.append(db, now, by, "connection.removed", f"connection/{key}")


def reseal(us: Connections, by: str) -> int:
    """Seal every secret anew, with a new key where a file keeps them; returns how many connections were changed."""
    file = us.vault.file
    if file is not None:
        add_key(file)
        us.forget_keys()
    vault, now, changed = us.vault, us.clock(), 0
    with writing(us.engine) as db:
        for row in db.execute(sa.select(connection.c.id)).all():
            changed += _reseal_one(us, db, model.by_id(db, row.id))
        audit.append(db, now, by, "vault.resealed", "vault", {"key": vault.key_id, "connections": changed})
    if file is not None:
        keep_newest_key(file)
        us.forget_keys()
    return changed


def _reseal_one(us: Connections, db: Db, source: Source) -> bool:
    held = json.loads(source.settings)
    sealed = {name for name, value in held.items() if settings.is_sealed(value)}
    for name in sealed:
        at = settings.place(source.key, name)
        held[name] = {settings.SEALED: us.vault.seal(us.vault.open(held[name][settings.SEALED], at), at)}
    if sealed:
        model.change(db, source, settings=json.dumps(held, ensure_ascii=False, sort_keys=True))
    kept = db.execute(sa.select(delivery).where(delivery.c.connection_id == source.id, delivery.c.raw.is_not(None)))
    for row in kept.all():
        at = f"{source.key}/delivery"
        fresh = us.vault.seal(us.vault.open(row.raw, at), at)
        db.execute(sa.update(delivery).where(delivery.c.id == row.id).values(raw=fresh))
    return bool(sealed)


def _again(us: Connections, source: Source, now: int) -> dict[str, Any]:
    """After a person has acted: earlier failures no longer count, and the next pull is due."""
    due = now if source.state == "running" and us.can(source, "pull") else None
    return {"failures": 0, "next_at": due, "lease_owner": None, "lease_until": None, "changed_at": now}


def _fresh(now: int) -> dict[str, Any]:
    """The columns of a connection that has not done anything yet."""
    zero = dict.fromkeys(("budget_used", "failures", "forged"), 0)
    none = dict.fromkeys(
        ("cursor", "budget", "down_since", "last_error_at", "last_error_code", "last_error", "last_remedy", "last_ok",
         "last_event", "forged_at", "next_at", "lease_owner", "lease_until")
    )  # fmt: skip
    return {**zero, **none, "state": "draft", "every_s": EVERY_S, "budget_since": now, "changed_at": now}


def _numbers(rest: Mapping[str, Any]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    if rest.get("every_s") is not None:
        found["every_s"] = every = int(rest["every_s"])
        if not _EVERY[0] <= every <= _EVERY[1]:
            raise FieldError("every_s", f"{every} s is too short or too long.", "Choose 5 s to 86400 s (a day).")
    if rest.get("budget") is not None:
        budget = int(rest["budget"])
        if budget < 0:
            raise FieldError("budget", f"{budget} calls per hour make no sense.", "Allow some, or 0 for no limit.")
        found["budget"] = budget or None
    return found


def _name(name: str, entry: Entry) -> str:
    plain = " ".join(name.split())[:_LONGEST_NAME]
    return plain or (entry.manifest.label.en if entry.manifest else entry.id)


def _free_key(db: Db, wanted: str, connector: str) -> tuple[str, Source | None]:
    """A key that is free, or the one of a removed connection to the same system."""
    for n in range(1, 10_000):
        key = wanted if n == 1 else f"{wanted}-{n}"
        found = model.held(db, key)
        if found is None or (found.state == "removed" and found.connector == connector):
            return key, found
    raise FieldError("name", "too many connections have this name.", "Choose another name.")
