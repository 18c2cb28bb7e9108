"""Texts for people: English in the code, other languages in Babel catalogs beside this file.

Write a text as `t("...")`, one that depends on a number as `t.plural("{n} order", "{n} orders", n)`,
one that is translated later as `N_("...")`. `make catalogs` finds them all.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

LANGUAGES = ("en", "zh")
DEFAULT = "en"
DOMAIN = "waypost"
LOCALES = Path(__file__).with_name("locale")


def N_(msgid: str) -> str:
    """Mark an English text for the catalogs; whoever shows it translates it."""
    return msgid


class Translator:
    """Texts in one language; call it with an English text and the values of its {names}."""

    def __init__(self, lang: str, catalog: NullTranslations) -> None:
        self.lang = lang
        self._catalog = catalog

    def __call__(self, msgid: str, **values: object) -> str:
        """The text in this language; without values its {names} stay as they are."""
        text = self._catalog.gettext(msgid) if msgid else ""
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form of a text that fits `n`; {n} in it is `n` unless `values` says how to write it."""
        return self._catalog.ngettext(one, many, n).format(**{"n": n, **values})


@cache
def translator(lang: str) -> Translator:
    """The texts of a language; an unknown one gives English."""
    known = known_language(lang) or DEFAULT
    catalog = translation(DOMAIN, LOCALES, [known], fallback=True)
    return Translator(known, catalog)


def known_language(tag: str | None) -> str | None:
    """The language of a tag such as zh-CN, if there is a catalog for it."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else None
