"""The customer's page in a real browser: live, without scripts, embedded by the merchant's site and by no other."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Town
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.running import Running, running
from tests.scene import fill
from tests.worlds import carries, scan
from waypost.domain.instants import now_us
from waypost.services import merchants, order, tracking
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant

pytestmark = pytest.mark.browser

WAYS = [
    Way("en", "light", 390, 844),
    Way("zh", "dark", 390, 844),
    Way("zh", "light", 1440, 900),
    Way("en", "dark", 1440, 900),
]
SURFACES = {"light": "rgb(246, 247, 249)", "dark": "rgb(14, 19, 26)"}


@dataclass
class Street:
    """A server over the scene, reached as localhost, and two sites on 127.0.0.1: the merchant's and a stranger's."""

    server: Running
    waypost: Waypost
    merchant: str
    stranger: str
    pages: dict[str, str]

    @property
    def base(self) -> str:
        """The server, as another site than the two."""
        return self.server.base.replace("127.0.0.1", "localhost")

    def link(self, ref: str) -> tuple[str, int]:
        """A token for an order in the merchant's name, and the link's number."""
        key = order.find_order(self.waypost.engine, self.waypost.current(), ref)
        token, link = tracking.issue(self.waypost.engine, key, now_us(), "test", merchant_key="tea")
        return token, link.id

    def shows(self, html: str) -> None:
        """What both sites answer with from now on."""
        self.pages["html"] = html


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    url = f"sqlite:///{tmp_path_factory.mktemp('street') / 'waypost.db'}"
    pages: dict[str, str] = {"html": ""}
    with Waypost.open(url) as waypost, _site(pages) as merchant, _site(pages) as stranger:
        fill(waypost, now_us())
        tea = Merchant("tea", "Tea & Co", origins=(merchant,), help_en="Call us", help_url="tel:0101")
        merchants.save(waypost.engine, tea, now_us(), "test")
        with running(url) as server:
            yield Street(server, waypost, merchant, stranger, pages)


@contextmanager
def _site(pages: dict[str, str]) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages["html"].encode() if self.path == "/" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as site:
        site.daemon_threads = True
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=ViewportSize(width=390, height=844), locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_page_reads_well_in_every_way(chromium: Browser, street: Street, way: Way) -> None:
    walker = Walker(chromium, street.base, way)
    page = walker.page
    walker.go(f"/t/{street.link('A-6')[0]}")
    on_its_way = "On its way, expected" if way.lang == "en" else "在路上，预计"
    expect(page.locator("h1")).to_contain_text(on_its_way)
    assert walker.fits()
    expect(page.locator("section")).to_have_count(4)
    expect(page.locator("body")).to_have_css("background-color", SURFACES[way.theme])
    closed = page.locator("details:not([open])").first
    closed.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(closed.locator("xpath=self::details[@open]").or_(page.locator("details[open]").first)).to_be_visible()
    assert page.context.cookies() == []
    page.locator(".lang").click()
    other = "在路上，预计" if way.lang == "en" else "On its way, expected"
    expect(page.locator("h1")).to_contain_text(other)
    assert walker.close() == []


def test_it_is_all_there_with_scripts_blocked(chromium: Browser, street: Street) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{street.base}/t/{street.link('A-1')[0]}")
    expect(page.locator("h1")).to_contain_text("Delivered on")
    step = page.locator("li.done", has_text="Order placed")
    step.locator("summary").click()
    expect(step.get_by_text("Your payment has arrived")).to_be_visible()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    context.close()


def test_it_follows_its_order_without_being_loaded_again(street: Street, page: Page) -> None:
    token, number = street.link("A-5")
    page.goto(f"{street.base}/t/{token}")
    expect(page.locator("h1")).to_contain_text("We are preparing your order")
    page.evaluate("window.mine = true")
    page.locator("summary", has_text="Order placed").click()
    moved = scan("parcel/P-5", "linehaul.picked_up", "2026-11-01T00:00:00Z", links=carries("order/A-5"))
    assert street.server.post("/api/v1/events", moved)[0] == 200
    expect(page.locator("h1")).to_contain_text("On its way", timeout=PATIENCE_MS)
    assert page.evaluate("window.mine")
    expect(page.get_by_text("Your payment has arrived")).to_be_visible()  # what was open stays open
    expect(page).to_have_title(re.compile("On its way"))
    tracking.revoke(street.waypost.engine, number, now_us(), "test")
    expect(page.locator("h1").first).to_have_text("This link shows no order", timeout=PATIENCE_MS)


def test_the_merchants_site_embeds_it_with_one_tag_and_it_grows(street: Street, page: Page) -> None:
    token, _ = street.link("A-6")
    street.shows(
        f'<!doctype html><html lang="en"><h1>My shop</h1>'
        f'<script src="{street.base}/assets/embed.js" data-token="{token}" async></script></html>'
    )
    page.goto(street.merchant)
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_contain_text("On its way, expected", timeout=PATIENCE_MS)
    expect(page.locator("iframe")).to_have_attribute("title", "Order tracking")
    expect(page.locator("iframe")).to_have_js_property("clientHeight", _height(page))
    frame.locator("summary").first.click()
    expect(frame.get_by_text("Your payment has arrived").first).to_be_visible()
    expect(page.locator("iframe")).to_have_js_property("clientHeight", _height(page))
    # In the other language it still tells its height: the way to the embedding page is carried on.
    frame.locator(".lang").click()
    expect(frame.locator("h1")).to_contain_text("在路上")
    expect(page.locator("iframe")).to_have_js_property("clientHeight", _height(page))


def _height(page: Page) -> int:
    """How high the page in the frame is, once it has settled."""
    page.wait_for_timeout(300)
    (framed,) = page.main_frame.child_frames
    return int(framed.evaluate("document.body.offsetHeight"))


def test_a_height_that_somebody_else_tells_is_not_believed(street: Street, page: Page) -> None:
    token, _ = street.link("A-6")
    tag = f'<script src="{street.base}/assets/embed.js" data-token="{token}" data-target="#here"></script>'
    street.shows(f'<!doctype html><html><head>{tag}</head><body><div id="here"></div></body></html>')
    page.goto(street.merchant)
    expect(page.frame_locator("#here iframe").locator("h1")).to_be_visible(timeout=PATIENCE_MS)
    height = _height(page)
    page.evaluate("postMessage({waypost: 'height', height: 5000}, location.origin)")
    page.wait_for_timeout(200)
    assert page.locator("iframe").evaluate("frame => frame.clientHeight") == height


@pytest.mark.parametrize("how", ["script", "iframe"])
def test_a_third_site_is_refused_by_the_browser(street: Street, page: Page, how: str) -> None:
    token, _ = street.link("A-6")
    tags = {
        "script": f'<body><script src="{street.base}/assets/embed.js" data-token="{token}"></script>',
        "iframe": f'<body><iframe src="{street.base}/t/{token}" title="x"></iframe>',
    }
    street.shows(tags[how])
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text))
    page.goto(street.stranger)
    page.wait_for_timeout(500)
    assert "frame-ancestors" in " ".join(told)
    (framed,) = page.main_frame.child_frames
    assert framed.url == "chrome-error://chromewebdata/"
    assert "A-6" not in framed.content()
    page.goto(street.merchant)
    expect(page.frame_locator("iframe").locator("h1")).to_contain_text("On its way")


@pytest.mark.parametrize("way", [Way("en", "light", 1440, 900), Way("zh", "dark", 390, 844)], ids=str)
def test_a_link_is_handed_out_in_the_console_and_previewed(chromium: Browser, town: Town, way: Way) -> None:
    walker = Walker(chromium, town.base, way)
    walker.sign_in(path="/order?id=A-6")
    page = walker.page
    name, issue, desk = (
        ("Customer page", "Issue link", "Desk") if way.lang == "en" else ("客户查询页", "生成链接", "电脑")
    )
    led = page.locator("[data-testid=stMain] [data-testid=stPageLink]", has_text=name)
    led.click()
    expect(page).to_have_url(re.compile(r"/tracking\?id=A-6"), timeout=PATIENCE_MS)
    page.get_by_role("button", name=issue).click()
    frame = page.frame_locator("iframe")
    expected = "On its way, expected" if way.lang == "en" else "在路上，预计"
    expect(frame.locator("h1")).to_contain_text(expected, timeout=PATIENCE_MS)
    assert page.locator("iframe").evaluate("frame => frame.clientWidth") < 400
    expect(page.locator("code", has_text="embed.js")).to_be_visible()
    page.get_by_text(desk, exact=True).click()
    expect(page).to_have_url(re.compile("device=desk"))
    expect(frame.locator("h1")).to_contain_text(expected)
    assert walker.fits()
    assert walker.close() == []
