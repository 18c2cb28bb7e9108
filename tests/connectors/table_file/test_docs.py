"""The documents about tables and connectors: their example runs, and they name every key and rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from connectors.table_file.dates import NAMES
from connectors.table_file.mapping import AttributeRule, LinkRule, StatementRule, TableMapping, TableRule
from connectors.table_file.settings import presets
from tests.tables import read
from waypost.connect import errors
from waypost.connect.manifest import RULES
from waypost.connect.testing import CHECKS
from waypost.domain.instants import from_us
from waypost.domain.statement import UNMAPPED

ROOT = Path(__file__).resolve().parents[3]
IMPORT = (ROOT / "docs" / "import.md").read_text("utf-8")
CONNECTORS = (ROOT / "docs" / "connectors.md").read_text("utf-8")


def example() -> dict[str, str]:
    return dict(re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", IMPORT, re.DOTALL))


def test_the_worked_example_runs_and_gives_what_the_text_says() -> None:
    files = example()
    assert set(files) == {"orders.csv", "scans.csv", "acme.json"}
    mapping = json.loads(files.pop("acme.json"))
    found = read({name: text.encode() for name, text in files.items()}, mapping)
    assert found.refused == []
    assert len(found.said) == 10
    assert "This gives 10 events about 2 orders and 1 parcel." in IMPORT
    assert sorted({str(said.subject) for said in found.said}) == ["order/1001", "order/1002", "parcel/SF88"]
    assert [said.word for said in found.said if said.code == UNMAPPED] == ["waiting for stock"]
    promised = next(said for said in found.said if said.until is not None)
    assert from_us(promised.at or 0, "Europe/Paris").isoformat() == "2026-03-13T00:00:00+01:00"
    assert "orders:1001:ordered" in found.ids


def keys(model: type[BaseModel]) -> Iterator[str]:
    for name, entry in model.model_fields.items():
        yield entry.alias or name


def test_every_key_of_a_mapping_document_is_explained() -> None:
    for model in (TableMapping, TableRule, StatementRule, AttributeRule, LinkRule):
        assert [key for key in keys(model) if f"`{key}`" not in IMPORT] == [], model.__name__
    assert [name for name in NAMES if f"`{name}`" not in IMPORT] == []


def test_every_preset_is_listed_in_the_readme_of_the_connector() -> None:
    readme = (ROOT / "connectors" / "table_file" / "README.md").read_text("utf-8")
    assert [name for name in presets() if f"| `{name}` |" not in readme] == []


def test_the_guide_to_connectors_is_short_and_names_every_rule_and_error() -> None:
    assert len(CONNECTORS.splitlines()) <= 200
    assert set(CHECKS) == set(RULES)
    assert [rule for rule, tier in RULES.items() if f"| `{rule}` | {tier} |" not in CONNECTORS] == []
    tree = [
        name for name, thing in vars(errors).items() if isinstance(thing, type) and thing.__module__ == errors.__name__
    ]
    assert [name for name in tree if name != "ConnectorError" and f"`{name}`" not in CONNECTORS] == []
