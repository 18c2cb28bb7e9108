"""The map in a real browser: both languages, a click that opens a card, filters in the address, vehicles that move."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Town
from tests.browser.test_walk import WAYS
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.running import running
from tests.scene import fill
from tests.worlds import scan
from waypost.access import accounts
from waypost.domain.instants import SECOND, from_us, now_us
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.services import ingest
from waypost.services.app import Waypost

pytestmark = pytest.mark.browser
CHENGDU = "30.67,104.07,7.0"


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The scene with one order in Chengdu and a truck that stands a good way east of it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('map') / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        now = now_us()
        accounts.create(waypost.engine, "operator", "operator", now, "test", display="Lin Wei", password=PASSWORD)
        fill(waypost, now)
        where = {"place": "成都转运中心", "lat": 30.67, "lon": 104.07}
        seen = scan("parcel/P-3", "linehaul.arrived_destination_hub", from_us(now - 60 * SECOND).isoformat(), **where)  # type: ignore[arg-type]
        reading = ingest.read_body(json.dumps([seen]).encode(), waypost.vocabulary, now)
        waypost.submit(reading.said).result(60)
        truck = Subject(SubjectKind.VEHICLE, "truck-7")
        waypost.positions.take([Position(truck, now, 30.67, 105.4, speed_kmh=70, course=90, source="test")])
    with running(url, "all") as server:
        yield Town(server.base)


@pytest.fixture
def walk(chromium: Browser, mapped: Town) -> Iterator[list[Walker]]:
    """Walkers of a test; at the end the browser must not have complained about anything."""
    walkers: list[Walker] = []
    yield walkers
    assert [complaint for walker in walkers for complaint in walker.close()] == []


def opened(walk: list[Walker], chromium: Browser, town: Town, way: Way, path: str) -> Walker:
    """Somebody who has the map before them."""
    walk.append(Walker(chromium, town.base, way))
    walker = walk[-1]
    walker.sign_in(path=path)
    expect(walker.page.locator("[data-testid=stDeckGlJsonChart] canvas").first).to_be_visible(timeout=PATIENCE_MS)
    expect(walker.page.locator(".legend")).to_be_visible(timeout=PATIENCE_MS)
    return walker


def drawn(page: Page) -> bool:
    """Whether anything but the background is on the canvas; read from a picture, as WebGL keeps no pixels."""
    picture = Image.open(BytesIO(page.locator("[data-testid=stDeckGlJsonChart]").screenshot())).convert("RGB")
    colours = picture.getcolors(picture.width * picture.height) or []
    return len(colours) > 50


def click_map(page: Page, share: float = 0.5) -> None:
    """Click on the map, so far from its left edge, in the middle of its height."""
    box = page.locator("[data-testid=stDeckGlJsonChart] canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("way", [WAYS[0], Way("zh", "dark", 390, 844)], ids=str)
def test_the_map_opens_and_a_click_leads_to_the_order(walk, chromium, mapped, way):
    walker = opened(walk, chromium, mapped, way, f"/map?at={CHENGDU}")
    page = walker.page
    expect(page.locator("h1", has_text="地图" if way.lang == "zh" else "Map")).to_be_visible(timeout=PATIENCE_MS)
    assert walker.fits()
    assert drawn(page)
    card = page.locator(".chosen")
    for _ in range(10):  # the land may still be on its way to a slow machine's screen
        click_map(page)
        try:
            expect(card).to_contain_text("成都转运中心", timeout=4_000)
            break
        except AssertionError:
            continue
    expect(card).to_contain_text("A-3")
    expect(page).to_have_url(re.compile(r"pick=orders"))
    assert walker.fits()
    card.locator("a.order").click()
    expect(page).to_have_url(re.compile(r"/order\?id=A-3"), timeout=PATIENCE_MS)


def test_filters_stand_in_the_address_and_a_shared_link_opens_the_same(walk, chromium, mapped):
    walker = opened(walk, chromium, mapped, WAYS[0], "/map?pick=vehicle:truck-7")
    page = walker.page
    expect(page.locator(".chosen")).to_contain_text("truck-7", timeout=PATIENCE_MS)
    expect(page.locator(".chosen")).to_contain_text("70 km/h")
    page.locator(".chosen [data-act=close]").click()
    expect(page.locator(".hint")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_text("blocked", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"level=red"), timeout=PATIENCE_MS)
    page.locator("label", has_text="Vehicles").click()
    expect(page).to_have_url(re.compile(r"vehicles=off"), timeout=PATIENCE_MS)
    expect(page.locator(".legend [data-sign=vehicle]")).to_have_count(0, timeout=PATIENCE_MS)
    shared = walker.address()
    assert "pick" not in shared
    other = opened(walk, chromium, mapped, WAYS[1], shared)
    expect(other.page.locator(".legend [data-sign=vehicle]")).to_have_count(0)
    expect(other.page.locator(".legend li", has_text="在途订单").locator(".n")).to_have_text("1")
