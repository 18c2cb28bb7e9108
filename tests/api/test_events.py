"""POST /api/v1/events against a real server: what is accepted, and every way of being refused."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running, running

EVENT = {
    "specversion": "1.0",
    "id": "e1",
    "source": "shop.example",
    "type": "order.created",
    "subject": "order/1001",
    "time": "2026-11-20T10:00:00+08:00",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("edge")
    with running(f"sqlite:///{folder / 'edge.db'}") as started:
        yield started


def event(id_: str, **changes: Any) -> dict[str, Any]:
    return {**EVENT, "id": id_, **changes}


def test_a_single_event_is_stored_once(server: Running) -> None:
    assert server.post("/api/v1/events", event("single")) == (200, {"id": "single", "status": "accepted"})
    assert server.post("/api/v1/events", event("single")) == (200, {"id": "single", "status": "duplicate"})


def test_taken_or_refused_an_answer_has_the_headers_of_all_answers(server: Running) -> None:
    good, bad = json.dumps(event("headers")), json.dumps({**event("headers"), "source": ""})
    for body, key, status in ((good, server.key, 200), (bad, server.key, 422), (good, "wp_nobody", 401)):
        connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=60)
        headers = {"Authorization": f"Bearer {key}", "X-Waypost-User": "somebody"}
        connection.request("POST", "/api/v1/events", body, headers)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("content-type")) == (status, "application/json")
        assert int(answer.getheader("content-length") or 0) == len(answer.read())
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert answer.getheader("content-security-policy") == "frame-ancestors 'none'"
        connection.close()


def test_a_single_invalid_event_names_the_field(server: Running) -> None:
    status, answer = server.post("/api/v1/events", event("bad", time="1948-05-01T00:00:00Z"))
    assert status == 422
    assert answer["field"] == "time"
    assert answer["remedy"]


def test_a_batch_tells_what_became_of_each(server: Running) -> None:
    batch = [
        event("b1", subject="order/batch"),
        event("b1", subject="order/batch"),
        event("b2", subject="order/batch", type="parcel_left_the_building"),
        event("b3", subject="order/batch", time="2091-01-01T00:00:00Z"),
        {"nonsense": True},
    ]
    status, answer = server.post("/api/v1/events", batch)
    assert status == 200
    assert [r["status"] for r in answer["results"]] == [
        "accepted",
        "duplicate",
        "unmapped",
        "quarantined",
        "quarantined",
    ]
    assert answer["results"][3]["field"] == "time"
    assert answer["results"][4]["field"] == "specversion"
    _, held = server.get("/api/v1/quarantine")
    assert any(json.loads(h["raw"]).get("id") == "b3" for h in held["quarantine"])
    assert any(w["word"] == "parcel_left_the_building" for w in held["unmapped"])


def test_a_repaired_event_leaves_quarantine(server: Running) -> None:
    server.post("/api/v1/events", [event("q1", subject="order/q", time="2091-01-01T00:00:00Z"), event("q0")])
    _, held = server.get("/api/v1/quarantine")
    held_id = next(h["id"] for h in held["quarantine"] if json.loads(h["raw"])["id"] == "q1")
    repaired = event("q1", subject="order/q")
    assert server.post(f"/api/v1/quarantine/{held_id}/replay", repaired)[1]["status"] == "accepted"
    assert all(h["id"] != held_id for h in server.get("/api/v1/quarantine")[1]["quarantine"])
    assert server.get("/api/v1/orders/q")[0] == 200


BROKEN = {
    "truncated JSON": (b'[{"specversion": "1.0", "id": "x"', 422, "body"),
    "no JSON at all": (b"hello", 422, "body"),
    "empty": (b"", 422, "body"),
    "not UTF-8": (b'{"specversion": "\xff"}', 422, "body"),
    "a number": (b"7", 422, "body"),
    "a list of numbers": (b"[1, 2, 3]", 422, "body"),
    "an object that is no event": (b'{"hello": "world"}', 422, "specversion"),
    "too many events": (json.dumps([event(f"m{i}") for i in range(5001)]).encode(), 422, "body"),
    "17 MiB": (b" " * (17 * 1024 * 1024), 413, "body"),
    "nested too deeply": (b"[" * 200_000, 422, "body"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_refused_whole(server: Running, name: str) -> None:
    body, wanted, field = BROKEN[name]
    before = server.get("/api/v1/orders?limit=0")[1]["total"]
    status, answer = server.call("POST", "/api/v1/events", body)
    assert (status, answer["field"]) == (wanted, field)
    assert answer["remedy"]
    assert server.get("/api/v1/orders?limit=0")[1]["total"] == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"source": None}, "source"),
        ({"subject": "pallet/1"}, "subject"),
        ({"subject": "order/"}, "subject"),
        ({"time": "20 Nov 2026"}, "time"),
        ({"time": "2026-11-20T10:00:00"}, "time"),
        ({"time": 1732096800}, "time"),
        ({"data": []}, "data"),
        ({"data": {"colour": "red"}}, "data.colour"),
        ({"data": {"evidence": "rumoured"}}, "data.evidence"),
        ({"data": {"zone": "Mars/Olympus", "at": "2026-11-20"}}, "zone"),
        ({"data": {"lat": 91}}, "data.lat"),
        ({"data": {"kind": "retract"}}, "data.target"),
        ({"data": {"evidence": "predicted"}}, "data.evidence"),
        ({"data": {"links": [{"rel": "carries", "to": "order/1"}]}}, "data.links[0]"),
        ({"data": {"attributes": {"deep": {"er": 1}}}}, "data.attributes"),
    ],
)
def test_every_wrong_field_is_named(server: Running, changes: dict[str, Any], field: str) -> None:
    status, answer = server.post("/api/v1/events", event("wrong", **changes))
    assert (status, answer["field"]) == (422, field)


def test_binary_mode_of_cloudevents(server: Running) -> None:
    headers = {f"ce_{name}": value for name, value in event("binary").items()}
    body = json.dumps({"attributes": {"channel": "web"}}).encode()
    assert server.call("POST", "/api/v1/events", body, **headers) == (200, {"id": "binary", "status": "accepted"})


def test_numbers_are_the_same_everywhere(server: Running) -> None:
    day = "2026-10-0"
    batch = []
    for i in range(1, 6):
        subject = f"order/kpi-{i}"
        batch.append(event(f"k{i}a", subject=subject, time=f"{day}1T00:00:00Z"))
        batch.append(event(f"k{i}b", subject=subject, type="payment.captured", time=f"{day}{i}T12:00:00Z"))
    server.post("/api/v1/events", batch)
    _, answer = server.get("/api/v1/kpi?journey=marketplace-parcel&from=2026-10-01&to=2026-10-04")
    payment = next(stage for stage in answer["stages"] if stage["id"] == "payment")
    # Dwells of 12 h, 36 h and 60 h were left on days 1, 2 and 3; yellow is over 12 h, red over 48 h.
    assert (payment["n"], payment["p50_s"], payment["yellow"], payment["red"]) == (3, 36 * 3600, 1, 1)


def test_a_journey_is_published_by_version(server: Running) -> None:
    _, held = server.get("/api/v1/journeys/store-pickup")
    document = held["document"]
    document["stages"][0]["target"]["red"] = "6h"
    path = f"/api/v1/journeys/store-pickup?base={held['version']}"
    status, answer = server.call("PUT", path, json.dumps(document).encode())
    assert (status, answer["version"]) == (200, held["version"] + 1)
    assert server.call("PUT", path, json.dumps(document).encode())[0] == 409
    document["stages"][0]["end"] = ["arrived_on_the_moon"]
    status, answer = server.call("PUT", "/api/v1/journeys/store-pickup", json.dumps(document).encode())
    assert (status, answer["field"]) == (422, "stages.0.end.0")


def test_unknown_routes_answer_as_the_api_does(server: Running) -> None:
    assert server.get("/api/v1/no-such-thing")[0] == 404
    assert server.get("/api/v1/orders/no-such-order")[0] == 404
    assert server.get("/api/v1/kpi?journey=marketplace-parcel")[1]["field"] == "from"
    assert server.get("/api/v1/orders?level=purple")[1]["field"] == "level"


def test_metrics_count_events(server: Running) -> None:
    _, text = server.get("/metrics")
    assert 'waypost_events_total{status="accepted"}' in text
    assert "waypost_watermark" in text
