"""The pictures of the Vocabulary page, made anew when WAYPOST_SCREENSHOTS=1 asks for them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.test_mappings import FRAME
from tests.browser.test_pictures import (
    WAYS,
    pytestmark,  # noqa: F401
)
from tests.browser.walker import PATIENCE_MS, Walker


@pytest.mark.parametrize("tag", WAYS, ids=[str(way) for way in WAYS.values()])
def test_pictures_of_the_vocabulary(chromium: Browser, busy_town: Town, tag: str) -> None:
    walker = Walker(chromium, busy_town.base, WAYS[tag])
    walker.sign_in("publisher", path="/vocabulary?entry=linehaul.picked_up")
    page = walker.page
    expect(page.locator(".entry").nth(20)).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)
    walker.picture(f"vocabulary{tag}")
    walker.go("/vocabulary?room=graph&phase=lastmile&entry=out_for_delivery")
    expect(page.locator(".entry").nth(2)).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(2_500)  # the graph comes in a frame of its own
    walker.picture(f"vocabulary-graph{tag}")
    walker.go("/vocabulary?room=mappings&source=open.yunyi.example")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_500)
    walker.picture(f"mappings{tag}")
    assert [complaint for complaint in walker.close() if not FRAME.search(complaint)] == []
