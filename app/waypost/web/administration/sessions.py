"""Open sessions: who, since when, last seen, from where; each can be ended."""

from __future__ import annotations

import re

import streamlit as st

from waypost.access import sessions
from waypost.access.sessions import Identity, OpenSession
from waypost.domain.instants import now_us
from waypost.services.export.admin import sessions_sheet
from waypost.web import deps, export
from waypost.web.administration.table import note, pick
from waypost.web.format import Format
from waypost.web.words import ROLES, word

_SHORT = 12  # of a session's hash: enough to name it in an address, of no use to anybody
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"))  # fmt: skip


def draw(who: Identity, fmt: Format) -> None:
    """The tab."""
    t, now = fmt.t, now_us()
    found = sessions.listing(deps.get().waypost.engine, now)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.sessions.bar"):
        count = t.plural("{n} open session", "{n} open sessions", len(found), n=fmt.count(len(found)))
        st.markdown(f"**{count}**", width="content")
        st.space("stretch")
        sheet = sessions_sheet(found)
        export.offer(sheet, fmt, said=export.speak(sheet, fmt))
    rows = [_row(each, who, fmt, now) for each in found]
    chosen = pick(rows, [each.session[:_SHORT] for each in found], key="admin.sessions", alt=t("Sessions"))
    one = next((each for each in found if each.session[:_SHORT] == chosen), None)
    if one is None:
        st.caption(t("Pick a row to end that session. Its open pages close within seconds."))
    else:
        _one(one, who, fmt)


def _row(found: OpenSession, who: Identity, fmt: Format, now: int) -> dict[str, str]:
    t = fmt.t
    this = t("this one")
    mine = f" ({this})" if found.session == who.session else ""
    return {
        t("Person"): f"{found.display}{mine}",
        t("Role"): word(ROLES, found.role, t),
        t("Since"): fmt.instant(found.created_at, now),
        t("Last seen"): fmt.ago(found.last_seen, now),
        t("Ends at the latest"): fmt.instant(found.expires_at, now),
        t("Address"): found.ip or "–",
        t("Browser"): browser(found.user_agent),
    }


def browser(agent: str) -> str:
    """What a browser calls itself, in two words."""
    name = next((said for mark, said in _BROWSERS if re.search(rf"\b{mark}", agent)), "")
    system = next((said for mark, said in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (name, system) if part) or agent[:40] or "–"


def _one(found: OpenSession, who: Identity, fmt: Format) -> None:
    t, own = fmt.t, found.session == who.session
    with st.container(border=True, key="admin.sessions.one"):
        st.markdown(f"**{found.display}** · `{found.name}` · {browser(found.user_agent)} · {found.ip or '–'}")
        if own:
            told = t("This is the session you are using now. Ending it signs you out at once.")
            st.warning(told, icon=":material/person_alert:")
        label = t("End my own session") if own else t("End this session")
        sure = not own or st.checkbox(t("Sign me out"), key="admin.sessions.sure")
        if st.button(label, icon=":material/logout:", key="admin.sessions.end", disabled=not sure):
            sessions.revoke(deps.get().waypost.engine, found.session, now_us(), who.name)
            deps.get().sessions.drop(found.session)
            note(t("Done. It stands in the audit log."))
            st.rerun()
