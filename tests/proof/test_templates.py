"""Every template in a real browser, in both languages: gallery, preview, draft. `make proof-templates`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import serious
from tests.browser.conftest import Town, opened_town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from waypost.services.boards.templates import shipped

WAYS = [
    Way("en", "light", 1440, 900),
    Way("zh", "light", 1440, 900),
    Way("zh", "dark", 390, 844),
    Way("en", "dark", 390, 844),
]
USE = {"en": "Use this template", "zh": "使用此模板"}
CREATE = {"en": "Create the draft", "zh": "创建草稿"}
BACK = {"en": "All templates", "zh": "全部模板"}


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened_town(tmp_path_factory.mktemp("fair"), lambda _waypost, _now: None) as base:
        yield Town(base)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_template_from_the_gallery_to_a_draft(chromium: Browser, fair: Town, way: Way) -> None:
    walker = Walker(chromium, fair.base, way)
    walker.sign_in("publisher", "/boards?view=templates")
    page = walker.page
    for each in shipped():
        walker.go("/boards?view=templates")
        card = page.locator(f"[data-board={each.id}]")
        expect(card).to_be_visible(timeout=PATIENCE_MS)
        expect(card.locator("h3")).to_have_text(each.name.say(way.lang))
        card.locator(".name").click()
        expect(page.get_by_role("button", name=BACK[way.lang])).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".wide .stop[data-tier=red] .dot").first).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".wp-story")).to_have_text(each.story.say(way.lang))
        expect(page.locator(".wp-layout > div")).to_have_count(len(each.board.layout.wide))
        assert walker.fits(), each.id
        assert serious(page) == [], each.id
        page.get_by_role("button", name=USE[way.lang]).click()
        page.get_by_role("dialog").get_by_role("button", name=CREATE[way.lang]).click()
        page.wait_for_url(re.compile(r"/builder\?.*draft="), timeout=PATIENCE_MS)
        expect(page.locator(".react-flow__node").first).to_be_visible(timeout=PATIENCE_MS)
    assert walker.close() == []
