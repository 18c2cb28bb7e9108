"""The searchable list of the vocabulary in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from waypost.domain.vocabulary import DeliveryTerm, Entry, Event, Incoterm, Milestone, Phase, Reason, Vocabulary
from waypost.web import links
from waypost.web.format import Format
from waypost.web.parts import Parts
from waypost.web.vocabulary_page import KINDS, PAGE, Asked

_CLASSES: dict[str, type[Entry]] = {
    "event": Event,
    "milestone": Milestone,
    "phase": Phase,
    "reason": Reason,
    "incoterm": Incoterm,
    "term": DeliveryTerm,
}


def draw(held: Asked, vocabulary: Vocabulary, fmt: Format, parts: Parts) -> None:
    """Search and filters, and the entries that fit."""
    _filters(held, vocabulary, fmt)
    parts.words(sections(held, vocabulary, fmt), f"{PAGE}.entries")


def _filters(held: Asked, vocabulary: Vocabulary, fmt: Format) -> None:
    t = fmt.t
    st.text_input(
        t("Search"),
        placeholder=t("A word in English or Chinese, or a code"),
        icon=":material/search:",
        label_visibility="collapsed",
        **links.bound(PAGE, "q", held.text),
    )
    with st.container(horizontal=True, key=f"{PAGE}.bar"):
        st.selectbox(
            t("Kind"),
            tuple(KINDS),
            index=None,
            placeholder=t("All kinds"),
            format_func=lambda kind: t(KINDS[kind]),
            label_visibility="collapsed",
            width=190,
            **links.bound(PAGE, "kind", held.kind),
        )
        st.selectbox(
            t("Phase"),
            tuple(phase.id for phase in vocabulary.phases),
            index=None,
            placeholder=t("All phases"),
            format_func=lambda phase: vocabulary.label(phase, fmt.lang) or phase,
            label_visibility="collapsed",
            width=190,
            **links.bound(PAGE, "phase", held.phase),
        )


def sections(held: Asked, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """The entries that fit, under the heading of their kind; events under that of their phase."""
    found = [entry for entry in _searched(held.text, vocabulary) if _fits(entry, held)]
    if held.text:
        rows = [row(entry, held, vocabulary, fmt) for entry in found]
        count = fmt.t.plural("{n} entry", "{n} entries", len(rows), n=fmt.count(len(rows)))
        return [{"id": "found", "title": fmt.t("Found"), "count": count, "rows": rows}] if rows else []
    grouped: dict[tuple[str, str], list[Any]] = {}
    for entry in found:
        grouped.setdefault(_heading(entry, vocabulary, fmt), []).append(row(entry, held, vocabulary, fmt))
    return [
        {"id": key, "title": title, "count": fmt.count(len(rows)), "rows": rows}
        for (key, title), rows in grouped.items()
    ]


def row(entry: Entry, held: Asked, vocabulary: Vocabulary, fmt: Format) -> dict[str, Any]:
    """One entry as a row that opens it."""
    return {
        "id": entry.key,
        "href": held.href(entry=entry.key),
        "icon": icon_of(entry, vocabulary),
        "label": entry.label(fmt.lang),
        "code": entry.key,
        "detail": _detail(entry, vocabulary, fmt),
        "chosen": entry.key == held.entry,
    }


def icon_of(entry: Entry, vocabulary: Vocabulary) -> str:
    """The icon of an entry; a reason has its family's."""
    if isinstance(entry, Reason):
        family = vocabulary.reason_family(entry.family)
        return family.icon if family else "label"
    return str(getattr(entry, "icon", "gavel" if isinstance(entry, Incoterm) else "label"))


def kind_of(entry: Entry) -> str:
    """The kind of an entry, as the address names it."""
    return next(kind for kind, made in _CLASSES.items() if isinstance(entry, made))


def phase_of(entry: Entry) -> str | None:
    """The id of the phase an entry belongs to, or None."""
    if isinstance(entry, Phase):
        return entry.id
    return entry.phase if isinstance(entry, Event | Milestone) else None


def _searched(text: str, vocabulary: Vocabulary) -> Iterable[Entry]:
    if not text:
        v = vocabulary
        return (*v.phases, *v.milestones, *v.events, *v.reasons, *v.incoterms, *v.delivery_terms)
    both = [*vocabulary.search(text, "en"), *vocabulary.search(text, "zh")]
    return {entry.key: entry for entry in both}.values()


def _fits(entry: Entry, held: Asked) -> bool:
    return held.kind in (None, kind_of(entry)) and held.phase in (None, phase_of(entry))


def _heading(entry: Entry, vocabulary: Vocabulary, fmt: Format) -> tuple[str, str]:
    kind = kind_of(entry)
    name = fmt.t(KINDS[kind])
    group = entry.phase if isinstance(entry, Event) else ""
    label = vocabulary.label(group, fmt.lang) if group else None
    if isinstance(entry, Reason):
        family = vocabulary.reason_family(entry.family)
        group, label = entry.family, family.label(fmt.lang) if family else None
    return f"{kind}.{group}", f"{name} · {label}" if label else name


def _detail(entry: Entry, vocabulary: Vocabulary, fmt: Format) -> str:
    if isinstance(entry, Milestone):
        return fmt.t("slot {n}", n=entry.slot)
    if isinstance(entry, Event) and entry.milestone:
        return vocabulary.label(entry.milestone, fmt.lang) or ""
    return ""
