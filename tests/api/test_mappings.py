"""Mapping tables over HTTP and by command line: who may, what is refused, and that history follows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.running import Running, running
from waypost.cli.app import app

ODD = "https://api.carrier.example/v1"
WORDS = {"words": {"status:da": "delivery.delivered"}, "notes": {"status:da": "asked them"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, str]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('words') / 'words.db'}"
    with running(url) as server:
        for source in ("carrier.example", ODD):
            assert server.post("/api/v1/events", [event(source, n) for n in range(3)])[1]["unmapped"] == 3
        yield server, url


@pytest.fixture
def server(served: tuple[Running, str]) -> Running:
    return served[0]


def event(source: str, n: int) -> dict[str, Any]:
    """A word that nobody has mapped."""
    return {
        "specversion": "1.0",
        "id": f"e{n}",
        "source": source,
        "type": "status:da",
        "subject": f"parcel/{source[:5]}{n}",
        "time": "2026-11-20T10:00:00Z",
        "data": {"evidence": "scanned"},
    }


def put(server: Running, path: str, body: Any) -> tuple[int, Any]:
    return server.call("PUT", path, json.dumps(body).encode())


def test_a_table_is_tried_published_and_read_over_history(server: Running) -> None:
    path = "/api/v1/mappings/carrier.example"
    status, tried = server.post(path, WORDS)
    assert (status, tried["moves"]) == (200, [{"from": "UNMAPPED", "to": "delivery.delivered", "events": 3}])
    assert server.get(path)[1]["version"] == 0
    status, made = put(server, f"{path}?base=0&comment=why", WORDS)
    assert (status, made["version"], made["comment"], made["notes"]) == (200, 1, "why", WORDS["notes"])
    until = time.monotonic() + 30
    while server.get(path)[1]["jobs"][0]["status"] != "done" and time.monotonic() < until:
        time.sleep(0.05)
    found = server.get(path)[1]
    assert (found["words"], found["versions"]) == (WORDS["words"], [1])
    assert {k: found["jobs"][0][k] for k in ("status", "changed")} == {"status": "done", "changed": 3}
    assert server.post("/api/v1/events", event("carrier.example", 9))[1]["status"] == "accepted"
    listed = {row["name"]: row for row in server.get("/api/v1/mappings")[1]["mappings"]}
    assert (listed["carrier.example"]["version"], listed["carrier.example"]["waiting"]) == (1, 0)


def test_a_name_that_no_path_can_hold_is_given_beside_it(server: Running) -> None:
    named = "/api/v1/mappings/-?source=https%3A%2F%2Fapi.carrier.example%2Fv1"
    assert server.get(named)[1]["source"] == ODD
    assert put(server, f"{named}&base=0", WORDS)[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("nobody.example", WORDS, 404, None),
        ("carrier.example?base=77", WORDS, 409, None),
        ("carrier.example?base=x", WORDS, 422, "base"),
        ("carrier.example", {"words": {"a": "no.code"}}, 422, "words.a"),
        ("carrier.example", {"words": ["a"]}, 422, "words"),
        ("carrier.example", [], 422, "body"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    server: Running, path: str, body: Any, status: int, field: str | None
) -> None:
    before = versions(server)
    answered, told = put(server, f"/api/v1/mappings/{path}", body)
    assert (answered, told.get("field")) == (status, field)
    assert versions(server) == before


def versions(server: Running) -> dict[str, int]:
    return {row["name"]: row["version"] for row in server.get("/api/v1/mappings")[1]["mappings"]}


def said(url: str, *arguments: str) -> Any:
    done = CliRunner().invoke(app, ["mappings", *arguments, "--db", url, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_command_line_does_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cli.db'}"
    from waypost.services import ingest
    from waypost.services.app import Waypost

    with Waypost.open(url) as waypost:
        events = [event("files.example", n) for n in range(4)]
        reading = ingest.read_body(json.dumps(events).encode(), waypost.vocabulary, waypost.now())
        waypost.submit(reading.said).result(60)
    assert said(url, "list")[0] == {"name": "files.example", "connector": "", "version": 0, "waiting": 1}
    path = tmp_path / "words.json"
    path.write_text(json.dumps(WORDS), "utf-8")
    assert said(url, "preview", "files.example", str(path))["events"] == 4
    assert said(url, "set", "files.example", "status:da", "nothing")["job"]["changed"] == 4
    assert said(url, "publish", "files.example", str(path), "--base", "1")["version"] == 2
    assert [c["after"] for c in said(url, "diff", "files.example", "0", "2")] == ["delivery.delivered"]
    assert said(url, "rollback", "files.example", "1")["words"] == {"status:da": "order.note_added"}
    assert said(url, "set", "files.example", "status:da", "-")["job"]["changed"] == 4
    assert said(url, "show", "files.example")["words"] == {}
    assert said(url, "replay", "files.example")[0]["changed"] == 0
    done = CliRunner().invoke(app, ["mappings", "set", "files.example", "x", "no.code", "--db", url])
    assert done.exit_code == 2
    done = CliRunner().invoke(app, ["mappings", "publish", "files.example", str(tmp_path / "no"), "--db", url])
    assert done.exit_code == 2
    verified = CliRunner().invoke(app, ["verify", "--db", url, "--json"])
    assert json.loads(verified.stdout)["differences"] == 0
