"""The components in a real browser: clicks and keys arrive in Python, nothing jumps, breaks or calls outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.components.serving import served

pytestmark = pytest.mark.browser

HOSTILE = "<img src="


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(Path(__file__).with_name("gallery.py"), tmp_path_factory.mktemp("gallery") / "log") as base:
        yield base


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open the gallery; afterwards there must be no console error and no request to anywhere else."""
    complaints: list[str] = []
    contexts = []

    def visit(query: str = "", width: int = 1440, height: int = 900, **options: Any) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: complaints.append(r.url) if _outside(r.url, address) else None)
        page.goto(f"{address}/{query}")
        page.locator(".journey button.stop").first.wait_for(timeout=30_000)
        page.locator(".cards .name").first.wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def _outside(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def told(page: Page) -> dict[str, Any]:
    text: dict[str, Any] = json.loads(page.locator("[data-testid=stCode]").inner_text())
    return text


def expect_told(page: Page, name: str, value: Any) -> None:
    """Wait until Python says so."""
    for _ in range(100):
        if told(page)[name] == value:
            return
        page.wait_for_timeout(50)
    assert told(page)[name] == value


def focused(page: Page) -> str:
    """Return the start of the focused element's text, inside a shadow root too."""
    script = "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement;"
    return str(page.evaluate(script + " return e.getAttribute('data-node') || e.innerText; }"))


def test_cards_open_all_orders_or_those_of_a_tier(visit):
    page = visit()
    page.locator(".kpi").first.click(position={"x": 20, "y": 60})
    expect_told(page, "log", [["card", {"card": "otd", "what": "all"}]])
    page.locator(".kpi .chip[data-tier=red]").last.click()
    expect_told(page, "log", [["card", {"card": "otd", "what": w}] for w in ("all", "red")])
    page.get_by_role("button", name="On-time delivery: 212 warn").focus()
    page.keyboard.press("Enter")
    expect_told(page, "log", [["card", {"card": "otd", "what": w}] for w in ("all", "red", "yellow")])


def test_river_opens_a_stage_or_the_coloured_part_of_it(visit):
    page = visit()
    page.locator(".box").scroll_into_view_if_needed()
    box = page.locator(".stage-name").nth(1).bounding_box()
    water = page.locator(".river").bounding_box()
    assert box
    assert water
    middle = box["x"] + box["width"] / 2
    page.mouse.click(middle, water["y"] + water["height"] / 2)
    expect_told(page, "log", [["stage", {"stage": "packed", "tier": "all"}]])
    page.mouse.click(middle, water["y"] + water["height"] - 12)
    expect_told(page, "log", [["stage", {"stage": "packed", "tier": t}] for t in ("all", "red")])
    page.locator(".stage-name").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect_told(page, "log", [["stage", {"stage": "packed", "tier": t}] for t in ("all", "red", "all")])


def test_orders_at_risk_open_by_click_and_key(visit):
    page = visit()
    page.locator(".row").first.click()
    expect_told(page, "log", [["risk", "A-1"]])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_told(page, "log", [["risk", "A-1"], ["risk", "A-2"]])
    page.get_by_role("button", name="show all 9").click()
    expect_told(page, "log", [["risk", "A-1"], ["risk", "A-2"], ["risk", "*"]])


def test_a_link_goes_on_inside_the_console_and_keys_walk_from_row_to_row(visit):
    page = visit()
    page.evaluate("window.same = true")
    rows = page.locator(".orders .order a")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    assert rows.last.evaluate("node => node.getRootNode().activeElement === node")
    rows.first.click(position={"x": 4, "y": 4})
    page.wait_for_url("**/order?id=A-1")
    assert page.evaluate("window.same")  # the document was not loaded anew


def test_an_event_opens_to_everything_it_says(visit):
    page = visit()
    line = page.locator(".log .line").nth(1)
    line.click()
    assert line.get_attribute("aria-expanded") == "true"
    assert page.locator(".inside pre").inner_text() == '{"a": "1"}'
    page.get_by_role("button", name="show all 15").first.click()
    assert page.locator(".log .line").count() == 15
    line.press("Enter")
    assert line.get_attribute("aria-expanded") == "false"


def test_a_node_is_selected_by_click_and_key_and_kept_over_a_rerun(visit):
    page = visit()
    page.locator("[data-node=packed]").click()
    expect_told(page, "selected", {"unit": "order/1", "node": "packed"})
    page.keyboard.press("ArrowRight")
    assert focused(page) == "transit"
    page.keyboard.press("Enter")
    expect_told(page, "selected", {"unit": "order/1", "node": "transit"})
    page.locator("[data-node=transit]").evaluate("node => node.marked = true")
    n = told(page)["n"]
    page.get_by_role("button", name="Rerun").click()
    expect_told(page, "n", n + 1)
    assert page.locator("[data-node][aria-pressed=true]").get_attribute("data-node") == "transit"
    assert page.locator("[data-node=transit]").evaluate("node => node.marked")


def test_a_node_says_everything_to_a_screen_reader_and_on_hover(visit):
    page = visit()
    page.locator("[data-node=packed]").hover()
    tip = page.locator(".journey + .tip")
    assert tip.inner_text() == "Packed · done\n12:00\nscanned by the carrier\n3 events"
    page.get_by_role("button", name="Packed, done, warn, 12:00, scanned by the carrier, 3 events").wait_for()
    page.keyboard.press("Tab")
    page.locator("[data-node=paid]").first.hover()
    assert "2026-11-23 10:00 Asia/Shanghai" in tip.inner_text()


def test_an_id_is_copied_by_a_click(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy 1001").click()
    page.locator(".copy[data-copied]").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "1001"


def test_a_live_page_keeps_its_nodes_and_the_focus(visit):
    page = visit("?live=1")
    page.locator("[data-node=transit]").focus()
    page.locator(".kpi").first.evaluate("node => node.marked = true")
    expect_told(page, "n", told(page)["n"] + 2)
    assert focused(page) == "transit"
    assert page.locator(".kpi").first.evaluate("node => node.marked")


def test_the_stream_waits_while_paused_and_while_the_pointer_is_on_it(visit):
    page = visit("?live=1")
    first = page.locator(".event .words").first
    page.get_by_role("button", name="Pause").click()
    page.mouse.move(5, 5)
    held = first.inner_text()
    page.get_by_role("button", name="2 new").wait_for()
    assert first.inner_text() == held
    page.get_by_role("button", name="Go on").click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(100)
    assert first.inner_text() != held
    first.hover()
    held = first.inner_text()
    height = page.locator(".stream").bounding_box()
    page.get_by_role("button", name="2 new").wait_for()
    assert first.inner_text() == held
    assert page.locator(".stream").bounding_box() == height
    first.click()
    expect_told(page, "log", [["event", held.replace("Picked ", "order-")]])


def test_data_is_shown_as_text_and_never_becomes_markup(visit):
    page = visit()
    assert page.locator(".wp img").count() == 0
    for place in (".stage .label", ".row .what", ".event q", ".copy"):
        assert HOSTILE in "".join(page.locator(place).all_inner_texts())
    assert page.title() != "broken"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_the_theme_is_followed(visit, width, scheme):
    page = visit(width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sticking_out = (
        "nodes => nodes.filter(n => n.getBoundingClientRect().right > innerWidth)"
        ".map(n => `${n.className} ${n.getBoundingClientRect().right} ${n.innerText.slice(0, 40)}`)"
    )
    assert page.locator(".wp, .wp button").evaluate_all(sticking_out) == []
    surface = page.locator(".card").first.evaluate("node => getComputedStyle(node).backgroundColor")
    assert surface == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 29, 38)"}[scheme]


def test_a_phone_shows_the_journey_upright(visit):
    page = visit(width=390, height=844, has_touch=True)
    boxes = [page.locator(f"[data-unit='order/1'][data-node={n}]").bounding_box() for n in ("paid", "packed")]
    assert all(boxes)
    assert boxes[0]["x"] == boxes[1]["x"]
    assert boxes[1]["y"] > boxes[0]["y"]
    page.locator("[data-unit='order/1'][data-node=packed]").tap()
    expect_told(page, "selected", {"unit": "order/1", "node": "packed"})


def test_who_asks_for_less_motion_gets_none(visit):
    page = visit(reduced_motion="reduce")
    mark = page.locator("[data-state=now] .mark")
    assert mark.evaluate("node => getComputedStyle(node, '::before').animationName") == "none"


def tile(page: Page, block: str, side: str = "") -> tuple[float, float]:
    """Where to take a panel of the grid: in its middle, or at a handle."""
    found = page.locator(f".field .tile[data-key={block}]")
    found.scroll_into_view_if_needed()
    box = (found.locator(f"[data-side={side}]") if side else found).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], dx: float, dy: float) -> None:
    """Pull something with the mouse, in a few steps."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + dx, start[1] + dy, steps=5)
    page.mouse.up()


def laid(rev: int, a: tuple[int, int, int, int], b: tuple[int, int, int, int], phone: str = "ab") -> list[Any]:
    """A layout as Python hears it: its revision, both panels, and the column of a phone."""
    places = [{"block": n, **dict(zip("xywh", at, strict=True))} for n, at in (("a", a), ("b", b))]
    column = [{"block": n, "h": None, "hidden": False} for n in phone]
    return [rev, sorted(places, key=lambda place: (place["y"], place["x"])), column]


def test_a_panel_is_dragged_and_sized_by_the_mouse_and_taken_back(visit):
    page = visit()
    column, row = page.locator(".field.wide").evaluate(
        "f => ['--column', '--row'].map((n) => parseFloat(f.style.getPropertyValue(n)))"
    )
    drag(page, tile(page, "b"), 6 * column, -4 * row)
    expect_told(page, "laid", laid(1, (0, 0, 6, 4), (6, 0, 6, 4)))
    drag(page, tile(page, "a", "se"), -2.2 * column, 2 * row)
    expect_told(page, "laid", laid(2, (0, 0, 4, 6), (6, 0, 6, 4)))
    drag(page, tile(page, "a"), 6 * column, 0)
    expect_told(page, "laid", laid(3, (6, 0, 4, 6), (6, 6, 6, 4)))
    page.get_by_role("button", name="Undo", exact=True).click()
    expect_told(page, "laid", laid(4, (0, 0, 4, 6), (6, 0, 6, 4)))
    drag(page, tile(page, "a"), 1, 1)
    assert told(page)["laid"][0] == 4  # a click is no drag


def test_a_panel_is_moved_and_sized_by_keys_and_every_step_is_said(visit):
    page = visit()
    grip, said = page.locator(".grip[data-block=a]"), page.locator(".wp > p[role=status]").last
    grip.focus()
    page.keyboard.press("ArrowRight")
    expect_told(page, "laid", laid(1, (1, 0, 6, 4), (0, 4, 6, 4)))
    page.keyboard.press("ArrowDown")  # as far as it takes to pass the other one
    expect_told(page, "laid", laid(2, (1, 4, 6, 4), (0, 0, 6, 4)))
    assert said.inner_text() == "Share in time: column 2 of 12, row 5, 6 wide, 4 high"
    page.keyboard.press("Shift+ArrowLeft")
    expect_told(page, "laid", laid(3, (1, 4, 5, 4), (0, 0, 6, 4)))
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    expect_told(page, "laid", laid(5, (1, 4, 5, 4), (0, 0, 6, 4)))
    assert said.inner_text() == "Done again"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.block") == "a"
    page.keyboard.press("Delete")
    page.get_by_role("button", name="trend", exact=True).click()
    page.wait_for_timeout(300)
    assert told(page)["laid"][1][0]["block"] == "b"
    assert said.inner_text() == "trend added"


def test_a_finger_arranges_the_column_of_a_phone(visit):
    page = visit(width=390, height=844, has_touch=True)
    second = page.locator(".slip[data-key=b] .grip")
    second.scroll_into_view_if_needed()
    second.focus()
    page.keyboard.press("ArrowUp")
    expect_told(page, "laid", laid(1, (0, 0, 6, 4), (0, 4, 6, 4), "ba"))
    page.get_by_role("button", name="Share in time higher").tap()
    page.get_by_role("button", name="Hide Share in time on phones").tap()
    wanted = laid(3, (0, 0, 6, 4), (0, 4, 6, 4), "ba")
    wanted[2][1] = {"block": "a", "h": 5, "hidden": True}
    expect_told(page, "laid", wanted)
