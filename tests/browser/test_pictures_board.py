"""The pictures of a board, on a desk, a phone and a wall, made anew when WAYPOST_SCREENSHOTS=1 asks for them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.test_pictures import WAYS
from tests.browser.test_pictures import pytestmark as when_asked
from tests.browser.walker import PATIENCE_MS, Walker, Way

pytestmark = when_asked
BOARD = "/board?id=marketplace-parcel"


@pytest.mark.parametrize("tag", WAYS, ids=[str(way) for way in WAYS.values()])
def test_pictures_of_a_board(chromium: Browser, busy_town: Town, tag: str) -> None:
    walker = Walker(chromium, busy_town.base, WAYS[tag])
    walker.sign_in("chief", BOARD)
    page = walker.page
    expect(page.locator(".kpi").first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(3_000)
    walker.picture(f"board{tag}")
    if "phone" not in tag:
        page.locator(".st-key-board-arrange button").click()
        expect(page.locator(".tile").first).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_timeout(1_000)
        walker.picture(f"board-layout{tag}")
    assert walker.close() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_of_a_wall(chromium: Browser, busy_town: Town, theme: str) -> None:
    walker = Walker(chromium, busy_town.base, Way("en", theme, 1920, 1080))  # type: ignore[arg-type]
    walker.sign_in("chief", f"{BOARD}&wall=1")
    expect(walker.page.locator(".kpi").first).to_be_visible(timeout=PATIENCE_MS)
    walker.page.wait_for_timeout(3_000)
    walker.picture("board-wall" if theme == "light" else "board-wall-dark")
    assert walker.close() == []
