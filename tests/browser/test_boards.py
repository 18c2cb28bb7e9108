"""From the gallery to a draft in a real browser, and what the list then says of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from waypost.services.boards.templates import shipped

pytestmark = pytest.mark.browser


def test_a_template_becomes_a_draft_and_the_draft_stands_in_the_list(chromium: Browser, town: Town) -> None:
    walker = Walker(chromium, town.base, Way("zh", "light", 1440, 900))
    walker.sign_in("publisher", "/boards")
    page = walker.page
    expect(page.locator(".board .dot").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("radio", name="模板").click()
    expect(page.locator(".board")).to_have_count(len(shipped()), timeout=PATIENCE_MS)
    page.get_by_role("radio", name="生鲜").click()
    expect(page.locator(".board")).to_have_count(1, timeout=PATIENCE_MS)
    assert "industry=fresh_food" in walker.address()
    page.locator(".board .name").click()
    expect(page.locator(".wide .label").first).to_be_visible(timeout=PATIENCE_MS)
    assert "template=fresh-food" in walker.address()
    page.get_by_role("button", name="使用此模板").click()
    name = page.get_by_role("dialog").get_by_label("看板名称")
    name.fill("鲜果小店")
    page.get_by_role("dialog").get_by_role("button", name="创建草稿").click()
    page.wait_for_url(re.compile(r"/builder\?.*draft="), timeout=PATIENCE_MS)
    walker.go("/boards?q=鲜果")
    expect(page.locator(".board")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".board h3")).to_have_text("鲜果小店")
    expect(page.locator(".board .chip").last).to_contain_text("publisher · 草稿")
    page.get_by_role("button", name="更多：鲜果小店").click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="继续编辑草稿：鲜果小店").click()
    page.wait_for_url(re.compile(r"/builder\?.*draft="), timeout=PATIENCE_MS)
    assert walker.close() == []
