"""One message at a time: what it says, what is left out, and what is refused with field and remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.owntracks import CONNECTOR
from tests.worlds import us
from waypost.connect.contract import Context, build
from waypost.connect.material import Bodies
from waypost.connect.words import Words
from waypost.domain.errors import DocumentError
from waypost.domain.position import Position
from waypost.domain.statement import UNMAPPED, Refusal, Statement
from waypost.domain.vocabulary import load

NOW = us("2026-03-20T12:00:00Z")
HERE: dict[str, Any] = {"_type": "location", "tst": 1774000000, "lat": 31.23, "lon": 121.47}
TOPIC = "owntracks/lin/truck-7"


def read(body: Any, topic: str = TOPIC, words: Words | None = None, **settings: Any) -> list[Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connector: Any = build(CONNECTOR, settings)
    return list(connector.positions(Bodies({topic: raw}), Context(NOW, load(), "trucks", words)))


def test_a_location_is_a_position_with_all_it_tells():
    (found,) = read({**HERE, "acc": 9, "vel": 61, "cog": 271, "batt": 40, "tid": "t7", "alt": 4})
    assert isinstance(found, Position)
    assert (str(found.vehicle), found.at, found.lat, found.lon) == (
        "vehicle/lin/truck-7",
        1774000000 * 10**6,
        31.23,
        121.47,
    )
    assert (found.accuracy_m, found.speed_kmh, found.course, found.battery) == (9, 61, 271, 40)
    assert (found.label, found.source) == ("t7", "trucks")


def test_what_only_adds_to_a_position_is_left_out_when_it_makes_no_sense():
    (found,) = read({**HERE, "vel": -1, "cog": "north", "batt": 900, "acc": True, "tid": 7})
    assert (found.speed_kmh, found.course, found.battery, found.accuracy_m, found.label) == (None, None, None, None, "")


@pytest.mark.parametrize("kind", ["lwt", "waypoint", "waypoints", "status", "card", "cmd", "steps"])
def test_what_says_nothing_about_the_way_gives_nothing(kind):
    assert read({"_type": kind, "tst": 1774000000}) == []


@pytest.mark.parametrize(("word", "code"), [("enter", "vehicle.geofence_entered"), ("leave", "vehicle.geofence_left")])
def test_an_area_entered_or_left_is_an_event(word, code):
    (found,) = read({**HERE, "_type": "transition", "event": word, "desc": "Hongqiao"}, TOPIC + "/event")
    assert isinstance(found, Statement)
    assert (found.code, found.place, found.subject.ref, found.word) == (
        code,
        "Hongqiao",
        "lin/truck-7",
        f"event:{word}",
    )


def test_words_of_an_area_follow_the_table_in_force():
    moved = {**HERE, "_type": "transition", "event": "enter"}
    (told,) = read(moved, words=Words({"event:enter": "vehicle.stopped"}))
    assert told.code == "vehicle.stopped"
    (unknown,) = read({**moved, "event": "hover"})
    assert (unknown.code, unknown.word) == (UNMAPPED, "event:hover")


@pytest.mark.parametrize(
    ("settings", "ref"),
    [
        ({}, "lin/truck-7"),
        ({"vehicle": "device"}, "truck-7"),
        ({"vehicle": "user"}, "lin"),
        ({"names": {"lin/truck-7": "沪A·12345"}}, "沪A·12345"),
    ],
)
def test_the_topic_names_the_vehicle_as_the_settings_say(settings, ref):
    (found,) = read(HERE, **settings)
    assert found.vehicle.ref == ref
    (below,) = read(HERE, f"company/north/{TOPIC}", **settings)
    assert below.vehicle.ref == ref


def test_a_recorded_message_brings_its_topic():
    (found,) = read({**HERE, "topic": "owntracks/wu/van-2"}, "recording.jsonl")
    assert found.vehicle.ref == "wu/van-2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "message"),
        (b"{", "message"),
        (b"\xff\xfe", "message"),
        (b"[1]", "message"),
        (b"[" * 5000, "message"),
        ({"lat": 1}, "_type"),
        ({"_type": "encrypted", "data": "x"}, "_type"),
        ({"_type": "moon"}, "_type"),
        ({**HERE, "tst": None}, "tst"),
        ({**HERE, "tst": 100}, "tst"),
        ({**HERE, "tst": 1790000000}, "tst"),
        ({**HERE, "lat": 91}, "lat"),
        ({**HERE, "lat": "31.2"}, "lat"),
        ({**HERE, "lon": True}, "lon"),
        ({**HERE, "lon": 10**400}, "lon"),
        (json.dumps(HERE).replace("31.23", "NaN").encode(), "lat"),
        ({**HERE, "_type": "transition"}, "event"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field_and_the_raw_text(body, field):
    (refused,) = read(body)
    assert isinstance(refused, Refusal)
    assert refused.field == field
    assert refused.remedy
    assert refused.raw.startswith(TOPIC)


@pytest.mark.parametrize("topic", ["owntracks/lin", "owntracks//x", "x", "owntracks"])
def test_a_topic_without_a_device_is_refused(topic):
    (refused,) = read(HERE, topic)
    assert refused.field == "topic"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    assert all(isinstance(item, Position | Statement | Refusal) for item in read(body))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"url": "http://broker"}, "url"),
        ({"url": "mqtt://lin:secret@broker"}, "url"),
        ({"url": "mqtt://broker/topic"}, "url"),
        ({"topic": "owntracks/#/x"}, "topic"),
        ({"topic": "own+tracks"}, "topic"),
        ({"topic": ""}, "topic"),
        ({"vehicle": "plate"}, "vehicle"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings, field):
    with pytest.raises(DocumentError) as caught:
        build(CONNECTOR, settings)
    assert caught.value.field == field
    assert "secret" not in str(caught.value)


def test_the_subscription_keeps_its_password_to_itself():
    connector: Any = build(CONNECTOR, {"username": "w", "password": "s3cret", "topic": "fleet/+/+"})
    found = connector.subscription()
    assert (found.url, found.topics, found.password) == ("mqtt://localhost:1883", ("fleet/+/+",), "s3cret")
    assert "s3cret" not in repr(found)
