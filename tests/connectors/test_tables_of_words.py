"""The mapping tables that connectors ship stand for codes that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from waypost.connect.words import read_words
from waypost.domain.vocabulary import load

FOLDERS = sorted(path.parent for path in Path(__file__).resolve().parents[2].glob("connectors/*/words.toml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_every_word_stands_for_a_code_of_the_vocabulary(folder: Path) -> None:
    words = read_words((folder / "words.toml").read_text("utf-8"))
    assert len(words) > 10
    assert {code for code in words.values() if load().event(code) is None} == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_the_readme_names_every_module(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert {name for name in modules if f"`{name}`" not in readme} == set()
