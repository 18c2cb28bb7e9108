"""The pictures of the documents, made anew when WAYPOST_SCREENSHOTS=1 asks for them."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.rooms import ROOMS, enter
from tests.browser.walker import PATIENCE_MS, Walker, Way

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("WAYPOST_SCREENSHOTS") != "1", reason="WAYPOST_SCREENSHOTS=1 makes pictures"),
]

WAYS = {
    "": Way("en", "light", 1440, 900),
    "-zh": Way("zh", "light", 1440, 900),
    "-dark": Way("en", "dark", 1440, 900),
    "-zh-dark": Way("zh", "dark", 1440, 900),
    "-phone": Way("en", "light", 390, 844),
    "-zh-phone": Way("zh", "light", 390, 844),
    "-phone-dark": Way("en", "dark", 390, 844),
    "-zh-phone-dark": Way("zh", "dark", 390, 844),
}


@pytest.mark.parametrize("tag", WAYS, ids=[str(way) for way in WAYS.values()])
def test_pictures_of_every_page(chromium: Browser, busy_town: Town, tag: str) -> None:
    walker = Walker(chromium, busy_town.base, WAYS[tag])
    walker.sign_in()
    page = walker.page
    expect(page.locator(".kpi")).to_have_count(4, timeout=PATIENCE_MS)
    expect(page.locator(".event").first).to_be_visible()
    page.wait_for_timeout(1_500)  # fonts, and the first entries have faded in
    walker.picture(f"control-tower{tag}")

    page.locator("a.row").nth(1).click()
    expect(page.locator("button.stop").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("button.stop").nth(1).click()
    page.locator(".log").first.locator(".line").nth(2).click()
    page.wait_for_timeout(1_000)
    walker.picture(f"order{tag}")

    walker.go("/orders")
    expect(page.locator(".orders .row").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)
    walker.picture(f"orders{tag}")

    ref = page.locator(".orders .row a").first.inner_text().strip()
    walker.go(f"/tracking?id={ref}")
    page.locator("[data-testid=stFormSubmitButton] button").click()
    frame = page.locator("iframe")
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)
    walker.picture(f"tracking{tag}")
    walker.go(str(frame.get_attribute("src")))
    expect(page.locator("h1")).to_be_visible()
    walker.picture(f"customer{tag}")
    walker.go("/map?at=31.0,113.0,4.6&pick=station:30.290,120.160")
    expect(page.locator(".legend")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(5_000)  # the land, and the letters of the names
    walker.picture(f"map{tag}")
    assert walker.close() == []


@pytest.mark.parametrize("tag", WAYS, ids=[str(way) for way in WAYS.values()])
def test_pictures_of_the_back_rooms(chromium: Browser, busy_town: Town, tag: str) -> None:
    walker = Walker(chromium, busy_town.base, WAYS[tag])
    walker.sign_in("chief")
    for room in ROOMS:
        if room.name in ("boards", "templates", "template", "connections", "connect", "admin", "audit", "check"):
            enter(walker, room, "")
            walker.picture(f"{room.name}{tag}")
    assert walker.close() == []


@pytest.mark.parametrize("tag", WAYS, ids=[str(way) for way in WAYS.values()])
def test_pictures_of_the_builder(chromium: Browser, busy_town: Town, tag: str) -> None:
    walker = Walker(chromium, busy_town.base, WAYS[tag])
    walker.sign_in("chief")
    enter(walker, next(room for room in ROOMS if room.name == "builder"), "")
    walker.page.locator(".react-flow__node").nth(2).locator(".title").click()
    walker.page.wait_for_timeout(1_500)
    walker.picture(f"builder{tag}")
    assert walker.close() == []
