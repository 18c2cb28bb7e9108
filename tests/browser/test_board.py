"""A board in a real browser: it lives, fits a phone and a wall, and is arranged by pointer and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.running import running
from tests.scene import fill
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.journeys.boards import layout
from waypost.services.app import Waypost

pytestmark = pytest.mark.browser
ID = "marketplace-parcel"
DESK, PHONE, WALL = (
    Way("en", "light", 1440, 900),
    Way("zh", "dark", 390, 844),
    Way("en", "dark", 1920, 1080),
)


class Place(NamedTuple):
    """Where a console answers, and its database."""

    base: str
    url: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The scene with a published board that has a panel of every kind; the map is hidden on phones."""
    url = f"sqlite:///{tmp_path_factory.mktemp('board') / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        now = now_us()
        accounts.create(waypost.engine, "chief", "administrator", now, "test", display="Wang Fang", password=PASSWORD)
        fill(waypost, now)
        body = waypost.boards.published(ID).board.as_json()
        body["blocks"] = [block for block in body["blocks"] if block["kind"] != "panel"]
        for show in layout.SIZES:
            panel = {"name": {"en": f"Panel {show}", "zh": f"面板 {show}"}, "show": show, "text": "Call first."}
            body["blocks"].append({"id": f"p-{show}", "kind": "panel", "set": panel})
        body["layout"] = {"wide": [], "phone": [{"block": "p-text"}, {"block": "p-map", "hidden": True}]}
        draft = waypost.boards.start("chief", board_id=ID)
        waypost.boards.save(draft.id, body, draft.rev, "chief")
        waypost.boards.publish(draft.id, "chief", "administrator")
    with running(url, "all") as server:
        yield Place(server.base, url)


@pytest.fixture
def walk(chromium: Browser, place: Place) -> Iterator[list[Walker]]:
    """Walkers of a test; at the end the browser must not have complained about anything."""
    walkers: list[Walker] = []
    yield walkers
    assert [complaint for walker in walkers for complaint in walker.close()] == []


def opened(walk: list[Walker], chromium: Browser, place: Place, way: Way, more: str = "") -> Walker:
    """Somebody who has the board before them."""
    walk.append(Walker(chromium, place.base, way))
    walk[-1].sign_in("chief", f"/board?id={ID}{more}")
    expect(walk[-1].page.locator(".kpi").first).to_be_visible(timeout=PATIENCE_MS)
    return walk[-1]


def test_a_target_published_elsewhere_shows_in_place_and_arranging_keeps_its_draft(walk, chromium, place):
    walker = opened(walk, chromium, place, DESK)
    page = walker.page
    assert walker.fits()
    expect(page.locator("[class*=st-key-board-panel-]")).to_have_count(len(layout.SIZES), timeout=PATIENCE_MS)
    river = page.locator(".st-key-board-panel-p-river [data-stage=warehouse].chip[data-tier=red]")
    before = page.locator(".kpi").first.evaluate("node => { node.marked = true; return node.innerText }")
    with Waypost.open(place.url) as waypost:
        waypost.boards.set_target(ID, "warehouse", "1h", "2h", "chief", "administrator")
    expect(page.get_by_text("version 2", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".kpi").first).not_to_have_text(before, timeout=PATIENCE_MS)
    expect(river.first).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator(".kpi").first.evaluate("node => node.marked")  # drawn in place

    page.get_by_role("button", name="Arrange").click()
    grip = page.locator(".grip[data-block=p-river]")
    expect(grip).to_be_visible(timeout=PATIENCE_MS)
    grip.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".state")).to_contain_text("Saved", timeout=PATIENCE_MS)
    found = re.search(r"draft=(\w+)", walker.address())
    assert found
    with Waypost.open(place.url) as waypost:
        held = waypost.boards.draft(found[1]).board.layout.wide
        assert [p.w for p in held if p.block == "p-river"] == [11]


def test_a_phone_reads_the_panels_in_their_own_order(walk, chromium, place):
    walker = opened(walk, chromium, place, PHONE)
    assert walker.fits()
    panels = walker.page.locator("[class*=st-key-board-panel-]")
    expect(panels).to_have_count(len(layout.SIZES), timeout=PATIENCE_MS)  # the map's is there, but hidden
    tops = walker.page.locator("[class*=st-key-board-panel-]").evaluate_all(
        "nodes => nodes.filter(n => n.checkVisibility()).map(n => [n.getBoundingClientRect().top, n.className])"
    )
    order = [re.search(r"panel-(p-\w+)", name)[1] for _, name in sorted(tops)]  # type: ignore[index]
    assert order[0] == "p-text"
    assert "p-map" not in order
    assert len(order) == len(layout.SIZES) - 1


def test_a_wall_fills_the_screen_turns_its_pages_and_is_left_by_escape(walk, chromium, place):
    walker = opened(walk, chromium, place, WALL, "&wall=1")
    page = walker.page
    expect(page.locator(".clock")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("[data-testid=stSidebar]:visible").count() == 0
    fits = "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollHeight <= m.clientHeight }"
    assert page.evaluate(fits)
    page.wait_for_timeout(500)
    first = page.locator(".st-key-board-panel-p-kpi")
    expect(first).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(first).to_be_hidden()
    assert page.evaluate(fits)
    page.keyboard.press("Escape")
    expect(page.locator("h1", has_text="Marketplace parcel")).to_be_visible(timeout=PATIENCE_MS)
    assert "wall" not in walker.address()
    expect(first).to_be_visible(timeout=PATIENCE_MS)
