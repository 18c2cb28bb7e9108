"""The Vocabulary page as its readers see it: rooms, entries, who may change words, and what an empty one says."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.scene import NOW
from tests.web.conftest import Visit
from tests.worlds import scan
from waypost.services import ingest
from waypost.services.app import Waypost
from waypost.services.mappings import replay, tables
from waypost.services.mappings.tables import Edits

EXPRESS = "express.example"


def speak(shop: Waypost) -> None:
    """A partner with three words: two that wait, one that the sender has explained."""
    secret = {"recipient": {"name": "Erika Muster", "phone": "+49 170 1234567"}}
    events = [
        scan("parcel/P-1", "status:Weg", "2026-03-19T10:00:00Z", EXPRESS, payload=json.dumps(secret)),
        scan("parcel/P-1", "call 13812345678 first", "2026-03-19T10:00:00Z", EXPRESS),
        scan("parcel/P-1", "linehaul.picked_up", "2026-03-19T09:00:00Z", EXPRESS, word="status:Da"),
    ]
    reading = ingest.read_body(json.dumps(events).encode(), shop.vocabulary, NOW)
    shop.submit(reading.said).result(60)


def drawn(app: AppTest) -> str:
    """Everything that components were given, as text."""
    told = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return json.dumps(told, ensure_ascii=False)


def grid(app: AppTest) -> Any:
    """The table of words as it was drawn."""
    assert not app.exception
    return app.dataframe[0].value


def test_the_list_shows_all_kinds_and_one_entry_in_full(shop: Waypost, visit: Visit) -> None:
    app = visit("vocabulary", entry="delivered")
    assert not app.exception
    text = drawn(app)
    for wanted in ("Milestones", "EXW", "carrier.late_pickup", "delivery.signed", "Your parcel has been delivered"):
        assert wanted in text
    chinese = visit("vocabulary", locale="zh-CN", entry="delivery.delivered", q="妥投")
    assert "妥投" in drawn(chinese)
    assert "carrier.late_pickup" not in drawn(chinese)


def test_an_address_that_means_nothing_says_so(shop: Waypost, visit: Visit) -> None:
    app = visit("vocabulary", entry="no.such", kind="x", phase="y", room="z")
    assert not app.exception
    assert any("no.such" in element.value for element in app.markdown)


def test_words_that_wait_stand_on_top_with_their_examples(shop: Waypost, visit: Visit) -> None:
    speak(shop)
    app = visit("vocabulary", "configurator_editor", room="mappings", source=EXPRESS)
    shown = grid(app)
    assert list(shown["word"]) == ["call 13812345678 first", "Weg", "Da"]
    assert [None if code != code else code for code in shown["code"]] == [None, None, "linehaul.picked_up"]
    assert "Erika Muster" in shown["example"][1]
    assert {button.label for button in app.button} >= {"Say it", "What might it mean?"}


def test_a_viewer_reads_covered_examples_and_changes_nothing(shop: Waypost, visit: Visit) -> None:
    speak(shop)
    app = visit("vocabulary", "viewer", room="mappings", source=EXPRESS)
    shown = grid(app)
    assert "Erika Muster" not in "".join(shown["example"])
    assert "1234567" not in "".join(shown["example"])
    assert "13812345678" not in "".join(shown["word"])
    assert {"Say it", "Publish", "See what would change"}.isdisjoint(button.label for button in app.button)


def test_a_word_is_tried_and_published_by_form(shop: Waypost, visit: Visit) -> None:
    speak(shop)
    app = visit("vocabulary", "configurator_editor", room="mappings", source=EXPRESS)
    labels = {box.label: box for box in app.selectbox}
    labels["Their word"].select("status:Weg")
    labels["What it means"].select("side.lost")
    app.run()
    press(app, "Say it")
    press(app, "See what would change")
    assert any("1 event of" in element.value for element in app.markdown)
    press(app, "Publish")
    held = tables.in_force(shop.engine, EXPRESS)
    assert (held.version, held.edits.words) == (1, {"status:Weg": "side.lost"})
    shop.replays.close()
    assert {job.status for job in replay.jobs(shop.engine, EXPRESS)} <= {"done", "running"}


def test_somebody_elses_version_is_told_and_the_changes_are_kept(shop: Waypost, visit: Visit) -> None:
    speak(shop)
    app = visit("vocabulary", "configurator_editor", room="mappings", source=EXPRESS)
    labels = {box.label: box for box in app.selectbox}
    labels["Their word"].select("status:Weg")
    labels["What it means"].select("side.lost")
    app.run()
    press(app, "Say it")
    others = Edits({"status:Da": "side.delayed"})
    tables.publish(shop.engine, shop.vocabulary, EXPRESS, others, by="wang", now=NOW)
    app.run()
    assert any("wang" in warning.value for warning in app.warning)
    press(app, "Put my changes onto version 1")
    assert not app.warning
    assert "2 words" not in drawn(app)
    assert "status:Weg" in drawn(app)


def test_versions_are_compared_and_taken_back_with_one_click(shop: Waypost, visit: Visit) -> None:
    speak(shop)
    for code in ("side.lost", "side.delayed"):
        edits = Edits({"status:Weg": code})
        tables.publish(shop.engine, shop.vocabulary, EXPRESS, edits, by="wang", now=NOW, comment=f"it is {code}")
    app = visit("vocabulary", "configurator_editor", room="mappings", source=EXPRESS, version="1")
    assert "it is side.lost" in drawn(app)
    press(app, "Go back to version 1")
    assert tables.in_force(shop.engine, EXPRESS).version == 3
    assert tables.in_force(shop.engine, EXPRESS).edits.words == {"status:Weg": "side.lost"}


def test_before_any_partner_has_spoken_the_tables_that_connectors_ship_are_there(
    empty_shop: Waypost, visit: Visit
) -> None:
    app = visit("vocabulary", room="mappings", source="vendure")
    assert not app.exception
    assert {"shopify", "vendure"} <= set(app.selectbox[0].options)
    assert len(grid(app)) > 10


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception, app.exception
