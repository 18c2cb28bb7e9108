"""The section `customer` of a journey document: what is accepted, what is refused and where."""

from __future__ import annotations

from typing import Any

import pytest

from waypost.domain.errors import DocumentError
from waypost.journeys.document import read_journey
from waypost.journeys.shipped import shipped

LABEL = {"en": "Made for you", "zh": "为您制作"}


def journey(customer: Any) -> dict[str, Any]:
    """A journey with two stages and a span."""
    name = {"en": "x", "zh": "x"}
    stages = [
        {"id": "make", "name": name, "start": ["paid"], "end": ["dispatched"]},
        {"id": "send", "name": name, "start": ["dispatched"], "end": ["delivered"]},
        {"id": "all", "name": name, "start": ["paid"], "end": ["delivered"], "span": True},
    ]
    return {"id": "mine", "name": name, "purpose": name, "stages": stages, "customer": customer}


def test_a_journey_without_the_section_shows_its_stages_as_they_are() -> None:
    body = journey({})
    del body["customer"]
    found = read_journey(body)
    assert found.customer.stage("make").label is None
    assert not found.customer.stage("make").hidden
    assert read_journey(found.as_json()) == found


def test_the_section_is_kept_word_for_word() -> None:
    body = journey({"stages": {"make": {"label": LABEL, "show_events": False}}, "events": {"return.approved": LABEL}})
    found = read_journey(body)
    assert found.as_json()["customer"]["stages"]["make"]["label"] == LABEL
    assert read_journey(found.as_json()) == found


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        ({"stages": {"all": {"hidden": True}}}, "'all' is no stage that an order can be in"),
        ({"stages": {"nowhere": {}}}, "'nowhere' is no stage"),
        ({"stages": {"make": {"hidden": True}, "send": {"hidden": True}}}, "at least one stage must not be hidden"),
        ({"events": {"order.teleported": LABEL}}, "'order.teleported' is no event code"),
        ({"hide_events": ["order.teleported"]}, "'order.teleported' is no event code"),
        ({"events": {"side.lost": LABEL}, "hide_events": ["side.lost"]}, "both named and hidden"),
        ({"stages": {"make": {"label": {"en": "only English"}}}}, "Field required"),
        ({"stages": {"make": {"colour": "red"}}}, "Extra inputs"),
        ({"show_notes": True}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(customer: Any, said: str) -> None:
    with pytest.raises(DocumentError) as error:
        read_journey(journey(customer))
    assert said in str(error.value)
    assert error.value.remedy


def test_every_shipped_journey_has_words_for_its_customers() -> None:
    for found in shipped():
        for stage in found.path:
            seen = found.customer.stage(stage.id)
            assert seen.hidden or (seen.label and seen.now and seen.advice), (found.id, stage.id)
        assert found.customer.delivered
        assert found.customer.ended
