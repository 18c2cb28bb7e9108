"""Real walks: from the sign-in page over tower and order down to a raw event, both languages, sizes and themes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.walker import PATIENCE_MS, Walker, Way

pytestmark = pytest.mark.browser

WIDE, PHONE = (1440, 900), (390, 844)
WAYS = [
    Way("en", "light", *WIDE),
    Way("zh", "dark", *WIDE),
    Way("zh", "light", *PHONE),
    Way("en", "dark", *PHONE),
]
TITLES = {"en": ("Control tower", "Warehouse"), "zh": ("控制塔", "仓库作业")}
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
def test_from_the_sign_in_to_a_raw_event(walk: Starts, way: Way) -> None:
    tower, warehouse = TITLES[way.lang]
    walker = walk(way)
    walker.sign_in()
    page = walker.page
    walker.sees(tower)
    expect(page.locator(".kpi")).to_have_count(4, timeout=PATIENCE_MS)
    late = page.locator("a.row", has_text="A-3")
    expect(late).to_be_visible()
    assert walker.fits()

    late.click()
    expect(page).to_have_url(re.compile(r"/order\?id=A-3"), timeout=PATIENCE_MS)
    stop = page.locator("button.stop", has_text=warehouse)
    expect(stop).to_be_visible()
    stop.click()
    expect(stop).to_have_attribute("aria-pressed", "true")
    line = page.locator(".log").first.locator(".line").last
    line.scroll_into_view_if_needed()
    line.click()
    expect(line).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".inside dd", has_text="linehaul.picked_up")).to_be_visible()
    assert walker.fits()

    page.go_back()
    walker.sees(tower)
    assert walker.address() == "/"


@pytest.mark.parametrize("way", [WAYS[0], WAYS[2]], ids=str)
def test_orders_are_searched_filtered_and_opened(walk: Starts, way: Way) -> None:
    walker = walk(way)
    walker.sign_in(path="/orders?status=open&sort=newest")
    page = walker.page
    expect(page.locator(".orders .row")).to_have_count(9, timeout=PATIENCE_MS)
    assert walker.fits()
    search = page.locator("input[type=text]").first
    search.fill("P-6c A-3")
    search.press("Enter")
    expect(page.locator(".orders .row")).to_have_count(2, timeout=PATIENCE_MS)
    assert "q=P-6c" in walker.address()
    page.locator(".orders a", has_text="A-6").click()
    expect(page.locator("button.stop").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".track")).to_have_count(3)
    page.go_back()
    expect(page.locator(".orders .row")).to_have_count(2, timeout=PATIENCE_MS)
    assert {"status=open", "sort=newest"} <= set(walker.address().partition("?")[2].split("&"))


def test_a_number_opens_its_orders_and_a_link_to_them_can_be_shared(walk: Starts) -> None:
    walker = walk()
    walker.sign_in()
    page = walker.page
    page.locator(".kpi [data-what=red]").last.click()
    expect(page.locator(".orders .row")).to_have_count(1, timeout=PATIENCE_MS)
    shared = walker.address()
    assert "closed=red" in shared
    other = walk(WAYS[1])
    other.sign_in(path=shared)
    expect(other.page.locator(".orders a", has_text="A-2")).to_be_visible(timeout=PATIENCE_MS)


def test_the_language_is_switched_and_stays_over_pages(walk: Starts) -> None:
    walker = walk()
    walker.sign_in("publisher")
    page = walker.page
    walker.sees("Control tower")
    page.get_by_text("中文", exact=True).click()
    walker.sees("控制塔")
    page.locator("[data-testid=stSidebarNavLink]").nth(1).click()
    expect(page.locator("h1", has_text="订单")).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"/orders\?lang=zh"))
    page.get_by_text("English", exact=True).click()
    expect(page.locator("h1", has_text="Orders")).to_be_visible(timeout=PATIENCE_MS)


def test_a_target_that_one_person_publishes_shows_on_anothers_open_page(walk: Starts) -> None:
    watcher, publisher = walk(), walk()
    watcher.sign_in()
    aim = watcher.page.locator(".kpi", has_text="Warehouse").locator(".target")
    expect(aim).to_contain_text("≤", timeout=PATIENCE_MS)
    wanted = "30h" if "1 d 6 h" not in aim.inner_text() else "31h"
    publisher.sign_in("publisher", path="/?lang=en")
    page = publisher.page
    page.get_by_text("How long does it take?").click()
    page.get_by_label("Warn after").fill(wanted)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is in force")).to_be_visible(timeout=PATIENCE_MS)
    expect(aim).to_contain_text("1 d 6 h" if wanted == "30h" else "1 d 7 h", timeout=5_000)


def test_the_live_page_keeps_its_elements_while_events_arrive(walk: Starts) -> None:
    walker = walk()
    walker.sign_in()
    page = walker.page
    expect(page.locator(".event").first).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate("document.querySelectorAll('[class*=stBidi]').forEach((node) => (node.mine = true))")
    page.wait_for_timeout(6_000)  # three runs of the live part
    kept = "[...document.querySelectorAll('[class*=stBidi]')].map((node) => Boolean(node.mine))"
    marks = page.evaluate(kept)
    assert len(marks) == 5
    assert all(marks)
