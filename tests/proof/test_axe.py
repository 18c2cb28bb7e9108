"""axe in every room, in both languages, light and dark, on desk and phone: `make proof-axe`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Town, opened_town
from tests.browser.test_axe import look_at_all
from tests.browser.test_mappings import FRAME
from tests.browser.walker import Way
from tests.scene import fill

LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WAYS = [Way(lang, theme, *size) for lang in LANGUAGES for theme in THEMES for size in ((1440, 900), (390, 844))]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened_town(tmp_path_factory.mktemp("village"), fill) as base:
        yield Town(base)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_nothing_serious_in_any_room(chromium: Browser, village: Town, way: Way) -> None:
    found = look_at_all(chromium, village, way)
    found["complaints"] = [each for each in found["complaints"] if not FRAME.search(each)]
    assert {room: problems for room, problems in found.items() if problems} == {}
