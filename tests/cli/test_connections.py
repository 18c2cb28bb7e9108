"""`waypost connections` from adding a shop to removing it, as a script would use it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.corner import shop as corner
from waypost.cli.app import app
from waypost.services.connections import service


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Run a command with --json on a database of its own; returns the exit code and what it printed."""
    monkeypatch.setattr(service, "discover", corner.registry)
    monkeypatch.setenv("SHOP_KEY", corner.KEY)
    runner = CliRunner()

    def call(*words: str) -> tuple[int, Any]:
        found = runner.invoke(app, ["connections", *words, "--db", f"sqlite:///{tmp_path / 'w.db'}", "--json"])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, json.loads(found.stdout)

    return call


@pytest.fixture
def shop():
    with corner.opened() as shop:
        shop.sell(4)
        yield shop


def test_a_shop_is_added_tested_sampled_started_pulled_paused_and_removed(call, shop):
    added = call("add", "corner_shop", "--name", "My shop", "--set", f"url={shop.url}", "--set", "api_key=env:SHOP_KEY")
    assert added == (0, {"key": "my-shop", "state": "draft"})
    assert call("test", "my-shop")[1]["ok"]
    assert call("sample", "my-shop")[1]["order"].startswith("C-000")
    assert call("run", "my-shop")[1]["field"] == "key"  # a draft does not run
    assert call("start", "my-shop")[1]["state"] == "running"
    code, told = call("run", "my-shop")
    assert (code, told["accepted"], told["refused"]) == (0, 12, 0)
    assert call("run", "my-shop")[1]["accepted"] == 0
    shown = call("show", "my-shop")[1]
    assert shown["settings"]["api_key"] is None
    assert len(shown["runs"]) == 2
    assert corner.KEY not in json.dumps(shown)
    (row,) = call("list")[1]
    assert (row["state"], row["events_last_hour"], row["quarantined"]) == ("running", 12, 0)
    assert call("reseal")[1]["connections"] == 1
    assert call("test", "my-shop")[1]["ok"]
    assert call("pause", "my-shop")[1]["state"] == "paused"
    assert call("remove", "my-shop")[1]["state"] == "removed"
    assert call("list") == (0, [])


def test_a_wrong_key_ends_with_1_and_says_what_to_do(call, shop):
    call("add", "corner_shop", "--set", f"url={shop.url}", "--set", "api_key=wrong-key")
    code, told = call("test", "corner-shop")
    assert (code, told["code"], told["ok"]) == (1, "bad_credentials", False)
    assert told["remedy"]
    call("start", "corner-shop")
    code, told = call("run", "corner-shop")
    assert (code, told["ok"]) == (1, False)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["add", "corner_shop", "--set", "api_key=wrong-key"], "url"),
        (["add", "corner_shop", "--set", "colour=red"], "set"),
        (["add", "corner_shop", "--set", "api_key=env:NOBODY_SET_THIS"], "api_key"),
    ],
)
def test_a_wrong_setting_is_named(call, shop, words, field):
    code, told = call(*words)
    assert (code, told["field"]) == (2, field)
    assert told["remedy"]


def test_what_is_not_there_is_said(call, shop):
    assert "no connection" in call("test", "nothing")[1]["error"]
    assert "no connector" in call("add", "nothing")[1]["error"]
