"""From an empty canvas to a published board, by mouse, by finger and by keyboard; run by `make proof-builder`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD
from tests.browser.walker import PATIENCE_MS, Walker, Way
from tests.corner import shop as corner
from tests.corner.shop import Shop
from tests.proof.builder_hands import BLOCKS, WIRES, Builder, Finger, Keys
from tests.running import running
from waypost.access import accounts
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.boards.boards import Boards
from waypost.services.connections import manage

pytestmark = [pytest.mark.slow, pytest.mark.browser]


# The page's own sockets, so that a test can cut them: closed, and new ones end at once.
_CUT = """(() => {
  const Real = window.WebSocket, open = new Set();
  let down = false;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...(down ? ["ws://127.0.0.1:9/"] : given));
      open.add(this);
    }
  };
  window.wpCut = (cut) => { down = cut; if (cut) for (const each of open) each.close(); };
})();"""


@dataclass
class Site:
    """A console with one connected shop; `look` opens its database."""

    base: str
    url: str
    shop: Shop


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("builder")
    with pytest.MonkeyPatch.context() as patch, corner.opened() as shop:
        patch.syspath_prepend(str(corner.installed(folder)))
        shop.sell(12)
        url = f"sqlite:///{folder / 'waypost.db'}"
        with Waypost.open(url) as waypost:
            for name, role in (("chief", "administrator"), ("editor", "configurator_editor")):
                accounts.create(waypost.engine, name, role, now_us(), "test", password=PASSWORD)
            made = manage.add(waypost.connections, "corner_shop", "Corner shop", shop.settings(), "test", every_s=5)
            manage.start(waypost.connections, made.key, "test")
        with running(url, "all") as server:
            yield Site(server.base, url, shop)


def test_by_mouse_in_chinese(chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    _whole(Builder(_walker(chromium, site, Way("zh", "light", 1440, 900))), site, capsys, "builder-mouse-zh")


def test_by_finger_in_english(chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    _whole(Finger(_walker(chromium, site, Way("en", "light", 1024, 768, touch=True))), site, capsys, "builder-touch")


def test_by_keyboard_alone(chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    _whole(Keys(_walker(chromium, site, Way("en", "dark", 1440, 900))), site, capsys, "builder-keys-dark")


def _walker(chromium: Browser, site: Site, way: Way, who: str = "chief") -> Walker:
    walker = Walker(chromium, site.base, way)
    walker.context.add_init_script(_CUT)
    walker.sign_in(who, "/builder")
    return walker


def _whole(hand: Builder, site: Site, capsys: pytest.CaptureFixture[str], name: str) -> None:
    expect(hand.page.get_by_role("button", name=hand.words["empty"])).to_be_visible(timeout=PATIENCE_MS)
    hand.start()
    hand.begin()
    hand.lay_out()
    hand.configure()
    hand.walker.picture(name)
    hand.publish()
    board_id = _in_force(site, hand)
    assert hand.walker.close() == []
    with capsys.disabled():
        print(f"\n  {name}: {hand.seconds:.0f} s, {hand.clicks} clicks and drags, {hand.presses} keys ({board_id})")


def _in_force(site: Site, hand: Builder) -> str:
    """The id of the board, once what is in force is what was built."""
    with Waypost.open(site.url) as waypost:
        boards: Boards = waypost.boards
        found = boards.drafts(closed=True)[0]
        board = boards.published(found.board_id).board
        journey = waypost.journeys.in_force(found.board_id).journey
    assert len(board.blocks) == len(BLOCKS)
    assert len(board.wires) == len(WIRES)
    assert len(journey.path) == 5
    assert [branch.cases[0].when[0].value for branch in journey.branches if branch.id.startswith("branch")] == [["web"]]
    return found.board_id


def test_a_template_is_in_force_after_ten_clicks(
    chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    walker = Walker(chromium, site.base, Way("en", "light", 1440, 900))
    walker.sign_in("chief", "/builder")
    hand, page = Builder(walker), walker.page
    hand.press_on(page.get_by_role("button", name="Begin with a template"))
    card = page.locator(".cards .card, .card").first
    hand.press_on(card.get_by_role("button").first)
    hand.press_on(page.get_by_role("button", name="Create the draft"))
    page.locator(".canvas .react-flow__node").first.wait_for(timeout=PATIENCE_MS)
    hand.press_on(page.get_by_role("button", name="Publish").first)
    hand.press_on(page.get_by_role("button", name="Publish version 1"))
    hand.published()
    assert hand.clicks <= 10
    assert walker.close() == []
    with capsys.disabled():
        print(f"\n  from a template: {hand.seconds:.0f} s, {hand.clicks} clicks")


def test_two_people_on_one_draft_see_each_other(
    chromium: Browser, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (
        Builder(_walker(chromium, site, Way("en", "light", 1440, 900), who)) for who in ("chief", "editor")
    )
    first.begin()
    for item in ("source", "payment"):
        first.item(item).click()
        expect(first.named(item)).to_be_visible(timeout=PATIENCE_MS)
    second.walker.go(first.walker.address())
    expect(second.named("payment")).to_be_visible(timeout=PATIENCE_MS)
    expect(first.page.get_by_text("Also here: editor")).to_be_visible(timeout=PATIENCE_MS)
    begun = time.monotonic()
    first.item("warehouse").click()
    expect(second.named("warehouse")).to_be_visible(timeout=PATIENCE_MS)
    seen = time.monotonic() - begun
    _both_change_one_block(first, second)
    assert _apart_from_the_line(first, second) == []
    with capsys.disabled():
        print(f"\n  what one does, the other sees after {seen:.1f} s")


def _both_change_one_block(first: Builder, second: Builder) -> None:
    """One renames a block while the other, without a connection, takes it out: nothing is lost."""
    line = Line(first)
    line.cut()
    first.named("payment").locator(".title").click()
    first.page.keyboard.press("Delete")
    expect(first.named("payment")).to_have_count(0)
    expect(first.page.get_by_text("Not saved yet")).to_be_visible(timeout=PATIENCE_MS)
    second.open_form("payment")
    second.write(second.form().get_by_label("Name").first, "Money")
    expect(second.block("Money")).to_be_visible(timeout=PATIENCE_MS)
    line.mend()
    expect(first.page.get_by_text("You and somebody else changed the same thing")).to_be_visible(timeout=PATIENCE_MS)
    expect(first.block("Money")).to_be_visible(timeout=PATIENCE_MS)
    first.page.get_by_role("button", name="Take mine").click()
    expect(first.block("Money")).to_have_count(0, timeout=PATIENCE_MS)
    expect(second.block("Money")).to_have_count(0, timeout=PATIENCE_MS)


def test_what_is_built_without_a_connection_is_there_afterwards(chromium: Browser, site: Site) -> None:
    hand = Builder(_walker(chromium, site, Way("en", "light", 1440, 900)))
    hand.begin()
    hand.item("source").click()
    expect(hand.named("source")).to_be_visible()
    line = Line(hand)
    line.cut()
    for n, item in enumerate(("payment", "warehouse"), 2):
        hand.item(item).click()
        expect(hand.page.locator(".react-flow__node")).to_have_count(n)
    expect(hand.page.get_by_text("Not saved yet")).to_be_visible(timeout=PATIENCE_MS)
    line.mend()
    expect(hand.page.get_by_text("Not saved yet")).to_have_count(0, timeout=PATIENCE_MS)
    _holds(site, hand, 3)
    line.cut()
    hand.item("last_mile").click()
    expect(hand.page.get_by_text("Not saved yet")).to_be_visible(timeout=PATIENCE_MS)
    hand.page.reload()  # the browser kept it
    expect(hand.named("last_mile")).to_be_visible(timeout=PATIENCE_MS)
    _holds(site, hand, 4)
    assert _apart_from_the_line(hand) == []


def _apart_from_the_line(*hands: Builder) -> list[str]:
    """What the browsers complained about, without what they say of a line that was cut."""
    said = [complaint for hand in hands for complaint in hand.walker.close()]
    return [each for each in said if not any(word in each for word in ("WebSocket", "disconnected", "127.0.0.1:9"))]


def _holds(site: Site, hand: Builder, blocks: int) -> None:
    """Wait until the draft in the database has so many blocks."""
    draft_id = hand.walker.address().partition("draft=")[2].partition("&")[0]
    with Waypost.open(site.url) as waypost:
        end = time.monotonic() + 20
        while len(waypost.boards.draft(draft_id).board.blocks) != blocks:
            assert time.monotonic() < end, waypost.boards.draft(draft_id).board.blocks
            time.sleep(0.2)


class Line:
    """The connection of one page to the server, which can be cut and mended."""

    def __init__(self, hand: Builder) -> None:
        self.hand = hand

    def cut(self) -> None:
        """Break it as a tunnel does: what was open is closed, and nothing new is opened."""
        self.hand.page.evaluate("window.wpCut(true)")

    def mend(self) -> None:
        """Let it through again."""
        self.hand.page.evaluate("window.wpCut(false)")


def test_a_draft_whose_source_was_removed_opens_and_says_so(chromium: Browser, site: Site) -> None:
    with Waypost.open(site.url) as waypost:
        made = manage.add(waypost.connections, "corner_shop", "Old shop", site.shop.settings(), "test")
        manage.start(waypost.connections, made.key, "test")
        block = {"id": "source_1", "kind": "source", "set": {"name": "Old", "sources": [made.key]}}
        draft = waypost.boards.start("chief", body={"id": "old", "name": "Old", "blocks": [block]})
        manage.remove(waypost.connections, made.key, "test")
    walker = _walker(chromium, site, Way("en", "light", 1440, 900))
    walker.go(f"/builder?draft={draft.id}&block=source_1")
    expect(walker.page.get_by_text("is gone").first).to_be_visible(timeout=PATIENCE_MS)
    walker.page.get_by_role("button", name="Connect a new one").click()
    walker.sees("Connect a source")
    walker.page.get_by_role("button", name="Back to the board").click()
    expect(walker.page.locator(".react-flow__node")).to_have_count(1, timeout=PATIENCE_MS)
    assert {f"draft={draft.id}", "block=source_1"} <= set(walker.address().partition("?")[2].split("&"))
    assert walker.close() == []
