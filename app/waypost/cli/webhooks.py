"""`waypost webhooks`: who is told what happens, and how it goes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import FieldError
from waypost.domain.instants import from_us, read_moment
from waypost.services.app import Waypost
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft
from waypost.services.outgoing.worker import send_test

webhooks = typer.Typer(help="Events going out by signed webhooks.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(help="The key of the subscription, wh_...")]


@webhooks.command("list")
@told
def list_(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the subscriptions with their state, last error and backlog."""
    with Waypost.open(db) as waypost:
        behind = model.backlog(waypost.engine)
        found = [{**s.as_json(), "backlog": behind.get(s.key, 0)} for s in model.listing(waypost.engine)]
    columns = ["key", "name", "url", "state", "backlog", "last_ok", "last_error"]
    rows = [[_cell(name, each[name]) for name in columns] for each in found]
    show(found, as_json, lambda: table("Webhooks", columns, rows))


@webhooks.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The system that receives the events.")],
    url: Annotated[str, typer.Argument(help="Its address, https://...")],
    code: Annotated[list[str] | None, typer.Option(help="Only this event code; delivery.* is a phase.")] = None,
    journey: Annotated[list[str] | None, typer.Option(help="Only orders on this journey.")] = None,
    stages: Annotated[bool, typer.Option(help="Also tell when an order changes its stage.")] = False,
    events: Annotated[bool, typer.Option(help="Tell the events themselves.")] = True,
    single: Annotated[bool, typer.Option(help="One event per delivery instead of a batch.")] = False,
    personal: Annotated[bool, typer.Option(help="Send partners' words and attributes too.")] = False,
    since: Annotated[str | None, typer.Option(help="Begin with events recorded from this instant on.")] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Add a subscription; its secret is shown once."""
    wanted = {"codes": code or [], "journeys": journey or [], "events": events, "stages": stages}
    mode = "single" if single else "batch"
    with Waypost.open(db) as waypost:
        draft = Draft(name, url, wanted, mode, personal, None, None if since is None else _instant(since))
        held, secret = manage.add(waypost, draft, "cli")
    found = {**held.as_json(), "secret": secret}
    show(found, as_json, lambda: print(f"{held.key} is added. Secret (shown once): {secret}"))


@webhooks.command("test")
@told
def send_one(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Send a test event now; exit code 1 when it was not taken."""
    with Waypost.open(db) as waypost:
        found = send_test(waypost, key)
    words = found.error or f"Delivered in {found.took_ms} ms."
    result = {"key": key, "delivered": found.error is None, "error": found.error, "took_ms": found.took_ms}
    show(result, as_json, lambda: print(words))
    if found.error is not None:
        raise typer.Exit(1)


@webhooks.command("pause")
@told
def pause(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Send nothing until it is resumed; what happens meanwhile waits."""
    with Waypost.open(db) as waypost:
        manage.pause(waypost.engine, key, "cli")
    show({"key": key, "state": "paused"}, as_json, lambda: print(f"{key} is paused."))


@webhooks.command("resume")
@told
def resume(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Send again, beginning with what waits."""
    with Waypost.open(db) as waypost:
        manage.resume(waypost.engine, key, "cli")
    show({"key": key, "state": "active"}, as_json, lambda: print(f"{key} is sent to again."))


@webhooks.command("remove")
@told
def remove(key: KeyArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Remove a subscription; what waits is not sent."""
    with Waypost.open(db) as waypost:
        manage.remove(waypost.engine, key, "cli")
    show({"key": key, "removed": True}, as_json, lambda: print(f"{key} is removed."))


@webhooks.command("replay")
@told
def replay(
    key: KeyArgument,
    since: Annotated[str, typer.Option(help="An instant, for instance 2026-11-23T08:00:00Z.")],
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Send again what was recorded from an instant on; ids stay the same."""
    with Waypost.open(db) as waypost:
        n = manage.replay(waypost.engine, key, _instant(since), "cli")
    show({"key": key, "events": n}, as_json, lambda: print(f"{n} events are looked at again."))


@webhooks.command("deliveries")
@told
def deliveries(
    key: KeyArgument,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 20,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """List the newest deliveries of a subscription."""
    with Waypost.open(db) as waypost:
        found = [each.as_json() for each in model.deliveries(waypost.engine, key, limit)]
    columns = ["message_id", "n", "status", "attempts", "created_at", "took_ms", "error"]
    rows = [[_cell(name, each[name]) for name in columns] for each in found]
    show(found, as_json, lambda: table(f"Deliveries of {key}", columns, rows))


def _instant(text: str) -> int:
    at = read_moment(text, None, "since").at
    if at is None:
        raise FieldError("since", f"'{text[:40]}' is no instant.", "Write 2026-11-23T08:00:00Z.")
    return at


def _cell(name: str, value: Any) -> Any:
    timed = name in ("last_ok", "created_at") and isinstance(value, int)
    return f"{from_us(value):%Y-%m-%d %H:%M:%S}Z" if timed else value
