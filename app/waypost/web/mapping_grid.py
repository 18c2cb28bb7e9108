"""The mapping table as a grid: each word with real examples, and its code as a choice that can be searched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import streamlit as st

from waypost.connect.words import Words, split_word
from waypost.domain.statement import UNMAPPED
from waypost.domain.vocabulary import Vocabulary
from waypost.i18n import N_
from waypost.services.mappings.tables import SAYS_NOTHING
from waypost.store.rows import StoredEvent
from waypost.web import personal
from waypost.web.format import Format
from waypost.web.mapping_draft import Draft

_EXCERPT: Final = 160
_TALL: Final = 15  # rows beyond which the grid scrolls
SAID_BY: Final = {
    "waiting": N_("waits for a code"),
    "edited": N_("said here"),
    "shipped": N_("by the connector"),
    "sender": N_("by the sender"),
    "unheard": N_("not heard yet"),
}


class Row(NamedTuple):
    """One word of a source as the grid shows it; `code` None where nobody has said what it means."""

    full: str
    field: str
    word: str  # as this reader may see it
    code: str | None
    said_by: str
    n: int
    last_seen: int | None
    example: str
    note: str


def rows(draft: Draft, shipped: Words, *, show: bool) -> list[Row]:
    """All words as the grid is drawn: those that wait first, then by how often partners say them."""
    found = []
    words, notes = draft.settled
    for heard in draft.heard:
        code = words.get(heard.word) or shipped.get(heard.word) or heard.code
        said_by = _said_by(heard.word, code, draft, shipped)
        example = _example(heard.example, show)
        known = None if code == UNMAPPED else code
        found.append(
            Row(
                heard.word,
                *_seen(heard.word, show),
                known,
                said_by,
                heard.n,
                heard.last_seen,
                example,
                notes.get(heard.word, ""),
            )
        )
    silent = {**shipped, **words}.keys() - {heard.word for heard in draft.heard}
    for word in sorted(silent):
        said_by = "edited" if word in words else "unheard"
        found.append(
            Row(word, *_seen(word, show), words.get(word, shipped.get(word)), said_by, 0, None, "", notes.get(word, ""))
        )
    return sorted(found, key=lambda row: (row.code is not None, -row.n, row.full))


def _seen(full: str, show: bool) -> tuple[str, str]:
    """Field and word; long numbers in free texts are covered where the reader's role does not need them."""
    field, word = split_word(full)
    return field, personal.text(word, show=show) or ""


def _said_by(word: str, code: str, draft: Draft, shipped: Words) -> str:
    if word in draft.settled.words:
        return "edited"
    if code == UNMAPPED:
        return "waiting"
    return "shipped" if word in shipped else "sender"


def grid(draft: Draft, shown: list[Row], vocabulary: Vocabulary, fmt: Format, *, key: str, fixed: bool) -> None:
    """Draw the grid; what a person changes in it goes into the draft. `fixed`: for reading only."""
    import polars as pl

    t = fmt.t
    table = pl.DataFrame(
        {
            "word": [row.word for row in shown],
            "field": [row.field for row in shown],
            "code": pl.Series([row.code for row in shown], dtype=pl.String),
            "by": [t(SAID_BY[row.said_by]) for row in shown],
            "n": [row.n for row in shown],
            "seen": ["" if row.last_seen is None else fmt.instant(row.last_seen) for row in shown],
            "example": [row.example for row in shown],
            "note": [row.note for row in shown],
        }
    )
    name = f"{key}.{draft.base.version}.{draft.turn}.{fmt.lang}"
    locked = list(table.columns) if fixed else [c for c in table.columns if c not in ("code", "note")]
    st.data_editor(
        table,
        key=name,
        hide_index=True,
        height="auto" if len(shown) <= _TALL else 560,
        placeholder=t("Not mapped yet"),
        disabled=locked,
        column_config=_columns(vocabulary, fmt),
        column_order=[c for c in table.columns if c != "field" or any(table["field"])],
        alt=t("The words of this source and what they mean"),
    )
    if not fixed:
        _take(draft, shown, st.session_state[name]["edited_rows"])


def _columns(vocabulary: Vocabulary, fmt: Format) -> dict[str, Any]:
    t, config = fmt.t, st.column_config
    options = (SAYS_NOTHING, *(e.code for e in vocabulary.events if e.code != SAYS_NOTHING))
    return {
        "word": config.TextColumn(t("Their word"), pinned=True, width=190),
        "field": config.TextColumn(t("Field"), width=90),
        "code": config.SelectboxColumn(
            t("What it means"),
            options=options,
            width=300,
            format_func=lambda code: code_label(str(code), vocabulary, fmt),
            help=t("Type to search; empty takes back what was said here."),
        ),
        "by": config.TextColumn(t("Said"), width=120),
        "n": config.NumberColumn(t("Events"), width=70, format="localized"),
        "seen": config.TextColumn(t("Last seen"), width=150),
        "example": config.TextColumn(t("A real example"), width=320),
        "note": config.TextColumn(t("Note"), width=180, max_chars=500),
    }


def code_label(code: str, vocabulary: Vocabulary, fmt: Format) -> str:
    """An event code as people choose it: our word and the code."""
    if code == SAYS_NOTHING:
        return fmt.t("Says nothing")
    return f"{vocabulary.label(code, fmt.lang) or code} · {code}"


def _take(draft: Draft, shown: list[Row], edited: Mapping[Any, Mapping[str, Any]]) -> None:
    draft.unsettle()
    for place, change in edited.items():
        row = shown[int(place)] if int(place) < len(shown) else None
        if row is None:
            continue
        if "code" in change and change["code"] != row.code:
            draft.say(row.full, change["code"])
        if "note" in change and (change["note"] or "") != row.note:
            if row.full not in draft.words and row.code is not None:
                draft.say(row.full, row.code)  # a note stands beside a meaning that somebody has said
            draft.notes[row.full] = change["note"] or ""


def _example(event: StoredEvent | None, show: bool) -> str:
    """The beginning of what a partner really sent, personal data covered."""
    if event is None:
        return ""
    raw = personal.payload(_unwrapped(event.payload), show=show)
    if raw is None and event.attributes:
        known = {name: personal.attribute(name, value, show=show) for name, value in event.attributes.items()}
        raw = json.dumps(known, ensure_ascii=False)
    parts = [" ".join(raw.split())] if raw else [event.raw_time, event.place or ""]
    return " ".join(part for part in parts if part)[:_EXCERPT]


def _unwrapped(payload: str | None) -> str | None:
    """A body that was sent as a text inside JSON, as itself: what is covered in it must be found."""
    try:
        inside = json.loads(payload or "")
        return inside if isinstance(inside, str) and isinstance(json.loads(inside), dict | list) else payload
    except ValueError:
        return payload
