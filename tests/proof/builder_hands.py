"""Three people who build the same board: by mouse, by finger, by keyboard; each counts what it took."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.walker import PATIENCE_MS, Walker
from tests.components.canvas_walk import Hand, touch_drag

# The blocks, and the wires between them: from, to, and which output of a branch.
BLOCKS = ("source", "payment", "gate", "warehouse", "branch", "linehaul", "customs", "last_mile", "kpi", "panel_map")
WIRES = (
    ("source", "payment", 0),
    ("payment", "gate", 0),
    ("gate", "warehouse", 0),
    ("warehouse", "branch", 0),
    ("branch", "linehaul", 0),
    ("branch", "customs", 1),
    ("linehaul", "last_mile", 0),
    ("customs", "last_mile", 0),
    ("last_mile", "kpi", 0),
)
PLACES = {
    "source": (0.13, 0.15), "payment": (0.37, 0.15), "gate": (0.62, 0.15), "warehouse": (0.13, 0.42),
    "branch": (0.37, 0.42), "linehaul": (0.66, 0.36), "customs": (0.66, 0.52), "last_mile": (0.13, 0.68),
    "kpi": (0.37, 0.68), "panel_map": (0.62, 0.70),
}  # fmt: skip
TITLES = {
    "en": ("Orders", "Payment", "Gate", "In the warehouse", "Branch", "Line haul", "Customs clearance", "Last mile", "KPI", "Map"),
    "zh": ("订单", "付款", "闸口", "仓内作业", "分支", "干线运输", "清关", "末端派送", "指标", "地图"),
}  # fmt: skip
WORDS = {
    "en": {"empty": "Start empty", "sources": "Sources", "add": "Add a condition", "channel": "Channel",
           "value": "Order value", "words": "Channel", "warn": "Warn after", "publish": "Publish",
           "version": "Publish version 1", "done": "Version 1 is in force", "name": "Name of the board"},
    "zh": {"empty": "从空白开始", "sources": "数据源", "add": "添加条件", "channel": "渠道",
           "value": "订单金额", "words": "渠道", "warn": "超过即预警", "publish": "发布",
           "version": "发布第 1 版", "done": "第 1 版已生效", "name": "看板名称"},
}  # fmt: skip
SOURCE, CHANNEL = "Corner shop", "web"


class Builder(Hand):
    """Somebody in the builder; `clicks` and `presses` count what they did."""

    def __init__(self, walker: Walker) -> None:
        super().__init__(walker.page)
        self.walker, self.lang = walker, walker.way.lang
        self.words, self.titles = WORDS[self.lang], dict(zip(BLOCKS, TITLES[self.lang], strict=True))
        self.clicks = self.presses = 0
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.begun

    def named(self, kind: str) -> Locator:
        """A block on the board by what it was dropped as."""
        return self.block(self.titles[kind])

    def saved(self) -> None:
        """Wait until everything stands in the database."""
        expect(self.page.locator(".canvas [data-state=saved], .canvas .saved").first).to_be_visible(timeout=PATIENCE_MS)

    def form(self) -> Locator:
        """The form beside the canvas."""
        return self.page.locator(".st-key-builder-form")

    def published(self) -> None:
        """Wait until the board is in force."""
        expect(self.page.get_by_text(self.words["done"]).first).to_be_visible(timeout=PATIENCE_MS)

    # What a hand does, by mouse unless somebody does it otherwise.

    def press_on(self, place: Locator) -> None:
        """Press on something."""
        place.click()
        self.clicks += 1

    def take(self, item: str) -> None:
        """Put a block of the palette onto the board."""
        self.drag(self.centre(self.shown(self.item(item))), self.board(*PLACES[item]))
        self.clicks += 1

    def shown(self, place: Locator) -> Locator:
        """Scroll something into sight."""
        place.scroll_into_view_if_needed()
        return place

    def lead(self, start: str, end: str, port: int) -> None:
        """Draw a wire."""
        self.wire(self.named(start), self.named(end), port)
        self.clicks += 1

    def write(self, field: Locator, text: str) -> None:
        """Write into a field and leave it."""
        self.press_on(field)
        field.fill(text)
        field.press("Tab")
        self.presses += len(text) + 1

    def choose(self, label: str, option: str) -> None:
        """Choose in a list of the form."""
        self.press_on(self.form().get_by_role("combobox", name=label).last)
        self.press_on(self.page.get_by_role("option", name=option).first)

    def condition(self, what: str) -> None:
        """Add a condition to what is open in the form."""
        self.press_on(self.form().get_by_role("button", name=self.words["add"]).first)
        self.press_on(self.page.get_by_role("menuitem", name=self.words[what]).or_(
            self.page.get_by_role("option", name=self.words[what])).first)  # fmt: skip

    def open_form(self, kind: str) -> None:
        """Open the form of a block."""
        self.press_on(self.named(kind).locator(".title"))
        expect(self.form().get_by_role("textbox").first).to_have_value(self.titles[kind], timeout=PATIENCE_MS)

    # The whole work.

    def begin(self) -> None:
        """From the page without a draft to an empty canvas."""
        self.press_on(self.page.get_by_role("button", name=self.words["empty"]))
        self.page.locator(".canvas .react-flow__pane").wait_for(timeout=PATIENCE_MS)

    def lay_out(self) -> None:
        """All blocks and wires."""
        for kind in BLOCKS:
            self.take(kind)
            expect(self.named(kind)).to_be_visible(timeout=PATIENCE_MS)
            if kind == BLOCKS[0]:
                self.zoom_out()
        for start, end, port in WIRES:
            self.lead(start, end, port)
        expect(self.page.locator(".react-flow__edge")).to_have_count(len(WIRES), timeout=PATIENCE_MS)
        self.press_on(self.page.locator(".canvas .bar button:not(:disabled)").nth(2))  # tidy up

    def zoom_out(self) -> None:
        """Make room for all of it, and put the first block into its corner."""
        for _ in range(4):
            self.press_on(self.page.locator(".canvas .zoom button").first)
            self.page.wait_for_timeout(350)  # it glides
        self.drag(self.centre(self.named(BLOCKS[0]).locator(".title")), self.board(*PLACES[BLOCKS[0]]))
        self.clicks += 1

    def configure(self) -> None:
        """The source, the conditions, the target of the figure, the name."""
        self.open_form("source")
        self.choose(self.words["sources"], SOURCE)
        self.open_form("branch")
        self.condition("channel")
        self.choose(self.words["words"], CHANNEL)
        self.open_form("gate")
        self.condition("value")
        self.open_form("kpi")
        self.write(self.form().get_by_role("spinbutton", name=self.words["warn"]), "9")
        self.write(self.page.locator(".st-key-builder-name input"), "Shop to door")

    def publish(self) -> None:
        """Put it into force."""
        self.press_on(self.page.get_by_role("button", name=self.words["publish"]).first)
        self.press_on(self.page.get_by_role("button", name=self.words["version"]))
        self.published()


class Finger(Builder):
    """By touch only."""

    def __init__(self, walker: Walker) -> None:
        super().__init__(walker)
        self.client = walker.context.new_cdp_session(walker.page)

    def press_on(self, place: Locator) -> None:
        place.tap()
        self.clicks += 1

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        touch_drag(self.client, start, end)


def active(page: Page) -> dict[str, Any]:
    """What has the focus, inside a shadow root too: text, role, label, block."""
    found: dict[str, Any] = page.evaluate(
        """() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
        return {text: e.innerText ?? "", tag: e.tagName, label: e.getAttribute("aria-label") ?? "", id: e.dataset.id ?? "",
          item: e.dataset.item ?? "", placeholder: e.placeholder ?? "", value: e.value ?? "",
          key: e.closest("[class*=st-key-]")?.className ?? ""}; }"""
    )
    return found
