"""Partners' words: one source at a time, its table, its changes, its versions."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.services.export.rooms import meanings_sheet
from waypost.services.mappings import tables
from waypost.services.mappings.sources import Source, sources
from waypost.web import (
    cache,
    deps,
    export,
    links,
    mapping_draft,
    mapping_form,
    mapping_grid,
    mapping_progress,
    mapping_review,
    mapping_versions,
    personal,
)
from waypost.web.format import Format
from waypost.web.mapping_draft import Draft
from waypost.web.parts import Parts

PAGE: Final = "mappings"


def draw(who: Identity, fmt: Format, parts: Parts) -> None:
    """The whole room."""
    t, waypost = fmt.t, deps.get().waypost
    found = sources(waypost.engine)
    if not found:
        with st.container(border=True, key=f"{PAGE}.empty"):
            st.subheader(t("No partner has spoken yet"), anchor=False)
            st.markdown(t("As soon as a source sends its first events, its words stand here, with real examples."))
            st.markdown(t("Connect a system, import a file, or send events to /api/v1/events."))
        return
    source = _choose(found, fmt)
    held = tables.in_force(waypost.engine, source.name)
    may = allows(who.role, Role.EDITOR)
    _head(source, held.version, may, fmt)
    mapping_progress.progress(source.name, fmt, may)  # first: words are read after a job that is done
    draft = mapping_draft.draft(source.name, held)
    if held.version != draft.base.version:
        _overtaken(draft, held, fmt)
    shown = mapping_grid.rows(draft, tables.shipped(waypost.engine, source.name), show=personal.sees_all(who.role))
    if not shown:
        st.info(t("This source has sent no words of its own: its events name our codes."), icon=":material/info:")
    else:
        name = f"{PAGE}.grid.{source.name}"
        mapping_grid.grid(draft, shown, waypost.vocabulary, fmt, key=name, fixed=not may)
        all_ = personal.sees_all(who.role)
        said = [word._replace(word=personal.text(word.word, show=all_) or "") for word in cache.heard(source.name)]
        export.offer(meanings_sheet(source.name, said), fmt, key=f"{PAGE}.export")
    if may:
        mapping_form.form(source.name, draft, shown, waypost.vocabulary, fmt)
        mapping_review.review(source.name, draft, who, waypost.vocabulary, fmt, parts)
    mapping_versions.versions(source.name, held, who, may, waypost.vocabulary, fmt, parts)


def _choose(found: list[Source], fmt: Format) -> Source:
    """The source that the address names, else the one with most words that wait."""
    by_name = {source.name: source for source in found}
    held = links.value("source", list(by_name)) or found[0].name
    bound = links.bound(PAGE, "source", held, forget=("job", "version"))
    # Nothing that changes may stand in the labels, because the browser names a choice by its label.
    st.selectbox(fmt.t("Source"), tuple(by_name), **bound)
    return by_name[held]


def _head(source: Source, version: int, may: bool, fmt: Format) -> None:
    t = fmt.t
    parts = [t("Version {n} is in force", n=version) if version else t("Nobody has changed this table yet")]
    if source.connector == source.name:
        parts.append(t("The table of a connector: it holds for every source that it reads"))
    elif source.connector:
        parts.append(t("read by the connector {name}", name=source.connector))
    if source.waiting:
        n = source.waiting
        parts.append(t.plural("{n} word waits for a code", "{n} words wait for a code", n, n=fmt.count(n)))
    if not may:
        parts.append(t("A configurator can change it"))
    st.caption(" · ".join(parts))


def _overtaken(draft: Draft, held: tables.MappingVersion, fmt: Format) -> None:
    """Somebody else has published while this person was still changing."""
    t = fmt.t
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.overtaken"):
        text = t(
            "{name} has published version {n} meanwhile. Your changes are kept.",
            name=cache.person(held.by),
            n=held.version,
        )
        st.warning(text, icon=":material/sync_problem:")
        label = t("Put my changes onto version {n}", n=held.version)
        if st.button(label, icon=":material/merge:", key=f"{PAGE}.onto"):
            draft.onto(held)
            st.rerun()
