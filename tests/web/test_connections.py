"""The connections page as a script: who sees what, the wizard's steps, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.corner import shop as corner
from tests.corner.shop import Shop
from tests.web.test_pages import drawn, texts
from waypost.connect.http import Budget, open_transport
from waypost.services.connections import Connections, manage, pull


@pytest.fixture
def wired(empty_shop) -> Iterator[Shop]:
    """The shop's connector is installed, and the shop is open."""
    quick = Budget(rate=1_000, burst=1_000, attempts=1)
    empty_shop.connections = Connections(empty_shop, corner.registry(), lambda: open_transport(quick))
    with corner.opened() as shop:
        shop.sell(6)
        yield shop
    empty_shop.connections.close()


@pytest.fixture
def running(empty_shop, wired) -> Connections:
    """The shop is connected, with one order in quarantine and one word that means nothing yet."""
    del wired.orders[1]["history"]
    wired.orders[0]["history"].append({"status": "gift wrapped", "at": "2026-11-20T09:00:00+01:00"})
    us: Connections = empty_shop.connections
    manage.add(us, "corner_shop", "Corner shop", wired.settings(), "ada")
    source = manage.start(us, "corner-shop", "ada")
    held = pull.lease(us, source.id, "test")
    assert held is not None
    assert pull.run_once(us, held).ok
    return us


def button(app: AppTest, label: str) -> bool:
    return any(found.label == label for found in app.button)


@pytest.mark.parametrize(("locale", "words"), [("en-GB", "No source is connected yet"), ("zh-CN", "还没有接入数据源")])
def test_without_a_source_the_page_says_what_to_do(wired, visit, locale, words):
    app = visit("connections", "configurator_editor", locale)
    assert words in texts(app)
    assert [found.key for found in app.button if found.key == "connections.first"]
    assert not [
        found.key for found in visit("connections", "viewer", locale).button if found.key == "connections.first"
    ]


@pytest.mark.parametrize(("role", "locale"), [("viewer", "zh-CN"), ("configurator_editor", "en-GB")])
def test_a_source_opens_for_every_role_in_both_languages(running, visit, role, locale):
    for view in ("", "deliveries", "words", "quarantine", "settings"):
        app = visit("connections", role, locale, id="corner-shop", view=view)
        assert not app.exception
        assert drawn(app, "fact_list")["lines"]
        assert corner.KEY not in repr(app.main)


def test_the_list_tells_state_figures_and_what_waits(running, visit):
    (row,) = drawn(visit("connections", "viewer"), "source_list")["rows"]
    assert (row["state"], row["words"], row["held"], row["budget"]) == ("running", "1", "1", "1")
    assert row["held_href"] == "/connections?id=corner-shop&view=quarantine"


def test_a_refused_key_is_an_alert_with_its_remedy(running, wired, visit):
    wired.key = "another"
    source = pull.lease(running, running.find("corner-shop").id, "test")
    assert source is not None
    pull.run_once(running, source)
    (row,) = drawn(visit("connections", "viewer", "zh-CN"), "source_list")["rows"]
    assert (row["tier"], row["state"], row["note"]) == ("red", "已停止", "对方系统拒绝了密钥或密码。")
    assert row["remedy"]


def test_a_viewer_sees_the_raw_text_of_nobody_and_changes_nothing(running, visit):
    app = visit("connections", "viewer", id="corner-shop", view="quarantine")
    assert "Ada Corner" not in texts(app)
    assert not app.text_area
    assert not button(app, "Pause")
    assert (
        "Ada Corner"
        in visit("connections", "configurator_editor", id="corner-shop", view="quarantine").text_area[0].value
    )


def test_the_wizard_is_for_configurators(wired, visit):
    for step in ("choose", "keys"):
        app = visit("connections", "operator", step=step, new="corner_shop")
        assert "Your role does not open this page" in texts(app)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_step_can_be_opened_by_its_address(running, visit, locale):
    for step in ("choose", "keys", "test", "sample", "start", "file", "push", "positions"):
        app = visit("connections", "configurator_editor", locale, step=step, id="corner-shop")
        assert not app.exception
        assert app.title[0].value == ("接入数据源" if locale == "zh-CN" else "Connect a source")


def test_a_connection_that_is_gone_is_said_to_be(wired, visit):
    for query in ({"id": "nothing"}, {"id": "nothing", "step": "test"}):
        assert "does not exist any more" in texts(visit("connections", "configurator_editor", **query))


def test_a_sample_is_drawn_as_its_order_would_be(running, visit):
    app = visit("connections", "configurator_editor", step="sample", id="corner-shop")
    assert drawn(app, "order_head")["ref"] == "C-0001"
    assert [unit["ref"] for unit in drawn(app, "journey_map")["units"]] == ["P-0001"]
    assert any("gift wrapped" in found.value for found in app.info)


def test_an_input_is_dismissed_and_the_deed_is_recorded(running, visit):
    app = visit("connections", "configurator_editor", id="corner-shop", view="quarantine")
    next(found for found in app.button if found.label == "Dismiss").click().run()
    assert any("Nothing of this source waits" in found.value for found in app.info)
