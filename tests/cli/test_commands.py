"""The command line as its users call it: JSON out, exit codes, errors with field and remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.scene import fill
from tests.support import environment
from waypost import __version__
from waypost.cli.app import app
from waypost.domain.instants import SECOND, now_us
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.services.app import Waypost


def waypost(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def said(*arguments: str) -> Any:
    done = waypost(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def olist_like(tmp_path: Path) -> Path:
    """A folder with the columns of the Olist orders file and three orders of our own."""
    header = (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
        "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date"
    )
    rows = [
        "o1,c1,delivered,2019-01-01 10:00:00,2019-01-01 11:00:00,2019-01-02 11:00:00,2019-01-05 11:00:00,"
        "2019-01-05 00:00:00",
        "o2,c2,delivered,2019-01-01 10:00:00,2019-01-03 11:00:00,2019-01-08 11:00:00,2019-01-12 00:00:00,"
        "2019-01-11 00:00:00",
        "o3,c3,canceled,2019-01-02 10:00:00,,,,2019-01-11 00:00:00",
    ]
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "olist_orders_dataset.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return folder


def test_import_kpi_orders_verify_rebuild(olist_like: Path, sqlite_url: str) -> None:
    importing = ("import", str(olist_like), "--preset", "olist", "--timezone", "America/Sao_Paulo", "--db", sqlite_url)
    first, second = said(*importing), said(*importing)
    assert (first["orders"], first["actual"], first["undated"], first["planned"]) == (3, 9, 3, 3)
    assert (first["inserted"], second["inserted"], second["duplicates"]) == (15, 0, 15)
    report = said(
        "kpi", "--journey", "marketplace-parcel", "--from", "2019-01-01", "--to", "2019-02-01", "--db", sqlite_url
    )
    stages = {stage["id"]: stage for stage in report["stages"]}
    # o1 came on the promised day, o2 the minute the promised day was over.
    assert (stages["promise"]["n"], stages["promise"]["yellow"], stages["promise"]["red"]) == (2, 0, 1)
    assert (stages["payment"]["n"], stages["payment"]["yellow"], stages["payment"]["red"]) == (2, 0, 1)
    assert (stages["warehouse"]["n"], stages["warehouse"]["red"]) == (2, 1)
    orders = said("orders", "--db", sqlite_url)
    assert {o["order"]: o["status"] for o in orders["orders"]} == {"o1": "delivered", "o2": "delivered", "o3": "ended"}
    assert said("verify", "--db", sqlite_url)["differences"] == 0
    assert said("rebuild", "--db", sqlite_url)["subjects"] == 3
    assert said("verify", "--db", sqlite_url)["differences"] == 0


def test_a_target_is_published_from_the_command_line(sqlite_url: str) -> None:
    changed = said(
        "journeys", "target", "marketplace-parcel", "payment", "--yellow", "1h", "--red", "2h", "--db", sqlite_url
    )
    assert changed["version"] == 2
    document = said("journeys", "show", "marketplace-parcel", "--db", sqlite_url)
    assert document["stages"][0]["target"]["red"] == "2h"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("kpi", "--journey", "nope", "--from", "2019-01-01", "--to", "2019-01-02"), None),
        (("kpi", "--journey", "marketplace-parcel", "--from", "01/02/2019", "--to", "2019-01-02"), "from"),
        (("orders", "--level", "purple"), "level"),
        (("orders", "--due", "ok"), "due"),
        (("journeys", "target", "marketplace-parcel", "payment", "--yellow", "soon"), "stages.0.target.yellow"),
    ],
)
def test_errors_name_the_field_and_exit_with_2(arguments: tuple[str, ...], field: str | None, sqlite_url: str) -> None:
    done = waypost(*arguments, "--db", sqlite_url, "--json")
    assert done.exit_code == 2
    answer = json.loads(done.stdout)
    assert answer["error"]
    assert answer.get("field") == field


def test_a_database_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "no.db"
    path.write_text("this is no database, however long it may be" * 40)
    done = waypost("orders", "--db", f"sqlite:///{path}", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["field"] == "db"


def test_doctor_and_connectors(sqlite_url: str) -> None:
    said("db", "upgrade", "--db", sqlite_url)
    checks = {check["name"]: check["ok"] for check in said("doctor", "--db", sqlite_url)}
    assert checks["database"]
    assert checks["tables"]
    assert checks["audit"]
    assert isinstance(said("connectors"), list)


def test_a_new_user_gets_a_link(sqlite_url: str) -> None:
    made = said("users", "add", "lin", "--role", "operator", "--db", sqlite_url)
    assert "/login/link/" in made["login_link"]
    assert [u["name"] for u in said("users", "list", "--db", sqlite_url)] == ["lin"]
    assert waypost("users", "add", "lin", "--db", sqlite_url, "--json").exit_code == 2


def test_it_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "waypost.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=True)
    assert done.stdout.strip() == __version__


def test_tracking_links_and_merchants(sqlite_url: str, tmp_path: Path) -> None:
    with Waypost.open(sqlite_url) as held:
        fill(held, now_us())
    db = ("--db", sqlite_url)
    assert said("tracking", "merchants", "list", *db) == []
    logo = tmp_path / "mark.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    given = ("--name", "Tea & Co", "--origin", "https://Shop.example", "--zone", "Asia/Shanghai", "--logo", str(logo))
    assert said("tracking", "merchants", "set", "tea", *given, *db)["origins"] == ["https://shop.example"]
    changed = said("tracking", "merchants", "set", "tea", "--help-en", "Call us", *db)
    assert (changed["name"], changed["help_en"], changed["logo"][:14]) == ("Tea & Co", "Call us", "data:image/svg")
    issue = ("tracking", "issue", "P-3", "--merchant", "tea", "--days", "3", "--base", "https://track.example/")
    made = said(*issue, *db)
    assert (made["order"], made["url"]) == ("A-3", f"https://track.example/t/{made['token']}")
    (listed,) = said("tracking", "list", "--order", "A-3", *db)
    assert (listed["id"], listed["state"], "token" in listed) == (made["id"], "active", False)
    assert said("tracking", "revoke", str(made["id"]), *db)["state"] == "revoked"
    for wrong, field in (("--origin", "origins"), ("--colour", "colour"), ("--help-url", "help_url")):
        done = waypost("tracking", "merchants", "set", "tea", wrong, "nonsense!", *db, "--json")
        assert (done.exit_code, json.loads(done.stdout)["field"]) == (2, field)
    assert waypost("tracking", "issue", "nothing", *db).exit_code == 2
    assert waypost("tracking", "merchants", "remove", "tea", *db).exit_code == 2


def test_positions_are_listed_and_one_vehicle_with_its_trail(sqlite_url: str) -> None:
    assert said("positions", "list", "--db", sqlite_url) == {"total": 0, "positions": []}
    start = 1_774_000_000 * SECOND
    truck, van = Subject(SubjectKind.VEHICLE, "truck-7"), Subject(SubjectKind.VEHICLE, "van-2")
    with Waypost.open(sqlite_url) as opened:
        opened.positions.take(Position(truck, start + n * 60 * SECOND, 31 + n / 100, 121, source="t") for n in range(3))
        opened.positions.take([Position(van, start, 30, 120, battery=40, source="t")])
    found = said("positions", "list", "--db", sqlite_url)
    assert [(row["vehicle"], row["at"]) for row in found["positions"]] == [
        ("truck-7", "2026-03-20T09:48:40Z"),
        ("van-2", "2026-03-20T09:46:40Z"),
    ]
    (row,) = said("positions", "list", "truck-7", "--db", sqlite_url)["positions"]
    assert [point["lat"] for point in row["trail"]] == [31, 31.01, 31.02]
    refused = waypost("positions", "list", "no-such", "--db", sqlite_url)
    assert refused.exit_code == 2
    assert "truck-7" in waypost("positions", "list", "--db", sqlite_url).stdout
