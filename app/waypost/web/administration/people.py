"""Accounts: who may do what, invitations, roles, disabling, and ending sessions."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from waypost.access import accounts
from waypost.access import links as login_links
from waypost.access import sessions as open_sessions
from waypost.access.roles import Role
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.domain.instants import now_us
from waypost.i18n import N_
from waypost.services.export.admin import people_sheet
from waypost.services.people import Person, people
from waypost.web import deps, export, links
from waypost.web.administration import publishing
from waypost.web.administration.table import note, pick, refusal
from waypost.web.format import Format
from waypost.web.words import ROLES, word

_SHOWN = "admin.people.fresh_link"
_DOES = {
    Role.VIEWER: N_("sees everything but personal data"),
    Role.OPERATOR: N_("also sees personal data and works on orders"),
    Role.EDITOR: N_("also changes drafts and repairs inputs"),
    Role.PUBLISHER: N_("also puts journeys live"),
    Role.APPROVER: N_("also approves what others propose"),
    Role.ADMINISTRATOR: N_("also manages people, keys and settings"),
}


def draw(who: Identity, fmt: Format) -> None:
    """The tab."""
    t, found = fmt.t, people(deps.get().waypost.engine, now_us())
    with st.container(horizontal=True, vertical_alignment="center", key="admin.people.bar"):
        count = t.plural("{n} account", "{n} accounts", len(found), n=fmt.count(len(found)))
        st.markdown(f"**{count}**", width="content")
        st.space("stretch")
        with st.popover(t("Publishing"), icon=":material/approval:", key="admin.people.publishing"):
            publishing.draw(who, fmt)
        with st.popover(t("Invite"), icon=":material/person_add:", type="primary", key="admin.people.invite"):
            _invite(who, fmt)
        sheet = people_sheet(found)
        export.offer(sheet, fmt, said=export.speak(sheet, fmt))
    _link(fmt)
    rows = [_row(person, fmt) for person in found]
    chosen = pick(rows, [p.account.name for p in found], key="admin.people", alt=t("People"))
    person = next((p for p in found if p.account.name == chosen), None)
    if person is None:
        st.caption(t("Pick a row to change its role, to disable it, or to end its sessions."))
    else:
        _person(person, who, fmt)


def _row(person: Person, fmt: Format) -> dict[str, str]:
    t, account, now = fmt.t, person.account, now_us()
    state = t("disabled") if account.disabled else t("active") if account.has_password else t("invited")
    mark = "⊘" if account.disabled else "●" if account.has_password else "○"
    return {
        t("Name"): account.name,
        t("Full name"): account.display,
        t("Role"): word(ROLES, account.role, t),
        t("State"): f"{mark} {state}",
        t("Open sessions"): fmt.count(person.sessions),
        t("Last seen"): fmt.ago(person.last_seen or account.last_login_at, now),
        t("Created"): fmt.instant(account.created_at, now),
    }


def _invite(who: Identity, fmt: Format) -> None:
    t = fmt.t
    with st.form("admin.people.new", border=False, clear_on_submit=True):
        name = st.text_input(t("Name to sign in with"), placeholder="lin.wei", key="admin.people.name")
        display = st.text_input(t("Full name"), placeholder="Lin Wei", key="admin.people.display")
        role = _role_choice(Role.VIEWER, "admin.people.role", fmt)
        if st.form_submit_button(t("Invite"), type="primary"):
            _do(lambda: _create(name or "", display or "", role, who), fmt)
    st.caption(t("The invited person opens a link that works once, for 30 minutes, and chooses a password."))


def _create(name: str, display: str, role: str, who: Identity) -> None:
    engine = deps.get().waypost.engine
    made = accounts.create(engine, name, role, now_us(), who.name, display=display)
    _issue(made.name, who)


def _issue(name: str, who: Identity) -> None:
    token = login_links.issue(deps.get().waypost.engine, name, now_us(), who.name)
    st.session_state[_SHOWN] = (name, f"{_base()}/login/link/{token}")


def _base() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://localhost:8501"


def _link(fmt: Format) -> None:
    """A link that was just made, until somebody says that it is kept."""
    shown = st.session_state.get(_SHOWN)
    if shown is None:
        return
    with st.container(border=True, key="admin.people.shown"):
        st.markdown(fmt.t("Link for **{name}**. It works once, for 30 minutes, and is shown only now.", name=shown[0]))
        st.code(shown[1], language=None, wrap_lines=True)
        if st.button(fmt.t("I have passed it on"), icon=":material/check:", key="admin.people.kept"):
            del st.session_state[_SHOWN]
            st.rerun()


def _role_choice(held: str, key: str, fmt: Format) -> str:
    chosen = st.selectbox(
        fmt.t("Role"),
        tuple(Role),
        index=list(Role).index(Role(held)),
        format_func=lambda role: f"{word(ROLES, role, fmt.t)}: {fmt.t(_DOES[role])}",
        key=key,
    )
    return str(chosen or held)


def _person(person: Person, who: Identity, fmt: Format) -> None:
    t, account = fmt.t, person.account
    own = account.id == who.account_id
    with st.container(border=True, key="admin.people.one"):
        st.markdown(f"**{account.display}** · `{account.name}`")
        if own:
            st.warning(
                t("This is your own account: what you take from it, you lose at once."), icon=":material/person_alert:"
            )
        sure = not own or st.checkbox(t("I know that this is my own account"), key=f"admin.people.sure.{account.name}")
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        with left:
            role = _role_choice(account.role, f"admin.people.role.{account.name}.{account.role}", fmt)
        with right, st.container(horizontal=True, key="admin.people.acts"):
            _acts(person, role, who, fmt, sure)


def _acts(person: Person, role: str, who: Identity, fmt: Format, sure: bool) -> None:
    t, account, engine = fmt.t, person.account, deps.get().waypost.engine
    name = account.name

    def act(label: str, icon: str, what: Callable[[], object], off: bool = False) -> None:
        if st.button(label, icon=f":material/{icon}:", key=f"admin.people.{icon}", disabled=off or not sure):
            _do(what, fmt)

    unchanged = role == account.role
    act(t("Change the role"), "badge", lambda: accounts.set_role(engine, name, role, now_us(), who.name), unchanged)
    if account.disabled:
        act(t("Enable"), "lock_open", lambda: accounts.set_disabled(engine, name, False, now_us(), who.name))
    else:
        act(t("Disable"), "block", lambda: accounts.set_disabled(engine, name, True, now_us(), who.name))
    act(t("New sign-in link"), "link", lambda: _issue(name, who), account.disabled)
    ended = t.plural("End {n} session", "End {n} sessions", person.sessions)
    end = lambda: open_sessions.revoke_all(engine, account.id, now_us(), who.name)  # noqa: E731
    act(ended, "logout", end, not person.sessions)


def _do(what: Callable[[], object], fmt: Format) -> None:
    try:
        what()
    except WaypostError as error:
        refusal(error, fmt.t)
        return
    note(fmt.t("Done. It stands in the audit log."))
    links.put({})
    st.rerun()
