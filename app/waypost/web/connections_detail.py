"""One source: how it does, its runs and deliveries, what waits for a person, its settings, and the buttons."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError, NotFound
from waypost.i18n import N_, Translator
from waypost.services.connections import health, manage, pull, settings
from waypost.services.connections.health import Health
from waypost.services.connections.model import Source
from waypost.services.connections.service import Connections
from waypost.web import connections_form, connections_held, deps, links
from waypost.web import connections_words as words
from waypost.web.connections_list import PAGE, figures, system
from waypost.web.connections_wizard import schedule, webhook_address
from waypost.web.format import Format

VIEWS: Final = {
    "runs": N_("Pulls"),
    "deliveries": N_("Deliveries"),
    "words": N_("Unmapped words"),
    "quarantine": N_("Quarantine"),
    "settings": N_("Settings"),
}


def opened(fmt: Format) -> Health | None:
    """The source that the address asks for; one that is gone is said to be."""
    us = deps.get().waypost.connections
    try:
        return health.of(us, us.find(links.value("id") or ""))
    except NotFound:
        st.warning(fmt.t("This connection does not exist any more."), icon=":material/search_off:")
        return None


def head(each: Health, who: Identity, fmt: Format) -> None:
    """Name, state, what is wrong, and the buttons of those who may press them."""
    t, source, us = fmt.t, each.source, deps.get().waypost.connections
    st.page_link(links.path(PAGE), label=t("Connections"), icon=":material/arrow_back:")
    with st.container(horizontal=True, vertical_alignment="center", key="connections.head"):
        st.title(source.name, anchor=False, width="stretch")
        if allows(who.role, Role.EDITOR):
            _buttons(us, source, who, t)
    text, icon, tier = words.STATES[each.state]
    st.markdown(f":material/{icon}: **{t(text)}** · {system(source.connector, t)} · `{source.key}`")
    if tier or each.state == "waiting":
        problem, remedy = words.error(source.last_error_code, t)
        since = "" if source.down_since is None else t("Since {when}.", when=fmt.instant(source.down_since, us.clock()))
        box = st.error if tier == "red" else st.warning if tier else st.info
        box(f"**{problem}** {remedy} {since}", icon=f":material/{icon}:")
        if source.last_error:
            st.caption(words.detail(source.last_error, t))


@st.fragment(run_every=2)
def watch(drawn: Health) -> None:
    """Draw the page again as soon as something has happened to its source; nothing moves otherwise."""
    us = deps.get().waypost.connections
    try:
        now = health.of(us, us.find(drawn.source.key))
    except NotFound:
        st.rerun()
    if _mark(now) != _mark(drawn):
        st.rerun()


def _mark(each: Health) -> tuple[object, ...]:
    source = each.source
    told = (source.last_ok, source.last_error_at, source.next_at, source.version, source.forged)
    return each.state, each.unmapped, each.quarantined, each.per_hour, *told


def facts(each: Health, fmt: Format) -> list[Any]:
    """The figures of a source as lines."""
    t, source, now = fmt.t, each.source, deps.get().waypost.connections.clock()
    shown = figures(each, fmt, now)
    lines = [
        {"label": t("Newest event"), "value": shown["last"], "hint": shown["last_full"]},
        {"label": t("Lag"), "value": shown["lag"], "note": t("since it last answered")},
        {"label": t("Events last hour"), "value": shown["per_hour"]},
        {"label": t("Calls this hour"), "value": shown["budget"]},
        {"label": t("Last answer"), "value": fmt.instant(source.last_ok, now)},
        {"label": t("Next pull"), "value": fmt.instant(source.next_at, now)},
    ]
    if source.forged:
        when = fmt.instant(source.forged_at, now)
        note = t("last {when}; check the webhook secret", when=when)
        lines.append({"label": t("Wrong signatures"), "value": fmt.count(source.forged), "note": note})
    return lines


def view(each: Health, fmt: Format) -> str:
    """Draw the choice of what is shown below; returns what is chosen. It stands in the address."""
    us, t = deps.get().waypost.connections, fmt.t
    counts = {"words": each.unmapped, "quarantine": each.quarantined}
    shown = [name for name in VIEWS if name != "deliveries" or us.can(each.source, "webhook")]
    shown = [name for name in shown if name != "runs" or us.can(each.source, "pull")]
    asked = links.value("view", shown) or shown[0]

    def named(name: str) -> str:
        return t(VIEWS[name]) + (f" · {fmt.count(counts[name])}" if counts.get(name) else "")

    args = links.bound("connections", "view", asked)
    st.segmented_control(t("Show"), shown, format_func=named, label_visibility="collapsed", required=True, **args)
    return asked


def body(each: Health, chosen: str, who: Identity, fmt: Format) -> None:
    """What was chosen."""
    if chosen == "runs":
        _runs(each, fmt)
    elif chosen == "deliveries":
        _deliveries(each, fmt)
    elif chosen == "words":
        connections_held.words_list(each.source, who, fmt)
    elif chosen == "quarantine":
        connections_held.inputs_list(each.source, who, fmt)
    else:
        _settings(each, who, fmt)


def _buttons(us: Connections, source: Source, who: Identity, t: Translator) -> None:
    if source.state == "running":
        if us.can(source, "pull") and st.button(t("Pull now"), icon=":material/sync:", key="connections.now"):
            _pull_now(us, source, t)
        if st.button(t("Pause"), icon=":material/pause:", key="connections.pause"):
            manage.pause(us, source.key, who.name)
            st.rerun()
    elif st.button(t("Start"), type="primary", icon=":material/play_arrow:", key="connections.resume"):
        try:
            manage.start(us, source.key, who.name)
            st.rerun()
        except FieldError as error:
            st.error(f"{error.problem} {error.remedy}", icon=":material/error:")
    with st.popover(t("Remove"), icon=":material/delete:", key="connections.remove"):
        st.markdown(t("Its secrets are forgotten and nothing more is read. The orders it told of stay."))
        if st.button(t("Remove {name}", name=source.name), type="primary", key="connections.remove.yes"):
            manage.remove(us, source.key, who.name)
            links.go(PAGE, {})


def _pull_now(us: Connections, source: Source, t: Translator) -> None:
    held = pull.lease(us, source.id, f"{us.owner}/page")
    if held is None:
        st.toast(t("It is being pulled already."), icon=":material/sync:")
        return
    with st.spinner(t("Calling {name} …", name=source.name)):
        pull.run_once(us, held)
    st.rerun()


def _runs(each: Health, fmt: Format) -> None:
    t, us = fmt.t, deps.get().waypost.connections
    now = us.clock()
    found = health.runs(us.engine, each.source)
    if not found:
        st.info(t("It has not been pulled yet. Start it, and its first pull follows at once."), icon=":material/inbox:")
        return
    names = (
        t("Began"), t("Took"), t("Result"), t("New events"), t("Known already"), t("Unmapped"), t("In quarantine"),
        t("Pages"), t("Calls"),
    )  # fmt: skip
    rows = [
        (
            fmt.instant(run.started_at, now), fmt.duration(run.ended_at - run.started_at),
            words.error(run.error_code, t)[0] if run.error_code else t("well"),
            run.accepted + run.unmapped, run.duplicates, run.unmapped, run.refused, run.pages, run.calls,
        )
        for run in found
    ]  # fmt: skip
    _table(names, rows)


def _deliveries(each: Health, fmt: Format) -> None:
    t, us = fmt.t, deps.get().waypost.connections
    webhook_address(each.source, t)
    found = health.deliveries(us.engine, each.source)
    if not found:
        st.info(t("Nothing has been delivered yet. Enter this address in the other system."), icon=":material/inbox:")
        return
    names = (t("Came"), t("What"), t("Result"), t("New events"), t("In quarantine"), t("Came again"), t("Bytes"))
    rows = [
        (
            fmt.instant(row.received_at, us.clock()), row.topic, words.said(words.DELIVERIES, row.status, t),
            row.events, row.refused, row.repeats, row.size,
        )
        for row in found
    ]  # fmt: skip
    _table(names, rows)


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    st.dataframe(columns, hide_index=True, width="stretch")


def _settings(each: Health, who: Identity, fmt: Format) -> None:
    t, us, source = fmt.t, deps.get().waypost.connections, each.source
    if us.registry_problem(source.connector):
        return
    entry, held = us.entry(source), settings.shown(source.settings)
    if not allows(who.role, Role.EDITOR):
        plain = [field for field in settings.fields(entry) if field.kind != "secret"]
        values = [held.get(field.name, field.default) for field in plain]
        rows = [(words.title(field, t), str(value or "–")) for field, value in zip(plain, values, strict=True)]
        _table((t("Setting"), t("Value")), rows)
        return

    def save(name: str, given: dict[str, Any]) -> str:
        return manage.change(us, source.key, given, who.name, name=name).key

    if connections_form.draw(entry, held, source.name, t, t("Save"), save):
        st.toast(t("Saved. It is tried with the new settings at once."), icon=":material/check:")
    if us.can(source, "pull"):
        with st.form("connections.schedule", border=True):
            every, budget = schedule(source, t)
            if st.form_submit_button(t("Save the schedule"), icon=":material/schedule:"):
                manage.change(us, source.key, {}, who.name, every_s=every, budget=budget)
                st.toast(t("Saved."), icon=":material/check:")
