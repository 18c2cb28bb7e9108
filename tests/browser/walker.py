"""A person in a browser: what they do, and everything the browser complained about meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import PASSWORD

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Way:
    """How a walk is seen: language, colours, size."""

    lang: Literal["en", "zh"]
    theme: Literal["light", "dark"]
    width: int
    height: int
    touch: bool = False

    def __str__(self) -> str:
        return f"{self.lang}-{self.theme}-{self.width}"


class Walker:
    """Opens pages and remembers complaints; `close` gives them."""

    def __init__(self, chromium: Browser, base: str, way: Way) -> None:
        self.base, self.way = base, way
        self.complaints: list[str] = []
        self.context = chromium.new_context(
            viewport=ViewportSize(width=way.width, height=way.height),
            locale="zh-CN" if way.lang == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            color_scheme=way.theme,
            has_touch=way.touch or way.width < 500,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", lambda asked: self._watch(asked.url))
        self.page.on("response", lambda got: self._answered(got.status, got.url))

    def _hear(self, kind: str, text: str) -> None:
        # The software renderer of a machine without a graphics card remarks on its own speed.
        if kind in ("error", "warning") and "GL Driver Message" not in text:
            self.complaints.append(f"{kind}: {text[:300]}")

    def _watch(self, url: str) -> None:
        own = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:")
        if not url.startswith(own):
            self.complaints.append(f"outside: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status}: {url}")

    def sign_in(self, name: str = "operator", path: str = "/") -> None:
        """Open an address; being nobody yet, sign in on the page that answers."""
        self.page.goto(self.base + path)
        self.page.locator("input[name=name]").fill(name)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("button").click()

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.base + path)

    def sees(self, text: str) -> None:
        """Wait until a text is there."""
        expect(self.page.get_by_text(text, exact=True).first).to_be_visible(timeout=PATIENCE_MS)

    def address(self) -> str:
        """Path and query of the page."""
        return str(self.page.evaluate("location.pathname + location.search"))

    def fits(self) -> bool:
        """Whether nothing makes the page wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def picture(self, name: str) -> None:
        """Keep a picture of what is in the window for the documents."""
        self.page.mouse.move(0, 0)
        IMAGES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=IMAGES / f"{name}.png")

    def close(self) -> list[str]:
        """Leave; returns what the browser complained about."""
        self.context.close()
        return self.complaints
