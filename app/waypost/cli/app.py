"""All commands in one place."""

from __future__ import annotations

import typer

from waypost import __version__
from waypost.cli import admin, connections, data, positions, server, tracking, webhooks
from waypost.cli.boards import boards
from waypost.cli.gates import gates
from waypost.cli.mappings import mappings

app = typer.Typer(
    name="waypost",
    help="Order journeys: take in events, show where every order is, when it arrives, and who must act.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    """Order journeys from events."""
    if version:
        print(__version__)
        raise typer.Exit


for command, name in (
    (server.serve, "serve"),
    (server.demo, "demo"),
    (data.import_, "import"),
    (data.kpi, "kpi"),
    (data.orders, "orders"),
    (data.rebuild, "rebuild"),
    (data.verify, "verify"),
    (admin.doctor, "doctor"),
    (admin.bench, "bench"),
    (admin.connectors, "connectors"),
):
    app.command(name)(command)
app.add_typer(admin.db, name="db")
app.add_typer(admin.users, name="users")
app.add_typer(admin.keys, name="keys")
app.add_typer(admin.journeys, name="journeys")
app.add_typer(admin.quarantine, name="quarantine")
app.add_typer(connections.connections, name="connections")
app.add_typer(webhooks.webhooks, name="webhooks")
app.add_typer(tracking.tracking, name="tracking")
app.add_typer(positions.positions, name="positions")
app.add_typer(gates, name="gates")
app.add_typer(mappings, name="mappings")
app.add_typer(boards, name="boards")
