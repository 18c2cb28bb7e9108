"""JSON Schemas of boards and journeys for editors and other programs; `make docs` writes them to docs/schemas.

A schema says less than `check`: what belongs together (yellow before red, wires, cases) is for the program to judge.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MILESTONE = {"type": "string", "format": "milestone"}


def board_schema() -> dict[str, Any]:
    """The schema of a board whose blocks have all their settings."""
    schema = _schema("Waypost board", Board, *(kind.settings for kind in kinds().values()))
    block = schema["$defs"]["Block"]
    block["properties"]["kind"] = {"enum": list(kinds())}
    block["required"] = [*block["required"], "set"]
    block["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind.kind}}},
            "then": {"properties": {"set": {"$ref": f"#/$defs/{kind.settings.__name__}"}}},
        }
        for kind in kinds().values()
    ]
    return schema


def journey_schema() -> dict[str, Any]:
    """The schema of a journey."""
    return _schema("Waypost journey", Journey)


def schemas() -> dict[str, dict[str, Any]]:
    """All schemas by the name of their document."""
    return {"board": board_schema(), "journey": journey_schema()}


def written(schema: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _schema(title: str, model: type[BaseModel], *more: type[BaseModel]) -> dict[str, Any]:
    _, found = models_json_schema([(one, "validation") for one in (model, *more)], by_alias=True)
    defs = {name: _milestones(part) for name, part in found["$defs"].items()}
    words = load_vocabulary()
    names = [*(milestone.id for milestone in words.milestones), *(event.code for event in words.events)]
    defs["Milestone"] = {"enum": names, "description": "A milestone; on boards of returns also an event code."}
    top = defs.pop(model.__name__)
    return {"$schema": DIALECT, **top, "title": title, "$defs": defs}


def _milestones(part: Any) -> Any:
    """The names of milestones stand once."""
    if isinstance(part, dict):
        if {name: part.get(name) for name in _MILESTONE} == _MILESTONE:
            kept = {name: value for name, value in part.items() if name not in _MILESTONE}
            return {**kept, "$ref": "#/$defs/Milestone"}
        return {name: _milestones(value) for name, value in part.items()}
    return [_milestones(value) for value in part] if isinstance(part, list) else part


def main(folder: str) -> None:
    """Write all schemas into a folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        Path(folder, f"{name}.schema.json").write_text(written(schema), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
