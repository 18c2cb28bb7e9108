"""The journey canvas in a real browser: what a hand does on it arrives in Python, and comes back unharmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.components.canvas_walk import Hand
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

    def opened(width: int = 1440, height: int = 900, options: dict[str, Any] | None = None, **query: Any) -> Hand:
        context = chromium.new_context(viewport={"width": width, "height": height}, **(options or {}))
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
