"""A draft in three people's hands: asked for, sent back, mended, approved, published; `make proof-approval`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import PASSWORD, Town, opened_town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.scene import fill
from waypost.access import accounts
from waypost.i18n import translator
from waypost.services.app import Waypost

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BOARD = "marketplace-parcel"
REASON = "Twelve hours are too long for express, please say eight."


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A console where an editor, an approver and a publisher have accounts."""

    def told(waypost: Waypost, now: int) -> None:
        for name, role in (("editor", "configurator_editor"), ("approver", "approver")):
            accounts.create(waypost.engine, name, role, now, "test", display=name.title(), password=PASSWORD)
        fill(waypost, now)

    with opened_town(tmp_path_factory.mktemp("office"), told) as base:
        yield Town(base)


class Person:
    """Somebody who signed in, at the draft."""

    def __init__(self, walker: Walker, name: str, path: str) -> None:
        self.walker, self.page, self.name = walker, walker.page, name
        self.t = translator(walker.way.lang)
        walker.sign_in(name, path)

    def head(self) -> Locator:
        """The bar above the canvas."""
        return self.page.locator(".st-key-builder-head")

    def button(self, text: str) -> Locator:
        """A button in the bar."""
        return self.head().get_by_role("button", name=self.t(text))

    def step(self, text: str, comment: str = "") -> None:
        """Take a step of the draft's way: its form, a comment, the step itself."""
        self.button(text).click()
        form = self.page.locator("[data-testid=stPopoverBody]")
        if comment:
            form.get_by_role("textbox").fill(comment)
            form.get_by_role("textbox").press("Tab")
        form.get_by_role("button").last.click()

    def reads(self, text: str) -> None:
        """Wait until a text is on the page, in this person's language."""
        expect(self.page.get_by_text(self.t(text)).first).to_be_visible(timeout=PATIENCE_MS)


def _warn_after(person: Person, hours: str) -> None:
    block = person.page.locator(".react-flow__node").nth(1)
    block.locator(".title").click()
    field = person.page.locator(".st-key-builder-form").get_by_role("spinbutton", name=person.t("Warn after"))
    field.fill(hours)
    field.press("Tab")
    expect(block).to_contain_text(hours, timeout=PATIENCE_MS)


@pytest.mark.parametrize(("lang", "board"), [("en", "marketplace-parcel"), ("zh", "store-pickup")])
def test_a_draft_is_sent_back_mended_approved_and_published(
    chromium: Browser, office: Town, lang: Literal["en", "zh"], board: str
) -> None:
    way = Way(lang, "light", 1440, 900)
    editor = Person(Walker(chromium, office.base, way), "editor", f"/builder?board={board}")
    editor.page.get_by_role("button", name=editor.t("Change it")).click()
    editor.page.locator(".react-flow__node").nth(1).locator(".title").click()  # quicker than the draft is there
    editor.page.locator(".palette").wait_for(timeout=PATIENCE_MS)
    expect(editor.page.locator(".st-key-builder-name input")).not_to_have_value("", timeout=PATIENCE_MS)
    _warn_after(editor, "11")
    editor.step("Ask for approval", "Faster warning")
    editor.reads("An approver has to look at it now.")
    path = editor.walker.address()

    approver = Person(Walker(chromium, office.base, way), "approver", path)
    expect(approver.page.get_by_text("Faster warning")).to_be_visible(timeout=PATIENCE_MS)
    approver.step("Send back", REASON)
    approver.reads("It was sent back.")

    editor.page.reload()
    expect(editor.page.get_by_text(REASON)).to_be_visible(timeout=PATIENCE_MS)
    _warn_after(editor, "8")
    editor.step("Ask for approval", "Eight it is")
    approver.page.reload()
    approver.button("Changes").click()
    approver.step("Approve")
    approver.reads("It is approved and can be published.")

    publisher = Person(Walker(chromium, office.base, way), "publisher", path)
    publisher.step("Publish")
    expect(publisher.button("Change it")).to_be_visible(timeout=PATIENCE_MS)
    for person in (editor, approver, publisher):
        assert person.walker.close() == []
