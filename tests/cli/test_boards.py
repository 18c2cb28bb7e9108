"""Boards by command line: from a template's list to a version that is taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.boards import changed, small
from tests.scene import fill
from waypost.cli.app import app
from waypost.domain.instants import now_us
from waypost.services.app import Waypost


def waypost(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["boards", *arguments])


@pytest.fixture
def db(sqlite_url: str) -> tuple[str, str]:
    return "--db", sqlite_url


def said(*arguments: str) -> Any:
    done = waypost(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def written(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value), "utf-8")
    return str(path)


def test_templates_are_listed_in_both_languages() -> None:
    found = said("templates")
    assert len(found) >= 12
    assert all(row.keys() == {"id", "industry", "zh", "en"} and all(row.values()) for row in found)
    assert found[0]["zh"] in waypost("templates").stdout


def test_a_board_from_file_to_force_and_back(db: tuple[str, str], tmp_path: Path) -> None:
    assert {row["state"] for row in said("list", *db)} == {"derived"}
    path = written(tmp_path / "board.json", small().as_json())
    assert said("publish", path, "--comment", "new", *db) == {"id": "gift-cards", "version": 1, "journey": 1}
    second = written(tmp_path / "second.json", changed(small(), "payment", owner="Ann").as_json())
    draft = said("import", second, *db)
    assert (draft["id"], draft["base_version"]) == ("gift-cards", 1)
    assert said("publish", draft["draft"], *db)["version"] == 2
    assert said("diff", "gift-cards", "1", "2", *db)["changed"] == {"payment": ["owner"]}
    assert said("rollback", "gift-cards", "1", *db)["version"] == 3
    assert said("show", "gift-cards", *db) == small().as_json() == said("show", "gift-cards", "--version", "1", *db)
    out = tmp_path / "out.json"
    assert said("export", "gift-cards", str(out), *db)["version"] == 3
    assert json.loads(out.read_text("utf-8")) == said("export", "gift-cards", "--version", "3", *db)
    assert said("import", str(out), *db)["id"] == "gift-cards"
    assert said("retire", "gift-cards", *db) == {"id": "gift-cards", "retired": True}
    assert said("unretire", "gift-cards", *db)["version"] == 4
    assert {row["id"]: row["drafts"] for row in said("list", *db)}["gift-cards"] == 1
    assert "礼品卡" in waypost("list", *db).stdout


def test_a_board_is_tried_on_the_orders_there_are(db: tuple[str, str], tmp_path: Path) -> None:
    with Waypost.open(db[1]) as opened:
        fill(opened, now_us())
        total = len(opened.view().journey)
    path = written(tmp_path / "board.json", small().model_copy(update={"priority": 99}).as_json())
    found = said("replay", path, *db)
    assert (found["board"], found["orders"], found["moved"]) == ("gift-cards", total, total)
    assert {move["after"]["journey"] for move in found["moves"]} == {"gift-cards"}
    draft = said("import", path, *db)["draft"]
    assert said("replay", draft, "--days", "4000", *db)["outcomes"] == found["outcomes"]
    assert "payment" in waypost("replay", draft, *db).stdout
    assert waypost("replay", "nodraft", *db).exit_code == 2


def test_what_is_wrong_is_named(db: tuple[str, str], tmp_path: Path) -> None:
    broken = written(tmp_path / "broken.json", changed(small(), "delivery", end=[]).as_json())
    done = waypost("validate", broken, *db, "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["sound"], {p["block"] for p in found["problems"] if p["level"] == "error"}) == (False, {"delivery"})
    assert "delivery" in waypost("validate", broken, *db).stdout
    assert said("validate", written(tmp_path / "sound.json", small().as_json()), *db)["sound"] is True
    done = waypost("publish", broken, *db, "--json")
    assert (done.exit_code, json.loads(done.stdout)["field"]) == (2, "blocks.delivery.end")
    with Waypost.open(db[1]) as opened:
        assert opened.boards.drafts() == []  # nothing is left lying about
    (tmp_path / "no.json").write_text("{", "utf-8")
    for arguments in (
        ("publish", str(tmp_path / "no.json")),
        ("publish", str(tmp_path / "nowhere.json")),
        ("publish", "nodraft"),
        ("show", "nothing"),
        ("rollback", "returns", "7"),
        ("import", written(tmp_path / "list.json", [])),
    ):
        assert waypost(*arguments, *db).exit_code == 2
