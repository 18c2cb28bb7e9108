"""The customer's page over HTTP: what is sent, with which headers, to whom, and how a live line ends."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running, running
from tests.scene import fill
from tests.worlds import carries, said, scan
from waypost.api.track.page import MOST_BYTES
from waypost.domain.instants import DAY, now_us
from waypost.services import merchants, order, tracking
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant
from waypost.web import theme

SITE = "https://shop.example"
TEA = Merchant("tea", "Tea & Co", origins=(SITE,), help_en="Call 010-1", help_zh="致电 010-1", help_url="tel:0101")


@dataclass
class Desk:
    """A server over the scene, and its database for handing out links."""

    server: Running
    waypost: Waypost

    def link(self, ref: str, days: int = 2, **more: Any) -> tuple[str, int]:
        """A token for an order in the merchant's name, and the link's number."""
        key = order.find_order(self.waypost.engine, self.waypost.current(), ref)
        token, link = tracking.issue(
            self.waypost.engine, key, now_us(), "test", days=days, **{"merchant_key": "tea", **more}
        )
        return token, link.id

    def ask(self, path: str, method: str = "GET", **headers: str) -> Page:
        """Ask without any key."""
        connection = self.line()
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = Page(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
        connection.close()
        return found

    def line(self) -> http.client.HTTPConnection:
        """A connection to the server."""
        host, port = self.server.base.removeprefix("http://").split(":")
        return http.client.HTTPConnection(host, int(port), timeout=30)


@dataclass
class Page:
    """One answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def plain(self) -> str:
        """The text without what differs in every answer."""
        return re.sub(r'nonce="[^"]+"', "", self.text)

    @property
    def policy(self) -> str:
        """The content security policy without its nonce."""
        return re.sub(r"nonce-[\w-]+", "nonce", self.headers["content-security-policy"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path_factory.mktemp('desk') / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        fill(waypost, now_us())
        merchants.save(waypost.engine, TEA, now_us(), "test")
        with running(url) as server:
            yield Desk(server, waypost)


@pytest.mark.parametrize("ref", ["A-1", "A-2", "A-3", "A-4", "A-6", "A-7", "A-8", "S-1", "SIM-1"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_small_and_whole_in_both_languages(desk: Desk, ref: str, lang: str) -> None:
    token, _ = desk.link(ref)
    found = desk.ask(f"/t/{token}?lang={lang}")
    assert (found.status, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert int(found.headers["content-length"]) == len(found.text.encode()) <= MOST_BYTES
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in found.text
    assert ref in found.text
    assert ("Simulated" in found.text or "模拟" in found.text) == (ref == "SIM-1")
    for opened, closed in (("<details", "</details>"), ("<section", "</section>"), ("<li", "</li>")):
        assert found.text.count(opened + " ") + found.text.count(opened + ">") == found.text.count(closed)


def test_the_headers_keep_it_to_the_merchants_sites_and_leave_no_trace(desk: Desk) -> None:
    token, _ = desk.link("A-3")
    found = desk.ask(f"/t/{token}", Cookie="waypost_session=stolen")
    nonces = set(re.findall(r'nonce="([\w-]+)"', found.text))
    assert len(nonces) == 1
    assert found.headers["content-security-policy"].count(f"'nonce-{nonces.pop()}'") == 2
    assert found.policy == (
        "default-src 'none'; style-src 'nonce'; script-src 'nonce'; connect-src 'self'; img-src data:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {SITE}"
    )
    expected = {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
    }
    assert expected.items() <= found.headers.items()
    assert "set-cookie" not in found.headers
    assert "x-frame-options" not in found.headers
    assert desk.ask(f"/t/{token}").headers["content-security-policy"] != found.headers["content-security-policy"]
    assert " style=" not in found.text
    assert desk.ask(f"/t/{token}", "HEAD").text == ""
    assert desk.ask(f"/t/{token}", "POST").status == 405


def test_without_a_merchant_only_we_may_frame_it(desk: Desk) -> None:
    token, _ = desk.link("A-3", merchant_key=None)
    assert desk.ask(f"/t/{token}").policy.endswith("frame-ancestors 'self'")


def test_the_language_is_the_one_asked_for_else_the_links_else_the_browsers(desk: Desk) -> None:
    plain, chinese = desk.link("A-3")[0], desk.link("A-3", lang="zh")[0]
    browser = {"Accept_Language": "en-GB,en;q=0.9,zh;q=0.1"}

    def language(path: str, **headers: str) -> str:
        return str(re.findall(r'<html lang="([\w-]+)"', desk.ask(path, **headers).text)[0])

    assert language(f"/t/{plain}", **browser) == "en"
    assert language(f"/t/{plain}", Accept_Language="zh-TW,en;q=0.5") == "zh-CN"
    assert language(f"/t/{chinese}", **browser) == "zh-CN"
    assert language(f"/t/{chinese}?lang=en", **browser) == "en"
    assert language(f"/t/{plain}?lang=xx", **browser) == "en"


def test_a_guessed_and_a_revoked_token_get_the_very_same_answer(desk: Desk) -> None:
    token, number = desk.link("A-3")
    tracking.revoke(desk.waypost.engine, number, now_us(), "test")
    for path in ("/t/{}", "/api/v1/track/{}", "/t/{}/live"):
        revoked, guessed, odd = (desk.ask(path.format(each)) for each in (token, "x" * 32, "nothing"))
        assert revoked.status == guessed.status == odd.status == 404
        assert revoked.plain == guessed.plain == odd.plain
        assert revoked.headers.keys() == guessed.headers.keys() == odd.headers.keys()
    page = desk.ask(f"/t/{token}")
    assert "This link shows no order" in page.text
    assert "此链接查不到订单" in page.text
    assert "Tea" not in page.text


def test_an_expired_token_says_so_in_the_merchants_name(desk: Desk) -> None:
    key = order.find_order(desk.waypost.engine, desk.waypost.current(), "A-3")
    token, _ = tracking.issue(desk.waypost.engine, key, now_us() - 3 * DAY, "test", days=2, merchant_key="tea")
    page = desk.ask(f"/t/{token}")
    assert (page.status, page.policy.endswith(f"'self' {SITE}")) == (410, True)
    for text in ("no longer valid", "链接已过期", "Call 010-1", "致电 010-1"):
        assert text in page.text
    assert "A-3" not in page.text
    answer = desk.ask(f"/api/v1/track/{token}")
    assert (answer.status, json.loads(answer.text)["field"]) == (410, "token")


def test_a_revoked_page_is_gone_within_seconds(desk: Desk) -> None:
    token, number = desk.link("A-3")
    assert desk.ask(f"/t/{token}").status == 200
    tracking.revoke(desk.waypost.engine, number, now_us(), "test")
    until = time.monotonic() + 10
    while (status := desk.ask(f"/t/{token}").status) == 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert status == 404


def test_the_same_story_as_json_for_the_merchants_scripts(desk: Desk) -> None:
    token, _ = desk.link("A-6")
    found = desk.ask(f"/api/v1/track/{token}?lang=zh", Origin=SITE)
    body = json.loads(found.text)
    assert (found.status, body["order"], body["status"], body["merchant"]) == (200, "A-6", "open", "Tea & Co")
    assert body["headline"].startswith("在路上，预计")
    assert [(part["role"], part["waybill"]) for part in body["parts"]] == [
        ("parcel", "P-6a"),
        ("parcel", "P-6c"),
        ("replaced", "P-6b"),
    ]
    assert [step["state"] for step in body["parts"][0]["steps"]] == ["done", "done", "done", "now"]
    assert body["parts"][0]["expected"]["promised"] is True
    assert found.headers["access-control-allow-origin"] == SITE
    assert (
        "access-control-allow-origin" not in desk.ask(f"/api/v1/track/{token}", Origin="https://evil.example").headers
    )


def test_who_tries_many_tokens_is_told_to_wait_and_nobody_else_is_shut_out(desk: Desk, tmp_path: Path) -> None:
    url = str(desk.waypost.engine.url)
    with running(url) as server:
        other = Desk(server, desk.waypost)
        token, _ = desk.link("A-3")
        assert other.ask(f"/t/{token}").status == 200
        found = [other.ask(f"/t/{number:032d}").status for number in range(40)]
        assert found == [404] * 30 + [429] * 10
        refused = other.ask("/api/v1/track/" + "y" * 32)
        assert (refused.status, int(refused.headers["retry-after"]) > 0) == (429, True)
        assert other.ask(f"/t/{token}").status == 200  # the same address, with a link that was right


def follow(desk: Desk, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Open a live line."""
    connection = desk.line()
    connection.request("GET", path)
    return connection, connection.getresponse()


def next_event(answer: http.client.HTTPResponse) -> dict[str, str]:
    """The next event of a stream, heartbeats and the retry time left out."""
    found: dict[str, str] = {}
    while True:
        line = answer.readline().decode().rstrip("\n")
        name, _, value = line.partition(": ")
        if name in ("id", "data", "event"):
            found[name] = value
        if not line and "data" in found:
            return found


def test_a_live_line_tells_news_of_its_order_and_ends_with_its_link(desk: Desk) -> None:
    token, number = desk.link("A-5")
    page = desk.ask(f"/t/{token}?lang=en")
    tag = re.findall(r'data-v="(\w+)"', page.text)[0]
    connection, answer = follow(desk, f"/t/{token}/live?lang=en&v={tag}")
    assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"
    moved = scan("parcel/P-5", "linehaul.picked_up", "2026-11-01T00:00:00Z", links=carries("order/A-5"))
    assert desk.server.post("/api/v1/events", moved)[0] == 200
    news = next_event(answer)
    assert "P-5" in news["data"]
    assert news["id"] != tag
    fresh = desk.ask(f"/t/{token}?lang=en").text
    assert news["data"] in fresh
    tracking.revoke(desk.waypost.engine, number, now_us(), "test")
    assert next_event(answer)["event"] == "end"
    assert answer.read() == b""
    connection.close()


def test_who_comes_back_is_told_at_once_what_was_missed(desk: Desk) -> None:
    token, _ = desk.link("A-4")
    connection, answer = follow(desk, f"/t/{token}/live?lang=zh&v=00000000")
    news = next_event(answer)
    assert "商家备货中" in news["data"]
    connection.close()
    again = desk.line()
    again.request("GET", f"/t/{token}/live?lang=zh&v=00000000", headers={"Last-Event-ID": news["id"]})
    answer = again.getresponse()
    assert desk.server.post("/api/v1/events", said("order/A-4", "order.cancelled"))[0] == 200
    assert "订单已取消" in next_event(answer)["data"]
    again.close()


def test_one_link_cannot_take_all_the_live_lines(desk: Desk) -> None:
    token, other = desk.link("A-3")[0], desk.link("A-1")[0]
    lines = [follow(desk, f"/t/{token}/live?v=0") for _ in range(51)]
    assert [answer.status for _, answer in lines] == [200] * 50 + [503]
    assert desk.ask(f"/t/{token}").status == 200
    connection, answer = follow(desk, f"/t/{other}/live?v=0")
    assert answer.status == 200
    for each, _ in [*lines, (connection, answer)]:
        each.close()


def test_a_live_line_does_not_hold_up_a_server_that_stops(desk: Desk) -> None:
    token, _ = desk.link("A-3")
    with running(str(desk.waypost.engine.url)) as server:
        other = Desk(server, desk.waypost)
        connection, answer = follow(other, f"/t/{token}/live?v=00000000")
        next_event(answer)
        server.process.terminate()
        assert answer.read() == b""  # ended in order: a line that is cut off raises IncompleteRead
        connection.close()
        assert server.process.wait(30) in (0, -15)


def test_the_script_that_embeds_it_may_be_loaded_from_anywhere(desk: Desk) -> None:
    found = desk.ask("/assets/embed.js", Origin="https://anybody.example")
    assert (found.status, found.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in found.headers
    assert "event.origin !== address.origin" in found.text


def test_links_are_issued_listed_and_revoked_by_the_api(desk: Desk) -> None:
    call = desk.server
    status, made = call.post("/api/v1/tracking-links", {"order": "P-3", "merchant": "tea", "lang": "zh", "days": 3})
    assert (status, made["order"], made["state"], made["path"]) == (201, "A-3", "active", f"/t/{made['token']}")
    assert desk.ask(made["path"]).status == 200
    listed = call.get("/api/v1/tracking-links?order=A-3&limit=1")[1]
    assert (listed["links"][0]["id"], listed["links"][0]["created_by"][:4]) == (made["id"], "key/")
    assert made["token"] not in json.dumps(listed)
    assert call.post(f"/api/v1/tracking-links/{made['id']}/revoke", None)[1]["state"] == "revoked"
    for wrong, field in (({}, "order"), ({"order": "A-3", "days": "x"}, "days"), ({"order": "A-3", "x": 1}, "x")):
        assert call.post("/api/v1/tracking-links", wrong)[1]["field"] == field
    assert call.post("/api/v1/tracking-links", {"order": "nothing"})[0] == 404
    assert call.post("/api/v1/tracking-links/999999/revoke", None)[0] == 404
    assert call.get("/api/v1/tracking-links?limit=501")[1]["field"] == "limit"
    assert desk.ask("/api/v1/tracking-links").status == 401


def test_the_openapi_document_names_the_routes(desk: Desk) -> None:
    paths = desk.server.get("/api/v1/openapi.json")[1]["paths"]
    assert paths["/api/v1/track/{token}"]["get"]["security"] == []
    assert paths["/api/v1/tracking-links"].keys() == {"get", "post"}
    assert paths["/api/v1/tracking-links/{id}/revoke"].keys() == {"post"}


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_colours_are_those_of_the_console(colours: theme.Tokens) -> None:
    folder = Path(__file__).resolve().parents[2] / "app" / "waypost" / "api" / "track"
    style = (folder / "page.css").read_text("utf-8") + (folder / "over.py").read_text("utf-8")
    wanted = {name: asdict(colours)[name] for name in ("canvas", "surface", "line", "ink", "muted", "accent", "done")}
    for short, name in zip("cslimad", wanted, strict=True):
        assert f"--{short}:{wanted[name]}" in style, name
