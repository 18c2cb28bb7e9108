"""Positions: late, wild and repeated readings, the thinned trail, and the same picture in every process."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import World, said, sqlite_copy, us
from waypost.domain.geo import haversine_m
from waypost.domain.instants import DAY, SECOND
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.services import ingest
from waypost.services import positions as module
from waypost.services.app import Waypost
from waypost.services.positions import Positions

T0 = 1_774_000_000 * SECOND
DEGREE_M = 111_195


def at(seconds: float, north_m: float = 0, name: str = "truck-7", lon: float = 121.0, **more: object) -> Position:
    """A reading of a vehicle, so many metres north of its start."""
    vehicle = Subject(SubjectKind.VEHICLE, name)
    return Position(vehicle, T0 + int(seconds * SECOND), 31 + north_m / DEGREE_M, lon, source="t", **more)  # type: ignore[arg-type]


@pytest.fixture
def positions(world: World) -> Iterator[Positions]:
    found = Positions(world.engine)
    yield found
    found.close()


def test_the_newest_reading_counts_and_late_ones_are_left_out_and_counted(positions):
    positions.take([at(0), at(20, 300), at(10, 150), at(20, 300), at(30, 500)])
    found = positions.snapshot()
    assert [p.at for p in found.last.values()] == [T0 + 30 * SECOND]
    assert (found.counts.taken, found.counts.late, found.counts.implausible) == (3, 1, 0)


def test_one_wild_reading_is_left_out_but_a_moved_vehicle_is_found_again(positions):
    positions.take([at(0), at(10, lon=-46.6), at(20, 300)])
    assert positions.snapshot().last[at(0).vehicle] == at(20, 300, course=0.0)
    assert positions.snapshot().counts.implausible == 1
    positions.take([at(30, lon=-46.6), at(40, 100, lon=-46.6)])  # it really is elsewhere: two readings agree
    assert positions.snapshot().last[at(0).vehicle].lon == -46.6
    assert positions.snapshot().counts.implausible == 2


def test_a_device_that_tells_no_course_gets_it_by_its_way_and_keeps_it_while_standing(positions):
    positions.take([at(0)])
    assert positions.snapshot().last[at(0).vehicle].course is None
    positions.take([at(10, -300), at(20, -305)])
    assert positions.snapshot().last[at(0).vehicle].course == 180
    positions.take([at(30, -900, course=12.0)])
    assert positions.snapshot().last[at(0).vehicle].course == 12


def test_an_uncertain_receiver_may_jump_within_its_uncertainty(positions):
    positions.take([at(0, accuracy_m=3_000), at(1, 2_500), at(2, 2_600)])
    assert positions.snapshot().counts.implausible == 0


def test_a_picture_that_was_given_out_never_changes(positions):
    positions.take([at(0)])
    held = positions.snapshot()
    positions.take([at(10, 100), at(5, name="van-2")])
    assert (len(held.last), held.last[at(0).vehicle].at) == (1, T0)
    assert positions.snapshot().version > held.version
    assert positions.snapshot() is positions.snapshot()


def test_the_trail_keeps_a_point_every_200_m_or_30_s_and_none_while_standing(positions):
    drive = [at(s, s * 20) for s in range(0, 60)]  # 20 m/s: a point every 10 s
    crawl = [at(s, 1_180 + (s - 59)) for s in range(60, 180)]  # 1 m/s: a point every 30 s
    stand = [at(s, 1_299) for s in range(180, 3_600, 60)]
    positions.take([*drive, *crawl, *stand])
    trail = positions.trail(at(0).vehicle, T0, T0 + DAY)
    assert [(t - T0) // SECOND for t, _, _ in trail] == [0, 10, 20, 30, 40, 50, 79, 109, 139, 169]
    assert positions.trail(at(0).vehicle, T0 + 79 * SECOND, T0 + 109 * SECOND) == trail[6:7]


def test_a_trail_is_forgotten_after_its_days(positions):
    positions.take([at(0), at(2 * 86_400, 5_000)])
    positions.save()
    positions.keep_trails(1)
    assert positions.prune(T0 + 2 * DAY) == 1
    assert len(positions.trail(at(0).vehicle, 0, T0 + 9 * DAY)) == 1


def test_another_process_and_the_next_start_see_the_same_positions(positions, world):
    full = at(9, 80, accuracy_m=4.0, speed_kmh=30.0, course=90.0, battery=55.0, label="t7")
    positions.take([at(0), full, at(3, name="van-2", simulated=True)])
    positions.save()
    other = Positions(world.engine)
    assert other.snapshot().last == positions.snapshot().last
    positions.take([at(20, 300)])
    positions.save()
    other._refreshed = float("-inf")  # two seconds later
    assert other.snapshot().last[at(0).vehicle] == at(20, 300, course=0.0)
    other.take([at(15, 200)])  # late for this process too
    assert other.snapshot().counts.late == 1
    other.close()


def test_an_older_position_never_replaces_a_newer_one_in_the_database(positions, world):
    other = Positions(world.engine)
    positions.take([at(30, 300)])
    other.take([at(10, 100)])
    positions.save()
    other.close()
    fresh = Positions(world.engine)
    assert fresh.snapshot().last[at(0).vehicle].at == T0 + 30 * SECOND


def test_positions_that_come_as_events_count_too(tmp_path):
    event = said("vehicle/truck-9", "vehicle.position", "2026-03-18T10:00:00Z", lat=31.2, lon=121.4, simulated=True)
    other = said("parcel/P-1", "linehaul.picked_up", "2026-03-18T10:00:00Z", lat=30.0, lon=120.0)
    with Waypost(sqlite_copy(tmp_path)) as waypost:
        reading = ingest.read_body(json.dumps([event, other]).encode(), waypost.vocabulary, us("2026-03-20T12:00:00Z"))
        assert waypost.submit(reading.said).result(60).outcomes == ["accepted", "accepted"]
        (found,) = waypost.positions.snapshot().last.values()
    assert (found.vehicle.ref, found.lat, found.simulated) == ("truck-9", 31.2, True)


def test_what_cannot_be_stored_is_kept_for_the_next_time_and_the_queue_is_bounded(positions, world, monkeypatch):
    monkeypatch.setattr(module, "MOST_TRAIL", 5)
    world.engine.dispose()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE vehicle_position RENAME TO elsewhere")
    positions._refreshed = float("inf")  # nobody reads the broken database meanwhile
    positions.take([at(s * 20, s * 500) for s in range(8)])
    positions.save()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO vehicle_position")
    positions.save()
    assert positions.snapshot().counts.dropped == 3
    assert len(positions.trail(at(0).vehicle, 0, T0 + DAY)) == 5
    assert Positions(world.engine).snapshot().last == positions.snapshot().last


@given(st.permutations([at(s, s * 15) for s in range(12)]))
def test_the_last_position_is_the_same_in_whatever_order_readings_come(readings):
    from waypost.store.engine import open_engine

    found = Positions(open_engine("sqlite://"))
    found._refreshed = float("inf")
    found._stop.set()  # nothing is written
    found.take(readings)
    assert found.snapshot().last[at(0).vehicle]._replace(course=None) == at(11, 165)
    assert haversine_m(at(0).point, at(11, 165).point) == pytest.approx(165, rel=0.01)
