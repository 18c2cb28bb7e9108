"""Three people who build the same board: by mouse, by finger, by keyboard; each counts what it took."""

from __future__ import annotations

import time
from collections.abc import Callable
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
    "en": ("Orders", "Payment", "Gate", "In the warehouse", "Branch", "Line haul", "Customs clearance", "Last mile",
           "KPI", "Map"),
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
        self.start()

    def start(self) -> None:
        """Begin to count."""
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


class Keys(Builder):
    """By keyboard only."""

    ITEMS = ("source", "payment", "warehouse", "linehaul", "customs", "last_mile", "collection", "stage", "branch",
             "gate", "kpi", "panel_kpi", "panel_trend", "panel_funnel", "panel_distribution", "panel_map")  # fmt: skip

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def typed(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
        self.presses += len(text)

    def walk(self, to: Callable[[dict[str, Any]], bool], key: str = "Tab", most: int = 90) -> None:
        """Press a key until the focus is where it is wanted."""
        for _ in range(most):
            if to(active(self.page)):
                return
            self.keys(key)
            self.page.wait_for_timeout(20)
        raise AssertionError(f"the keyboard does not come there: {active(self.page)}")

    def begin(self) -> None:
        self.walk(lambda at: at["tag"] == "BUTTON" and self.words["empty"] in at["text"])
        self.keys("Enter")
        self.page.locator(".canvas .react-flow__pane").wait_for(timeout=PATIENCE_MS)

    def lay_out(self) -> None:
        self.keys("F6")
        for kind in ("source", "payment", "gate", "warehouse", "branch", "linehaul", "last_mile", "kpi", "panel_map"):
            self.take(kind)
        self.to_block("branch")
        self.keys(" ", "F6", "F6")
        self.take("customs")
        self.to_block("customs")
        self.keys("l")
        self.page.wait_for_timeout(100)
        for _ in range(len(BLOCKS)):
            if self.titles["last_mile"] in self.said():
                break
            self.keys("ArrowRight")
            self.page.wait_for_timeout(50)
        self.keys("Enter")
        expect(self.page.locator(".react-flow__edge")).to_have_count(len(WIRES), timeout=PATIENCE_MS)

    def take(self, item: str) -> None:
        self.walk(lambda at: at["item"] != "", "F6", 4)
        here, there = self.ITEMS.index(active(self.page)["item"]), self.ITEMS.index(item)
        self.keys(*["ArrowDown" if there > here else "ArrowUp"] * abs(there - here), "Enter")
        expect(self.named(item)).to_be_visible(timeout=PATIENCE_MS)

    def to_block(self, kind: str) -> None:
        """Go to a block on the board."""
        self.walk(lambda at: at["id"] != "", "F6", 4)
        wanted = self.named(kind).get_attribute("data-id")
        nodes = self.page.locator(".react-flow__node")
        order = [nodes.nth(n).get_attribute("data-id") for n in range(nodes.count())]
        back = order.index(active(self.page)["id"]) > order.index(wanted)
        self.walk(lambda at: at["id"] == wanted, "Shift+Tab" if back else "Tab", 20)

    def open_form(self, kind: str) -> None:
        self.to_block(kind)
        self.keys("Enter")
        field = self.form().get_by_role("textbox").first
        expect(field).to_have_value(self.titles[kind], timeout=PATIENCE_MS)
        expect(field).to_be_focused(timeout=PATIENCE_MS)

    def choose(self, label: str, option: str) -> None:
        self.walk(lambda at: at["label"].startswith(label) and at["tag"] == "INPUT" and at["role"] == "combobox")
        self.typed(option)
        self.page.wait_for_timeout(300)
        self.keys("Enter", "Escape")

    def condition(self, what: str) -> None:
        self.walk(lambda at: at["text"].endswith(self.words["add"]) or self.words["add"] in at["text"])
        self.keys("Enter")
        self.page.wait_for_timeout(300)
        self.walk(lambda at: self.words[what] in at["text"] and "\n" not in at["text"].strip(), "ArrowDown", 12)
        self.keys("Enter")

    def write(self, field: Locator, text: str) -> None:
        label = field.get_attribute("aria-label")
        self.walk(lambda at: at["label"] == label, "Shift+Tab" if label == self.words["name"] else "Tab")
        self.keys("Control+a")
        self.typed(text)
        self.keys("Tab")

    def publish(self) -> None:
        self.walk(lambda at: at["tag"] == "BUTTON" and self.words["publish"] in at["text"])
        self.keys("Enter")
        self.page.wait_for_timeout(400)
        self.walk(lambda at: self.words["version"] in at["text"])
        self.keys("Enter")
        self.published()


def active(page: Page) -> dict[str, Any]:
    """What has the focus, inside a shadow root too: text, role, label, block."""
    found: dict[str, Any] = page.evaluate(
        """() => {
          let e = document.activeElement;
          while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
          return {text: e.innerText ?? "", tag: e.tagName, label: e.getAttribute("aria-label") ?? "",
            id: e.dataset.id ?? "", item: e.dataset.item ?? "", role: e.getAttribute("role") ?? ""};
        }"""
    )
    return found
