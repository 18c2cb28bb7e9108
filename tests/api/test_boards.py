"""Boards over HTTP: keys and people of each role, two who save at once, what is refused and with what remedy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.boards import changed, small, text_panel
from tests.running import Running, make_key, running
from waypost.access import accounts, keys, sessions
from waypost.access.sessions import SessionPolicy
from waypost.domain.instants import now_us
from waypost.services.app import Waypost

ROLES = {
    "vic": "viewer",
    "ann": "configurator_editor",
    "bob": "configurator_editor",
    "pat": "configurator_publisher",
    "eve": "approver",
}


@dataclass
class Person:
    """Somebody who is signed in."""

    base: str
    cookie: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, str]:
        """Status, answer and ETag."""
        given = {"Cookie": self.cookie, "Origin": self.base, **{n.replace("_", "-"): v for n, v in headers.items()}}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read()), answer.headers.get("ETag", "")
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read()), ""

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer."""
        return self.ask("POST", path, {} if body is None else body)[:2]


@dataclass
class Office:
    """A server, a key for everything, one that configures, and the people."""

    server: Running
    key: Running
    people: dict[str, Person]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path_factory.mktemp('boards') / 'boards.db'}"
    whole = make_key(url)
    with Waypost.open(url) as waypost:
        now = now_us()
        cookies = {}
        for name, role in ROLES.items():
            made = accounts.create(waypost.engine, name, role, now, "test")
            cookies[name] = f"waypost_session={sessions.create(waypost.engine, made.id, now, SessionPolicy())}"
        scopes = ["data:read", "journeys:write"]
        narrow, _ = keys.create(waypost.engine, "configures", scopes, now, "test", rate=0)
    with running(url, key=whole) as server:
        people = {name: Person(server.base, cookie) for name, cookie in cookies.items()}
        yield Office(server, Running(server.base, narrow, server.process), people)


def test_four_people_put_a_board_into_force(office: Office) -> None:
    ann, bob, pat, eve, vic = (office.people[name] for name in ("ann", "bob", "pat", "eve", "vic"))
    status, held, etag = ann.ask("POST", "/drafts", {"document": small("shared").as_json()})
    assert (status, held["status"], held["rev"], etag) == (201, "draft", 1, '"1"')
    path = f"/drafts/{held['id']}"
    # Two save what they changed of the same revision.
    mine, theirs = text_panel(small("shared"), "a").as_json(), text_panel(small("shared"), "b").as_json()
    assert bob.ask("PUT", f"{path}?base=1", theirs)[1]["merged"] is False
    status, saved, etag = ann.ask("PUT", f"{path}?base=1", mine)
    assert (status, saved["rev"], saved["merged"], saved["conflicts"], etag) == (200, 3, True, [], '"3"')
    assert {"a", "b"} <= {block["id"] for block in saved["document"]["blocks"]}
    assert ann.ask("PUT", path, mine, If_Match='"2"')[0] == 412
    status, told, _ = bob.ask("PUT", f"{path}?base=1", changed(small("shared"), "payment", owner="B").as_json())
    assert (status, told["rev"]) == (200, 4)
    status, told, _ = ann.ask("PUT", f"{path}?base=1", changed(small("shared"), "payment", owner="A").as_json())
    assert [(c["block"], c["mine"], c["theirs"]) for c in told["conflicts"]] == [("payment", "A", "B")]
    assert ann.post(f"{path}/comment", {"comment": "9 days?", "block": "payment"})[1]["block"] == "payment"
    assert vic.post(f"{path}/comment", {"comment": "hello"})[0] == 403
    assert ann.post(f"{path}/submit", {"comment": "look"})[1]["status"] == "review"
    status, told = ann.post(f"{path}/approve")
    assert (status, told["code"]) == (403, "role")
    assert eve.post(f"{path}/reject", {})[1]["field"] == "comment"
    assert eve.post(f"{path}/approve", {"rev": 3})[0] == 409  # there is revision 4 by now
    assert eve.post(f"{path}/approve", {"rev": 4})[1]["approved_by"] == "eve"
    assert pat.post(f"{path}/publish", {"comment": "go"})[1]["version"] == 1
    status, told = pat.post(f"{path}/publish")
    assert (status, told["code"], told["remedy"]) == (409, "closed", "Start a new draft of this board.")
    found = vic.ask("GET", "/boards/shared")[1]
    assert (found["version"], found["by"], found["comment"]) == (1, "pat", "go")
    assert [r["kind"] for r in vic.ask("GET", f"{path}/comments")[1]["comments"]] == [
        "comment", "submitted", "approved", "published",
    ]  # fmt: skip
    assert [r["how"] for r in vic.ask("GET", f"{path}/revisions")[1]["revisions"]] == [
        "merged", "merged", "saved", "imported",
    ]  # fmt: skip


def test_a_key_writes_boards_but_approves_none(office: Office) -> None:
    document = small("keyed").as_json()
    status, held = office.key.post("/api/v1/drafts", {"document": document})
    assert status == 201
    path = f"/api/v1/drafts/{held['id']}"
    assert office.key.post(f"{path}/submit", {})[1]["status"] == "review"
    for key in (office.key, office.server):
        status, told = key.post(f"{path}/approve", {})
        assert (status, told["field"]) == (403, "Authorization")
    assert office.key.post(f"{path}/publish", {}) == (
        409,
        {"error": "Nobody has approved this draft.", "code": "not_approved", "field": "status",
         "remedy": "Ask for a review first."},
    )  # fmt: skip
    assert office.server.post(f"{path}/publish", {})[1]["version"] == 1  # an administrator's, which may do it alone
    # A journey that has a board is changed with it only.
    journey = office.server.get("/api/v1/journeys/keyed")[1]["document"]
    status, told = office.key.call("PUT", "/api/v1/journeys/keyed", json.dumps(journey).encode())
    assert (status, told["field"]) == (422, "id")


