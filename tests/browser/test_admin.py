"""An administrator in a real browser: invites somebody, picks rows, checks the log, takes a table away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.walker import PATIENCE_MS, Walker, Way

pytestmark = pytest.mark.browser

WAYS = [Way("en", "light", 1440, 900), Way("zh", "dark", 390, 844)]
TABS = {
    "en": ["accounts", "open session", "key in force", "Nobody is told yet", "entries", "All is well"],
    "zh": ["个账号", "个在线会话", "个有效密钥", "还没有推送", "条记录", "一切正常"],
}
Starts = Callable[..., Walker]


@pytest.fixture
def walk(chromium: Browser, town: Town) -> Iterator[Starts]:
    """Send somebody on their way; at the end the browser must not have complained about anything."""
    walkers: list[Walker] = []

    def start(way: Way = WAYS[0]) -> Walker:
        walkers.append(Walker(chromium, town.base, way))
        return walkers[-1]

    yield start
    assert [complaint for walker in walkers for complaint in walker.close()] == []


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_tab_has_an_address_and_fits(walk: Starts, way: Way) -> None:
    walker = walk(way)
    walker.sign_in("chief", path="/admin")
    for tab, text in zip(("people", "sessions", "keys", "webhooks", "audit", "health"), TABS[way.lang], strict=True):
        walker.go(f"/admin?tab={tab}")
        expect(walker.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)
        assert walker.fits(), tab


def test_a_row_is_picked_shared_and_acted_on(walk: Starts) -> None:
    walker = walk()
    walker.sign_in("chief", path="/admin?lang=en")
    page = walker.page
    table = page.locator("[data-testid=stDataFrame]").first
    expect(table).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 17, box["y"] + 85)  # the box before the second row
    expect(page.get_by_role("button", name="Change the role")).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile("pick=operator"), timeout=PATIENCE_MS)
    other = walk()
    other.sign_in("chief", path=walker.address())
    other.page.get_by_role("button", name="New sign-in link").click()
    expect(other.page.get_by_text("Link for operator.")).to_be_visible(timeout=PATIENCE_MS)
    link = other.page.locator("code", has_text="/login/link/").inner_text()
    assert link.startswith(other.base)


def test_the_log_is_checked_and_taken_away(walk: Starts, tmp_path: Path) -> None:
    walker = walk()
    walker.sign_in("chief", path="/admin?tab=audit&lang=en")
    page = walker.page
    page.get_by_role("button", name="Check the chain").click()
    expect(page.get_by_text("The log is whole")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV (UTC").click()
    file = tmp_path / "audit.csv"
    started.value.save_as(file)
    assert re.fullmatch(r"audit-\d{8}-\d{4}\.csv", started.value.suggested_filename)
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfid,at,actor,action,object,detail\r\n")
    assert b"session.started" in raw


def test_an_operator_finds_no_administration(walk: Starts) -> None:
    walker = walk()
    walker.sign_in("operator")
    walker.sees("Control tower")
    expect(walker.page.locator("[data-testid=stSidebarNavLink]", has_text="Administration")).to_have_count(0)
