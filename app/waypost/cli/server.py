"""`waypost serve` and `waypost demo`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.access import keys
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, console, progress, show, told
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.ingest import MAX_EVENTS
from waypost.services.settings import Role, Settings, has_secret, kept_secret, read_settings
from waypost.store.engine import open_engine

DEMO_MARK = "demo"  # a setting that only a demo's database has
HostOption = Annotated[str, typer.Option("--host", envvar="WAYPOST_HOST", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", envvar="WAYPOST_PORT", help="Port to listen on.")]


@told
def serve(
    db: DbOption = DEFAULT_DB,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8501,
    role: Annotated[str, typer.Option(help="all | console | edge | worker")] = "all",
    trust_proxy: Annotated[
        list[str] | None, typer.Option(help="Address of a proxy whose headers are believed.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the server: console, API and login on one port."""
    from waypost.web import start

    settings = read_settings(db=db, host=host, port=port, role=_role(role), trusted_proxies=tuple(trust_proxy or ()))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    waypost = Waypost.open(db)
    link = start.first_link(waypost, settings)
    start.run(settings, waypost, lambda: _ready(settings, link, as_json))


@told
def demo(
    db: DbOption = "sqlite:///data/demo.db",
    host: HostOption = "127.0.0.1",
    port: PortOption = 8501,
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    days: Annotated[int, typer.Option(help="Days of history.")] = 60,
    speed: Annotated[float, typer.Option(help="How many times faster than real time events come.")] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Open the control tower on a live, realistic day of orders; all of it simulated."""
    from waypost.simulate.company import Company
    from waypost.simulate.drives import Drives
    from waypost.simulate.feeder import Feeder
    from waypost.web import start

    settings = read_settings(db=db, host=host, port=port)
    start.check_port(settings)
    _clear(db)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    waypost = Waypost.open(db)
    kept_secret(waypost.engine, DEMO_MARK)
    company = Company(seed=seed, now_us=now_us(), days=days)
    load_history(waypost, company)
    key, _ = keys.create(waypost.engine, "demo feed", ["events:write"], now_us(), "demo")
    stop = threading.Event()
    feeder = Feeder(company, f"http://{_reachable(host)}:{port}", key, lambda: speed, stop)
    waypost.clock = feeder.clock.now_us  # its time runs faster than ours
    drives = Drives(company, feeder.clock.now_us, waypost.positions.take, stop)
    link = start.first_link(waypost, settings)

    def ready() -> None:
        feeder.start()
        drives.start()
        _ready(settings, link, as_json)

    try:
        start.run(settings, waypost, ready)
    finally:
        stop.set()


def load_history(waypost: Waypost, company: Any) -> int:
    """Store a simulated company's past through the same reading and writing as the API's."""
    from waypost.connect.cloudevents import read_event

    done, now = 0, now_us()
    events: Iterator[dict[str, Any]] = iter(company.history())
    waiting: list[Any] = []
    with progress("Loading the history") as update:
        while batch := list(islice(events, MAX_EVENTS)):
            waiting.append(waypost.submit([read_event(event, waypost.vocabulary, now) for event in batch]))
            if len(waiting) > 3:
                waiting.pop(0).result()
            done += len(batch)
            update(done, None)
    for future in waiting:
        future.result()
    return done


def _ready(settings: Settings, link: str | None, as_json: bool) -> None:
    base = f"http://{_reachable(settings.host)}:{settings.port}"
    found = {"url": base, "login_link": link, "role": settings.role}
    show(found, as_json, lambda: _say(base, link))


def _say(base: str, link: str | None) -> None:
    console.print(f"\nWaypost is running at [bold]{base}[/bold]  (Ctrl+C stops it)")
    if link:
        # Printed bare, in one piece: this link is the only way in, and it must survive a copy.
        print(f"\nFirst login (works once, for 30 minutes):\n{link}\n", flush=True)
    else:
        print(f"\nLog in at {base}/login\n", flush=True)


def _reachable(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host


def _role(role: str) -> Role:
    if role not in ("all", "console", "edge", "worker"):
        raise typer.BadParameter("all, console, edge or worker", param_hint="--role")
    return role  # type: ignore[return-value]


def _clear(db: str) -> None:
    """Remove the last demo's SQLite file; a database that is no demo's is never touched."""
    path = Path(db.removeprefix("sqlite:///")) if db.startswith("sqlite:///") else None
    if path is None or path.exists():
        engine = open_engine(db)
        try:
            demo_only = has_secret(engine, DEMO_MARK)
        finally:
            engine.dispose()
        if not demo_only or path is None:
            raise FieldError("db", f"{db} holds data that are no demo's.", "Name another file: --db data/demo.db")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
