"""What a reader without the right sees of people's data."""

from __future__ import annotations

import json

import pytest

from waypost.web import personal


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("customer", "da122df9eedd", "da•••dd"),
        ("customer", "C-77", "•••"),
        ("Receiver-Name", "Zhang San", "Zh•••an"),
        ("phone_number", 13800138000, "13•••00"),
        ("buyerEmail", "a@example.org", "a@•••rg"),
        ("name", "Li", "•••"),
        ("carrier", "SF Express", "SF Express"),
        ("service_name", "standard", "standard"),
        ("value", 129.0, 129.0),
        ("customer", None, None),
    ],
)
def test_attributes_of_people_are_covered(name, value, seen):
    assert personal.attribute(name, value, show=False) == seen
    assert personal.attribute(name, value, show=True) == value


def test_long_numbers_in_a_partners_words_are_covered():
    word = "快件已签收，电话 13800138000，第 3 次"
    assert personal.text(word, show=False) == "快件已签收，电话 13•••00，第 3 次"
    assert personal.text(word, show=True) == word
    assert personal.text(None, show=False) is None


def test_a_payload_is_covered_at_any_depth():
    raw = json.dumps(
        {"a": [{"receiver": {"name": "Zhang San", "city": "Beijing"}}], "note": "call 13800138000", "n": 1}
    )
    seen = json.loads(personal.payload(raw, show=False) or "")
    assert seen == {"a": [{"receiver": {"name": "Zh•••an", "city": "Beijing"}}], "note": "call 13•••00", "n": 1}
    assert json.loads(personal.payload(raw, show=True) or "") == json.loads(raw)


def test_a_payload_that_cannot_be_read_is_left_out():
    assert personal.payload("<xml>Zhang San</xml>", show=False) is None
    assert personal.payload("<xml>Zhang San</xml>", show=True) == "<xml>Zhang San</xml>"


@pytest.mark.parametrize(
    ("role", "sees"), [("viewer", False), ("operator", True), ("administrator", True), ("x", False)]
)
def test_viewers_do_not_see_everything(role, sees):
    assert personal.sees_all(role) is sees
