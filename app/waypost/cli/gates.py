"""Commands on gates: what holds an order, letting it through, holding it again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from waypost.api.gates import gate_json, perform
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.services import gates as service
from waypost.services.app import Waypost

gates = typer.Typer(help="Gates that hold orders and returns until somebody releases them.", no_args_is_help=True)
_COLUMNS = ("gate", "name", "state", "since", "by", "reason")
_Order = Annotated[str, typer.Argument(metavar="ORDER", help="Any id of the order, or the id of a return.")]
_Gate = Annotated[str, typer.Argument(help="Id of the gate.")]
_Reason = Annotated[str, typer.Option(help="Why; it stands in the order's history and in the audit log.")]


@gates.command("list")
@told
def listing(order_id: _Order, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the gates that hold an order or a return, were released, or were passed although they held it."""
    with Waypost.open(db) as waypost:
        view = waypost.current()
        found = service.gates_of(view, service.find(waypost.engine, view, order_id))
    _show({"order": order_id, "gates": [gate_json(gate) for gate in found]}, as_json)


@gates.command("release")
@told
def release(
    order_id: _Order, gate: _Gate, reason: _Reason, db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Let an order or a return through a gate that holds it."""
    with Waypost.open(db) as waypost:
        _show(perform(waypost, "release", order_id, gate, "cli", reason), as_json)


@gates.command("hold")
@told
def hold(
    order_id: _Order, gate: _Gate, reason: _Reason, db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Hold an order or a return again that was released."""
    with Waypost.open(db) as waypost:
        _show(perform(waypost, "hold", order_id, gate, "cli", reason), as_json)


def _show(found: dict[str, Any], as_json: bool) -> None:
    rows = [[gate[name] for name in _COLUMNS] for gate in found["gates"]]
    show(found, as_json, lambda: table(f"Gates of {found['order']}", list(_COLUMNS), rows))