def test_versions_are_compared_carried_away_and_taken_back(office: Office) -> None:
    server, name = office.server, "carried"
    for document in (small(name), text_panel(changed(small(name), "payment", owner="Ann"), "note")):
        held = server.post("/api/v1/drafts", {"document": document.as_json()})[1]
        assert server.post(f"/api/v1/drafts/{held['id']}/publish", {})[0] == 200
    found = server.get(f"/api/v1/boards/{name}/diff")[1]
    assert (found["before"], found["after"], found["diff"]["added"]) == (1, 2, ["note"])
    assert found["diff"]["changed"] == {"payment": ["owner"]}
    exported = server.get(f"/api/v1/boards/{name}/export?version=1")[1]
    assert exported["board"] == small(name).as_json()
    assert office.key.post(f"/api/v1/boards/{name}/rollback", {"version": 1})[1]["version"] == 3
    assert server.get(f"/api/v1/boards/{name}")[1]["document"] == small(name).as_json()
    assert [v["version"] for v in server.get(f"/api/v1/boards/{name}?version=2")[1]["versions"]] == [1, 2, 3]
    assert server.post(f"/api/v1/boards/{name}/retire", {"comment": "over"})[0] == 200
    listed = {board["id"]: board["state"] for board in server.get("/api/v1/boards")[1]["boards"]}
    assert (listed[name], listed["returns"]) == ("retired", "derived")
    assert server.post(f"/api/v1/boards/{name}/unretire", {})[1]["version"] == 4
    assert server.get("/api/v1/boards/returns")[1]["version"] == 0


def test_a_board_is_tried_before_it_is_published(office: Office) -> None:
    status, found = office.people["vic"].post("/board-replays", {"document": small("tried").as_json(), "days": 30})
    assert (status, found["board"], found["orders"], found["moves"]) == (200, "tried", 0, [])
    assert [block["id"] for block in found["blocks"]] == ["payment", "delivery"]
    held = office.people["ann"].post("/drafts", {"document": small("tried").as_json()})[1]
    assert office.people["vic"].post("/board-replays", {"draft": held["id"]})[1]["blocks"] == found["blocks"]
    assert office.people["vic"].post("/board-replays", {"days": -1})[1]["field"] == "days"


def test_templates_checks_and_schemas(office: Office) -> None:
    vic, ann = office.people["vic"], office.people["ann"]
    found = vic.ask("GET", "/board-templates")[1]["templates"]
    assert len(found) >= 12
    status, held = ann.post("/drafts", {"template": found[0]["id"]})
    assert (status, held["document"]["blocks"]) == (201, found[0]["document"]["blocks"])
    assert vic.post("/board-checks", small().as_json())[1]["sound"] is True
    told = vic.post("/board-checks", changed(small(), "delivery", end=[]).as_json())[1]
    assert (told["sound"], told["problems"][0]["block"]) == (False, "delivery")
    for name in ("board.json", "journey.json"):
        assert vic.ask("GET", f"/schemas/{name}")[1]["properties"]["id"]
    assert vic.ask("GET", "/schemas/other.json")[0] == 404
    assert vic.post("/drafts", {})[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "/boards/nothing", None, 404, None),
        ("GET", "/boards/returns?version=x", None, 422, "version"),
        ("GET", "/boards/returns?version=9", None, 404, None),
        ("GET", "/drafts/nothing", None, 404, None),
        ("PUT", "/drafts/nothing", {}, 428, "base"),
        ("PUT", "/drafts/nothing?base=1", {}, 422, "id"),
        ("PUT", "/drafts/nothing?base=1", small().as_json(), 404, None),
        ("POST", "/drafts", {"board": "returns", "copy_of": "returns"}, 422, "copy_of"),
        ("POST", "/drafts", {"strange": 1}, 422, "strange"),
        ("POST", "/drafts", {"board": 7}, 422, "board"),
        ("POST", "/drafts", {"template": "nothing"}, 404, None),
        ("POST", "/drafts", {"document": {"id": "x"}}, 422, "name"),
        ("POST", "/drafts/nothing/dance", {}, 422, "act"),
        ("POST", "/drafts/nothing/restore", {}, 422, "rev"),
        ("POST", "/drafts/nothing/comment", {"comment": ""}, 422, "text"),
        ("POST", "/drafts/nothing/submit", [], 422, "body"),
        ("POST", "/boards/returns/dance", {}, 422, "act"),
        ("POST", "/boards/returns/rollback", {"version": True}, 422, "version"),
        ("POST", "/boards/re%00turns/retire", {}, 400, "path"),
    ],
)
def test_what_is_wrong_is_named(
    office: Office, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    sent = None if body is None else json.dumps(body).encode()
    answered, told = office.server.call(method, f"/api/v1{path}", sent)
    assert (answered, told.get("field")) == (status, field)
    assert told["error"]
