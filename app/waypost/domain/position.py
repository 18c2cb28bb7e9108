"""Where a vehicle is: a reading of its receiver, many times a minute, so no event of its own."""

from __future__ import annotations

from typing import NamedTuple

from waypost.domain.geo import Point
from waypost.domain.subject import Subject


class Position(NamedTuple):
    """One reading; `at` in us UTC, degrees WGS-84, metres, km/h, degrees from north, per cent. None: not told."""

    vehicle: Subject
    at: int
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_kmh: float | None = None
    course: float | None = None
    battery: float | None = None
    label: str = ""  # two letters or so, as the device's owner wants it drawn
    source: str = ""
    simulated: bool = False

    @property
    def point(self) -> Point:
        """The place alone."""
        return Point(self.lat, self.lon)
