"""What of a source waits for a person: words without a meaning, and inputs that could not be read."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from waypost.access import audit
from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError, WaypostError
from waypost.i18n import Translator
from waypost.services import quarantine
from waypost.services.connections import health
from waypost.services.connections.model import Source
from waypost.services.export.admin import quarantine_sheet, unmapped_sheet
from waypost.services.export.sheet import Sheet, later
from waypost.services.quarantine import Held
from waypost.store.engine import writing
from waypost.web import connections_words as words
from waypost.web import deps, export, links, personal, session
from waypost.web.format import Format

LONGEST = 20_000  # characters of a raw text that are sent to the browser
SHOWN = 100
MOST = 10_000  # rows of a file


def words_list(source: Source, who: Identity, fmt: Format) -> None:
    """Words nobody has mapped, each with an example."""
    t, us = fmt.t, deps.get().waypost.connections
    found = health.words(us.engine, source.key)
    if not found:
        st.info(t("Every word of this source has a meaning."), icon=":material/check:")
        return
    st.caption(t("Events with these words are kept as unmapped; nothing is guessed. Map them, and history follows."))
    show, now = personal.sees_all(who.role), us.clock()
    named = [each.word._replace(word=personal.text(each.word.word, show=show) or "") for each in found]
    export.offer(unmapped_sheet(named), fmt, key="connections.words")
    if "vocabulary" in links.ADDRESS:
        address = {"room": "mappings", "source": source.key, **session.link_language()}
        st.page_link(links.path("vocabulary"), label=t("Map words"), icon=":material/translate:", query_params=address)
    for each in found[:SHOWN]:
        word = each.word
        times = t.plural("{n} time", "{n} times", word.n, n=fmt.count(word.n))
        last = t("last {when}", when=fmt.instant(word.last_seen, now))
        with st.expander(f"**{words.plain(personal.text(word.word, show=show) or '–')}** · {times} · {last}"):
            example = personal.payload(each.payload, show=show)
            st.caption(t("An example, as it arrived:"))
            st.code(
                _cut(example) or t("The raw text of the example was not kept, or is covered for your role."),
                language="json",
            )


def inputs_list(source: Source, who: Identity, fmt: Format) -> None:
    """Inputs in quarantine: what is wrong, the raw text, repair and replay."""
    t, us = fmt.t, deps.get().waypost.connections
    found = health.inputs(us.engine, source.key, SHOWN)
    if not found:
        st.info(t("Nothing of this source waits in quarantine."), icon=":material/check:")
        return
    st.caption(t("Nothing here is lost: repair the text or update the connector, then replay."))
    show = personal.sees_all(who.role)
    whole = partial(_all_inputs, source, show=show)
    export.offer(later(quarantine_sheet([], show=show), whole), fmt, key="connections.inputs")
    for held in found:
        came = fmt.instant(held.received_at, us.clock())
        named = f" · {words.plain(held.event_id)}" if held.event_id else ""
        title = f"**{words.plain(held.field)}**: {words.plain(held.problem)}{named} · {came}"
        with st.expander(title, expanded=len(found) == 1):
            _input(held, who, fmt)


def _all_inputs(source: Source, *, show: bool) -> Sheet:
    us = deps.get().waypost.connections
    return quarantine_sheet(health.inputs(us.engine, source.key, MOST), show=show)


def _input(held: Held, who: Identity, fmt: Format) -> None:
    t, show = fmt.t, personal.sees_all(who.role)
    st.markdown(t("What to do: {remedy}", remedy=words.plain(held.remedy)))
    if not allows(who.role, Role.EDITOR):
        raw = personal.payload(held.raw, show=show)
        st.code(_cut(raw) or t("The raw text is covered for your role."), language="json", wrap_lines=True)
        return
    with st.form(f"connections.held.{held.id}", border=False):
        text = st.text_area(t("Raw text"), held.raw, height=220, key=f"connections.raw.{held.id}")
        place = st.container()
        with st.container(horizontal=True):
            again = st.form_submit_button(t("Replay"), type="primary", icon=":material/replay:")
            gone = st.form_submit_button(t("Dismiss"), icon=":material/delete:")
    if again:
        _replay(held, text, who, t, place)
    elif gone:
        _settle(held, who, "quarantine.dismissed", dismissed=True)
        st.toast(t("Dismissed. It is kept, but waits no longer."), icon=":material/check:")
        st.rerun()


def _replay(held: Held, text: str, who: Identity, t: Translator, place: Any) -> None:
    try:
        outcome = quarantine.replay(deps.get().waypost, held.id, who.name, None if text == held.raw else text)
    except FieldError as error:
        place.error(f"**{error.field}**: {error.problem} {error.remedy}", icon=":material/error:")
        return
    except WaypostError as error:
        place.error(str(error), icon=":material/error:")
        return
    _settle(held, who, "quarantine.replayed", dismissed=False)
    st.toast(words.said(words.OUTCOMES, outcome, t), icon=":material/check:")
    st.rerun()


def _settle(held: Held, who: Identity, action: str, *, dismissed: bool) -> None:
    us = deps.get().waypost.connections
    if dismissed:
        quarantine.settle(us.engine, held.id, "dismissed", who.name)
    with writing(us.engine) as db:
        audit.append(db, us.clock(), who.name, action, f"quarantine/{held.id}")


def _cut(text: str | None) -> str:
    return "" if text is None else text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
