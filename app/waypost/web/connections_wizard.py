"""The wizard that connects a source: choose, keys, test, sample order, start. Its step stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.connect.registry import Entry
from waypost.domain.errors import FieldError, NotFound, WaypostError
from waypost.i18n import N_, Translator
from waypost.services.connections import manage, settings, trial
from waypost.services.connections.model import Source
from waypost.services.connections.service import Connections
from waypost.web import builder_return, connections_form, connections_sample, deps, links
from waypost.web import connections_words as words
from waypost.web.connections_aside import ASIDE, base
from waypost.web.connections_list import PAGE
from waypost.web.format import Format
from waypost.web.order_reading import Reading

STEPS: Final = {
    "choose": N_("Choose"),
    "keys": N_("Keys"),
    "test": N_("Test"),
    "sample": N_("Sample order"),
    "start": N_("Start"),
}
_IN_A_ROW: Final = 3
_STYLE: Final = """<style>
ol.wp-steps { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 !important; padding: 0 !important;
  list-style: none; font-size: 14px; color: var(--wp-muted); counter-reset: step; }
ol.wp-steps li { display: flex; align-items: center; gap: 8px; margin: 0 !important; padding: 4px 0 !important;
  counter-increment: step; }
.wp-steps li::before { content: counter(step); display: grid; place-items: center; width: 24px; height: 24px;
  border: 1px solid var(--wp-muted); border-radius: 50%; font-size: 12px; }
.wp-steps .done::before { content: "✓"; color: var(--wp-done); border-color: var(--wp-done); }
.wp-steps [aria-current] { color: var(--wp-ink); font-weight: 600; }
.wp-steps [aria-current]::before { color: var(--wp-on-accent); background: var(--wp-accent);
  border-color: var(--wp-accent); }
