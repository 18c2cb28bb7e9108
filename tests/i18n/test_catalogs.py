"""Every text of the console in every language, and texts nowhere else."""

from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest

from scripts import catalogs
from waypost.i18n import LANGUAGES, known_language, translator

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Where Chinese stands in the code on purpose.
DATA = {
    "app/waypost/domain/vocabulary_docs.py": "writes the page that shows the vocabulary in both languages",
    "app/waypost/api/login_texts.py": "the login pages keep their few words beside them, they need no catalog",
    "app/waypost/services/boards/boards.py": "names that new boards begin with, in both languages",
    "app/waypost/services/search.py": "separators between pasted ids",
    "app/waypost/simulate": "invented partners speak their own language",
}


@pytest.mark.parametrize("lang", catalogs.LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(lang):
    held = {message.id: message for message in catalogs.held(lang) if message.id}
    wanted = {message.id for message in catalogs.found() if message.id}
    assert wanted - held.keys() == set(), "run `make catalogs`"
    assert held.keys() - wanted == set(), "run `make catalogs`"
    assert catalogs.untranslated(catalogs.held(lang)) == []
    assert [message.id for message in held.values() if message.fuzzy] == []


@pytest.mark.parametrize("lang", catalogs.LANGUAGES)
def test_a_translation_keeps_the_names_in_braces(lang):
    for message in catalogs.held(lang):
        if message.id:
            originals = (message.id,) if isinstance(message.id, str) else message.id
            translations = (message.string,) if isinstance(message.string, str) else message.string or ()
            expected = fields(originals[-1])
            assert {frozenset(fields(text)) for text in translations} == {frozenset(expected)}, message.id


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", catalogs.LANGUAGES)
def test_the_compiled_catalog_is_the_stored_one(lang):
    fresh = GNUTranslations(io.BytesIO(catalogs.compiled(lang)))
    with catalogs.mo_file(lang).open("rb") as file:
        used = GNUTranslations(file)
    assert used._catalog == fresh._catalog, "run `make catalogs`"  # type: ignore[attr-defined]


def modules() -> Iterator[Path]:
    for folder in ("app", "pages", "components"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts in the code, without the docstrings."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def test_no_chinese_text_stands_outside_the_catalogs_and_data():
    found = [
        f"{name}:{line}: {text[:40]}"
        for path in modules()
        if not (name := path.relative_to(ROOT).as_posix()).startswith(tuple(DATA))
        for line, text in texts(ast.parse(path.read_text("utf-8")))
        if CHINESE.search(text)
    ]
    assert found == []


def test_every_exception_is_still_needed():
    for name in DATA:
        paths = [ROOT / name] if name.endswith(".py") else sorted((ROOT / name).rglob("*.py"))
        assert any(CHINESE.search(path.read_text("utf-8")) for path in paths), name


def test_no_text_is_translated_inside_an_f_string():
    # Babel does not look into f-strings, so such a text would never reach the catalogs.
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in modules()
        for joined in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call)
        and (getattr(call.func, "id", None) or getattr(call.func, "attr", None)) in catalogs.KEYWORDS
        and any(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert found == []


def test_texts_are_filled_and_numbers_choose_their_form():
    english, chinese = translator("en"), translator("zh")
    assert english("last event {ago}", ago="2 s ago") == "last event 2 s ago"
    assert chinese("last event {ago}", ago="2 秒前") == "最近事件：2 秒前"
    assert english("last event {ago}") == "last event {ago}"
    assert [english.plural("{n} order", "{n} orders", n) for n in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
    assert [chinese.plural("{n} order", "{n} orders", n) for n in (1, 2)] == ["1 单", "2 单"]
    assert chinese.plural("{n} order", "{n} orders", 1200, n="1,200") == "1,200 单"


@pytest.mark.parametrize(("tag", "lang"), [
    ("zh-CN", "zh"), ("zh_Hans_CN", "zh"), ("en-GB", "en"), ("EN", "en"), ("fr-FR", None), ("", None), (None, None),
])  # fmt: skip
def test_a_language_tag_finds_its_catalog(tag, lang):
    assert known_language(tag) == lang


def test_an_unknown_language_is_read_in_english():
    assert translator("tlh")("Orders") == "Orders"
    assert set(LANGUAGES) == {"en", *catalogs.LANGUAGES}
