"""Commands for administrators: doctor, db, connectors, users, keys, journeys, quarantine, bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.access import accounts, links
from waypost.access import keys as api_keys
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import now_us
from waypost.services import quarantine as held
from waypost.services.app import Waypost
from waypost.services.doctor import examine
from waypost.store import migrate
from waypost.store.engine import open_engine

db = typer.Typer(help="The database: its revision, bringing it up to date.", no_args_is_help=True)
users = typer.Typer(help="Accounts of people.", no_args_is_help=True)
keys = typer.Typer(help="API keys of systems.", no_args_is_help=True)
journeys = typer.Typer(help="Journeys: list, show, publish, targets.", no_args_is_help=True)
quarantine = typer.Typer(help="Inputs that could not be read.", no_args_is_help=True)


@told
def doctor(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Check database, settings, connectors and audit chain; exit code 1 when something is wrong."""
    from waypost.web.startup import apply_config, check_config

    apply_config()
    secret_note = "server.cookieSecret"  # set by `serve` itself, so its absence here means nothing
    settings = [problem for problem in check_config() if not problem.startswith(secret_note)]
    found = examine(db, settings)
    rows = [[check.name, "ok" if check.ok else "PROBLEM", check.detail] for check in found]
    show([check.as_json() for check in found], as_json, lambda: table("Doctor", ["check", "result", "detail"], rows))
    if not all(check.ok for check in found):
        raise typer.Exit(1)


@told
def connectors(as_json: JsonOption = False) -> None:
    """List the connectors and what each can do; broken ones with the reason."""
    from waypost.connect.registry import discover

    found: list[dict[str, Any]] = [
        {
            "id": entry.id,
            "label": entry.manifest.label.en if entry.manifest else "",
            "capabilities": list(entry.manifest.capabilities) if entry.manifest else [],
            "problem": entry.problem,
        }
        for entry in discover()
    ]
    columns = ["id", "label", "capabilities", "problem"]
    rows = [[e["id"], e["label"], ", ".join(e["capabilities"]), e["problem"]] for e in found]
    show(found, as_json, lambda: table("Connectors", columns, rows))


@told
def bench(
    suite: Annotated[
        str, typer.Argument(help="ingest | visible | fold | rebuild | journey_edit | kpi | track | pages")
    ],
    size: Annotated[str, typer.Option(help="100k | 1m | 10m events; open orders for pages")] = "100k",
    rounds: Annotated[int, typer.Option(min=1)] = 5,
    as_json: JsonOption = False,
) -> None:
    """Measure against a floor and a peer in the same run."""
    from bench.run import run_suite

    found = run_suite(suite, size, rounds)
    columns = ["name", "candidate_ms", "reference", "reference_ms", "ratio", "ratio_min", "ratio_max", "gate", "ok"]
    rows = [[gate[name] for name in columns] for gate in found["gates"]]
    show(found, as_json, lambda: table(f"{suite}, {found['size']} events", columns, rows))


