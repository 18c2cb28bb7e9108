"""Templates of a company's own folder: read, told when they are broken, and never in each other's way."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.domain.errors import DocumentError, FieldError, NotFound
from waypost.domain.instants import SECOND, now_us
from waypost.journeys.boards.check import check
from waypost.services.boards.samples import Counts, preview, statements
from waypost.services.boards.templates import (
    Template,
    board_from,
    read_template,
    shelf,
    shipped,
    template,
    templates,
)
from waypost.services.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "templates.md"
HOUR = 3_600 * SECOND


def example() -> dict[str, Any]:
    """The template that the page about the format shows."""
    found = re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    document: dict[str, Any] = json.loads(found.group(1))
    return document


def put(folder: Path, name: str, document: Any) -> None:
    (folder / name).write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")


def test_the_example_of_the_page_is_a_template_and_does_what_the_page_says() -> None:
    held = read_template(json.dumps(example()).encode())
    assert [problem for problem in check(held.board) if problem.is_error] == []
    now = now_us()
    found = preview(held, now)
    assert found.n == 2
    assert found.stages == {"payment": Counts(0, 0, 0), "sending": Counts(1, 0, 1)}
    promised = next(said for said in statements(held, now) if said.subject.ref == "G-1" and said.at == now - HOUR // 6)
    assert promised.stated_at == now - 3 * HOUR // 2


def test_templates_of_the_folder_stand_beside_the_shipped_ones(tmp_path: Path, monkeypatch: Any) -> None:
    put(tmp_path, "gift.json", example())
    monkeypatch.setenv("WAYPOST_TEMPLATES", str(tmp_path))
    assert "gift-cards" in [each.id for each in templates()]
    assert len(templates()) == len(shipped()) + 1
    assert template("gift-cards").name.zh == "礼品卡"
    assert Settings().templates == str(tmp_path)


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, "gift.json", example())
    assert "gift-cards" in [each.id for each in shelf(tmp_path).templates]
    put(tmp_path, "gift.json", {**example(), "id": "vouchers"})
    os.utime(tmp_path / "gift.json", ns=(1, 1))
    assert "vouchers" in [each.id for each in shelf(tmp_path).templates]


BROKEN = {
    "json": ("{", "file"),
    "number": ("[1, 2]", "document"),
    "not-utf8": (b"\xff\xfe{}", "file"),
    "deep": ("[" * 100_000, "file"),
    "large": (" " * (1024 * 1024 + 1), "file"),
    "no-story": ({**example(), "story": None}, "story"),
    "one-language": ({**example(), "purpose": {"en": "Only English"}}, "purpose.zh"),
    "unknown-field": ({**example(), "colour": "red"}, "colour"),
    "taken": ({**example(), "id": "fresh-food"}, "id"),
    "unknown-code": (
        {**example(), "samples": [{**example()["samples"][0], "events": [{"at": "-1h", "code": "order.made"}]}]},
        "samples.0.events.0.code",
    ),
    "ahead": (
        {**example(), "samples": [{**example()["samples"][0], "events": [{"at": "1h", "code": "order.created"}]}]},
        "samples.0.events.0.at",
    ),
    "no-parcel": (
        {**example(), "samples": [{**example()["samples"][1], "parcels": {"P1": {"card-100": 1}}}]},
        "samples.0",
    ),
    "no-line": ({**example(), "samples": [{**example()["samples"][1], "lines": {}}]}, "samples.0"),
    "same-sample": ({**example(), "samples": [example()["samples"][0]] * 2}, "document"),
    "loose-wire": (
        {**example(), "board": {**example()["board"], "wires": [{"from": "orders", "to": "nowhere"}]}},
        "board",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_and_hides_no_other(tmp_path: Path, name: str) -> None:
    content, field = BROKEN[name]
    put(tmp_path, "a-good.json", example())
    if isinstance(content, bytes):
        (tmp_path / "bad.json").write_bytes(content)
    else:
        put(tmp_path, "bad.json", content)
    found = shelf(tmp_path)
    assert "gift-cards" in [each.id for each in found.templates]
    (told,) = found.broken
    assert (told.file, told.field) == ("bad.json", field)
    assert told.problem
    assert told.remedy


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = shelf(tmp_path / "nowhere")
    assert len(found.templates) == len(shipped())
    assert [broken.field for broken in found.broken] == ["WAYPOST_TEMPLATES"]


def test_a_board_from_a_template_has_the_name_that_was_given() -> None:
    assert board_from("presale", " Double Eleven ").name.say("zh") == "Double Eleven"
    assert board_from("presale", "定金预售").name.en == "Pre-sale with deposit"
    assert board_from("presale") == template("presale").board
    with pytest.raises(DocumentError, match="too long"):
        board_from("presale", "x" * 201)
    with pytest.raises(NotFound):
        board_from("nowhere")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(example())), inner, max_size=5),
    max_leaves=12,
)


def read(body: bytes) -> Template | FieldError:
    """What becomes of a file."""
    try:
        return read_template(body)
    except FieldError as error:
        return error


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_whatever_a_file_holds_nothing_but_a_field_error_comes_of_it(body: bytes) -> None:
    found = read(body)
    assert isinstance(found, Template) or (found.field and found.remedy)


@given(st.sampled_from(sorted(example())), json_values)
def test_one_field_gone_wrong_is_told_or_taken(name: str, value: Any) -> None:
    found = read(json.dumps({**example(), name: value}).encode())
    assert isinstance(found, Template) or found.field.split(".")[0] in (name, "document")
