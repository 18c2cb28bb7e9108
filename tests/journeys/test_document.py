"""Journey documents: what is wrong names its path; what is right comes back as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import examples
from waypost.domain.errors import DocumentError
from waypost.domain.instants import SECOND
from waypost.journeys.document import read_duration, read_journey, write_duration
from waypost.journeys.shipped import shipped

GOOD: dict[str, Any] = {
    "format": 1,
    "id": "j",
    "name": {"en": "J", "zh": "旅"},
    "purpose": {"en": "P", "zh": "的"},
    "zone": "Asia/Shanghai",
    "stages": [
        {"id": "a", "name": {"en": "A", "zh": "甲"}, "start": ["paid"], "end": ["delivered"], "target": {"red": "36h"}}
    ],
}


def with_(path: str, value: Any) -> dict[str, Any]:
    """The good document with one entry changed; a value of `...` takes it out."""
    body = copy.deepcopy(GOOD)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = body
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("id", "Big Journey", "id"),
        ("id", ..., "id"),
        ("format", 2, "format"),
        ("colour", "red", "colour"),
        ("name.zh", "", "name.zh"),
        ("name.zh", ..., "name.zh"),
        ("zone", "Mars/Olympus", "zone"),
        ("stages", [], "stages"),
        ("stages.0.start", [], "stages.0.start"),
        ("stages.0.start", ["shipped"], "stages.0.start.0"),
        ("stages.0.end", [33], "stages.0.end.0"),
        ("stages.0.grain", "truck", "stages.0.grain"),
        ("stages.0.span", True, "document"),
        ("stages.0.target.red", "soon", "stages.0.target.red"),
        ("stages.0.target.red", True, "stages.0.target.red"),
        ("stages.0.target.red", "-1h", "stages.0.target"),
        ("stages.0.target.yellow", "2d", "stages.0.target"),
        ("stages.0.target.yellow", "36h", "stages.0.target"),
        ("stages.0.target.basis", "wish", "stages.0.target.basis"),
        ("stages", [GOOD["stages"][0]] * 2, "document"),
        ("exits", [{"milestone": "vanished", "outcome": "x"}], "exits.0.milestone"),
        ("assign", {"when": [{"field": "f", "op": "like"}]}, "assign.when.0.op"),
    ],
)
def test_what_is_wrong_names_its_path(path: str, value: Any, named: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_journey(with_(path, value))
    assert refused.value.field == named
    assert refused.value.problem.endswith(".")


@pytest.mark.parametrize("body", [None, [], "j", 1, {}])
def test_what_is_no_document_at_all(body: Any) -> None:
    with pytest.raises(DocumentError):
        read_journey(body)


def test_what_was_read_is_written_and_read_again() -> None:
    for journey in (read_journey(GOOD), *shipped()):
        assert read_journey(journey.as_json()) == journey
    assert [journey.id for journey in shipped()] == ["cross-border", "marketplace-parcel", "returns", "store-pickup"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("36h", 129_600), ("2d 4h", 187_200), ("90m", 5_400), ("-1d", -86_400), ("0s", 0), ("1d1h1m1s", 90_061), (90, 90),
     (0.5, 0.5), (" 1h ", 3_600)],
)  # fmt: skip
def test_durations(text: Any, seconds: float) -> None:
    assert read_duration(text) == seconds * SECOND


@pytest.mark.parametrize("text", ["", "-", "h", "1", "1.5h", "1w", "4h 2d", "1h -2m", None, True, "1 h", "१h"])
def test_what_is_no_duration(text: Any) -> None:
    with pytest.raises(ValueError, match="no duration"):
        read_duration(text)


@examples(2)
@given(st.integers(-(10**9), 10**9))
def test_durations_are_written_as_they_are_read(seconds: int) -> None:
    assert read_duration(write_duration(seconds * SECOND)) == seconds * SECOND
