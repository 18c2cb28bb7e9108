"""The versions of a mapping table: who, when, why, what differs, and the way back."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings import tables
from waypost.services.mappings.tables import MappingVersion
from waypost.web import cache, deps, links
from waypost.web.format import Format
from waypost.web.mapping_review import change_lines, published
from waypost.web.parts import Parts

_KEY: Final = "mappings.versions"


def versions(
    source: str, held: MappingVersion, who: Identity, may: bool, vocabulary: Vocabulary, fmt: Format, parts: Parts
) -> None:
    """All versions, the newest first; one of them compared with the one in force."""
    t = fmt.t
    history = tables.history(deps.get().waypost.engine, source)
    if not history:
        st.caption(t("No version yet. The first one comes into being when somebody publishes."))
        return
    with st.expander(t("Versions"), icon=":material/history:", key=f"{_KEY}.{source}"):
        lines: list[Any] = [_line(version, fmt) for version in reversed(history)]
        parts.facts(t("Who, when and why"), lines, f"{_KEY}.list")
        older = [version.version for version in reversed(history[:-1])]
        chosen = _choose([*older, 0], fmt)
        if chosen is None:
            return
        then = tables.one(deps.get().waypost.engine, source, chosen)
        changes = tables.diff(held.edits, then.edits)
        title = t("What going back to it changes")
        differs = change_lines(changes, vocabulary, fmt) or [{"label": t("Nothing: it says the same.")}]
        parts.facts(title, differs, f"{_KEY}.diff")
        if may and changes:
            _way_back(source, held, chosen, who, fmt)


def _choose(numbers: list[int], fmt: Format) -> int | None:
    t = fmt.t
    asked = links.value("version", [str(number) for number in numbers])

    def named(number: str) -> str:
        return t("Before the first version") if number == "0" else t("Version {n}", n=number)

    options = tuple(str(number) for number in numbers)
    label, bound = t("Compare with"), links.bound("mappings", "version", asked)
    chosen = st.selectbox(label, options, index=None, placeholder=t("Choose a version"), format_func=named, **bound)
    return int(chosen) if chosen else None


def _way_back(source: str, held: MappingVersion, number: int, who: Identity, fmt: Format) -> None:
    t, waypost = fmt.t, deps.get().waypost
    label = t("Go back to version {n}", n=number) if number else t("Take all edits back")
    if not st.button(label, icon=":material/undo:", key=f"{_KEY}.back.{number}"):
        return
    try:
        made = tables.roll_back(
            waypost.engine, waypost.vocabulary, source, number, by=who.name, now=waypost.now(), base=held.version
        )
    except WaypostError as error:
        refused = t("Not published.")
        st.error(f"{refused} {error}", icon=":material/error:")
        return
    links.put({"version": None})
    published(source, made.job)


def _line(version: MappingVersion, fmt: Format) -> dict[str, Any]:
    t = fmt.t
    words = t.plural("{n} word", "{n} words", len(version.edits.words), n=fmt.count(len(version.edits.words)))
    title = t("Version {n}", n=version.version)
    force = t("in force")
    force = f" · {force}" if version.retired_at is None else ""
    note = f"{cache.person(version.by)}, {fmt.instant(version.published_at)}"
    if version.comment:
        note += f": {version.comment}"
    return {"label": f"{title}{force}", "value": words, "note": note}
