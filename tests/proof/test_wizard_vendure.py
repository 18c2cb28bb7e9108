"""A real Vendure shop connected through the wizard in a real browser: `make proof-wizard-vendure`."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.proof.vendure_shop import LOGIN, VendureShop
from tests.running import Running, running
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.connections.model import Source, find
from waypost.store.engine import open_engine
from waypost.store.schema import event
from waypost.store.schema_connect import connection_run

KEY = "vendure"
OWN = """query($skip: Int!) { orders(options: {take: 50, skip: $skip}) { totalItems items {
 code state fulfillments { trackingCode state } } } }"""


@dataclass
class Site:
    """A console without any source, and the shop."""

    server: Running
    shop: VendureShop
    engine: sa.Engine

    @property
    def source(self) -> Source:
        return find(self.engine, KEY)

    def counted(self) -> tuple[int, int]:
        """Events stored, and new ones that the pulls told of."""
        told = connection_run.c.accepted + connection_run.c.unmapped
        with self.engine.connect() as db:
            events = db.execute(sa.select(sa.func.count()).select_from(event)).scalar_one()
            return int(events), int(db.execute(sa.select(sa.func.coalesce(sa.func.sum(told), 0))).scalar_one())

    def pulls(self) -> int:
        """Pulls that ended well."""
        well = sa.select(sa.func.count()).where(connection_run.c.error_code.is_(None))
        with self.engine.connect() as db:
            return int(db.execute(well).scalar_one())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    shop = VendureShop(tmp_path_factory.mktemp("vendure"))
    try:
        shop.start()
        shop.seed(100)
        url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'waypost.db'}"
        with Waypost.open(url) as waypost:
            accounts.create(waypost.engine, "publisher", "configurator_publisher", now_us(), "test", password=PASSWORD)
        with running(url, "all") as server:
            yield Site(server, shop, open_engine(url))
    finally:
        shop.stop()


@pytest.mark.slow
@pytest.mark.browser
def test_a_hundred_orders_come_through_the_wizard_and_nothing_comes_twice(
    chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    walker = Walker(chromium, site.server.base, Way("en", "light", 1440, 900))
    walker.sign_in("publisher", "/connections")
    walker.page.get_by_role("button", name="Connect a source").click()
    _enter_keys(walker, site.shop)
    _start(walker)
    until(lambda: site.source.last_ok is not None)
    walker.go("/orders")
    expect(walker.page.get_by_text("100 orders", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    states = compare(site)
    first = site.counted()
    assert first[0] == first[1] > 100

    done = site.pulls()
    until(lambda: site.pulls() >= done + 2)
    assert site.counted() == first  # pulled again and again: nothing new
    site.shop.stop()
    until(lambda: site.source.down_since is not None)
    walker.go("/connections")
    row = walker.page.locator(".sources .row").first
    expect(row.locator("[data-tier=yellow]")).to_be_visible(timeout=PATIENCE_MS)
    site.shop.start()
    until(lambda: site.source.down_since is None)
    expect(row.get_by_text("running")).to_be_visible(timeout=PATIENCE_MS)
    assert site.counted() == first
    assert compare(site) == states
    assert walker.close() == []
    with capsys.disabled():
        print(f"\n  {first[0]} events of 100 orders {dict(states)}; {site.pulls()} pulls, the shop restarted between")


def _enter_keys(walker: Walker, shop: VendureShop) -> None:
    page = walker.page
    card = page.locator("[class*=st-key-connections-card]", has_text="Vendure")
    card.get_by_role("button", name="Choose").click()
    expect(page).to_have_url(re.compile("step=keys"), timeout=PATIENCE_MS)
    _type(walker, "Address", f"{shop.base}/admin-api")
    _type(walker, "User name", LOGIN["username"])
    _type(walker, "Password", "not-the-password")
    page.get_by_role("button", name="Save and test").click()
    walker.sees("The system refuses the key or password.")
    page.get_by_role("button", name="Correct the keys").click()
    expect(page).to_have_url(re.compile("step=keys"), timeout=PATIENCE_MS)
    _type(walker, "Password", LOGIN["password"])
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("answers and lets us in")).to_be_visible(timeout=PATIENCE_MS)


def _start(walker: Walker) -> None:
    page = walker.page
    page.get_by_role("button", name="Show a sample order").click()
    expect(page.locator("button.stop").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="It looks right").click()
    _type(walker, "Seconds from pull to pull", "5")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("running").first).to_be_visible(timeout=PATIENCE_MS)


def _type(walker: Walker, label: str, text: str) -> None:
    field = walker.page.locator("input").and_(walker.page.get_by_label(label)).first
    field.fill(text)
    field.press("Tab")


def compare(site: Site) -> Counter[str]:
    """Order by order, what the API of the tower says is what the shop says; gives the shop's states, counted."""
    truth = _own_orders(site.shop)
    status, found = site.server.get("/api/v1/orders?limit=500")
    assert status == 200
    shown = {order["order"]: order for order in found["orders"]}
    assert shown.keys() == truth.keys()
    for code, order in truth.items():
        _, journey = site.server.get(f"/api/v1/orders/{code}")
        parcels = [track for track in journey["tracks"] if track["role"] == "parcel"]
        assert len(parcels) == len(order["fulfillments"]), code
        said = {event["code"] for event in journey["events"]}
        assert ("order.cancelled" in said) == (order["state"] == "Cancelled"), code
        assert all(f["trackingCode"] in _found(site, f["trackingCode"], code) for f in order["fulfillments"]), code
    return Counter(order["state"] for order in truth.values())


def _found(site: Site, tracking: str, code: str) -> str:
    """The tracking code, if a search for it leads to the order."""
    _, found = site.server.get(f"/api/v1/orders?q={tracking}")
    return tracking if code in [order["order"] for order in found["orders"]] else ""


def _own_orders(shop: VendureShop) -> dict[str, Any]:
    found: list[Any] = []
    while True:
        page = shop.admin(OWN, skip=len(found))["orders"]
        found += page["items"]
        if len(found) >= page["totalItems"]:
            return {order["code"]: order for order in found}


def until(met: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for something that is sure to come."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.5)