</style>"""


def step() -> str | None:
    """The step that the address asks for."""
    return links.value("step", [*STEPS, *ASIDE])


def draw(at: str, who: Identity, fmt: Format) -> Reading | None:
    """The wizard at one of its steps; gives the sample order that is to be drawn below it."""
    t, us = fmt.t, deps.get().waypost.connections
    builder_return.link(t)
    st.page_link(links.path(PAGE), label=t("Connections"), icon=":material/arrow_back:")
    st.title(t("Connect a source"), anchor=False)
    if at in STEPS:
        _progress(at, t)
    drawers: dict[str, Callable[[Connections, Identity, Format], Reading | None]] = {
        "choose": _choose, "keys": _keys, "test": _test, "sample": _sample, "start": _start, **ASIDE,
    }  # fmt: skip
    try:
        return drawers[at](us, who, fmt)
    except NotFound:
        st.warning(t("This connection does not exist any more."), icon=":material/search_off:")
    except FieldError as error:
        st.error(f"{error.problem} {error.remedy}", icon=":material/error:")
    except WaypostError as error:
        st.error(str(error), icon=":material/error:")
    return None


def _progress(at: str, t: Translator) -> None:
    names = list(STEPS)
    parts = []
    for place, name in enumerate(names):
        mark = ' class="done"' if place < names.index(at) else ' aria-current="step"' if name == at else ""
        parts.append(f"<li{mark}>{escape(t(STEPS[name]))}</li>")
    label = escape(t("Steps"))
    st.html(f'{_STYLE}<ol class="wp-steps" aria-label="{label}">{"".join(parts)}</ol>')


def _choose(us: Connections, who: Identity, fmt: Format) -> None:
    t = fmt.t
    ways = [_card(entry, fmt) for entry in us.registry if not entry.broken and _is_connected(entry)]
    ways.append((t("Table file"), t("CSV, Excel or Parquet, read once or as often as you like."), {"step": "file"}))
    stream = t("Vehicles tell a broker where they are; the map shows them second by second.")
    ways.append((t("Vehicle positions (MQTT)"), stream, {"step": "positions"}))
    push = t("Your own systems send events to Waypost; any language, one HTTP call.")
    ways.append((t("Send events yourself"), push, {"step": "push"}))
    for row in range(0, len(ways), _IN_A_ROW):
        columns = st.columns(_IN_A_ROW)
        for column, (name, about, address) in zip(columns, ways[row : row + _IN_A_ROW], strict=False):
            chosen = address.get("new", address["step"])
            with column, st.container(border=True, key=f"connections.card.{chosen}", height="stretch"):
                st.markdown(f"**{name}**")
                st.markdown(about)
                if st.button(t("Choose"), key=f"connections.choose.{chosen}", icon=":material/arrow_forward:"):
                    links.go(PAGE, address)
    for entry in us.registry:
        if entry.broken:
            text = t("{name} cannot be used: {problem}", name=entry.id, problem=entry.problem)
            st.info(text, icon=":material/block:")


def _is_connected(entry: Entry) -> bool:
    """Whether it works by a connection; files and streams of positions have ways of their own."""
    return entry.manifest is None or bool({"pull", "webhook"} & set(entry.manifest.capabilities))


def _card(entry: Entry, fmt: Format) -> tuple[str, str, dict[str, str]]:
    """A connector as a card: name, what it does, where it leads."""
    t = fmt.t
    if entry.manifest is None:
        return entry.id, "", {"step": "choose"}
    ways = t(", ").join(words.said(words.CAPABILITIES, each, t) for each in entry.manifest.capabilities)
    fresh = words.said(words.FRESHNESS, entry.manifest.freshness, t)
    return words.label(entry, fmt.lang), f"{ways} · {fresh}", {"step": "keys", "new": entry.id}


def _keys(us: Connections, who: Identity, fmt: Format) -> None:
    t = fmt.t
    key, chosen = links.value("id"), links.value("new")
    source = us.find(key) if key else None
    entry = us.entry(source) if source else us.registry.get(chosen or "")
    if entry.manifest and entry.manifest.docs.startswith("https://"):
        st.markdown(t("Where to find the keys: {address}", address=entry.manifest.docs))
    held = settings.shown(source.settings) if source else {}

    def save(name: str, given: dict[str, Any]) -> str:
        if source is not None:
            return manage.change(us, source.key, given, who.name, name=name).key
        return manage.add(us, entry.id, name, given, who.name).key

    st.caption(t("Keys are stored encrypted, are never shown again and never written to a log."))
    name = source.name if source else words.label(entry, fmt.lang)
    saved = connections_form.draw(entry, held, name, t, t("Save and test"), save)
    if saved:
        links.go(PAGE, {"step": "test", "id": saved})


def _test(us: Connections, who: Identity, fmt: Format) -> None:
    t, source = fmt.t, _source(us)
    with st.spinner(t("Calling {name} …", name=source.name)):
        found = _tested(us, source)
    if found.ok:
        st.success(
            t("{name} answers and lets us in ({seconds} s).", name=source.name, seconds=fmt.count(found.seconds)),
            icon=":material/check:",
        )
    else:
        problem, remedy = words.error(found.code, t)
        st.error(f"**{problem}** {remedy}", icon=":material/error:")
        if found.problem:
            st.caption(words.detail(found.problem, t))
    with st.container(horizontal=True):
        if found.ok:
            _next(t("Show a sample order"), "sample", source)
        _other(t("Correct the keys"), "keys", source, "edit", primary=not found.ok)
        if st.button(t("Test again"), icon=":material/refresh:", key="connections.again"):
            tested.clear()
            st.rerun()
        _discard(us, source, who, t)


def _sample(us: Connections, who: Identity, fmt: Format) -> Reading | None:
    t, source = fmt.t, _source(us)
    shown = connections_sample.found(us, source, who, fmt)
    with st.container(horizontal=True):
        if shown:
            _next(t("It looks right"), "start", source)
        _other(t("Correct the keys"), "keys", source, "edit", primary=False)
        if st.button(t("Another look"), icon=":material/refresh:", key="connections.another"):
            connections_sample.sampled.clear()
            st.rerun()
        if not shown:
            _other(t("Start without a sample"), "start", source, "skip_next", primary=False)
    if not shown and us.can(source, "webhook"):
        webhook_address(source, t)
    return shown


def _start(us: Connections, who: Identity, fmt: Format) -> None:
    t, source = fmt.t, _source(us)
    pulls = us.can(source, "pull")
    with st.container(width=760), st.form("connections.start", border=True):
        st.markdown(f"**{source.name}**")
        every, budget = source.every_s, source.budget or 0
        if pulls:
            every, budget = schedule(source, t)
        if us.can(source, "webhook"):
            webhook_address(source, t)
        sent = st.form_submit_button(t("Start"), type="primary", icon=":material/play_arrow:")
    if sent:
        manage.change(us, source.key, {}, who.name, every_s=every, budget=budget)
        manage.start(us, source.key, who.name)
        builder_return.done(source.key)
        links.go(PAGE, {"id": source.key})


def schedule(source: Source, t: Translator) -> tuple[int, int]:
    """How often it is asked, and how many calls that may cost an hour (0: no limit)."""
    label, help_ = t("Seconds from pull to pull"), t("A source that is down is asked less often by itself.")
    every = st.number_input(label, 5, 86_400, source.every_s, step=5, help=help_, key="connections.every")
    label, help_ = t("Calls per hour at most (optional)"), t("Empty: only the system's own limits count.")
    budget = st.number_input(label, 1, 1_000_000, source.budget, help=help_, key="connections.budget")
    return int(every), 0 if budget is None else int(budget)


def webhook_address(source: Source, t: Translator) -> None:
    """Where the partner has to deliver to, ready to copy."""
    st.markdown(t("Webhook address, to be entered in the other system:"))
    st.code(f"{base()}/api/v1/webhooks/{source.key}", language=None, wrap_lines=True)


def _source(us: Connections) -> Source:
    return us.find(links.value("id") or "")


def _next(text: str, to: str, source: Source) -> None:
    if st.button(text, type="primary", icon=":material/arrow_forward:", key=f"connections.to.{to}"):
        links.go(PAGE, {"step": to, "id": source.key})


def _other(text: str, to: str, source: Source, icon: str, *, primary: bool) -> None:
    kind = "primary" if primary else "secondary"
    if st.button(text, type=kind, icon=f":material/{icon}:", key=f"connections.to.{to}"):  # type: ignore[arg-type]
        links.go(PAGE, {"step": to, "id": source.key})


def _discard(us: Connections, source: Source, who: Identity, t: Translator) -> None:
    if source.state == "draft" and st.button(t("Discard"), icon=":material/delete:", key="connections.discard"):
        manage.remove(us, source.key, who.name)
        links.go(PAGE, {})


def _tested(us: Connections, source: Source) -> trial.Tested:
    return tested(us.engine.url.render_as_string(hide_password=True), source.key, source.version)


@st.cache_resource(ttl=60, max_entries=32, show_spinner=False)
def tested(store: str, key: str, version: int) -> trial.Tested:
    """A test call, made once for one version of the settings until somebody asks again."""
    us = deps.get().waypost.connections
    return trial.try_out(us, us.find(key))
