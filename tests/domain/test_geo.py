"""Distances, and the shifts of Chinese maps against published vectors and their own way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.domain import geo
from waypost.domain.geo import Point

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "maps" / "gcj02_vectors.json"
EXACT = 1e-6
CHINA = st.builds(Point, st.floats(1, 55.5), st.floats(72.1, 137.5))
DATUMS: tuple[geo.Datum, ...] = ("wgs84", "gcj02", "bd09")


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.is_file():
        pytest.skip("no published vectors beside the checkout")
    found: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))
    return found


def near(a: Point, b: Point, within: float = EXACT) -> bool:
    return abs(a.lat - b.lat) < within and abs(a.lon - b.lon) < within


def test_gcj_agrees_with_the_published_vectors_both_ways(vectors):
    assert vectors["rows"]
    for lat, lon, gcj_lat, gcj_lon in vectors["rows"]:
        wgs, gcj = Point(lat, lon), Point(gcj_lat, gcj_lon)
        assert near(geo.wgs_to_gcj(wgs), gcj)
        assert near(geo.gcj_to_wgs(gcj), wgs)


def test_baidu_agrees_with_the_published_vectors(vectors):
    known = vectors["coordtransform_js"]
    start = Point(*reversed(known["input_lng_lat"]))
    assert near(geo.wgs_to_gcj(start), Point(*reversed(known["wgs84togcj02"])))
    assert near(geo.gcj_to_bd(start), Point(*reversed(known["gcj02tobd09"])))
    # Theirs goes back in one step, which is off by up to some metres; ours ends where theirs began.
    back = Point(*reversed(known["bd09togcj02"]))
    assert near(geo.bd_to_gcj(start), back, 1e-5)
    assert near(geo.gcj_to_bd(geo.bd_to_gcj(start)), start)
    assert near(geo.gcj_to_wgs(start), Point(*reversed(known["gcj02towgs84"])), 1e-4)


@given(CHINA)
def test_every_way_there_has_a_way_back(point):
    for start in DATUMS:
        for end in DATUMS:
            there = geo.convert(point, start, end)
            # At its rim the box decides anew on the way back, so a point that left it is another matter.
            if not any(geo.outside_china(p) for p in (there, geo.convert(point, start, "wgs84"))):
                assert near(geo.convert(there, end, start), point)


@given(CHINA)
def test_the_shift_is_a_few_hundred_metres_and_never_kilometres(point):
    assert 0 < geo.haversine_m(point, geo.wgs_to_gcj(point)) < 1_500


@pytest.mark.parametrize(
    ("point", "outside"),
    [(Point(48.85, 2.35), True), (Point(-23.5, -46.6), True), (Point(31.2, 121.5), False), (Point(22.3, 114.2), False)],
)
def test_outside_china_nothing_is_shifted(point, outside):
    assert geo.outside_china(point) is outside
    assert (geo.wgs_to_gcj(point) == point) is outside
    assert (geo.gcj_to_wgs(point) == point) is outside


def test_distances_and_directions_are_those_of_the_globe():
    shanghai, beijing = Point(31.2304, 121.4737), Point(39.9042, 116.4074)
    assert geo.haversine_m(shanghai, beijing) == pytest.approx(1_067_000, rel=0.01)
    assert geo.haversine_m(Point(0, 179.9), Point(0, -179.9)) == pytest.approx(22_239, rel=0.01)
    assert geo.haversine_m(Point(0, 0), Point(0, 180)) == pytest.approx(20_015_115, rel=0.001)
    assert geo.haversine_m(beijing, beijing) == 0
    assert geo.bearing_deg(Point(0, 0), Point(1, 0)) == pytest.approx(0)
    assert geo.bearing_deg(Point(0, 0), Point(0, 1)) == pytest.approx(90)
    assert geo.bearing_deg(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(90)
    assert geo.bearing_deg(Point(1, 0), Point(0, 0)) == pytest.approx(180)
