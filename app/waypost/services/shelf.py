"""The stories of the tracking links that are open now, told again only when something about the order changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from waypost.domain.errors import NotFound
from waypost.domain.instants import SECOND, now_us
from waypost.services import tracking
from waypost.services.app import Waypost
from waypost.services.live import View
from waypost.services.order import order_journey
from waypost.services.story import Story, tell
from waypost.services.tracking import Grant

TELL_AGAIN = 60 * SECOND  # "today" becomes "yesterday", and a window passes, without any event
MOST = 2_000
Mark = tuple[object, ...]


class Opened(NamedTuple):
    """What a right token opens; `story` is None once the link is over."""

    grant: Grant
    story: Story | None


class _Told(NamedTuple):
    mark: Mark
    at: int
    story: Story


class Shelf:
    """One per process. `clock` is the wall clock (us): a simulated company's own clock makes no link older."""

    def __init__(self, waypost: Waypost, clock: Callable[[], int] = now_us) -> None:
        self._waypost, self._clock = waypost, clock
        self._told: OrderedDict[tuple[int, str], _Told] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, hashes: Collection[str]) -> dict[str, Opened]:
        """What tokens open, by their hashes; those that open nothing (unknown, revoked) are left out."""
        found = tracking.grants(self._waypost.engine, hashes)
        opened = {}
        view = self._waypost.view() if found else None
        now = self._clock()
        for digest, grant in found.items():
            if grant.expires_at <= now:
                opened[digest] = Opened(grant, None)
            elif view is not None and (story := self._story(view, grant)) is not None:
                opened[digest] = Opened(grant, story)
        return opened

    def _story(self, view: View, grant: Grant) -> Story | None:
        zone = grant.merchant.zone if grant.merchant else ""
        mark = _mark(view, grant.key)
        if mark is None:
            return None
        held = self._told.get((grant.key, zone))
        if held is not None and held.mark == mark and abs(view.now - held.at) < TELL_AGAIN:
            return held.story
        story = self._tell(view, grant.key, zone)
        # The table behind a picture is filled in place: what is newer than the picture is told with the next one.
        if story is not None and _newest(view, grant.key) <= view.version:
            self._keep((grant.key, zone), _Told(mark, view.now, story))
        return story

    def _tell(self, view: View, key: int, zone: str) -> Story | None:
        try:
            found = order_journey(self._waypost.engine, view, key)
        except NotFound:
            return None
        journey = view.journeys[found.row.journey].version.journey if found.row.journey else None
        return tell(found, journey, self._waypost.vocabulary, view.now, zone)

    def _keep(self, name: tuple[int, str], told: _Told) -> None:
        with self._lock:
            self._told[name] = told
            self._told.move_to_end(name)
            while len(self._told) > MOST:
                self._told.popitem(last=False)


def _mark(view: View, key: int) -> Mark | None:
    """Changes with everything the story of an order is made of, but for the clock; None without such an order."""
    row = view.table.row_of.get(key)
    place = view.order_place.get(row, view.n) if row is not None else view.n
    if row is None or place >= view.n or not view.known[place]:
        return None
    journey = view.ids[view.journey[place]] if view.journey[place] >= 0 else None
    version = view.journeys[journey].version.version if journey else 0
    rows = _rows(view, row)
    return journey, version, rows.tobytes(), view.table.version[rows].tobytes()


def _newest(view: View, key: int) -> int:
    """The last event that touched the order or anything that hangs on it."""
    return int(view.table.version[_rows(view, view.table.row_of[key])].max())


def _rows(view: View, row: int) -> np.typing.NDArray[np.intp]:
    """The order, its lines and parcels, and the returns of any of them."""
    table = view.table
    near = table.together([row])
    returns = [back for each in near.tolist() for back in table.returns.get(each, ())]
    return table.together([*near.tolist(), *returns]) if returns else near
