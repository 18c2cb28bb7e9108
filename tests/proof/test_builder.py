"""From an empty canvas to a published board, by mouse, by finger and by keyboard; run by `make proof-builder`."""

from __future__ import annotations

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


def _walker(chromium: Browser, site: Site, way: Way) -> Walker:
    walker = Walker(chromium, site.base, way)
    walker.sign_in("chief", "/builder")
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
