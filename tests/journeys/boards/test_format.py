"""The written format: the page's example compiles as the page says, and the schemas are what the program says today."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from tests.journeys.boards.worlds import block, body, chain, flows, shop, stage
from tests.properties import examples
from waypost.journeys.boards.blocks import Show, kinds
from waypost.journeys.boards.check import check
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.boards.derive import board_of
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.panels import FITS
from waypost.journeys.boards.problems import CODES
from waypost.journeys.boards.schema import schemas, written
from waypost.journeys.shipped import shipped

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "boards.md").read_text("utf-8")
CHECKERS = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas().items()}


def example() -> dict[str, Any]:
    (text,) = re.findall(r"`board\.json`:\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    body: dict[str, Any] = json.loads(text)
    return body


def test_the_example_of_the_page_compiles_as_the_page_says() -> None:
    board = Board.model_validate(example())
    assert check(board) == []
    journey = compile_board(board)
    assert [stage.id for stage in journey.stages] == [
        "payment", "packing", "customs", "delivery", "review", "total",
    ]  # fmt: skip
    assert {stage.id: stage.only for stage in journey.path if stage.only} == {"customs": (("where:abroad",),)}
    assert list(CHECKERS["board"].iter_errors(example())) == []


def test_the_page_names_every_block_setting_and_field() -> None:
    for kind in kinds().values():
        (section,) = re.findall(rf"^### {kind.kind}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
        told = {*re.findall(r"`(\w+)`", section), "name"}
        assert kind.settings.model_fields.keys() <= told, kind.kind
    assert Board.model_fields.keys() - {"format"} <= set(re.findall(r"`(\w+)`", PAGE))
    panels = PAGE.partition("### panel\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([\w, ]*)\|$", panels, re.MULTILINE))
    assert {show: tuple(re.findall(r"\w+", fits)) for show, fits in rows.items()} == dict(FITS)
    assert FITS.keys() == set(get_args(Show))


def test_the_page_names_every_problem() -> None:
    rows = re.findall(r"^\| (`[^|]+) \| (?:error|warning) \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert {code for row in rows for code in re.findall(r"`(\w+)`", row)} == CODES


@pytest.mark.parametrize("name", ["board", "journey"])
def test_the_schemas_are_current(name: str) -> None:
    schema = schemas()[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text("utf-8") == written(schema)


def test_what_is_written_fits_its_schema() -> None:
    boards = [shop(), *(board_of(journey) for journey in shipped())]
    for board in boards:
        assert list(CHECKERS["board"].iter_errors(board.as_json())) == []
        assert list(CHECKERS["journey"].iter_errors(compile_board(board).as_json())) == []


@examples(0.4)
@given(flows())
def test_what_compiles_fits_the_schema(document: dict[str, Any]) -> None:
    if not check(Board.model_validate(document)):
        assert list(CHECKERS["board"].iter_errors(document)) == []


@pytest.mark.parametrize(
    "settings", [{"start": ["shipped"]}, {"target": {"red": "soon"}}, {"colour": "red"}, {"name": ""}, {"end": []}]
)
def test_the_schema_refuses_what_cannot_be_read(settings: dict[str, Any]) -> None:
    wrong = stage("s", "paid", "delivered")
    wrong["set"] |= settings
    assert list(CHECKERS["board"].iter_errors(body([block("in", "source"), wrong], chain("in", "s"))))
