"""axe finds nothing serious in any room; all languages, colours and sizes are `make proof-axe`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import serious
from tests.browser.conftest import Town
from tests.browser.rooms import ROOMS, Room, enter
from tests.browser.walker import Walker, Way

pytestmark = pytest.mark.browser
ORDER = "A-3"


@pytest.fixture(scope="module")
def rooms(chromium: Browser, town: Town) -> dict[str, list[str]]:
    """What axe finds serious, by room; one person walks through all of them."""
    return look_at_all(chromium, town, Way("en", "light", 1440, 900))


@pytest.mark.parametrize("room", ROOMS, ids=[room.name for room in ROOMS])
def test_nothing_serious(rooms: dict[str, list[str]], room: Room) -> None:
    assert rooms[room.name] == []


def look_at_all(chromium: Browser, town: Town, way: Way) -> dict[str, list[str]]:
    """What axe finds serious in each room, and whether it fits the window."""
    walker = Walker(chromium, town.base, way)
    walker.sign_in("chief")
    found = {}
    for room in ROOMS:
        enter(walker, room, ORDER)
        found[room.name] = serious(walker.page) + ([] if walker.fits() else ["wider than the window"])
    found["complaints"] = walker.close()
    return found
