"""The audit log: searched by person, action, object and time, and its chain of seals checked."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

import streamlit as st

from waypost.access import audit
from waypost.access.audit import AuditCheck, AuditEntry, AuditQuery
from waypost.access.sessions import Identity
from waypost.domain.instants import day_bounds, now_us, zone_of
from waypost.i18n import N_, Translator
from waypost.services.export.admin import audit_sheet
from waypost.web import deps, export, links
from waypost.web.administration.table import show
from waypost.web.format import Format

PAGE: Final = "admin"
SIZE: Final = 50
_VERDICT: Final = "admin.audit.verdict"
_ACTIONS: Final = {
    "account.created": N_("account created"),
    "account.role_set": N_("role changed"),
    "account.disabled": N_("account disabled"),
    "account.enabled": N_("account enabled"),
    "account.lang_set": N_("language changed"),
    "account.password_set": N_("password set"),
    "session.started": N_("signed in"),
    "session.ended": N_("session ended"),
    "session.all_ended": N_("all sessions ended"),
    "key.created": N_("key made"),
    "key.revoked": N_("key revoked"),
    "link.issued": N_("sign-in link made"),
    "link.used": N_("sign-in link used"),
    "login.failed": N_("sign-in refused"),
    "journey.published": N_("journey published"),
    "board.draft_started": N_("board: draft started"),
    "board.submitted": N_("board: review asked for"),
    "board.approved": N_("board: approved"),
    "board.rejected": N_("board: sent back"),
    "board.published": N_("board: published"),
    "board.discarded": N_("board: draft discarded"),
    "board.rolled_back": N_("board: rolled back"),
    "board.retired": N_("board: out of force"),
    "board.unretired": N_("board: in force again"),
    "board.target_set": N_("board: targets changed"),
    "setting.changed": N_("setting changed"),
    "quarantine.replayed": N_("input tried again"),
    "webhook.added": N_("webhook added"),
    "webhook.paused": N_("webhook paused"),
    "webhook.resumed": N_("webhook resumed"),
    "webhook.removed": N_("webhook removed"),
    "webhook.replayed": N_("webhook replayed"),
    "webhook.gave_up": N_("webhook given up"),
}
_PROBLEMS: Final = {
    "The row is missing.": N_("The row is missing."),
    "The row does not follow the one before it.": N_("The row does not follow the one before it."),
    "The row was changed after it was written.": N_("The row was changed after it was written."),
    "The row is not the one that was written last.": N_("The row is not the one that was written last."),
    "The end of the chain is not recorded.": N_("The end of the chain is not recorded."),
    "Rows are missing at the end.": N_("Rows are missing at the end."),
}


def draw(_: Identity, fmt: Format) -> None:
    """The tab."""
    t, engine = fmt.t, deps.get().waypost.engine
    wanted = _filters(fmt)
    page = int(text) - 1 if (text := links.value("page") or "1").isdigit() and 0 < int(text) < 10**6 else 0
    total, found = audit.search(engine, wanted, SIZE, page * SIZE)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.audit.bar"):
        count = t.plural("{n} log entry", "{n} log entries", total, n=fmt.count(total))
        st.markdown(f"**{count}**", width="content")
        st.space("stretch")
        if st.button(t("Check the chain"), icon=":material/link:", key="admin.audit.verify"):
            st.session_state[_VERDICT] = _verify(fmt)
        sheet = audit_sheet(engine, wanted)
        export.offer(sheet, fmt, said=export.speak(sheet, fmt, {"action": lambda value, _: action(value, t)}))
    _verdict(fmt)
    if not found:
        st.info(t("No entry fits. Remove a filter, or choose a longer time."), icon=":material/search_off:")
        return
    rows = [_row(entry, fmt) for entry in found]
    show(rows, key="admin.audit.rows", alt=t("Audit log"))
    _turn(page, total, len(found), fmt)


def action(code: str, t: Translator) -> str:
    """What was done, in words; an action without words is shown as it is."""
    return t(_ACTIONS[code]) if code in _ACTIONS else code


def _filters(fmt: Format) -> AuditQuery:
    t, forget = fmt.t, ("page",)
    known = audit.actions(deps.get().waypost.engine)
    who, what = links.value("who") or "", links.value("object") or ""
    held, first, last = links.value("action", known), links.day("from"), links.day("to")
    n = sum(value not in (None, "") for value in (what, held, first, last))
    with st.container(horizontal=True, vertical_alignment="center", key="admin.audit.filters"):
        st.text_input(
            t("Person or key"),
            placeholder=t("Person or key"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=280,
            **links.bound(PAGE, "who", who, forget=forget),
        )
        name = t("Filter ({n})", n=n) if n else t("Filter")
        with st.popover(name, icon=":material/filter_list:", key="admin.audit.filter"):
            st.selectbox(
                t("Action"),
                known,
                index=None,
                placeholder=t("All"),
                format_func=lambda code: action(code, t),
                **links.bound(PAGE, "action", held, forget=forget),
            )
            st.text_input(t("Object"), placeholder="account/", **links.bound(PAGE, "object", what, forget=forget))
            st.date_input(t("From"), **links.bound(PAGE, "from", first, forget=forget))
            st.date_input(t("To"), **links.bound(PAGE, "to", last, forget=forget))
    return AuditQuery(who or None, held, what or None, _edge(first, fmt, 0), _edge(last, fmt, 1))


def _edge(day: date | None, fmt: Format, side: int) -> int | None:
    return None if day is None else day_bounds(day, zone_of(fmt.zone))[side]


def _row(entry: AuditEntry, fmt: Format) -> dict[str, str]:
    t = fmt.t
    detail = ", ".join(f"{name}: {_said(value)}" for name, value in entry.detail.items())
    return {
        t("Number"): str(entry.id),
        t("Time"): fmt.instant(entry.at, now_us()),
        t("Person or key"): entry.actor,
        t("Action"): action(entry.action, t),
        t("Object"): entry.object,
        t("Details"): detail,
    }


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _turn(page: int, total: int, shown: int, fmt: Format) -> None:
    t, first = fmt.t, page * SIZE
    with st.container(horizontal=True, vertical_alignment="center", key="admin.audit.turn"):
        bounds = {"first": fmt.count(first + 1), "last": fmt.count(first + shown), "total": fmt.count(total)}
        st.caption(t("{first}–{last} of {total}", **bounds), width="content")
        for label, icon, to, off in (
            (t("Previous page"), "chevron_left", page, page == 0),
            (t("Next page"), "chevron_right", page + 2, first + shown >= total),
        ):
            change = {"page": str(to) if to > 1 else None}
            key = f"admin.audit.{icon}"
            st.button(label, icon=f":material/{icon}:", key=key, disabled=off, on_click=links.put, args=(change,))


def _verify(fmt: Format) -> tuple[AuditCheck, int]:
    bar = st.progress(0.0, text=fmt.t("Checking the chain"))

    def tell(done: int, total: int) -> None:
        text = fmt.t("{done} of {total} entries", done=fmt.count(done), total=fmt.count(total))
        bar.progress(min(done / max(total, 1), 1.0), text=text)

    found = audit.verify(deps.get().waypost.engine, tell)
    bar.empty()
    return found, now_us()


def _verdict(fmt: Format) -> None:
    held = st.session_state.get(_VERDICT)
    if held is None:
        return
    found, at = held
    t, sound = fmt.t, fmt.count(found.sound)
    when = fmt.instant(at, now_us())
    if found.ok:
        told = t(
            "The log is whole: {n} entries, each sealed onto the one before it. Checked {when}.", n=sound, when=when
        )
        st.success(told, icon=":material/verified:")
        return
    problem = t(_PROBLEMS[found.problem]) if found.problem in _PROBLEMS else found.problem
    told = t("The log was tampered with. First broken entry: {id}.", id=found.broken_id)
    rest = t("{n} entries before it are sound. Compare with a backup. Checked {when}.", n=sound, when=when)
    st.error(f"**{told}** {problem} {rest}", icon=":material/gpp_bad:")
