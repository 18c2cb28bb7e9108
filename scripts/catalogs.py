"""Bring the catalogs up to date: find every text in the code, keep the translations, compile them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "app" / "waypost" / "i18n" / "locale"
KEYWORDS = {"t": None, "N_": None, "plural": (1, 2)}
LANGUAGES = ("zh",)
# Where texts for people are: the console and the customer's page. The login pages keep theirs in api/login_texts.py.
PLACES = ("app/main.py", "app/waypost/api/track/**.py", "app/waypost/web/**.py", "components/**.py", "pages/**.py")


def main() -> None:
    """Write all catalogs anew; ends with 1 while a text waits for its translation."""
    waiting = 0
    for lang in LANGUAGES:
        catalog = updated(lang)
        po_file(lang).parent.mkdir(parents=True, exist_ok=True)
        with po_file(lang).open("wb") as file:
            write_po(file, catalog, width=120, include_lineno=False, sort_output=True)
        mo_file(lang).write_bytes(compiled(lang))
        missing = untranslated(catalog)
        waiting += len(missing)
        print(f"{po_file(lang).relative_to(ROOT)}: {len(catalog)} texts, {len(missing)} without translation")
        for msgid in missing:
            print(f"  {msgid!r}")
    sys.exit(1 if waiting else 0)


def found() -> Catalog:
    """Every text that the code asks for, and the files it stands in."""
    template = Catalog(domain="waypost", project="Waypost", version="", msgid_bugs_address="")
    texts = extract_from_dir(ROOT, [(path, "python") for path in PLACES], keywords=KEYWORDS)
    for file_name, _, msgid, comments, context in texts:
        template.add(msgid, None, [(file_name, 0)], auto_comments=comments, context=context)
    return template


def updated(lang: str) -> Catalog:
    """The catalog of a language with the texts of today; nothing is guessed from similar ones."""
    catalog = held(lang)
    catalog.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def held(lang: str) -> Catalog:
    """The catalog of a language as it is stored."""
    if not po_file(lang).is_file():
        return Catalog(
            locale=lang,
            domain="waypost",
            header_comment=f"# Texts of Waypost, {lang}. `make catalogs` keeps the list of texts up to date.",
            project="Waypost",
            version="",
            msgid_bugs_address="",
            last_translator="",
            language_team="",
            fuzzy=False,
        )
    with po_file(lang).open("rb") as file:
        return read_po(file, locale=lang)


def compiled(lang: str) -> bytes:
    """The stored catalog in the form that the program loads."""
    buffer = io.BytesIO()
    write_mo(buffer, held(lang))
    return buffer.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Texts without a translation."""
    missing = [m for m in catalog if m.id and not all(m.string if isinstance(m.string, list | tuple) else (m.string,))]
    return [m.id if isinstance(m.id, str) else m.id[0] for m in missing]


def po_file(lang: str) -> Path:
    """Where translators work."""
    return LOCALES / lang / "LC_MESSAGES" / "waypost.po"


def mo_file(lang: str) -> Path:
    """What the program loads."""
    return po_file(lang).with_suffix(".mo")


if __name__ == "__main__":
    main()
