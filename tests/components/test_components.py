"""The Python faces: what is sent to the browser, and what is believed of what comes back."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import (
    _base,
    at_risk,
    board_cards,
    board_chart,
    board_grid,
    board_wall,
    event_log,
    event_stream,
    fact_list,
    journey_map,
    kpi_cards,
    map_panel,
    order_head,
    orders_table,
    page_frame,
    source_list,
    stage_river,
    word_list,
)

FACES = (
    at_risk,
    board_cards,
    board_chart,
    board_grid,
    board_wall,
    event_log,
    event_stream,
    fact_list,
    journey_map,
    kpi_cards,
    map_panel,
    order_head,
    orders_table,
    page_frame,
    source_list,
    stage_river,
    word_list,
)
GALLERY = Path(__file__).with_name("gallery.py")


@pytest.fixture
def gallery() -> AppTest:
    app = AppTest.from_file(str(GALLERY), default_timeout=30).run()
    assert not app.exception
    return app


def mounted(app: AppTest) -> dict[str, Any]:
    return {element.proto.component_name: element.proto for element in app.get("bidi_component")}


def sent(app: AppTest, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(mounted(app)[f"waypost_{name}"].json)
    return data


def picks(app: AppTest) -> Any:
    return json.loads(app.code[0].value)


def test_every_folder_is_a_component_with_its_three_files_and_mounts_isolated(gallery):
    folders = {path.parent.name for path in Path(_base.__file__).parents[1].glob("[a-z]*/*.html")}
    assert folders == {face.__name__.split(".")[-1] for face in FACES}
    protos = mounted(gallery)
    assert set(protos) == {f"waypost_{folder}" for folder in folders}
    for proto in protos.values():
        assert proto.isolate_styles
        assert "--wp-accent" in proto.css_content
        assert "export default function" in proto.js_content
        assert "wp" in proto.html_content


def test_no_component_reaches_outside_or_writes_markup(gallery):
    for name, proto in mounted(gallery).items():
        code = proto.js_content + proto.css_content + proto.html_content
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "fetch(", "XMLHttp", "@import", "url("):
            assert forbidden not in code, (name, forbidden)
        assert "http://" not in code.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in code


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__.split(".")[-1])
def test_every_text_that_a_script_uses_is_asked_for(gallery, face):
    script = mounted(gallery)[f"waypost_{face.__name__.split('.')[-1]}"].js_content
    used = set(re.findall(r"\bt\.(\w+)", script))
    assert used
    assert used <= set(face.TEXTS)
    with pytest.raises(KeyError, match=next(iter(face.TEXTS))):
        _base.words({}, face.TEXTS)


def test_a_number_that_json_cannot_write_is_sent_as_missing(gallery):
    assert sent(gallery, "kpi_cards")["cards"][0]["trend"] == [96.0, 95.5, None, None, 94.0, 93.4]


def test_texts_are_sent_in_the_language_of_the_caller():
    chinese = _base.translated({"pause": "Pause"}, {"Pause": "暂停"}.__getitem__)
    assert chinese == {"pause": "暂停"}


def test_the_stream_sends_no_more_rows_than_it_shows(gallery):
    assert [event["id"] for event in sent(gallery, "event_stream")["events"]] == ["e11", "e10", "e9", "e8", "e7"]


@pytest.mark.parametrize(
    ("key", "value", "name", "expected"),
    [
        ("cards", {"card": "otd", "what": "red"}, "card", {"card": "otd", "what": "red"}),
        ("river", {"stage": "packed", "tier": "all"}, "stage", {"stage": "packed", "tier": "all"}),
        ("risk", {"order": "A-2"}, "risk", "A-2"),
        ("risk", {"order": at_risk.ALL}, "risk", "*"),
        ("stream", {"order": "order-3"}, "event", "order-3"),
    ],
)
def test_a_click_is_returned_to_the_page(gallery, key, value, name, expected):
    gallery.session_state[key] = {"open": value}
    assert picks(gallery.run())["log"] == [[name, expected]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cards", {"card": "gone", "what": "red"}),
        ("cards", {"card": "otd", "what": "everything"}),
        ("cards", "otd"),
        ("river", {"stage": "packed"}),
        ("river", {"stage": ["packed"], "tier": "all"}),
        ("risk", {"order": 7}),
        ("stream", {"order": "x" * 301}),
        ("stream", {"order": ""}),
    ],
)
def test_a_value_that_our_own_page_never_sends_is_no_click(gallery, key, value):
    gallery.session_state[key] = {"open": value}
    assert picks(gallery.run())["log"] == []


@pytest.mark.parametrize(("to", "expected"), [("next", [["turn", 1]]), ("previous", [["turn", -1]]), ("sideways", [])])
def test_turning_a_page_of_the_table_is_returned(gallery, to, expected):
    gallery.session_state["table"] = {"turn": {"to": to}}
    assert picks(gallery.run())["log"] == expected


def test_a_value_that_json_does_not_know_is_refused_by_name():
    with pytest.raises(TypeError, match="datetime"):
        _base.plain({"rows": [{"at": datetime(2026, 11, 23)}]})


@pytest.mark.parametrize(
    ("act", "expected"), [("close", [["act", "close"]]), ("nearer", [["act", "nearer"]]), ("drop", []), (7, [])]
)
def test_a_button_of_the_map_panel_is_returned(gallery, act, expected):
    gallery.session_state["panel"] = {"act": {"act": act}}
    assert picks(gallery.run())["log"] == expected


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ({"card": "fresh", "do": "edit"}, [["board", {"card": "fresh", "do": "edit"}]]),
        ({"card": "fresh", "do": "retire"}, []),
        ({"card": "gone", "do": "edit"}, []),
        ("edit", []),
    ],
)
def test_a_button_of_a_board_is_returned(gallery, act, expected):
    gallery.session_state["boards"] = {"act": act}
    assert picks(gallery.run())["log"] == expected


def test_the_selected_node_is_kept_over_reruns_and_told_to_a_new_browser_page(gallery):
    chosen = {"unit": "order/1", "node": "packed"}
    gallery.session_state["map"] = {"selected": chosen}
    assert picks(gallery.run())["selected"] == chosen
    assert picks(gallery.run())["selected"] == chosen
    assert sent(gallery, "journey_map")["selected"] == chosen


@pytest.mark.parametrize(
    "chosen", [{"unit": "order/9", "node": "paid"}, {"unit": "parcel/1", "node": "transit"}, [], "x"]
)
def test_a_selection_that_does_not_fit_this_order_is_none(gallery, chosen):
    gallery.session_state["map"] = {"selected": chosen}
    assert picks(gallery.run())["selected"] is None


def test_a_page_may_choose_the_node_until_a_person_does():
    app = AppTest.from_function(_page_with_a_choice).run()
    assert json.loads(app.json[0].value)["node"] == "paid"
    app.session_state["map"] = {"selected": {"unit": "order/1", "node": "sent"}}
    assert json.loads(app.run().json[0].value)["node"] == "sent"


def _page_with_a_choice():
    import streamlit as st

    from components.journey_map import TEXTS, Node, Unit, journey_map

    nodes: list[Node] = [{"id": n, "label": n, "icon": "x", "state": "done"} for n in ("paid", "sent")]
    unit: Unit = {"id": "order/1", "heading": "Order", "nodes": nodes}
    st.json(journey_map([unit], key="map", t=TEXTS, selected={"unit": "order/1", "node": "paid"}))
