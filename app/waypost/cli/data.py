"""Commands on data: import, kpi, orders, rebuild, verify."""

from __future__ import annotations

from functools import partial
from math import ceil
from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.api.read import order_json
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, progress, show, table, told
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services import kpi as kpis
from waypost.services import verify as verification
from waypost.services.app import Waypost
from waypost.services.housekeeping.comparison import keep_whole
from waypost.services.live import OrderQuery
from waypost.services.rollup_check import compare_rollups
from waypost.services.search import search_keys


@told
def import_(
    path: Annotated[Path, typer.Argument(help="A file or a folder of tables (CSV, TSV, Parquet, Excel).")],
    preset: Annotated[str | None, typer.Option(help="A mapping that comes with Waypost, for instance olist.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A mapping document (JSON); see docs/import.md.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of local times without one, an IANA name.")] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Import orders and events from table files; running it again adds nothing twice."""
    from waypost.services.importing import import_path

    with Waypost.open(db) as waypost, progress("Importing", as_json) as update:
        report = import_path(waypost, path, preset=preset, mapping=mapping, zone=timezone, progress=update)
    found = report.as_dict()
    show(found, as_json, lambda: table("Imported", ["what", "n"], [[k, v] for k, v in found.items()]))


@told
def kpi(
    journey: Annotated[str, typer.Option(help="Journey, for instance marketplace-parcel.")],
    start: Annotated[str, typer.Option("--from", help="First local day, or an instant.")],
    end: Annotated[str, typer.Option("--to", help="The end, exclusive.")],
    exact: Annotated[bool, typer.Option("--exact", help="Exact percentiles, however many orders there are.")] = False,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Print how long stages took and how many missed their targets, in [from, to)."""
    with Waypost.open(db) as waypost:
        report = kpis.report(waypost.current(), journey, start, end, exact=exact)
    found, near = report.as_json(), report.within_percent
    told = "" if near is None else f"; percentiles within {ceil(near * 10) / 10} %, exact with --exact"
    columns = ["id", "n", "p50_s", "p95_s", "yellow", "red", "open", "open_yellow", "open_red"]
    rows = [[stage[name] for name in columns] for stage in found["stages"]]
    show(found, as_json, lambda: table(f"{journey} v{found['version']}, {found['zone']}{told}", columns, rows))


@told
def orders(
    search: Annotated[str | None, typer.Argument(help="The start of any id: order, parcel, customer ...")] = None,
    journey: Annotated[str | None, typer.Option()] = None,
    stage: Annotated[str | None, typer.Option(help="Only orders now in this stage.")] = None,
    level: Annotated[str | None, typer.Option(help="ok | yellow | red")] = None,
    status: Annotated[str | None, typer.Option(help="open | delivered | ended | unassigned")] = None,
    due: Annotated[str | None, typer.Option(help="yellow | red: turns so within that time if nothing happens")] = None,
    within: Annotated[int, typer.Option(min=0, max=44_640, help="Minutes, for --due.")] = 60,
    sort: Annotated[str, typer.Option(help="risk | newest | oldest | value")] = "risk",
    limit: Annotated[int, typer.Option(min=0, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """List orders, those most at risk first."""
    _one_of("level", level, ("ok", "yellow", "red"))
    _one_of("status", status, ("open", "delivered", "ended", "unassigned"))
    _one_of("due", due, ("yellow", "red"))
    _one_of("sort", sort, ("risk", "newest", "oldest", "value"))
    with Waypost.open(db) as waypost:
        keys = search_keys(waypost.engine, search) if search else None
        query = OrderQuery(journey, stage, level, status, (), keys, sort, limit, offset, None, due, within)
        found = waypost.current().orders(query)
    rows = [order_json(row) for row in found.rows]
    columns = ["order", "status", "stage", "level", "cause", "due", "promised", "delivered"]
    cells = [[row[name] for name in columns] for row in rows]
    title = f"{len(rows)} of {found.total} orders"
    show({"total": found.total, "orders": rows}, as_json, lambda: table(title, columns, cells))


@told
def rebuild(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Write every state anew from the events."""
    with Waypost.open(db) as waypost, progress("Rebuilding", as_json) as update:
        preparing = partial(update, of="Making segments")
        found: dict[str, Any] = {"subjects": verification.rebuild(waypost.engine, update, preparing)}
    show(found, as_json, lambda: print(f"{found['subjects']} subjects written anew from their events."))


@told
def verify(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Recompute states from events and figures from states, and compare; exit code 1 when something differs."""
    with Waypost.open(db) as waypost, progress("Verifying", as_json) as update:
        found = verification.verify(waypost.engine, update)
        keep_whole(waypost.engine, found, now_us())
        rollups = compare_rollups(waypost.current())
    words = f"{found.subjects} subjects, {found.events} events, {found.differences} differences."
    words += f" {rollups.figures} figures of rollups, {len(rollups.differences)} differences."
    told = {**found._asdict(), "rollups": rollups.as_json()}
    show(told, as_json, lambda: print(" ".join([words, *found.examples, *map(str, rollups.differences[:10])])))
    if found.differences or rollups.differences:
        raise typer.Exit(1)


def _one_of(name: str, value: str | None, words: tuple[str, ...]) -> None:
    if value is not None and value not in words:
        raise FieldError(name, f"'{value}' is not known.", f"Use one of: {', '.join(words)}.")
