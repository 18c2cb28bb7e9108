"""The grid of a board in a real browser: the same rules as in Python, by pointer, finger and keys."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from components import board_grid
from components.board_grid import read_doc
from waypost.journeys.boards import layout
from waypost.journeys.boards.document import COLUMNS, Place

SCRIPT = Path(board_grid.__file__).with_name("board_grid.js").read_text("utf-8")
DOC: dict[str, Any] = {
    "client": "c",
    "rev": 1,
    "base": 0,
    "draft": "d",
    "wide": [{"block": "a", "x": 0, "y": 0, "w": 6, "h": 4}],
    "phone": [{"block": "a", "h": None, "hidden": False}],
    "panels": [{"id": "a", "show": "map", "set": {"name": "A"}}],
}


def test_a_layout_of_this_draft_is_taken_as_it_is() -> None:
    assert read_doc(DOC, {"map"}, "d") == DOC


@pytest.mark.parametrize(
    "wrong",
    [
        {"draft": "other"},
        {"rev": 0},
        {"rev": True},
        {"client": ""},
        {"client": "x" * 65},
        {"wide": [{"block": "a", "x": 0.5, "y": 0, "w": 6, "h": 4}]},
        {"wide": [{"block": "A b", "x": 0, "y": 0, "w": 6, "h": 4}]},
        {"wide": "all"},
        {"phone": [{"block": "a", "h": "tall", "hidden": False}]},
        {"phone": [{"block": "a", "h": None, "hidden": 1}]},
        {"panels": [{"id": "a", "show": "secrets", "set": {}}]},
        {"panels": [{"id": "a", "show": "map", "set": []}]},
        {"panels": [{"id": "a", "show": "map", "set": {"name": "x" * 20_001}}]},
        {"panels": [{"id": f"p{n}", "show": "map", "set": {}} for n in range(501)]},
    ],
)
def test_what_is_no_layout_of_this_draft_is_dropped(wrong: dict[str, Any]) -> None:
    assert read_doc({**DOC, **wrong}, {"map"}, "d") is None


def moves(dice: random.Random) -> dict[str, Any]:
    """A tidy grid, what is done to a panel of it, and what the rules in Python make of it."""
    found = []
    for n in range(dice.randint(1, 9)):
        w = dice.randint(1, COLUMNS)
        place = Place(block=f"p{n}", x=dice.randint(0, COLUMNS - w), y=dice.randint(0, 12), w=w, h=dice.randint(1, 8))
        found.append(place)
    places = layout.tidy(found)
    block, x, y = dice.choice(places).block, dice.randint(-2, 14), dice.randint(-2, 30)
    act = dice.choice(["move", "resize", "add"])
    if act == "move":
        wanted = layout.move(places, block, x, y)
    elif act == "resize":
        wanted = layout.resize(places, block, x, y, (2, 3))
    else:
        x, y, block = max(1, min(x, COLUMNS)), max(y, 1), "new"
        wanted = layout.add(places, block, (x, y))
    asked = {"places": dumped(found), "act": act, "block": block, "x": x, "y": y}
    return {**asked, "wanted": dumped(wanted)}


def dumped(places: Any) -> list[dict[str, Any]]:
    return [place.model_dump() for place in places]


@pytest.mark.browser
def test_the_browser_follows_the_same_rules(chromium: Browser) -> None:
    dice = random.Random(20)
    cases = [moves(dice) for _ in range(300)]
    rules = re.search(r"// \[rules\].*?// \[/rules\]", SCRIPT, re.DOTALL)
    assert rules
    page = chromium.new_page()
    script = f"""(cases) => {{
      const COLUMNS = 12, MOST_ROWS = 40, MOST_Y = 500;
      {rules[0]}
      return cases.map(({{ places, act, block, x, y }}) => {{
        const before = tidy(places);
        if (act === "move") return move(before, block, x, y);
        return act === "resize" ? resize(before, block, x, y, [2, 3]) : add(before, block, [x, y]);
      }});
    }}"""
    found = page.evaluate(script, cases)
    page.close()
    for case, drawn in zip(cases, found, strict=True):
        assert drawn == case["wanted"], json.dumps(case)


def spot(page: Page, block: str, side: str = "") -> tuple[float, float]:
    """Where to take a tile: in its middle, or at a handle."""
    tile = page.locator(f".field .tile[data-key={block}]")
    box = (tile.locator(f"[data-side={side}]") if side else tile).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
