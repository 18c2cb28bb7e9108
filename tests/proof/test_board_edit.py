"""How soon an edited target, and a rollback, show on an open board of another person: `make proof-board-edit`."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, live_through
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.running import running
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.i18n import translator
from waypost.journeys.boards.compile import compile_board
from waypost.services.app import Waypost
from waypost.web.format import Format
from waypost.web.phrases import target

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ID, EDITS = "marketplace-parcel", 12


def test_an_edited_target_and_a_rollback_show_at_once(
    chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        accounts.create(waypost.engine, "chief", "administrator", now_us(), "test", password=PASSWORD)
        live_through(waypost, now_us())
        made = waypost.boards.start("chief", board_id=ID)
        waypost.boards.publish(made.id, "chief", "administrator")
    dice, edits, back = random.Random(4), [], []
    with running(url, "all") as server, Waypost.open(url) as elsewhere:
        walker = Walker(chromium, server.base, Way("en", "light", 1440, 900))
        walker.sign_in("chief", f"/board?id={ID}")
        page = walker.page
        expect(page.locator(".kpi").first).to_be_visible(timeout=PATIENCE_MS)
        page.evaluate("performance.mark('opened')")
        for _ in range(EDITS):
            page.wait_for_timeout(dice.uniform(0, 2_000))
            hours = f"{dice.randrange(1, 40)}h"
            edit = partial(elsewhere.boards.set_target, ID, "warehouse", hours, "2d", "chief", "administrator")
            edits.append(_shown(page, elsewhere, edit))
            page.wait_for_timeout(dice.uniform(0, 2_000))
            before = elsewhere.boards.published(ID).version - 1
            undo = partial(elsewhere.boards.rollback, ID, before, "chief", "administrator")
            back.append(_shown(page, elsewhere, undo))
        assert page.evaluate("performance.getEntriesByName('opened').length") == 1, "the page was loaded again"
        assert walker.close() == []
    with capsys.disabled():
        for name, found in (("edited target", edits), ("rollback", back)):
            print(f"\n{name}: shown after {statistics.median(found):.2f} s, {min(found):.2f} .. {max(found):.2f}")


def _shown(page: Page, waypost: Waypost, change: Callable[[], object]) -> float:
    """Seconds from the return of a change to its version and target on the page."""
    change()
    start = time.perf_counter()
    held = waypost.boards.published(ID)
    version = page.get_by_text(f"version {held.version}", exact=False).first
    expect(version).to_be_visible(timeout=PATIENCE_MS)
    stage = next(stage for stage in compile_board(held.board).stages if stage.id == "warehouse")
    told = target(stage, Format(translator("en")))
    expect(page.locator(".kpi").filter(has_text="Warehouse").first).to_contain_text(told, timeout=PATIENCE_MS)
    return time.perf_counter() - start