@db.command("upgrade")
@told
def db_upgrade(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Bring the tables up to date."""
    changed = migrate.upgrade(open_engine(db))
    show(
        {"changed": changed, "revision": migrate.head()},
        as_json,
        lambda: print("Up to date." if not changed else "Done."),
    )


@db.command("status")
@told
def db_status(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Print the revision of the tables."""
    found = {"revision": migrate.current(open_engine(db)), "head": migrate.head()}
    show(found, as_json, lambda: print(f"revision {found['revision']}, newest {found['head']}"))


@users.command("list")
@told
def users_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List accounts."""
    with Waypost.open(db) as waypost:
        found = [
            {"name": a.name, "role": str(a.role), "disabled": a.disabled} for a in accounts.listing(waypost.engine)
        ]
    rows = [[a["name"], a["role"], a["disabled"]] for a in found]
    show(found, as_json, lambda: table("Accounts", ["name", "role", "disabled"], rows))


@users.command("add")
@told
def users_add(
    name: str,
    role: Annotated[str, typer.Option()] = "viewer",
    base: Annotated[str, typer.Option(help="Address of the server, for the link.")] = "http://localhost:8501",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Create an account and print its one-time login link."""
    with Waypost.open(db) as waypost:
        accounts.create(waypost.engine, name, role, now_us(), "cli")
        token = links.issue(waypost.engine, name, now_us(), "cli")
    link = f"{base}/login/link/{token}"
    show(
        {"name": name, "role": role, "login_link": link},
        as_json,
        lambda: print(f"Login link (once, 30 minutes): {link}"),
    )


@users.command("link")
@told
def users_link(
    name: str,
    base: Annotated[str, typer.Option(help="Address of the server, for the link.")] = "http://localhost:8501",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Print a new one-time login link for an account, for instance when its password is lost."""
    with Waypost.open(db) as waypost:
        token = links.issue(waypost.engine, name, now_us(), "cli")
    link = f"{base}/login/link/{token}"
    show({"name": name, "login_link": link}, as_json, lambda: print(f"Login link (once, 30 minutes): {link}"))


@users.command("disable")
@told
def users_disable(name: str, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Disable an account; its open pages stop within seconds."""
    with Waypost.open(db) as waypost:
        accounts.set_disabled(waypost.engine, name, True, now_us(), "cli")
    show({"name": name, "disabled": True}, as_json, lambda: print(f"'{name}' is disabled."))


@keys.command("create")
@told
def keys_create(
    name: str,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="events:write, data:read, metrics:read, journeys:write, tracking:write, admin"),
    ] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Create an API key; it is shown once."""
    with Waypost.open(db) as waypost:
        raw, _ = api_keys.create(waypost.engine, name, scope or ["events:write"], now_us(), "cli")
    show({"name": name, "key": raw}, as_json, lambda: print(f"Key (shown once): {raw}"))


@keys.command("list")
@told
def keys_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List API keys, without their secrets."""
    with Waypost.open(db) as waypost:
        found: list[dict[str, Any]] = [
            {"prefix": k.prefix, "name": k.name, "scopes": sorted(k.scopes), "revoked": k.revoked_at is not None}
            for k in api_keys.listing(waypost.engine)
        ]
    rows = [[k["prefix"], k["name"], " ".join(k["scopes"]), k["revoked"]] for k in found]
    show(found, as_json, lambda: table("API keys", ["prefix", "name", "scopes", "revoked"], rows))


@keys.command("revoke")
@told
def keys_revoke(prefix: str, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Revoke an API key."""
    with Waypost.open(db) as waypost:
        api_keys.revoke(waypost.engine, prefix, now_us(), "cli")
    show({"prefix": prefix, "revoked": True}, as_json, lambda: print(f"{prefix} is revoked."))


@journeys.command("list")
@told
def journeys_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the journeys in force."""
    with Waypost.open(db) as waypost:
        found = [
            {"id": v.journey.id, "version": v.version, "name": v.journey.name.en} for v in waypost.journeys.published()
        ]
    show(found, as_json, lambda: table("Journeys", ["id", "version", "name"], [list(f.values()) for f in found]))


@journeys.command("show")
@told
def journeys_show(journey: str, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Print the document of a journey."""
    with Waypost.open(db) as waypost:
        show(waypost.journeys.in_force(journey).journey.as_json(), as_json)


@journeys.command("publish")
@told
def journeys_publish(path: Path, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Publish a journey document; live pages follow within two seconds."""
    try:
        body: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except ValueError as error:
        raise FieldError("path", f"{path} is no JSON ({error}).", "Correct the file.") from None
    with Waypost.open(db) as waypost:
        found = waypost.journeys.publish(body, by="cli")
    result = {"id": found.journey.id, "version": found.version}
    show(result, as_json, lambda: print(f"{result['id']} version {result['version']} is in force."))


@journeys.command("target")
@told
def journeys_target(
    journey: str,
    stage: str,
    yellow: Annotated[str | None, typer.Option(help="For instance 36h, or 2d 4h.")] = None,
    red: Annotated[str | None, typer.Option()] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Set the targets of one stage; live pages follow within two seconds."""
    with Waypost.open(db) as waypost:
        found = waypost.journeys.set_target(journey, stage, yellow=yellow, red=red, by="cli")
    show(
        {"id": journey, "version": found.version},
        as_json,
        lambda: print(f"{journey} version {found.version} is in force."),
    )


@quarantine.command("list")
@told
def quarantine_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List inputs in quarantine and words without an event code."""
    with Waypost.open(db) as waypost:
        inputs, words = held.listing(waypost.engine), held.unmapped_words(waypost.engine)
    found = {"quarantine": [i._asdict() for i in inputs], "unmapped": [w._asdict() for w in words]}

    def say() -> None:
        table(
            "Quarantine", ["id", "source", "field", "problem"], [[i.id, i.source, i.field, i.problem] for i in inputs]
        )
        table("Words without an event code", ["source", "word", "n"], [[w.source, w.word, w.n] for w in words])

    show(found, as_json, say)


@quarantine.command("replay")
@told
def quarantine_replay(held_id: int, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Try an input again as it came."""
    with Waypost.open(db) as waypost:
        outcome = held.replay(waypost, held_id, "cli")
    show({"id": held_id, "status": outcome}, as_json, lambda: print(outcome))
