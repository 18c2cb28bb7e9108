"""Last sightings and what vehicles carry, read from every engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines import ENGINES
from tests.worlds import carries, said, scan, us
from waypost.connect.cloudevents import read_event
from waypost.domain.vocabulary import load
from waypost.store import reads
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade
from waypost.store.sightings import aboard, last_sightings, sightings_after, vehicle_key, vehicles_with
from waypost.store.writer import Writer

NOW = us("2026-03-20T12:00:00Z")
HERE: dict[str, Any] = {"lat": 31.23, "lon": 121.47}


def day(n: int) -> str:
    return f"2026-03-{n:02d}T08:00:00Z"


def inside(unit: str, start: int, until: int | None = None) -> list[dict[str, Any]]:
    link = {"rel": "inside", "to": unit, "from": day(start)}
    return [{**link, "until": day(until)} if until else link]


@pytest.mark.parametrize("url", ENGINES)
def test_sightings_and_loads_are_read_from_every_engine(url, request):
    engine = open_engine(request.getfixturevalue(url))
    upgrade(engine)
    writer = Writer(engine, lambda: NOW)

    def send(*events: dict[str, Any]) -> None:
        writer.submit([read_event(event, load(), NOW) for event in events]).result(60)

    send(
        scan("parcel/P1", "linehaul.picked_up", day(11), place="SH", links=carries("order/A"), **HERE),
        scan("parcel/P1", "linehaul.hub_arrived", day(12), place="杭州", id="wrong"),
        scan("parcel/P1", "linehaul.hub_arrived", day(10), place="old", lat=1.0, lon=1.0),
        said("parcel/P2", "linehaul.info_received", day(11), links=inside("unit/T1", 11)),
        said("parcel/P3", "linehaul.info_received", day(11), links=inside("vehicle/truck-7", 11, 12)),
        said("unit/T1", "vehicle.departed", day(11), links=inside("vehicle/truck-7", 11)),
    )
    with engine.connect() as connection:
        keys = {subject.ref: key for key, subject in reads.search_subjects(connection, "P")}
        found = [(s.place, s.lat) for s in last_sightings(connection, [keys["P1"]])]
        assert sorted(found, key=str) == sorted([("SH", 31.23), ("杭州", None)], key=str)
        truck = vehicle_key(connection, "truck-7", "")
        assert truck is not None
        assert vehicles_with(connection, [keys["P2"], keys["P3"]], NOW) == {keys["P2"]: truck}
        assert keys["P2"] in aboard(connection, truck, NOW)
        assert keys["P3"] not in aboard(connection, truck, NOW)
        assert keys["P3"] in aboard(connection, truck, us(day(11)) + 1)
        before = reads.watermark(connection)
    send(scan("parcel/P1", "linehaul.hub_arrived", day(13), kind="retract", target="wrong"))
    send(scan("parcel/P2", "linehaul.hub_arrived", day(13), place="WH", **HERE))
    with engine.connect() as connection:
        seen, amended = sightings_after(connection, before, reads.watermark(connection))
        assert [(s.subject_id, s.place) for s in seen] == [(keys["P2"], "WH")]
        assert amended == {keys["P1"]}
        assert {s.place for s in last_sightings(connection, [keys["P1"]])} == {"SH", "old"}
    writer.close()
    engine.dispose()
