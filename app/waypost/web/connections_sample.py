"""One real order of a source as it would appear, before anything of it is stored."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from waypost.access.sessions import Identity
from waypost.connect.errors import ConnectorError
from waypost.i18n import Translator
from waypost.services.connections import trial
from waypost.services.connections.model import Source
from waypost.services.connections.service import Connections
from waypost.store.rows import StoredEvent
from waypost.web import connections_words as words
from waypost.web import deps, order_tracks, personal
from waypost.web.format import Format
from waypost.web.order_reading import Reading

FEW = 12  # words and refusals that are listed


def found(us: Connections, source: Source, who: Identity, fmt: Format) -> Reading | None:
    """The sample as this person may read it; without one says why, and what to do."""
    t = fmt.t
    try:
        with st.spinner(t("Fetching a sample order of {name} …", name=source.name)):
            sample = sampled(us.engine.url.render_as_string(hide_password=True), source.key, source.version)
    except ConnectorError as error:
        problem, remedy = words.error(error.code, t)
        st.error(f"**{problem}** {remedy}", icon=":material/error:")
        st.caption(words.detail(us.without_secrets(source, error.problem), t))
        return None
    if sample is None:
        sampled.clear()
        st.info(
            t("Nothing has been delivered yet. Let the other system send one, then look again."),
            icon=":material/inbox:",
        )
        return None
    _say(sample, t)
    if sample.found is None:
        return None
    show = personal.sees_all(who.role)
    return Reading(sample.found, sample.journey, deps.get().waypost.vocabulary, fmt, sample.now, show)


def events(read: Reading, selected: object) -> tuple[str, Sequence[StoredEvent]]:
    """The events behind the node that is open, else all, with their heading."""
    pair = order_tracks.chosen(read, selected) if selected else None
    if pair is None:
        return read.fmt.t("All events"), read.found.events
    behind = set(pair[1].events)
    return order_tracks.label(pair[1], read), [event for event in read.found.events if event.id in behind]


def _say(sample: trial.Sample, t: Translator) -> None:
    if sample.found is None:
        sampled.clear()
        st.info(t("The system answers, but has no order yet. You can start all the same."), icon=":material/inbox:")
    else:
        orders = t.plural("{n} order came", "{n} orders came", sample.orders)
        events = t.plural("with {n} event", "with {n} events", sample.events)
        what = t("This is how the one that tells most would look. Nothing is stored yet.")
        st.markdown(t("{orders} {events}. {what}", orders=orders, events=events, what=what))
    if sample.unmapped:
        shown = ", ".join(f"**{words.plain(word)}**" for word in list(sample.unmapped)[:FEW])
        text = t("Words without a meaning yet: {words}. They are kept, and can be mapped later.", words=shown)
        st.info(text, icon=":material/translate:")
    if sample.refused:
        n = len(sample.refused)
        text = t.plural("{n} item could not be read:", "{n} items could not be read:", n)
        reasons = [(each.field, f"{each.problem} {each.remedy}") for each in sample.refused[:FEW]]
        lines = [f"- **{words.plain(field)}**: {words.plain(reason)}" for field, reason in reasons]
        st.info("\n".join([text, *lines]), icon=":material/report:")


@st.cache_resource(ttl=600, max_entries=16, show_spinner=False)
def sampled(store: str, key: str, version: int) -> trial.Sample | None:
    """A sample, fetched once for one version of the settings until somebody asks again."""
    us = deps.get().waypost.connections
    return trial.sample(us, us.find(key))
