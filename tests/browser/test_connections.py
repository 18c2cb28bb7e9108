"""The wizard in a real browser against a real shop: from an empty page to orders in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.corner import shop as corner
from tests.corner.shop import Shop
from tests.running import running
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.services.app import Waypost

pytestmark = pytest.mark.browser


@dataclass
class Site:
    """A console that knows the shop's connector, and the shop."""

    base: str
    shop: Shop


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch, corner.opened() as shop:
        patch.syspath_prepend(str(installed(folder)))
        url = f"sqlite:///{folder / 'waypost.db'}"
        with Waypost.open(url) as waypost:
            accounts.create(waypost.engine, "publisher", "configurator_publisher", now_us(), "test", password=PASSWORD)
            accounts.create(waypost.engine, "viewer", "viewer", now_us(), "test", password=PASSWORD)
        with running(url, "all") as server:
            yield Site(server.base, shop)


def installed(folder: Path) -> Path:
    """A folder that makes the shop's connector an installed one, as a package of its own would."""
    info = folder / "corner_shop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corner-shop\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[waypost.connectors]\ncorner_shop = tests.corner.corner_shop\n")
    return folder


def type_in(page: Page, label: str, text: str) -> None:
    """Fill a field and leave it, so that its value is sent."""
    field = page.locator("input").and_(page.get_by_label(label)).first
    field.fill(text)
    field.press("Tab")


def test_a_shop_is_connected_step_by_step_and_its_orders_appear(chromium: Browser, site: Site) -> None:
    site.shop.sell(12)
    site.shop.orders[2]["history"].append({"status": "gift wrapped", "at": "2026-11-20T09:00:00+01:00"})
    del site.shop.orders[3]["history"]
    walker = Walker(chromium, site.base, Way("en", "light", 1440, 900))
    walker.sign_in("publisher", "/connections")
    walker.sees("No source is connected yet")
    walker.page.get_by_role("button", name="Connect a source").click()
    at_step(walker.page, "choose")
    _give_keys(walker, site.shop)
    _look_and_start(walker)
    walker.go("/orders")
    expect(walker.page.locator(".orders .row")).to_have_count(11, timeout=PATIENCE_MS)
    _repair(walker)
    walker.go("/orders")
    expect(walker.page.locator(".orders .row")).to_have_count(12, timeout=PATIENCE_MS)
    assert walker.close() == []


def at_step(page: Page, step: str) -> None:
    """Wait until the address says so: the step can be shared."""
    expect(page).to_have_url(re.compile(f"step={step}"), timeout=PATIENCE_MS)


def _give_keys(walker: Walker, shop: Shop) -> None:
    """Nothing at first, then a wrong key, then the right one."""
    page = walker.page
    card = page.locator("[class*=st-key-connections-card]", has_text="Corner shop")
    card.get_by_role("button", name="Choose").click()
    at_step(page, "keys")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("Fill in this field.")).to_have_count(2, timeout=PATIENCE_MS)
    type_in(page, "Address", shop.url)
    type_in(page, "API key", "a-wrong-key")
    page.get_by_role("button", name="Save and test").click()
    walker.sees("The system refuses the key or password.")
    assert "a-wrong-key" not in page.content()
    page.get_by_role("button", name="Correct the keys").click()
    at_step(page, "keys")
    type_in(page, "API key", corner.KEY)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("answers and lets us in")).to_be_visible(timeout=PATIENCE_MS)


def _look_and_start(walker: Walker) -> None:
    page = walker.page
    page.get_by_role("button", name="Show a sample order").click()
    expect(page.locator("button.stop").first).to_be_visible(timeout=PATIENCE_MS)
    for seen in ("C-0003", "gift wrapped", "'history' is missing."):
        expect(page.get_by_text(seen).first).to_be_visible()
    assert walker.fits()
    page.get_by_role("button", name="It looks right").click()
    expect(page.get_by_text("/api/v1/webhooks/corner-shop")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("running").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("radio", name="Quarantine · 1")).to_be_visible(timeout=PATIENCE_MS)


def _repair(walker: Walker) -> None:
    page = walker.page
    walker.go("/connections")
    row = page.locator(".sources .row", has_text="Corner shop")
    expect(row.locator(".words a")).to_have_text("1", timeout=PATIENCE_MS)
    row.locator(".held a").click()
    raw = page.get_by_label("Raw text")
    expect(raw).to_be_visible(timeout=PATIENCE_MS)
    raw.fill('{"history": [{"status": "placed", "at": "2026-11-20T08:00:00+01:00"}], ' + raw.input_value()[1:])
    raw.press("Tab")
    page.get_by_role("button", name="Replay").click()
    walker.sees("Nothing of this source waits in quarantine.")


@pytest.mark.parametrize(
    "way", [Way("zh", "dark", 390, 844), Way("zh", "light", 1440, 900), Way("en", "dark", 390, 844)], ids=str
)
def test_the_page_fits_in_both_languages_sizes_and_themes(chromium: Browser, site: Site, way: Way) -> None:
    walker = Walker(chromium, site.base, way)
    walker.sign_in("publisher", "/connections")
    row = walker.page.locator(".sources .row").first
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    assert walker.fits()
    row.locator("a").first.click()
    expect(walker.page).to_have_url(re.compile("id=corner-shop"), timeout=PATIENCE_MS)
    walker.sees("运行情况" if way.lang == "zh" else "How it does")
    assert walker.fits()
    walker.go("/connections?step=choose")
    walker.sees("接入数据源" if way.lang == "zh" else "Connect a source")
    expect(walker.page.get_by_text("街角小店" if way.lang == "zh" else "Corner shop").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert walker.fits()
    assert walker.close() == []


def test_a_viewer_sees_but_changes_nothing(chromium: Browser, site: Site) -> None:
    walker = Walker(chromium, site.base, Way("en", "light", 1440, 900))
    walker.sign_in("viewer", "/connections?id=corner-shop")
    walker.sees("How it does")
    expect(walker.page.get_by_role("button", name="Pause")).to_have_count(0)
    walker.go("/connections?step=choose")
    walker.sees("Your role does not open this page. An administrator can change it.")
    assert walker.close() == []
