"""The registry finds connectors by entry points; a broken one is an entry with the reason, never an exception."""

from __future__ import annotations

import logging
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from waypost.connect.errors import NotUsable
from waypost.connect.manifest import Manifest, read_manifest
from waypost.connect.registry import GROUP, discover
from waypost.domain.errors import DocumentError, NotFound

ACME = Path(__file__).parent / "hostile" / "acme"
MANIFEST = (ACME / "manifest.toml").read_text("utf-8")


def point(name: str, value: str | None = None) -> EntryPoint:
    return EntryPoint(name, value or f"tests.connect.hostile.{name}", GROUP)


def manifest(change: str, new: str) -> Manifest:
    assert change in MANIFEST
    return read_manifest(MANIFEST.replace(change, new, 1))


def test_ours_is_installed_like_everybody_elses() -> None:
    entry = discover().get("table_file")
    assert not entry.broken, entry.problem
    assert entry.manifest is not None
    assert entry.manifest.capabilities == ("file",)
    assert entry.manifest.tier == "gold"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("raises", "RuntimeError: the library of this partner is not installed"), ("exits", "SystemExit: 3")],
)
def test_an_import_that_fails_becomes_a_visible_entry(
    name: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    with caplog.at_level(logging.WARNING):
        registry = discover([point(name), point("acme")])
    assert [(entry.id, entry.broken, entry.problem) for entry in registry] == [
        ("acme", False, None),
        (name, True, reason),
    ]
    assert reason in caplog.text
    with pytest.raises(NotUsable, match=re.escape(reason)):
        registry.get(name).build({})


def test_an_entry_point_that_names_nothing_is_broken() -> None:
    entry = discover([point("ghost", "no.such.package")]).get("ghost")
    assert entry.problem is not None
    assert "ModuleNotFoundError" in entry.problem


def test_a_name_that_two_packages_claim_is_broken() -> None:
    entry = discover([point("acme"), point("acme")]).get("acme")
    assert entry.problem is not None
    assert "two packages" in entry.problem


def test_id_folder_and_entry_point_must_be_one_word() -> None:
    entry = discover([point("shop", "tests.connect.hostile.acme")]).get("shop")
    assert entry.problem is not None
    assert "must be the same word" in entry.problem


def test_an_unknown_connector_is_told_with_those_installed() -> None:
    with pytest.raises(NotFound, match=r"no connector 'shopify'\. Installed: acme"):
        discover([point("acme")]).get("shopify")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "must export CONNECTOR"),
        ("CONNECTOR = object", "must export CONNECTOR"),
        (
            "from waypost.connect.contract import Connector\nclass CONNECTOR(Connector):\n    settings_model = None",
            "lacks __init__, parse, test",
        ),
        (
            "from waypost.connect.contract import Connector\nfrom pydantic import BaseModel\n"
            "class CONNECTOR(Connector):\n    settings_model = BaseModel\n"
            "    def __init__(self, settings): ...\n    def test(self, transport): ...\n"
            "    def parse(self, material, context): ...",
            "claims 'pull', but lacks the methods of Pulls",
        ),
    ],
)
def test_a_class_that_cannot_do_what_it_claims_is_broken(
    code: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    name = f"made_{abs(hash((code, request.node.name))) % 10**8}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(code, "utf-8")
    (folder / "manifest.toml").write_text(MANIFEST.replace('id = "acme"', f'id = "{name}"'), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = discover([point(name, name)]).get(name)
    assert entry.problem is not None
    assert reason in entry.problem


@pytest.mark.parametrize(
    ("change", "new", "path"),
    [
        ("contract = 1", "contract = 2", "contract"),
        ('"pull", "webhook"', '"telepathy"', "capabilities[0]"),
        ('zh = "Acme 商城"', "", "label.zh"),
        ('docs = "docs/connectors.md"', 'docs = "somewhere"', "docs"),
        ('pages = "done"', 'pages = "exempt: "', "quality.pages"),
        ('pages = "done"', "", "quality"),
        ('status = "sample"', 'status = "sample"\nauthor = "x"', "author"),
    ],
)
def test_a_wrong_manifest_names_the_entry(change: str, new: str, path: str) -> None:
    with pytest.raises(DocumentError) as caught:
        manifest(change, new)
    assert caught.value.field == path


def test_the_tier_is_the_highest_rung_without_anything_left_to_do() -> None:
    assert read_manifest(MANIFEST).tier == "gold"
    assert manifest('signature = "done"', 'signature = "todo"').tier == "silver"
    assert manifest('signature = "done"', 'signature = "exempt: nothing is signed"').tier == "gold"
    assert manifest('empty = "done"', 'empty = "todo"').tier == "bronze"
    assert manifest('times = "done"', 'times = "todo"').tier == "none"
