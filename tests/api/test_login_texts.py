"""The words of the login pages: both languages complete, and one visual language."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

from waypost.api.login_texts import TEXTS, choose_language

ROOT = Path(__file__).resolve().parents[2]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    english, chinese = TEXTS["en"], TEXTS["zh"]
    assert english.keys() == chinese.keys()
    for name, text in english.items():
        assert fields(text) == fields(chinese[name]), name
        assert text.count("|") == chinese[name].count("|"), name
        if name not in ("html_lang", "other_lang", "other_name"):
            assert re.search("[\u4e00-\u9fff]", chinese[name]), name
            assert not re.search("[\u4e00-\u9fff]", text), name


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "en-US,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr-FR,fr;q=0.9,zh-TW;q=0.5,en;q=0.4", "zh"),
        ("", "en;q=0, zh", "zh"),
        ("", "zh;q=nonsense,en;q=0.1", "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("xx", "zh", "zh"),
        ("", "," * 10_000, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browsers_first(asked: str, header: str, language: str) -> None:
    assert choose_language(asked, header) == language


def test_the_colours_are_the_consoles() -> None:
    css = (ROOT / "app/waypost/api/login.css").read_text("utf-8")
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    assert len(blocks) == 2
    for block, name in zip(blocks, ("light", "dark"), strict=True):
        tokens = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", block))
        console = theme[name]
        assert tokens["canvas"] == console["backgroundColor"]
        assert tokens["surface"] == console["secondaryBackgroundColor"]
        assert tokens["line"] == console["borderColor"]
        assert tokens["ink"] == console["textColor"]
        assert tokens["muted"] == console["grayTextColor"]
        assert tokens["accent"] == console["primaryColor"]
        assert tokens["done"] == console["greenColor"]
    assert set(re.findall(r"#[0-9A-Fa-f]{3,6}\b", css)) <= set(re.findall(r"#[0-9A-F]{6}", "".join(blocks)))
