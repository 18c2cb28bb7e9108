"""Webhooks: who is told what happens, how it goes, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.domain.instants import from_us, now_us, to_us, zone_of
from waypost.i18n import N_
from waypost.services.export.admin import deliveries_sheet, webhooks_sheet
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft
from waypost.services.outgoing.model import Subscription, Wanted
from waypost.services.outgoing.worker import send_test
from waypost.web import deps, export
from waypost.web.administration.table import note, pick, refusal, show
from waypost.web.format import Format

_SHOWN = "admin.webhooks.secret"
_TOLD = "admin.webhooks.told"
_STATES = {"active": ("●", N_("active")), "failing": ("▲", N_("failing")), "paused": ("⊘", N_("paused"))}
_FEW = 50


def draw(who: Identity, fmt: Format) -> None:
    """The tab."""
    t, engine = fmt.t, deps.get().waypost.engine
    found, behind = model.listing(engine), model.backlog(engine)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.webhooks.bar"):
        count = t.plural("{n} webhook", "{n} webhooks", len(found), n=fmt.count(len(found)))
        st.markdown(f"**{count}**", width="content")
        st.space("stretch")
        with st.popover(t("New webhook"), icon=":material/add:", type="primary", key="admin.webhooks.new"):
            _new(who, fmt)
        export.offer(webhooks_sheet(found, behind), fmt)
    _secret(fmt)
    if not found:
        text = t("Nobody is told yet. Add the address of a system, and it hears of every event, signed and in order.")
        st.info(text, icon=":material/outbox:")
        return
    rows = [_row(each, behind.get(each.key, 0), fmt) for each in found]
    chosen = pick(rows, [each.key for each in found], key="admin.webhooks", alt=t("Webhooks"))
    one = next((each for each in found if each.key == chosen), None)
    if one is None:
        st.caption(t("Pick a row to see its deliveries, to send a test, or to send again from a time."))
    else:
        _one(one, who, fmt)


def _row(found: Subscription, waiting: int, fmt: Format) -> dict[str, str]:
    t, now = fmt.t, now_us()
    mark, state = _STATES[found.state]
    return {
        t("Name"): found.name,
        t("State"): f"{mark} {t(state)}",
        t("Waiting"): fmt.count(waiting),
        t("Last delivered"): fmt.ago(found.last_ok, now),
        t("Last error"): found.last_error or "",
        t("Hears"): _hears(found.filter, fmt),
        t("Address"): found.url,
    }


def _hears(wanted: Wanted, fmt: Format) -> str:
    t = fmt.t
    parts = [", ".join(wanted.codes) or t("all events")] if wanted.events else []
    parts += [t("changes of stage")] if wanted.stages else []
    only = f" ({', '.join(wanted.journeys)})" if wanted.journeys else ""
    return " + ".join(parts) + only


def _new(who: Identity, fmt: Format) -> None:
    t, waypost = fmt.t, deps.get().waypost
    journeys = {v.journey.id: v.journey.name.say(fmt.lang) for v in waypost.journeys.published()}
    with st.form("admin.webhooks.form", border=False):
        name = st.text_input(t("System that receives"), placeholder="CRM", key="admin.webhooks.name")
        url = st.text_input(t("Address"), placeholder="https://crm.example/hook", key="admin.webhooks.url")
        codes = st.multiselect(
            t("Events"),
            [*(f"{phase.id}.*" for phase in waypost.vocabulary.phases), *(e.code for e in waypost.vocabulary.events)],
            placeholder=t("All"),
            key="admin.webhooks.codes",
        )
        only = st.multiselect(
            t("Journeys"), list(journeys), format_func=journeys.__getitem__, placeholder=t("All"),
            key=f"admin.webhooks.journeys.{fmt.lang}",
        )  # fmt: skip
        stages = st.checkbox(t("Also tell when an order changes its stage"), key="admin.webhooks.stages")
        single = st.checkbox(t("One event per message instead of a batch"), key="admin.webhooks.single")
        personal = st.checkbox(t("Send partners' words and attributes too (personal data)"), key="admin.webhooks.pii")
        if st.form_submit_button(t("Add"), type="primary"):
            wanted = {"codes": codes, "journeys": only, "stages": stages}
            _add(Draft(name or "", (url or "").strip(), wanted, "single" if single else "batch", personal), who, fmt)


def _add(draft: Draft, who: Identity, fmt: Format) -> None:
    try:
        held, secret = manage.add(deps.get().waypost, draft, who.name)
    except WaypostError as error:
        refusal(error, fmt.t)
        return
    st.session_state[_SHOWN] = (held.name, secret)
    st.rerun()


def _secret(fmt: Format) -> None:
    """The secret of a webhook that was just added, until somebody says that it is kept."""
    shown = st.session_state.get(_SHOWN)
    if shown is None:
        return
    with st.container(border=True, key="admin.webhooks.secret"):
        told = fmt.t("Secret of **{name}**, with which it checks the signatures. It is shown only now.", name=shown[0])
        st.markdown(told)
        st.code(shown[1], language=None, wrap_lines=True)
        if st.button(fmt.t("I have kept it"), icon=":material/check:", key="admin.webhooks.kept"):
            del st.session_state[_SHOWN]
            st.rerun()


def _one(found: Subscription, who: Identity, fmt: Format) -> None:
    t = fmt.t
    with st.container(border=True, key="admin.webhooks.one"):
        st.markdown(f"**{found.name}** · `{found.key}` · `{found.url}`")
        if found.reason:
            told = t("It failed for a day and was paused. Repair the receiver, then resume: what waits is sent then.")
            st.error(told, icon=":material/pause_circle:")
        elif found.state == "failing":
            st.warning(_failing(found, fmt), icon=":material/sync_problem:")
        _told(found, fmt)
        with st.container(horizontal=True, vertical_alignment="bottom", key="admin.webhooks.acts"):
            _acts(found, who, fmt)
    _sent(found, fmt)


def _sent(found: Subscription, fmt: Format) -> None:
    t, engine = fmt.t, deps.get().waypost.engine
    sent = model.deliveries(engine, found.key, _FEW)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.webhooks.sent"):
        title = t("Last deliveries")
        st.markdown(f"**{title}**", width="content")
        st.space("stretch")
        export.offer(deliveries_sheet(model.deliveries(engine, found.key, 10_000), found.key), fmt, key="admin.sent")
    if not sent:
        st.caption(t("Nothing has been sent yet. Send a test, or wait for the next event."))
        return
    rows = [
        {
            t("Time"): fmt.instant(d.last_at or d.created_at, now_us()),
            t("Result"): t("delivered") if d.status == "delivered" else t("waiting"),
            t("Events"): str(d.n),
            t("Attempts"): str(d.attempts),
            t("Took (ms)"): "" if d.took_ms is None else str(d.took_ms),
            t("Error"): d.error or "",
            t("Message"): d.message_id,
        }
        for d in sent
    ]
    show(rows, key="admin.webhooks.rows", alt=t("Last deliveries"))


def _failing(found: Subscription, fmt: Format) -> str:
    when, error = fmt.instant(found.next_at, now_us()), _code(found.last_error)
    return fmt.t("{n} failures in a row: {error} Next attempt {when}.", n=found.failures, error=error, when=when)


def _told(found: Subscription, fmt: Format) -> None:
    told = st.session_state.get(_TOLD)
    if told is None or told[0] != found.key:
        return
    _, error, took = told
    if error is None:
        st.success(fmt.t("The test arrived, answered within {ms} ms.", ms=fmt.count(took)), icon=":material/check:")
    else:
        st.error(fmt.t("The test was not taken: {error}", error=_code(error)), icon=":material/error:")


def _code(text: str | None) -> str:
    """A receiver's words as they are: neither markup nor a link."""
    plain = (text or "").replace("`", "'")
    return f"`{plain}`"


