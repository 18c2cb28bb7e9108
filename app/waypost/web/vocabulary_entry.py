"""One entry of the vocabulary in full: what it means, what it moves, and which partners' words stand for it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from waypost.access.roles import Role
from waypost.domain.vocabulary import Entry, Event, Incoterm, Milestone, Phase, Reason, Vocabulary
from waypost.i18n import N_
from waypost.services.mappings.heard import Use
from waypost.web import cache, links, personal, session
from waypost.web.format import Format
from waypost.web.parts import Parts
from waypost.web.vocabulary_list import icon_of, kind_of, row
from waypost.web.vocabulary_page import ONE, PAGE, Asked

REPEATS = {
    "arrive": N_("Each one opens a visit to a place"),
    "depart": N_("Each one closes a visit to a place"),
    "attempt": N_("Each one counts as a failed attempt"),
    "cancel_quantity": N_("Each one takes a quantity off a line"),
}


def draw(held: Asked, vocabulary: Vocabulary, fmt: Format, parts: Parts) -> None:
    """The entry that the address names, or what to do when it names none."""
    t = fmt.t
    entry = vocabulary.entry(held.entry) if held.entry else None
    if entry is None:
        with st.container(border=True, key=f"{PAGE}.choose"):
            said = t("There is no entry '{code}'.", code=held.entry) if held.entry else t("Choose an entry")
            st.markdown(f"**{said}**")
            st.caption(t("What it means, what it moves, and which words of your partners stand for it."))
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.entry"):
        st.subheader(f":material/{icon_of(entry, vocabulary)}: {entry.label(fmt.lang)}", anchor=False)
        st.space("stretch")
        close = t("Close")
        st.button(close, key=f"{PAGE}.close", icon=":material/close:", on_click=links.put, args=({"entry": None},))
    parts.facts(t(ONE[kind_of(entry)]), facts(entry, vocabulary, fmt), f"{PAGE}.facts")
    near = related(entry, held, vocabulary, fmt)
    if near:
        parts.words(near, f"{PAGE}.near", t("Belongs together"))
    if isinstance(entry, Event):
        used = [use for use in cache.word_uses() if use.code == entry.code]
        parts.facts(t("Partners' words"), spoken(used, fmt), f"{PAGE}.words")


def facts(entry: Entry, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """What is known of an entry, one line each."""
    t = fmt.t
    other = "zh" if fmt.lang == "en" else "en"
    elsewhere = t("In Chinese") if other == "zh" else t("In English")
    found = [_line(t("Code"), entry.key), _line(elsewhere, entry.label(other))]
    if isinstance(entry, Event):
        found += _event(entry, vocabulary, fmt)
    elif isinstance(entry, Milestone):
        found += _milestone(entry, fmt)
    elif isinstance(entry, Reason):
        family = vocabulary.reason_family(entry.family)
        found.append(_line(t("Who is to blame"), family.label(fmt.lang) if family else entry.family))
    elif isinstance(entry, Incoterm):
        any_way = t("any transport") if entry.transport == "any" else t("sea and inland water")
        payer = t("the seller") if entry.main_carriage == "seller" else t("the buyer")
        found += [_line(t("Transport"), any_way), _line(t("Who pays the main carriage"), payer)]
    return found


def _event(entry: Event, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    t = fmt.t
    milestone = vocabulary.milestone(entry.milestone) if entry.milestone else None
    moves = milestone.label(fmt.lang) if milestone else t("none, it is a detail")
    found = [_line(t("Milestone"), moves), _line(t("Phase"), vocabulary.label(entry.phase, fmt.lang) or entry.phase)]
    if entry.repeats:
        found.append({"label": t("Can happen again"), "note": t(REPEATS[entry.repeats])})
    epcis = ((t("EPCIS business step"), entry.bizstep), (t("EPCIS disposition"), entry.disposition))
    return [*found, *(_line(label, value) for label, value in epcis if value)]


def _milestone(entry: Milestone, fmt: Format) -> list[Any]:
    t = fmt.t
    several = t("when every parcel is there") if entry.rollup == "all" else t("with the first parcel")
    found = [
        _line(t("Slot"), str(entry.slot)),
        {"label": t("What the customer reads"), "note": entry.customer_label(fmt.lang)},
        _line(t("An order reaches it"), several),
    ]
    return [*found, _line(t("After it"), t("nothing more is expected"))] if entry.terminal else found


def related(entry: Entry, held: Asked, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """What belongs together with an entry: milestone and phase of an event, and the other way round."""
    t = fmt.t
    groups: list[tuple[str, list[Entry | None]]] = []
    if isinstance(entry, Event):
        fills: list[Entry | None] = [vocabulary.milestone(entry.milestone)] if entry.milestone else []
        groups = [(t("Milestone and phase"), [*fills, vocabulary.entry(entry.phase)])]
    elif isinstance(entry, Milestone):
        groups = [(t("Events that reach it"), [e for e in vocabulary.events if e.milestone == entry.id])]
    elif isinstance(entry, Phase):
        groups = [(t("Milestones"), [m for m in vocabulary.milestones if m.phase == entry.id]),
                  (t("Event codes"), [e for e in vocabulary.events if e.phase == entry.id])]  # fmt: skip
    elif isinstance(entry, Reason):
        groups = [(t("Other reasons of this family"), [r for r in vocabulary.reasons if r.family == entry.family])]
    return [
        {"id": title, "title": title, "rows": [row(e, held, vocabulary, fmt) for e in entries if e is not None]}
        for title, entries in groups
        if entries
    ]


def spoken(used: list[Use], fmt: Format) -> list[Any]:
    """The words that stood for an event code in the last days, and who said them how often."""
    t, show = fmt.t, personal.sees_all(session.require(Role.VIEWER).role)
    if not used:
        return [{"label": t("No partner has said it in the last 7 days with a word of their own.")}]
    return [
        {
            "label": personal.text(use.word, show=show) or "",
            "value": t.plural("{n} time in 7 days", "{n} times in 7 days", use.n, n=fmt.count(use.n)),
            "note": use.source,
        }
        for use in used
    ]


def _line(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}
