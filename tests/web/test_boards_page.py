"""The page of boards as a script: who sees what, what search and trade leave, and how a board comes into being."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.boards import put_into_force, small
from tests.web.test_pages import texts
from waypost.services.boards.templates import shipped


def sent(app: AppTest) -> dict:
    """What the cards of the page were given."""
    (found,) = [e for e in app.get("bidi_component") if e.proto.component_name == "waypost_board_cards"]
    held: dict = json.loads(found.proto.json)
    return held


def names(app: AppTest) -> list[str]:
    return [card["id"] for card in sent(app)["cards"]]


def card(app: AppTest, name: str) -> dict:
    return next(card for card in sent(app)["cards"] if card["id"] == name)


def does(app: AppTest, name: str) -> list[str]:
    return [action["id"] for action in card(app, name)["actions"]]


def keys(app: AppTest) -> set[str]:
    return {found.key for found in app.button if found.key}


def test_shipped_journeys_are_boards_already_and_the_way_to_an_own_one_is_told(empty_shop, visit):
    app = visit("boards", "configurator_editor")
    assert set(names(app)) == {"cross-border", "marketplace-parcel", "returns", "store-pickup"}
    assert "Nobody has built a board here yet" in texts(app)
    assert does(app, "returns") == ["open", "edit", "more"]
    assert {"boards.empty", "boards.import"} <= keys(app)


def test_viewers_look_and_configurators_begin(shop, visit):
    put_into_force(shop.boards, small())
    app = visit("boards", "viewer", "zh-CN")
    assert not app.exception
    assert card(app, "gift-cards")["name"] == "礼品卡"
    assert does(app, "gift-cards") == ["open", "more"]
    assert not {"boards.empty", "boards.import"} & keys(app)
    gallery = visit("boards", "viewer", view="templates")
    assert does(gallery, "presale") == ["look"]
    assert "boards.use.one" not in keys(visit("boards", "viewer", template="presale"))


def test_a_board_says_how_its_orders_are_and_who_works_on_it(shop, visit):
    put_into_force(shop.boards, small())
    shop.boards.start("mei", board_id="gift-cards")
    shop.boards.start("mei", body=small("vouchers").as_json())
    app = visit("boards", "viewer")
    held = card(app, "gift-cards")
    assert "mei · draft" in [chip["text"] for chip in held["chips"]]
    assert "Version 1" in [fact["text"] for fact in held["facts"]]
    assert held["href"] == "/board?id=gift-cards"
    assert card(app, "vouchers")["href"].startswith("/builder?draft=")
    assert [chip["text"] for chip in card(app, "vouchers")["chips"]] == ["not published yet", "mei · draft"]
    shop.boards.retire("gift-cards", "chief", "administrator", "no longer sold")
    assert does(visit("boards", "configurator_publisher"), "gift-cards") == ["more"]


@pytest.mark.parametrize(
    ("query", "expected"), [("cross", {"cross-border"}), ("退换货", {"returns"}), ("nowhere", None)]
)
def test_search_works_in_both_languages(empty_shop, visit, query, expected):
    app = visit("boards", "viewer", q=query)
    if expected is None:
        assert "Nothing fits" in texts(app)
        assert "boards.all" in keys(app)
    else:
        assert set(names(app)) == expected


@pytest.mark.parametrize("query", ["骑手", "dark stores", "30 分钟"])
def test_templates_are_found_in_both_languages(empty_shop, visit, query):
    assert "quick-commerce" in names(visit("boards", "viewer", view="templates", q=query))


def test_the_gallery_has_every_template_and_narrows_by_trade(empty_shop, visit):
    app = visit("boards", "configurator_editor", view="templates")
    assert set(names(app)) == {each.id for each in shipped()}
    assert does(app, "presale") == ["look", "use"]
    assert names(visit("boards", "viewer", view="templates", industry="furniture")) == ["furniture-installation"]
    assert "Nothing here yet" in texts(visit("boards", "viewer", view="templates", industry="nowhere"))


@pytest.mark.parametrize(("name", "locale"), [("returns-exchange", "en-GB"), ("cold-chain", "zh-CN")])
def test_a_template_opens_with_its_samples(empty_shop, visit, name, locale):
    app = visit("boards", "configurator_editor", locale, template=name)
    assert not app.exception
    assert sent(app)["wide"]
    (held,) = sent(app)["cards"]
    assert any(stop.get("tier") == "red" for stop in held["drawing"]["stops"])
    assert any(chip["icon"] == "science" for chip in held["chips"])
    assert "boards.use.one" in keys(app)


def test_a_template_that_is_not_there_is_told_and_the_others_are_shown(empty_shop, visit):
    app = visit("boards", "viewer", template="carrier-pigeons")
    assert "carrier-pigeons" in texts(app)
    assert len(names(app)) == len(shipped())


def test_a_broken_file_of_the_company_is_told_to_configurators(empty_shop, visit, tmp_path: Path, monkeypatch):
    (tmp_path / "odd.json").write_text("{", "utf-8")
    monkeypatch.setenv("WAYPOST_TEMPLATES", str(tmp_path))
    (told,) = visit("boards", "configurator_editor", view="templates").warning
    assert "odd.json" in told.value
    assert not visit("boards", "viewer", view="templates").warning
