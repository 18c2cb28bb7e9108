"""Commands on vehicles: where they are, and where they have been."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import NotFound
from waypost.domain.instants import SECOND, from_us, now_us
from waypost.domain.position import Position
from waypost.services.app import Waypost

positions = typer.Typer(help="Where vehicles are.", no_args_is_help=True)


@positions.command("list")
@told
def positions_list(
    vehicle: Annotated[str | None, typer.Argument(help="Only this vehicle, with its trail.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1_000,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """List the last position of each vehicle, the newest first."""
    with Waypost.open(db) as waypost:
        every = sorted(waypost.positions.snapshot().last.values(), key=lambda p: (-p.at, p.vehicle))
        chosen = [p for p in every if vehicle in (None, p.vehicle.ref)]
        if vehicle is not None and not chosen:
            raise NotFound(f"No position of a vehicle '{vehicle}' is known. `waypost positions list` names them all.")
        rows = [_as_json(position) for position in chosen[:limit]]
        if vehicle is not None:
            for row, position in zip(rows, chosen, strict=False):
                points = waypost.positions.trail(position.vehicle, 0, max(now_us(), position.at + 1))
                row["trail"] = [{"at": _iso(at), "lat": lat, "lon": lon} for at, lat, lon in points]
    columns = ["vehicle", "at", "lat", "lon", "speed_kmh", "battery", "source"]
    cells = [[row[name] for name in columns] for row in rows]
    found = {"total": len(chosen), "positions": rows}
    show(found, as_json, lambda: table(f"{len(rows)} of {len(chosen)} vehicles", columns, cells))


def _as_json(found: Position) -> dict[str, Any]:
    return {
        "vehicle": found.vehicle.ref,
        "scope": found.vehicle.scope,
        "at": _iso(found.at),
        "lat": found.lat,
        "lon": found.lon,
        "accuracy_m": found.accuracy_m,
        "speed_kmh": found.speed_kmh,
        "course": found.course,
        "battery": found.battery,
        "source": found.source,
        "simulated": found.simulated,
    }


def _iso(us: int) -> str:
    return f"{from_us(us - us % SECOND).replace(tzinfo=None).isoformat()}Z"
