"""The sources that a board can take orders from: those connected, and those that send by themselves."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from waypost.services.boards import reading
from waypost.services.connections import health
from waypost.web import deps
from waypost.web.connections_words import STATES
from waypost.web.format import Format


class Known(NamedTuple):
    """One source: its name on events, what people call it, how it does; `lag` in us, None when it is not pulled."""

    name: str
    label: str
    state: str  # empty for one that sends by itself
    lag: int | None
    per_hour: int


def known() -> list[Known]:
    """All sources; at most a few seconds old."""
    return _known(deps.get().waypost.engine.url.render_as_string(hide_password=True))


@st.cache_resource(ttl=5, max_entries=8, show_spinner=False)
def _known(store: str) -> list[Known]:
    waypost = deps.get().waypost
    found = [
        Known(each.source.key, each.source.name, each.state, each.lag, each.per_hour)
        for each in health.overview(waypost.connections)
    ]
    with waypost.engine.connect() as connection:
        names = reading.known(connection).sources
    connected = {each.name for each in found}
    return found + [Known(name, name, "", None, 0) for name in sorted(names) if name not in connected]


def named(name: str) -> Known | None:
    """One source; None when it is gone."""
    return next((each for each in known() if each.name == name), None)


def said(each: Known, fmt: Format) -> str:
    """How a source does, in a few words."""
    t, parts = fmt.t, []
    if each.lag is not None:
        parts.append(t("{duration} behind", duration=fmt.duration(each.lag)))
    if each.per_hour:
        parts.append(t.plural("{n} event in the last hour", "{n} events in the last hour", each.per_hour))
    if each.state in ("paused", "stopped", "trouble", "broken", "waiting"):
        parts.append(t(STATES[each.state][0]))
    return " · ".join(parts)
