"""A partner's word gets its meaning in the browser: tried, published, read over history; and the vocabulary's rooms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import opened_town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.scene import Clock
from tests.worlds import carries, said, scan
from waypost.services import ingest
from waypost.services.app import Waypost
from waypost.services.live import OrderQuery
from waypost.services.verify import verify

pytestmark = pytest.mark.browser

WIDE, PHONE = (1440, 900), (390, 844)
EXPRESS = "express.example"
Starts = Callable[..., Walker]
# What Streamlit itself asks of the browser for the frame of an older component.
FRAME = re.compile(r"Unrecognized feature|both allow-scripts and allow-same-origin")


def tell(waypost: Waypost, now: int) -> None:
    """Twelve orders whose parcels only have words that nobody has mapped."""
    at = Clock(now)
    events: list[dict[str, Any]] = []
    for n in range(12):
        word = "status:Zugestellt" if n < 8 else "status:In Umlauf"
        body = {"status": word.partition(":")[2], "recipient": {"name": "Erika Muster"}, "hub": "Leipzig"}
        events.append(said(f"order/M-{n}", "order.created", at.ago(2), attributes={"channel": "web"}))
        events.append(said(f"order/M-{n}", "payment.captured", at.ago(1.9)))
        data = {"links": carries(f"order/M-{n}"), "payload": json.dumps(body)}
        events.append(scan(f"parcel/P-{n}", word, at.ago(1), EXPRESS, **data))
    reading = ingest.read_body(json.dumps(events).encode(), waypost.vocabulary, now)
    assert waypost.submit(reading.said).result(60).outcomes.count("unmapped") == 12


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A console of its own, because words that get a meaning keep it; and its database."""
    folder = tmp_path_factory.mktemp("words")
    with opened_town(folder, tell) as base:
        yield base, folder / "waypost.db"


@pytest.fixture
def walk(chromium: Browser, place: tuple[str, Path]) -> Iterator[Starts]:
    """Send somebody on their way; at the end the browser must not have complained about anything."""
    walkers: list[Walker] = []

    def start(lang: str = "en", theme: str = "light", size: tuple[int, int] = WIDE) -> Walker:
        walkers.append(Walker(chromium, place[0], Way(lang, theme, *size)))  # type: ignore[arg-type]
        return walkers[-1]

    yield start
    complaints = [complaint for walker in walkers for complaint in walker.close()]
    assert [complaint for complaint in complaints if not FRAME.search(complaint)] == []


def test_a_word_gets_a_meaning_and_history_is_read_again(walk: Starts, place: tuple[str, Path]) -> None:
    watcher, walker = walk(), walk()
    watcher.sign_in(path="/order?id=M-3")
    last_mile = watcher.page.locator("button.stop", has_text="Last mile").first
    expect(last_mile).to_be_visible(timeout=PATIENCE_MS)
    assert "done" not in (last_mile.get_attribute("aria-label") or "")
    walker.sign_in("publisher", path=f"/vocabulary?room=mappings&source={EXPRESS}")
    page = walker.page
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    mean(walker, 0, "delivery.delivered")
    expect(page.get_by_text("1 change, not published")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("8 events of 8 orders would mean something else")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("8 orders would stand elsewhere")).to_be_visible()
    assert walker.fits()
    page.get_by_label("Why (kept with the version)").fill("Zugestellt is German for delivered")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is in force; 8 events changed.")).to_be_visible(timeout=PATIENCE_MS)
    assert "job=" in walker.address()
    expect(last_mile).to_have_attribute("aria-label", re.compile("done"), timeout=PATIENCE_MS)
    with Waypost.open(f"sqlite:///{place[1]}") as waypost:
        assert verify(waypost.engine).differences == 0
        assert waypost.current().orders(OrderQuery(status="delivered")).total == 8


def test_one_word_on_a_phone_with_a_suggestion_and_the_way_back(walk: Starts, place: tuple[str, Path]) -> None:
    walker = walk("en", "dark", PHONE)
    walker.sign_in("publisher", path=f"/vocabulary?room=mappings&source={EXPRESS}")
    page = walker.page
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_text("One word at a time").click()
    word = page.get_by_role("combobox", name="Their word")
    word.click()
    word.fill("status:out for delivery")  # a word that has not come yet
    word.press("Enter")
    page.get_by_role("button", name="What might it mean?").click()
    page.get_by_role("button", name="Out for delivery · lastmile.out_for_delivery").click()
    expect(page.get_by_text("1 change, not published")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("No stored event changes.")).to_be_visible(timeout=PATIENCE_MS)
    assert walker.fits()
    page.get_by_role("button", name="Publish").click()
    done = page.get_by_text(re.compile(r"Version \d is in force; 0 events changed"))
    expect(done).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_text("Versions", exact=True).first.click()
    expect(page.get_by_text(re.compile("in force$"))).to_be_visible(timeout=PATIENCE_MS)


def test_the_list_finds_an_entry_and_the_address_keeps_it(walk: Starts) -> None:
    walker = walk("zh", "light", WIDE)
    walker.sign_in(path="/vocabulary?q=妥投")
    page = walker.page
    page.locator(".entry", has_text="delivery.delivered").click()
    expect(page.locator("h3", has_text="妥投").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"entry=delivery\.delivered"))
    page.locator(".entry .label", has_text="已妥投签收").last.click()
    expect(page.get_by_text("客户看到的文字")).to_be_visible(timeout=PATIENCE_MS)
    page.go_back()
    expect(page).to_have_url(re.compile(r"entry=delivery\.delivered"))


def test_the_graph_opens_entries_keeps_still_and_asks_nobody(walk: Starts) -> None:
    walker = walk("en", "dark", WIDE)
    walker.sign_in(path="/vocabulary?room=graph&phase=delivery")
    page = walker.page
    canvas = page.frame_locator("iframe[title='streamlit_agraph.agraph']").locator("canvas")
    expect(canvas).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(1_000)  # the drawing fits itself into its frame
    assert canvas.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 26)"
    canvas.evaluate("node => (node.mine = true)")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.09, box["y"] + box["height"] / 2)  # the phase stands on the left
    expect(page).to_have_url(re.compile("entry=delivery"), timeout=PATIENCE_MS)
    expect(page.get_by_text("Milestones", exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("Choose an entry")).to_be_visible(timeout=PATIENCE_MS)
    assert canvas.evaluate("node => node.mine")  # it was not drawn anew
    assert walker.fits()
    phone = walk("zh", "light", PHONE)
    phone.sign_in(path="/vocabulary?room=graph&phase=delivery")
    expect(phone.page.locator(".entry", has_text="delivery.signed").first).to_be_visible(timeout=PATIENCE_MS)
    expect(phone.page.locator("iframe")).not_to_be_visible()
    assert phone.fits()


def mean(walker: Walker, row: int, code: str) -> None:
    """Choose a code in the grid with mouse and keyboard, as a person does."""
    page = walker.page
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    for _ in range(3):  # a busy machine opens the cell's list after the keys have come
        page.mouse.dblclick(box["x"] + 340, box["y"] + 51 + 31 * row)
        page.wait_for_timeout(500)
        page.keyboard.type(code, delay=20)
        page.keyboard.press("Enter")
        with suppress(AssertionError):
            expect(page.get_by_text("not published")).to_be_visible(timeout=PATIENCE_MS / 5)
            return
        page.keyboard.press("Escape")
