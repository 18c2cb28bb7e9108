"""`waypost connections`: the sources that Waypost pulls from and that send to it."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import typer

from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import FieldError
from waypost.domain.instants import from_us
from waypost.services.app import Waypost
from waypost.services.connections import Connections, health, manage, pull, settings, trial

connections = typer.Typer(help="Sources: shops, carriers and other systems that are connected.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(help="Key of the connection; `list` names them.")]
_BY = "cli"


@connections.command("list")
@told
def listing(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the connections with their state, lag and errors."""
    with Waypost.open(db) as waypost:
        found = [_shown(each) for each in health.overview(waypost.connections)]
    columns = ["key", "connector", "state", "last_ok", "lag_s", "events_last_hour", "unmapped", "quarantined", "error"]
    show(found, as_json, lambda: table("Connections", columns, [[each[name] for name in columns] for each in found]))


@connections.command("show")
@told
def shown(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Print one connection with its settings (no secrets), last runs and deliveries."""
    with Waypost.open(db) as waypost:
        us = waypost.connections
        source = us.find(key)
        found = {
            **_shown(health.of(us, source)),
            "settings": settings.shown(source.settings),
            "runs": [_times(run._asdict()) for run in health.runs(us.engine, source, 10)],
            "deliveries": [_times(each._asdict()) for each in health.deliveries(us.engine, source, 10)],
            "words": [each.word.word for each in health.words(us.engine, key)],
        }
    show(found, as_json)


@connections.command("add")
@told
def add(
    connector: Annotated[str, typer.Argument(help="Id of the connector; `waypost connectors` names them.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting as name=value; name=env:VARIABLE takes it from the environment."),
    ] = None,
    every: Annotated[int | None, typer.Option(help="Seconds from pull to pull.")] = None,
    budget: Annotated[int | None, typer.Option(help="Calls per hour at most; 0 for no limit.")] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Add a connection as a draft; test it, look at a sample, then start it."""
    with Waypost.open(db) as waypost:
        us = waypost.connections
        given = _given(us, connector, set_ or [])
        try:
            made = manage.add(us, connector, name, given, _BY, every_s=every, budget=budget)
        except settings.WrongSettings as wrong:
            fault = wrong.faults[0]
            raise FieldError(fault.field, f"{fault.problem}.", f"Give --set {fault.field}=VALUE.") from None
    _say(made.key, made.state, as_json)


@connections.command("test")
@told
def try_out(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Make the test call; exit code 1 when the partner does not let us in."""
    with Waypost.open(db) as waypost:
        found = trial.try_out(waypost.connections, waypost.connections.find(key))
    told = {**found._asdict(), "ok": found.ok}
    show(told, as_json, lambda: print("It works." if found.ok else f"{found.problem}\nRemedy: {found.remedy}"))
    if not found.ok:
        raise typer.Exit(1)


@connections.command("sample")
@told
def sample(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Show one real order as it would appear; nothing is stored."""
    with Waypost.open(db) as waypost:
        found = trial.sample(waypost.connections, waypost.connections.find(key))
        told = None if found is None else _sampled(found)
    show(told, as_json, lambda: _say_sample(told))


@connections.command("start")
@told
def start(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Let it run; a server (`waypost serve`) pulls it."""
    with Waypost.open(db) as waypost:
        _say(key, manage.start(waypost.connections, key, _BY).state, as_json)


@connections.command("pause")
@told
def pause(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Stop pulling it until it is started again."""
    with Waypost.open(db) as waypost:
        _say(key, manage.pause(waypost.connections, key, _BY).state, as_json)


@connections.command("run")
@told
def run(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Pull it once, now; exit code 1 when that failed."""
    with Waypost.open(db) as waypost:
        us = waypost.connections
        source = us.find(key)
        held = pull.lease(us, source.id, us.owner)
        if held is None:
            raise FieldError("key", f"'{key}' is being pulled already, or does not run.", "Start it, or wait a minute.")
        done = pull.run_once(us, held)
    found = {
        "ok": done.ok, "pages": done.pages, "calls": done.calls, "accepted": done.tally.accepted,
        "duplicates": done.tally.duplicates, "unmapped": done.tally.unmapped, "refused": done.tally.refused,
        "error": done.problem, "remedy": done.remedy,
    }  # fmt: skip
    show(found, as_json, lambda: table(key, ["what", "n"], [[name, value] for name, value in found.items()]))
    if not done.ok:
        raise typer.Exit(1)


@connections.command("remove")
@told
def remove(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Stop it for good and forget its secrets; the orders stay."""
    with Waypost.open(db) as waypost:
        manage.remove(waypost.connections, key, _BY)
    _say(key, "removed", as_json)


@connections.command("reseal")
@told
def reseal(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Seal all secrets with a new key: the first of WAYPOST_SECRET_KEY, or a new one in the key file."""
    with Waypost.open(db) as waypost:
        changed = manage.reseal(waypost.connections, _BY)
        found = {"connections": changed, "key": waypost.connections.vault.key_id}
    show(found, as_json, lambda: print(f"{changed} connections are sealed with the key {found['key']}."))


def _given(us: Connections, connector: str, pairs: list[str]) -> dict[str, Any]:
    kinds = {field.name: field.kind for field in settings.fields(us.registry.get(connector))}
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in kinds:
            known = ", ".join(kinds)
            raise FieldError("set", f"'{name[:40]}' is no setting of {connector}.", f"Use one of: {known}.")
        found[name] = _value(name, kinds[name], value)
    return found


def _value(name: str, kind: str, text: str) -> Any:
    if text.startswith("env:"):
        variable = text.removeprefix("env:")
        if variable not in os.environ:
            raise FieldError(name, f"the variable {variable[:40]} is not set.", f"export {variable[:40]}=...")
        text = os.environ[variable]
    if kind not in ("json", "list"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise FieldError(name, "it is no JSON.", 'Write it as JSON, for instance ["a", "b"].') from None


def _shown(each: health.Health) -> dict[str, Any]:
    source = each.source
    found = {
        "key": source.key, "name": source.name, "connector": source.connector, "state": each.state,
        "every_s": source.every_s, "budget": source.budget, "budget_used": each.used,
        "last_ok": _iso(source.last_ok), "last_event": _iso(source.last_event), "lag_s": health.seconds(each.lag),
        "events_last_hour": each.per_hour, "unmapped": each.unmapped, "quarantined": each.quarantined,
        "forged": source.forged, "down_since": _iso(source.down_since), "error_code": source.last_error_code,
        "error": source.last_error, "remedy": source.last_remedy,
    }  # fmt: skip
    return found


def _sampled(found: trial.Sample) -> dict[str, Any]:
    order = found.found
    return {
        "order": order.row.subject.ref if order else None,
        "journey": found.journey.id if found.journey else None,
        "stage": order.row.stage if order else None,
        "events": [{"code": e.code, "at": _iso(e.at), "word": e.word} for e in order.events] if order else [],
        "orders_on_the_page": found.orders,
        "events_on_the_page": found.events,
        "unmapped": found.unmapped,
        "refused": [r._asdict() for r in found.refused],
    }


def _say_sample(found: dict[str, Any] | None) -> None:
    if found is None:
        print("Nothing has been delivered yet. Send a delivery to its webhook address, then ask again.")
        return
    rows = [[event["at"], event["code"], event["word"]] for event in found["events"]]
    table(f"{found['order']}, journey {found['journey']}, stage {found['stage']}", ["at", "event", "their word"], rows)


def _say(key: str, state: str, as_json: bool) -> None:
    show({"key": key, "state": state}, as_json, lambda: print(f"{key}: {state}"))


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _iso(value) if name.endswith("_at") else value for name, value in row.items()}


def _iso(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")
