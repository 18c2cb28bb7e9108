"""The trucks' receivers: where the company says its trucks are, every second and in its events alike."""

from __future__ import annotations

import threading
from datetime import datetime

from tests.simulate.told import company
from waypost.domain.geo import Point, haversine_m
from waypost.domain.instants import SECOND
from waypost.domain.position import Position
from waypost.simulate.drives import Drives

HOUR = 3_600 * SECOND


def test_trucks_move_as_fast_as_trucks_and_their_nose_points_the_way_they_go():
    made = company(days=3)
    at = made.now - 6 * HOUR
    before = {p.vehicle: p for p in made.vehicles_at(at)}
    after = {p.vehicle: p for p in made.vehicles_at(at + 60 * SECOND)}
    assert len(before) > 3
    assert all(p.simulated and p.at == at for p in before.values())
    moved = {v: haversine_m(p.point, after[v].point) for v, p in before.items() if v in after}
    assert all(metres < 3_000 for metres in moved.values())
    assert sum(metres > 300 for metres in moved.values()) > 2


def test_the_receivers_say_the_same_as_the_position_events_of_the_same_instant():
    made = company(days=3)
    told = [e for e in made.history() if e["type"] == "vehicle.position"]
    assert told
    checked = 0
    for event in told[-60:]:
        at = int(datetime.fromisoformat(event["time"]).timestamp()) * SECOND
        here = {str(p.vehicle): p for p in made.vehicles_at(at)}
        found = here.get(event["subject"])
        if found is not None:
            assert haversine_m(found.point, Point(event["data"]["lat"], event["data"]["lon"])) < 500
            checked += 1
    assert checked > 20


def test_the_thread_hands_positions_over_until_it_is_stopped():
    made, stop = company(days=2), threading.Event()
    heard: list[list[Position]] = []

    def sink(found: list[Position]) -> None:
        heard.append(found)
        stop.set()

    drives = Drives(made, lambda: made.now, sink, stop)
    drives.start()
    drives.join(30)
    assert not drives.is_alive()
    assert heard
    assert {p.at for p in heard[0]} <= {made.now}
