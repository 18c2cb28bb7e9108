"""Changing a stage's targets from the control tower."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.web.conftest import sign_in

HOUR = 3_600_000_000


def _page() -> None:
    import streamlit as st

    from waypost.web import cache, stage_dialog, tower_filters

    st.query_params.from_dict({"range": "30", "journey": st.query_params.get("journey", "marketplace-parcel")})
    stage_dialog.contents(tower_filters.read(cache.view()))


@pytest.fixture
def dialog(shop):
    def opened(role: str, journey: str = "marketplace-parcel") -> AppTest:
        app = AppTest.from_function(_page, default_timeout=60)
        app.user = {"session": sign_in(shop, role)}
        app.query_params["journey"] = journey
        return app.run()

    return opened


def test_a_publisher_sets_targets_and_a_new_version_is_in_force(shop, dialog):
    app = dialog("configurator_publisher")
    assert app.get("plotly_chart")
    app.text_input[0].set_value("30h")
    app.text_input[1].set_value("3d")
    app.button[0].click().run()
    held = shop.journeys.in_force("marketplace-parcel")
    stage = held.journey.stage("warehouse")
    assert stage is not None
    assert (held.version, held.by) == (2, "a-configurator-publisher")
    assert (stage.target.yellow, stage.target.red) == (30 * HOUR, 72 * HOUR)


@pytest.mark.parametrize(("yellow", "red", "words"), [
    ("soon", "3d", "'soon' is no duration"),
    ("5d", "3d", "yellow must come before red"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_published(shop, dialog, yellow, red, words):
    app = dialog("administrator")
    app.text_input[0].set_value(yellow)
    app.text_input[1].set_value(red)
    app.button[0].click().run()
    assert words in app.error[0].value
    assert shop.journeys.in_force("marketplace-parcel").version == 1


@pytest.mark.parametrize("role", ["viewer", "operator", "configurator_editor"])
def test_others_see_the_durations_but_no_form(shop, dialog, role):
    app = dialog(role)
    assert app.get("plotly_chart")
    assert not app.text_input
    assert not app.button


def test_a_stage_without_anything_completed_says_so(shop, dialog):
    app = dialog("viewer", "store-pickup")
    assert "Nothing was completed here" in app.info[0].value
    assert not app.get("plotly_chart")
