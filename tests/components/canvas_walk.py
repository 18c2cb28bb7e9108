"""A hand on the canvas: real pointers, fingers and keys, and what Python then knows."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page

PATIENCE_MS = 10_000


class Hand:
    """One browser page with the canvas on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str, **query: str | int) -> Hand:
        """Go to the page and wait for the board."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{address}/?{asked}")
        self.page.locator(".canvas .react-flow__pane").wait_for(timeout=30_000)
        self.page.locator("[data-testid=stCode]").wait_for()
        return self

    def told(self) -> dict[str, Any]:
        """What Python knows."""
        text: dict[str, Any] = json.loads(self.page.locator("[data-testid=stCode]").inner_text())
        return text

    def until(self, said: str) -> dict[str, Any]:
        """Wait until an expression of JavaScript over `d`, what Python knows, is true."""
        script = "(said) => { const d = JSON.parse(document.querySelector('[data-testid=stCode]').innerText);"
        self.page.wait_for_function(f"{script} return {said}; }}", arg=None, timeout=PATIENCE_MS)
        return self.told()

    def block(self, title: str, n: int = 0) -> Locator:
        """A block on the board by its title."""
        return self.page.locator(".react-flow__node").filter(has=self.page.locator(f".title[title='{title}']")).nth(n)

    def centre(self, place: Locator) -> tuple[float, float]:
        """The middle of an element on the screen."""
        box = place.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def board(self, x: float, y: float) -> tuple[float, float]:
        """A place on the screen, given as parts of the board's width and height."""
        box = self.page.locator(".board").bounding_box()
        assert box
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag by mouse."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()

    def pull(self, item: str, x: float, y: float) -> None:
        """Drag an item of the palette to a part of the board."""
        self.drag(self.centre(self.item(item)), self.board(x, y))

    def item(self, kind: str) -> Locator:
        """An item of the palette."""
        return self.page.locator(f".palette [data-item={kind}]")

    def wire(self, start: Locator, end: Locator, port: int = 0) -> None:
        """Drag from a block's output to another's input."""
        self.drag(self.centre(start.locator(".source").nth(port)), self.centre(end.locator(".target")))

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        """The id of the focused block, else its class or tag, inside a shadow root too."""
        script = "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement;"
        return str(self.page.evaluate(script + " return e.dataset.id || e.dataset.item || e.className || e.tagName; }"))

    def said(self) -> str:
        """What a screen reader was told last."""
        return (self.page.locator(".said").text_content() or "").strip()

    @property
    def mount(self) -> str | None:
        """The mount of the canvas: another one means that it was made anew."""
        return self.page.locator(".canvas").get_attribute("data-mount")


def touch_drag(client: CDPSession, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag by one finger, by real touch events."""
    steps = 10
    _touch(client, "touchStart", start)
    for n in range(1, steps + 1):
        part = n / steps
        _touch(client, "touchMove", (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part))
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _touch(client: CDPSession, kind: str, at: tuple[float, float]) -> None:
    client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