def _acts(found: Subscription, who: Identity, fmt: Format) -> None:
    t, engine = fmt.t, deps.get().waypost.engine

    def act(label: str, icon: str, what: Callable[[], object]) -> None:
        if st.button(label, icon=f":material/{icon}:", key=f"admin.webhooks.{icon}"):
            _do(what, fmt)

    act(t("Send a test"), "send", lambda: _test(found.key))
    if found.state == "paused":
        act(t("Resume"), "play_arrow", lambda: manage.resume(engine, found.key, who.name))
    else:
        act(t("Pause"), "pause", lambda: manage.pause(engine, found.key, who.name))
    with st.popover(t("Send again"), icon=":material/replay:", key="admin.webhooks.replay"):
        st.caption(t("Everything recorded from this time on goes out once more, under the same ids."))
        ago = from_us(now_us(), fmt.zone) - timedelta(hours=1)
        day = st.date_input(t("From"), ago.date(), key="admin.webhooks.day")
        hour = st.time_input(t("Time"), time(ago.hour, 0), key="admin.webhooks.hour", label_visibility="collapsed")
        if isinstance(day, tuple) or hour is None:
            return
        since = to_us(datetime.combine(day, hour, zone_of(fmt.zone)))
        act(t("Send again from here"), "history", lambda: manage.replay(engine, found.key, since, who.name))
    with st.popover(t("Remove"), icon=":material/delete:", key="admin.webhooks.remove"):
        st.caption(t("What still waits is not sent any more."))
        act(t("Remove this webhook"), "delete_forever", lambda: manage.remove(engine, found.key, who.name))


def _test(key: str) -> None:
    found = send_test(deps.get().waypost, key)
    st.session_state[_TOLD] = (key, found.error, found.took_ms)


def _do(what: Callable[[], object], fmt: Format) -> None:
    try:
        what()
    except WaypostError as error:
        refusal(error, fmt.t)
        return
    note(fmt.t("Done. It stands in the audit log."))
    st.rerun()
