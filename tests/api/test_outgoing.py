"""Webhooks through the API and the command line: who may, what is refused, and the documented check of a signature."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.receiver import receiver
from tests.running import running
from waypost.access import keys
from waypost.cli.app import app
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.outgoing.signing import headers, new_secret

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text("utf-8")


def test_the_documented_check_takes_what_is_genuine_and_nothing_else():
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)
    check, secret, now = space["is_genuine"], new_secret(), int(time.time())
    body = json.dumps({"test": True}).encode()
    given = headers(secret, "msg_1", now, body)
    assert check(secret, given, body)
    assert check(secret, {**given, "webhook-signature": "v1,b2xk " + given["webhook-signature"]}, body)
    assert not check(secret, given, body + b" ")
    assert not check(new_secret(), given, body)
    assert not check(secret, {**given, "webhook-id": "msg_2"}, body)
    assert not check(secret, headers(secret, "msg_1", now - 301, body), body)


def test_the_document_names_what_really_is_sent():
    (text,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    (event,) = json.loads(text)
    assert set(event) >= {"specversion", "id", "source", "type", "subject", "time", "data"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory):
    """A server with a receiver beside it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    url = f"sqlite:///{tmp_path_factory.mktemp('hooks') / 'waypost.db'}"
    with running(url, "worker") as server, receiver() as hook:
        yield server, hook, url
    patch.undo()


def test_a_subscription_from_first_to_last(town):
    server, hook, _ = town
    status, added = server.post("/api/v1/subscriptions", {"name": "desk", "url": hook.url, "filter": {"stages": True}})
    assert status == 201
    key, secret = added["key"], added["secret"]
    assert server.post(f"/api/v1/subscriptions/{key}/test", {})[1]["delivered"]
    event = {"specversion": "1.0", "id": "1", "source": "shop", "type": "payment.captured", "subject": "order/1"}
    server.post("/api/v1/events", {**event, "time": "2026-03-01T00:00:00Z"})
    hook.wait(lambda got: len(got) == 2)
    assert [e["type"] for e in hook.messages[1].events] == ["payment.captured", "waypost.stage_changed"]
    assert all(message.signed_with(secret) for message in hook.messages)
    (listed,) = server.get("/api/v1/subscriptions")[1]["subscriptions"]
    assert (listed["key"], listed["state"], "secret" in listed) == (key, "active", False)
    assert server.post(f"/api/v1/subscriptions/{key}/pause", {})[1]["state"] == "paused"
    assert server.post(f"/api/v1/subscriptions/{key}/replay", {"since": "2026-01-01T00:00:00Z"})[1] == {"events": 1}
    assert server.post(f"/api/v1/subscriptions/{key}/resume", {})[1]["state"] == "active"
    hook.wait(lambda got: len(got) == 3)
    assert server.get(f"/api/v1/subscriptions/{key}/deliveries")[1]["deliveries"][0]["n"] == 2
    assert server.call("DELETE", f"/api/v1/subscriptions/{key}")[0] == 204
    assert server.get(f"/api/v1/subscriptions/{key}/deliveries")[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "url"),
        ({"name": "x", "url": "ftp://x"}, "url"),
        ({"name": "", "url": "http://127.0.0.1/"}, "name"),
        ({"name": "x", "url": "http://127.0.0.1/", "mode": "often"}, "mode"),
        ({"name": "x", "url": "http://127.0.0.1/", "secret": "short"}, "secret"),
        ({"name": "x", "url": "http://127.0.0.1/", "colour": "red"}, "colour"),
        ({"name": "x", "url": "http://127.0.0.1/", "since": "noon"}, "since"),
        ([], "body"),
    ],
)
def test_what_is_wrong_names_its_field(town, body, field):
    status, found = town[0].post("/api/v1/subscriptions", body)
    assert (status, found["field"]) == (422, field)
    assert found["remedy"]


def test_a_key_that_only_reads_may_not_even_look(town):
    server, _, url = town
    with Waypost.open(url) as waypost:
        raw, _ = keys.create(waypost.engine, "reader", ["data:read"], now_us(), "test")
    assert server.call("GET", "/api/v1/subscriptions", Authorization=f"Bearer {raw}")[0] == 403


def test_the_same_by_the_command_line(town):
    _, hook, url = town

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["webhooks", *words, "--db", url, "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.output)

    added = run("add", "desk", hook.url, "--code", "return.*", "--no-events", "--stages", "--single")
    key = added["key"]
    assert added["filter"] == {"codes": ["return.*"], "journeys": [], "events": False, "stages": True}
    assert run("test", key)["delivered"]
    assert run("list")[0]["key"] == key
    assert run("pause", key)["state"] == "paused"
    assert run("resume", key)["state"] == "active"
    assert run("deliveries", key) == []
    assert run("replay", key, "--since", "2026-01-01", code=2)["field"] == "since"
    assert run("remove", key)["removed"]
    assert run("test", key, code=2)["error"]


def test_tables_come_as_files_through_the_api(town):
    import io
    import urllib.request

    import polars as pl

    server, _, url = town
    event = {"specversion": "1.0", "source": "shop", "type": "payment.captured", "time": "2026-03-01T00:00:00Z"}
    data = {"word": "call 13800138000", "attributes": {"customer": "=C-1", "channel": "=HYPERLINK()"}}
    events = [{**event, "id": f"x{n}", "subject": f"order/x{n}", "data": data} for n in range(3)]
    assert server.post("/api/v1/events", events)[0] == 200

    def fetch(path: str, key: str = server.key) -> tuple[Any, bytes]:
        request = urllib.request.Request(server.base + path, headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.headers, answer.read()

    head, raw = fetch("/api/v1/orders?q=x&format=csv&limit=1")
    assert head["Content-Type"].startswith("text/csv")
    assert re.search(r'filename="orders-\d{8}T\d{4}Z\.csv"', head["Content-Disposition"])
    rows = pl.read_csv(io.BytesIO(raw))
    assert sorted(rows["order"]) == ["x0", "x1", "x2"]  # all of them, whatever page was asked for
    assert set(rows["channel"]) == {"'=HYPERLINK()"}
    _, raw = fetch("/api/v1/orders?q=x&format=parquet")
    assert pl.read_parquet(io.BytesIO(raw)).height == 3
    _, raw = fetch("/api/v1/events?format=parquet&code=payment.captured")
    told = pl.read_parquet(io.BytesIO(raw))
    assert any("13800138000" in (word or "") for word in told["word"])  # this key is an administrator's
    with Waypost.open(url) as waypost:
        reader, _ = keys.create(waypost.engine, "reader 2", ["data:read"], now_us(), "test")
    _, raw = fetch("/api/v1/events?format=csv", reader)
    assert b"13800138000" not in raw
    _, raw = fetch("/api/v1/orders?q=x&format=xlsx")
    assert raw[:2] == b"PK"
    status, found = server.get("/api/v1/events?limit=2")
    assert (status, len(found["events"])) == (200, 2)
    following = server.get(f"/api/v1/events?limit=1&after={found['after']}")[1]["events"]
    assert following[0]["id"] > found["after"]
    server.post("/api/v1/events", [{**event, "id": "bad", "subject": "nobody"}])
    assert b"subject" in fetch("/api/v1/quarantine?format=csv")[1]
    for path in ("/api/v1/orders?format=pdf", "/api/v1/events?limit=9999", "/api/v1/events?from=noon"):
        assert server.get(path)[0] == 422
    assert server.get("/api/v1/orders?returns=never")[1]["field"] == "returns"
