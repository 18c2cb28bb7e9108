"""The login pages in a real browser: both languages, light and dark, desk and phone, no JavaScript."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.api.doorway import PASSWORD, Doorway
from waypost.access import links
from waypost.api.login_texts import TEXTS

pytestmark = pytest.mark.browser

WALKS = [
    ("zh-CN", "zh", "light", 1440, 900),
    ("en-GB", "en", "dark", 1440, 900),
    ("zh-CN", "zh", "dark", 390, 844),
    ("en-GB", "en", "light", 390, 844),
]


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    # JavaScript is off for the page; the frame's own measures come from layout.
    width = page.viewport_size["width"] if page.viewport_size else 0
    boxes = [each.bounding_box() for each in page.locator("main, main *, aside, nav a").all()]
    return all(box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width + 0.5) for box in boxes)


def shoot(page: Page, name: str) -> None:
    """Keep a picture when WAYPOST_SCREENSHOTS names a folder."""
    folder = os.environ.get("WAYPOST_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


class Visit:
    """One person with one browser: what they see, and what the browser complained about."""

    def __init__(self, door: Doorway, context: BrowserContext, lang: str, tag: str) -> None:
        self.door, self.texts, self.tag = door, TEXTS[lang], tag
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path: str) -> None:
        self.page.goto(self.door.origin + path)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=self.texts[button]).click()

    def fill(self, **fields: str) -> None:
        for label, text in fields.items():
            self.page.get_by_label(self.texts[label], exact=True).fill(text)

    def sees(self, picture: str) -> None:
        assert fits(self.page)
        shoot(self.page, f"{picture}-{self.tag}")

    def is_told(self, text: str) -> None:
        assert self.page.get_by_role("alert").inner_text() == self.texts[text]

    def arrives_at(self, path: str) -> None:
        self.page.wait_for_url(self.door.origin + path)


def set_first_password(visit: Visit, link: str) -> None:
    visit.go("/orders?q=1001")
    assert visit.page.get_by_text(visit.texts["first_start"]).is_visible()
    visit.sees("login-first")
    visit.go(link)
    visit.fill(new_password=PASSWORD, repeat="something else")
    visit.press("link_submit")
    visit.is_told("mismatch")
    visit.sees("login-link")
    visit.fill(new_password=PASSWORD, repeat=PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.arrives_at("/")
    assert "administrator" in visit.page.content()


def sign_out(visit: Visit) -> None:
    visit.go("/logout")
    visit.sees("logout")
    visit.press("logout_submit")
    visit.arrives_at("/login")


def sign_in_at_the_second_try(visit: Visit) -> None:
    visit.go("/orders?q=1001")
    visit.fill(name="admin", password="not the password")
    visit.press("login_submit")
    visit.is_told("wrong")
    visit.sees("login-wrong")
    assert visit.page.get_by_label(visit.texts["name"]).input_value() == "admin"
    visit.page.keyboard.type(PASSWORD)  # the focus waits in the password field
    visit.page.keyboard.press("Enter")
    visit.arrives_at("/orders?q=1001")


@pytest.mark.parametrize(("locale", "lang", "scheme", "width", "height"), WALKS)
def test_a_person_gets_in_and_out(
    door: Doorway,
    browser: Browser,
    locale: str,
    lang: str,
    scheme: Literal["light", "dark"],
    width: int,
    height: int,
) -> None:
    window: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(locale=locale, color_scheme=scheme, viewport=window, java_script_enabled=False)
    visit = Visit(door, context, lang, f"{lang}-{scheme}-{width}")
    link = f"/login/link/{links.first_start(door.engine, door.clock())}"
    set_first_password(visit, link)
    sign_out(visit)
    sign_in_at_the_second_try(visit)
    cookies = [(each["name"], each["httpOnly"], each["sameSite"]) for each in context.cookies()]
    assert cookies == [("waypost_session", True, "Lax")]
    visit.go(link)
    assert visit.page.get_by_role("heading", name=visit.texts["over_title"]).is_visible()
    visit.sees("login-over")
    context.close()
    assert [url for url in visit.asked if not url.startswith((door.origin, "data:"))] == []
    # A refused form is a 4xx answer, and Chromium lists those.
    assert [text for text in visit.complaints if "the server responded with a status of 4" not in text] == []


def test_the_other_language_is_one_click_away(door: Doorway, browser: Browser) -> None:
    page = browser.new_page(locale="en-GB", java_script_enabled=False)
    page.goto(f"{door.origin}/orders?q=1001")
    page.get_by_role("link", name="中文").click()
    assert page.get_by_role("heading", name=TEXTS["zh"]["login_title"]).is_visible()
    assert page.locator("input[name=next]").input_value() == "/orders?q=1001"
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", name=TEXTS["en"]["login_title"]).is_visible()
    page.close()
