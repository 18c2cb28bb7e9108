"""The words of the builder: kinds of blocks, of panels, of conditions, states of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from waypost.domain.vocabulary import Vocabulary
from waypost.i18n import N_, Translator
from waypost.journeys.boards.document import Block
from waypost.web.words import DIMENSIONS

KINDS: Final = {
    "source": N_("Source"),
    "stage": N_("Stage"),
    "branch": N_("Branch"),
    "gate": N_("Gate"),
    "kpi": N_("KPI"),
    "panel": N_("Panel"),
}
FIELDS: Final = {
    **DIMENSIONS,
    "category": N_("Product kind"),
    "value": N_("Order value"),
    "presale": N_("Pre-sale"),
    "@source": N_("Source"),
}
AUDIENCES: Final = {"staff": N_("Staff"), "partner": N_("Partners"), "customer": N_("Customers")}
GRAINS: Final = {"order": N_("Orders"), "parcel": N_("Parcels"), "return": N_("Returns")}
PARTS: Final = {
    "name": N_("Name"),
    "x": N_("Position"),
    "y": N_("Position"),
    "position": N_("Position"),
    "start": N_("Starts with"),
    "end": N_("Ends with"),
    "target": N_("Targets"),
    "target.yellow": N_("Warn after"),
    "target.red": N_("Blocked after"),
    "calendar": N_("Business hours"),
    "owner": N_("Who has to act"),
    "audience": N_("Visible to"),
    "card": N_("Show as a figure on the tower"),
    "icon": N_("Icon"),
    "grain": N_("Counted by"),
    "sources": N_("Sources"),
    "cases": N_("Ways"),
    "otherwise": N_("Name of the way for all others"),
    "after": N_("Holds from"),
    "before": N_("Must be released before"),
    "when": N_("Conditions"),
    "any": N_("Conditions"),
    "why": N_("What people are told"),
    "segment": N_("Shown by"),
    "show": N_("Shows"),
    "of": N_("Of these blocks"),
    "text": N_("Text"),
    "limit": N_("Rows at most"),
    "customer": N_("Customer page"),
    "calendars": N_("Business hours"),
    "exits": N_("Ends early with"),
    "zone": N_("Time zone"),
    "subject": N_("What travels"),
    "priority": N_("Priority"),
    "purpose": N_("Purpose"),
    "layout": N_("Layout"),
    "filters": N_("Filters"),
    "industry": N_("Industry"),
}


def part(name: str, t: Translator) -> str:
    """A setting in words, the nearest that has some; else as it is written."""
    path = name.removeprefix("set.")
    while path:
        if path in PARTS:
            return t(PARTS[path])
        path = path.rpartition(".")[0]
    return name


def spoken(value: Any, lang: str) -> str:
    """A name as it was entered: in both languages, or as one text."""
    if isinstance(value, Mapping):
        return str(value.get(lang) or value.get("en") or value.get("zh") or "")
    return str(value or "")


def title(block: Block, t: Translator) -> str:
    """The name of a block; of one without a name, what it is."""
    return spoken(block.set.get("name"), t.lang).strip() or t(KINDS.get(block.kind, block.kind))


def safe(text: str) -> str:
    """A text that people entered, for a line that reads markdown: nothing in it is taken for markup."""
    return re.sub(r"([\\`*_{}\[\]()<>#!|:$~])", r"\\\1", text)


def named(held: Any, text: str, lang: str) -> dict[str, str]:
    """A name after it was typed in one language; the other follows as long as nobody wrote it apart."""
    other = "en" if lang == "zh" else "zh"
    before, apart = spoken(held, lang), held.get(other) if isinstance(held, Mapping) else held
    return {lang: text, other: text if not apart or apart == before else str(apart)}


def milestones(codes: Sequence[str], vocabulary: Vocabulary, lang: str) -> str:
    """Milestones by name, the first and how many more."""
    names = [vocabulary.label(code, lang) or code for code in codes]
    return "" if not names else names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"
