"""Places on the earth: distances, and the shifted coordinates that maps of China are drawn in.

Positions are latitude and longitude in degrees, WGS-84 unless the name says otherwise. GCJ-02 is the
datum of Chinese map services, BD-09 Baidu's shift on top of it. Both are only defined towards their
own side; the way back is found by iteration.
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt
from typing import Literal, NamedTuple

EARTH_M = 6_371_008.8  # mean radius
Datum = Literal["wgs84", "gcj02", "bd09"]

# The ellipsoid that GCJ-02 is computed on (Krasovsky 1940).
_A, _EE = 6_378_245.0, 0.006_693_421_622_965_943
_X_PI = pi * 3000 / 180
_EXACT = 1e-9  # degrees: a tenth of a millimetre
_ROUNDS = 30  # each gains about two digits, so five are enough; the limit only guards against nonsense


class Point(NamedTuple):
    """Latitude and longitude in degrees."""

    lat: float
    lon: float


def haversine_m(a: Point, b: Point) -> float:
    """Metres along the great circle."""
    north, east = radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2
    square = sin(north) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(east) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, square)))


def bearing_deg(a: Point, b: Point) -> float:
    """The direction from `a` to `b` in degrees clockwise from north, 0 to 360."""
    east = radians(b.lon - a.lon)
    y = sin(east) * cos(radians(b.lat))
    x = cos(radians(a.lat)) * sin(radians(b.lat)) - sin(radians(a.lat)) * cos(radians(b.lat)) * cos(east)
    return degrees(atan2(y, x)) % 360


def outside_china(point: Point) -> bool:
    """Whether a point lies outside the box in which GCJ-02 shifts anything.

    The box is the published one; it is wider than the country, and that is how the services behave.
    """
    return not (72.004 <= point.lon <= 137.8347 and 0.8293 <= point.lat <= 55.8271)


def wgs_to_gcj(point: Point) -> Point:
    """WGS-84 to GCJ-02."""
    if outside_china(point):
        return point
    x, y = point.lon - 105.0, point.lat - 35.0
    slope = radians(point.lat)
    magic = 1 - _EE * sin(slope) ** 2
    root = sqrt(magic)
    north = _shift_lat(x, y) * 180 / ((_A * (1 - _EE)) / (magic * root) * pi)
    east = _shift_lon(x, y) * 180 / (_A / root * cos(slope) * pi)
    return Point(point.lat + north, point.lon + east)


def gcj_to_wgs(point: Point) -> Point:
    """GCJ-02 to WGS-84, exact to less than 1e-6 degrees."""
    return point if outside_china(point) else _inverse(wgs_to_gcj, point)


def gcj_to_bd(point: Point) -> Point:
    """GCJ-02 to BD-09; outside China too, as Baidu shifts every point."""
    z = sqrt(point.lon**2 + point.lat**2) + 0.00002 * sin(point.lat * _X_PI)
    angle = atan2(point.lat, point.lon) + 0.000003 * cos(point.lon * _X_PI)
    return Point(z * sin(angle) + 0.006, z * cos(angle) + 0.0065)


def bd_to_gcj(point: Point) -> Point:
    """BD-09 to GCJ-02, exact to less than 1e-6 degrees."""
    return _inverse(gcj_to_bd, point)


def convert(point: Point, start: Datum, end: Datum) -> Point:
    """A point from one datum to another."""
    if start == end:
        return point
    gcj = {"wgs84": wgs_to_gcj, "gcj02": _same, "bd09": bd_to_gcj}[start](point)
    return {"wgs84": gcj_to_wgs, "gcj02": _same, "bd09": gcj_to_bd}[end](gcj)


def _same(point: Point) -> Point:
    return point


def _inverse(forward: Callable[[Point], Point], wanted: Point) -> Point:
    """The point that `forward` takes to `wanted`: the shift hardly changes over its own length."""
    found = wanted
    for _ in range(_ROUNDS):
        there = forward(found)
        north, east = wanted.lat - there.lat, wanted.lon - there.lon
        found = Point(found.lat + north, found.lon + east)
        if abs(north) < _EXACT and abs(east) < _EXACT:
            break
    return found


def _shift_lat(x: float, y: float) -> float:
    found = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    found += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    found += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    return found + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _shift_lon(x: float, y: float) -> float:
    found = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    found += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    found += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    return found + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
