"""The builder in a real browser: from an empty canvas over form, try and changes to a board in force."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town, opened_town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.scene import fill

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A console of its own, because a board in force takes orders away from other journeys."""
    with opened_town(tmp_path_factory.mktemp("workshop"), fill) as base:
        yield Town(base)


def test_a_board_is_built_tried_and_put_into_force(chromium: Browser, workshop: Town) -> None:
    walker = Walker(chromium, workshop.base, Way("en", "light", 1440, 900))
    walker.sign_in("chief", "/builder")
    page = walker.page
    page.get_by_role("button", name="Start empty").click()
    for item, title in (("source", "Orders"), ("payment", "Payment"), ("warehouse", "In the warehouse")):
        page.locator(f".palette [data-item={item}]").click()
        expect(page.locator(f".react-flow__node .title[title='{title}']")).to_be_visible(timeout=PATIENCE_MS)
    form = page.locator(".st-key-builder-form")
    form.get_by_role("spinbutton", name="Warn after").fill("36")
    form.get_by_role("spinbutton", name="Warn after").press("Tab")
    expect(page.get_by_text("Warning must come before blocking").first).to_be_visible(timeout=PATIENCE_MS)
    head = page.locator(".st-key-builder-head")
    expect(head.get_by_role("button", name="Publish")).to_be_disabled()
    form.get_by_role("combobox", name="Unit of Warn after").click()
    page.get_by_role("option", name="hours").click()
    block = page.locator(".react-flow__node", has_text="In the warehouse")
    expect(block).to_contain_text("warn 1 d 12 h", timeout=PATIENCE_MS)
    block.locator(".title").click()
    page.keyboard.press("Control+z")  # what the form changed is a step of the canvas, too
    expect(block).not_to_contain_text("warn 1 d 12 h", timeout=PATIENCE_MS)
    page.keyboard.press("Control+y")
    expect(block).to_contain_text("warn 1 d 12 h", timeout=PATIENCE_MS)
    _try_and_publish(walker)
    assert walker.close() == []


def _try_and_publish(walker: Walker) -> None:
    page = walker.page
    page.get_by_role("button", name="Try").first.click()
    expect(page.locator(".wp-try .name").first).to_have_text("Payment", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Changes").first.click()
    expect(page.get_by_text("Payment is new")).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".st-key-builder-head").get_by_role("button", name="Publish").click()
    taken = page.get_by_text(re.compile("This board would take \\d+ orders from “Marketplace parcel”"))
    expect(taken).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Say which orders it takes").click()
    form = page.locator(".st-key-builder-form")
    expect(form.get_by_text("It takes every order")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text(re.compile("Version 1 is in force"))).to_be_visible(timeout=PATIENCE_MS)
    assert walker.fits()


def test_who_only_looks_changes_nothing(chromium: Browser, workshop: Town) -> None:
    walker = Walker(chromium, workshop.base, Way("zh", "dark", 390, 844))
    walker.sign_in("operator", "/builder?board=marketplace-parcel")
    expect(walker.page.locator(".react-flow__node").first).to_be_visible(timeout=PATIENCE_MS)
    expect(walker.page.locator(".palette")).to_have_count(0)
    assert walker.fits()
    walker.go("/builder?draft=nothing")
    expect(walker.page.get_by_role("heading", name="没有这个草稿")).to_be_visible(timeout=PATIENCE_MS)
    assert walker.close() == []
