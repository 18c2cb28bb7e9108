"""The journey canvas in a real browser: what a hand does on it arrives in Python, and comes back unharmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.components.canvas_walk import Hand, touch_drag
from tests.components.serving import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("canvas") / "log"
    with served(Path(__file__).with_name("canvas_page.py"), log) as base:
        yield base


@pytest.fixture
def hand(chromium: Browser, address: str) -> Iterator[Callable[..., Hand]]:
    """Open the canvas; afterwards there must be no console error and no request to anywhere else."""
    complaints: list[str] = []
    contexts = []

    def opened(wide: int = 1440, high: int = 900, options: dict[str, Any] | None = None, **query: Any) -> Hand:
        context = chromium.new_context(viewport={"width": wide, "height": high}, **(options or {}))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: complaints.append(r.url) if _outside(r.url, address) else None)
        return Hand(page).open(address, **query)

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _outside(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def test_a_journey_is_built_by_mouse_alone(hand: Callable[..., Hand]) -> None:
    page = hand()
    mount = page.mount
    page.pull("source", 0.15, 0.3)
    page.pull("branch", 0.45, 0.3)
    page.pull("stage", 0.8, 0.6)
    page.until("d.blocks.length === 3")
    page.wire(page.block("Shop orders"), page.block("Branch"))
    page.wire(page.block("Branch"), page.block("Stage"), port=1)
    told = page.until("d.wires.length === 2")
    kinds = {block["id"]: block["kind"] for block in told["blocks"]}
    assert [(kinds[a], kinds[b], port) for a, b, port in told["wires"]] == [
        ("source", "branch", ""),
        ("branch", "stage", "no"),
    ]
    assert [block["set"] for block in told["blocks"]] == [{}, {}, {"hours": 24}]
    assert all(block[axis] % 8 == 0 for block in told["blocks"] for axis in "xy")
    x, y = page.centre(page.block("Stage"))
    page.drag((x, y), (x - 80, y - 56))
    moved = page.until(f"d.blocks[2].x < {told['blocks'][2]['x'] - 60}")
    assert moved["selected"] == [moved["blocks"][2]["id"]]
    assert page.mount == mount


def test_a_journey_is_built_by_keys_alone(hand: Callable[..., Hand]) -> None:
    page = hand()
    mount = page.mount
    page.item("source").focus()
    page.keys("Enter", "ArrowDown", "ArrowDown", "Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    told = page.until("d.blocks.length === 3")
    source, stage, branch = (block["id"] for block in told["blocks"])
    assert told["wires"] == [[source, stage, ""], [stage, branch, ""]]
    assert page.focused() == "branch"
    assert page.said() == "Branch added and connected to Stage."
    page.keys("F6")
    assert page.focused() == source
    page.keys("Control+ArrowRight", "Control+ArrowRight", "ArrowDown", "Shift+ArrowDown")
    moved = page.until(f"d.blocks[2].y === {told['blocks'][2]['y'] + 48}")
    assert moved["selected"] == [branch]
    page.keys("l", "ArrowDown")
    assert page.said() == "From Branch (Not paid) to Stage: Enter connects, arrows choose another."
    page.keys("Enter")
    assert page.until("d.wires.length === 3")["wires"][2] == [branch, stage, "no"]
    page.keys("Control+d")
    twin = page.until("d.blocks.length === 4")["selected"][0]
    assert page.focused() == twin
    page.keys("Delete", "Control+z", "Control+z", "Control+z")
    assert page.until("d.wires.length === 2")["blocks"] == moved["blocks"]
    page.keys("Control+Shift+Z")
    page.until("d.wires.length === 3")
    page.keys("/")
    page.page.keyboard.type("branch")
    page.until(f"d.selected[0] === '{branch}'")
    page.keys("Escape")
    expect(page.block("Branch")).to_be_focused()
    for n, key in enumerate(("Enter", "Control+s", "Control+Enter")):
        page.keys(key)
        page.until(f"d.acts.length === {n + 1}")
    page.keys("r", "c")
    assert page.told()["acts"] == [["open", branch], ["save", ""], ["try", ""]]
    assert page.page.locator("[data-testid=stDialog]").count() == 0
    assert page.mount == mount


def test_copies_keep_their_wires_and_reach_another_draft(hand: Callable[..., Hand]) -> None:
    page = hand(n=3)
    page.block("Branch").click()
    page.keys("Control+a", "Control+c", "Control+v")
    told = page.until("d.blocks.length === 6")
    ids = [block["id"] for block in told["blocks"]]
    assert told["wires"][2:] == [[ids[3], ids[4], ""], [ids[4], ids[5], ""]]
    assert [block["set"] for block in told["blocks"][3:]] == [block["set"] for block in told["blocks"][:3]]
    assert told["selected"] == ids[3:]
    page.keys("Control+x")
    page.until("d.blocks.length === 3")
    other = Hand(page.page.context.new_page()).open(page.page.url.split("/?")[0], n=0, draft="d2")
    other.page.locator(".react-flow__pane").click()
    other.keys("Control+v")
    assert len(other.until("d.blocks.length === 3")["wires"]) == 2
    other.keys("Control+z")
    other.until("d.blocks.length === 0")


def test_wires_are_drawn_into_the_empty_by_clicks_and_through_a_wire(hand: Callable[..., Hand]) -> None:
    page = hand(n=4)
    x, y = page.centre(page.block("Branch").locator(".source").nth(1))
    page.drag((x, y), (x + 20, y + 130))
    page.page.keyboard.type("wait")
    page.keys("Enter")
    told = page.until("d.blocks.length === 5")
    assert told["wires"][-1] == ["branch_0002", told["blocks"][4]["id"], "no"]
    box = page.block("Shop orders").bounding_box()
    assert box
    page.drag(page.centre(page.block("Stage", 1).locator(".source")), (box["x"] + 60, box["y"] + 16))
    assert page.said() == "Nothing can lead to Shop orders."
    expect(page.page.locator(".warning")).to_contain_text("Nothing can lead to Shop orders.")
    page.block("Stage", 1).locator(".source").click()
    page.block("Wait for payment").click()
    assert page.until("d.wires.length === 5")["wires"][-1] == ["stage_0003", told["blocks"][4]["id"], ""]
    start, end = page.block("Shop orders").bounding_box(), page.block("Stage").bounding_box()
    assert start
    assert end
    page.drag(
        page.centre(page.item("wait")),
        ((start["x"] + start["width"] + end["x"]) / 2, page.centre(page.block("Shop orders"))[1]),
    )
    told = page.until("d.blocks.length === 6")
    between = told["blocks"][5]["id"]
    assert [wire for wire in told["wires"] if between in wire] == [
        ["source_0000", between, ""],
        [between, "stage_0001", ""],
    ]


def test_several_blocks_are_selected_aligned_and_moved_as_one_step(hand: Callable[..., Hand]) -> None:
    page = hand(n=6)
    page.block("Shop orders").click()
    page.block("Branch").click(modifiers=["Shift"])
    page.until("d.selected.length === 2")
    page.page.keyboard.down("Shift")
    page.drag(page.board(0.01, 0.05), page.board(0.6, 0.9))
    page.page.keyboard.up("Shift")
    assert page.until("d.selected.length === 3")["selected"] == ["source_0000", "stage_0001", "branch_0002"]
    before = page.told()["blocks"]
    x, y = page.centre(page.block("Shop orders"))
    page.drag((x, y), (x + 40, y + 100))
    moved = page.until("d.blocks[0].y > 40")["blocks"]
    shifts = {(a["x"] - b["x"], a["y"] - b["y"]) for a, b in zip(moved[:3], before[:3], strict=True)}
    assert len(shifts) == 1
    assert moved[3:] == before[3:]
    page.page.get_by_role("button", name="Align left edges").click()
    page.until("d.blocks[1].x === d.blocks[0].x && d.blocks[2].x === d.blocks[0].x")
    page.page.get_by_role("button", name="Undo").click()
    page.page.get_by_role("button", name="Undo").click()
    assert page.until("d.blocks[0].y === 0")["blocks"] == before


def test_a_change_in_the_form_shows_on_the_block_and_is_undone_on_the_canvas(hand: Callable[..., Hand]) -> None:
    page = hand(n=3)
    mount = page.mount
    page.block("Stage").click()
    page.until("d.selected.length === 1")
    view = page.page.locator(".react-flow__viewport").get_attribute("style")
    field = page.page.get_by_label("Title")
    field.fill("Picked and packed")
    field.press("Enter")
    page.block("Picked and packed").wait_for()
    expect(field).to_be_focused()
    assert page.told()["selected"] == ["stage_0001"]
    assert page.page.locator(".react-flow__viewport").get_attribute("style") == view
    page.block("Picked and packed").focus()
    page.keys("Control+z")
    page.until("!d.blocks[1].set.title")
    page.page.get_by_role("button", name="Show last").click()
    page.until("d.selected[0] === 'branch_0002'")
    assert page.mount == mount


def test_anothers_change_is_told_in_both_languages_and_not_undone(hand: Callable[..., Hand]) -> None:
    page = hand(n=2, lang="zh", people=1)
    expect(page.page.get_by_text("同时在编辑：Wang Fang, 李伟")).to_be_visible()
    page.block("店铺订单").click()
    page.keys("ArrowDown")
    page.until("d.blocks[0].y === 8")
    page.page.get_by_role("button", name="Conflict").click()
    expect(page.page.locator(".note[role=alert]")).to_contain_text("有同事改了同样的模块")
    page.until("d.blocks.length === 3")
    page.page.get_by_role("button", name="Another's change").click()
    expect(page.page.locator(".note")).to_contain_text("双方的改动都已保留")
    page.page.get_by_role("button", name="关闭").click()
    expect(page.page.locator(".note")).to_have_count(0)
    page.page.get_by_role("button", name="撤销").click()
    told = page.until("d.blocks[0].y === 0")
    assert len(told["blocks"]) == 4
    assert told["base"] == 3


def test_unsaved_work_is_back_after_a_reload_and_told_while_it_waits(hand: Callable[..., Hand]) -> None:
    page = hand(n=2, draft="lost-one", lost=1)
    page.block("Stage").click()
    page.keys("Control+d")
    page.until("d.blocks.length === 3")
    expect(page.page.locator(".saved")).to_have_attribute("data-state", "saving")
    page.page.context.set_offline(True)
    expect(page.page.locator(".saved")).to_contain_text("Your changes are kept in this browser.")
    page.page.context.set_offline(False)
    address = page.page.url.split("/?")[0]
    again = Hand(page.page).open(address, n=2, draft="lost-one")
    told = again.until("d.blocks.length === 3")
    assert told["base"] == 1
    expect(again.page.locator(".note")).to_contain_text("are back")
    expect(again.page.locator(".saved")).to_have_attribute("data-state", "saved")
    third = Hand(page.page).open(address, n=2, draft="lost-one")
    assert third.page.locator(".note").count() == 0
    assert len(third.told()["blocks"]) == 2


def test_a_published_version_can_be_read_but_not_changed(hand: Callable[..., Hand]) -> None:
    page = hand(n=3, mode="read")
    assert page.page.locator(".palette").count() == 0
    x, y = page.centre(page.block("Stage"))
    page.page.mouse.click(x, y)
    page.until("d.selected[0] === 'stage_0001'")
    page.drag((x, y), (x + 90, y + 60))
    page.keys("Delete", "Control+d", "Control+x", "Control+v", "l", "Control+z", "Enter")
    told = page.until("d.acts.length === 1")
    assert told["heard"] == 0
    assert told["acts"] == [["open", "stage_0001"]]
    diff = hand(n=6, mode="diff")
    assert diff.page.locator(".block .mark").all_inner_texts() == ["add\nnew", "edit\nchanged", "remove\ntaken away"]


def test_a_tablet_builds_by_finger(hand: Callable[..., Hand]) -> None:
    page = hand(1024, 768, {"has_touch": True, "is_mobile": True})
    finger = page.page.context.new_cdp_session(page.page)
    touch_drag(finger, page.centre(page.item("source")), page.board(0.2, 0.3))
    page.until("d.blocks.length === 1")
    touch_drag(finger, page.centre(page.item("branch")), page.board(0.6, 0.5))
    page.until("d.blocks.length === 2")
    source, branch = page.block("Shop orders"), page.block("Branch")
    touch_drag(finger, page.centre(source.locator(".source")), page.centre(branch.locator(".target")))
    page.until("d.wires.length === 1")
    y = page.told()["blocks"][1]["y"]
    x0, y0 = page.centre(branch)
    touch_drag(finger, (x0, y0), (x0 - 30, y0 + 80))
    page.until(f"d.blocks[1].y > {y + 40}")
    page.item("stage").tap()
    page.until("d.wires.length === 2")
    page.page.get_by_role("button", name="Show all").tap()
    small = """() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.canvas'))
      .shadowRoot.querySelectorAll('.canvas button').values().map((e) => e.getBoundingClientRect())
      .filter((b) => b.width && (b.width < 40 || b.height < 40)).toArray().length"""
    assert page.page.evaluate(small) == 0
    page.page.get_by_role("button", name="Select several").tap()
    page.block("Shop orders").tap()
    page.until("d.selected.length === 2")


def test_a_phone_builds_by_finger_and_its_board_can_be_moved(hand: Callable[..., Hand]) -> None:
    page = hand(390, 844, {"has_touch": True, "is_mobile": True}, height=620)
    finger = page.page.context.new_cdp_session(page.page)
    touch_drag(finger, page.centre(page.item("source")), page.board(0.4, 0.2))
    page.until("d.blocks.length === 1")
    page.item("carrier").tap()
    page.until("d.blocks.length === 2")
    view = page.page.locator(".react-flow__viewport")
    before = view.get_attribute("style")
    x, y = page.board(0.5, 0.6)
    touch_drag(finger, (x, y), (x - 80, y - 40))
    assert view.get_attribute("style") != before
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
