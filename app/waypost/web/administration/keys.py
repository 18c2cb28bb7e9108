"""API keys of other systems: made here, shown once, limited in what they may and how fast."""

from __future__ import annotations

import streamlit as st

from waypost.access import keys
from waypost.access.keys import ApiKey
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.domain.instants import now_us
from waypost.i18n import N_, Translator
from waypost.services.export.admin import keys_sheet
from waypost.web import deps, export
from waypost.web.administration.table import note, pick, refusal
from waypost.web.format import Format

_SHOWN = "admin.keys.shown"
SCOPES = {
    "events:write": N_("send events"),
    "tracking:write": N_("issue links for customers"),
    "data:read": N_("read orders, KPIs and events"),
    "metrics:read": N_("read metrics"),
    "journeys:write": N_("publish journeys"),
    "admin": N_("everything, like an administrator"),
}


def draw(who: Identity, fmt: Format) -> None:
    """The tab."""
    t, found = fmt.t, keys.listing(deps.get().waypost.engine)
    live = sum(key.revoked_at is None for key in found)
    with st.container(horizontal=True, vertical_alignment="center", key="admin.keys.bar"):
        count = t.plural("{n} key in force", "{n} keys in force", live, n=fmt.count(live))
        st.markdown(f"**{count}**", width="content")
        st.space("stretch")
        with st.popover(t("New key"), icon=":material/add:", type="primary", key="admin.keys.new"):
            _new(who, fmt)
        export.offer(keys_sheet(found), fmt)
    _shown(fmt)
    if not found:
        st.info(t("No key yet. Make one for each system that sends events or reads data."), icon=":material/key:")
        return
    chosen = pick([_row(key, fmt) for key in found], [key.prefix for key in found], key="admin.keys", alt=t("API keys"))
    one = next((key for key in found if key.prefix == chosen), None)
    if one is None:
        st.caption(t("Pick a row to see what the key may do, or to revoke it."))
    else:
        _one(one, who, fmt)


def _row(key: ApiKey, fmt: Format) -> dict[str, str]:
    t, now = fmt.t, now_us()
    revoked = key.revoked_at is not None
    state = t("revoked") if revoked else t("in force")
    return {
        t("Name"): key.name,
        t("Key"): f"wp_{key.prefix}_•••",
        t("State"): f"{'⊘' if revoked else '●'} {state}",
        t("May"): scopes(key, t),
        t("Requests per second"): fmt.count(key.rate) if key.rate else t("no limit"),
        t("Last used"): fmt.ago(key.last_used, now),
        t("Created"): f"{fmt.instant(key.created_at, now)} · {key.created_by}",
    }


def scopes(key: ApiKey, t: Translator) -> str:
    """What a key may do, in words."""
    return ", ".join(t(SCOPES[scope]) for scope in keys.SCOPES if scope in key.scopes)


def _new(who: Identity, fmt: Format) -> None:
    t = fmt.t
    with st.form("admin.keys.form", border=False, clear_on_submit=True):
        name = st.text_input(t("System that uses it"), placeholder="webshop", key="admin.keys.name")
        wanted = st.multiselect(
            t("It may"),
            keys.SCOPES,
            default=["events:write"],
            format_func=lambda scope: t(SCOPES[scope]),
            key=f"admin.keys.scopes.{fmt.lang}",
        )
        rate = st.number_input(t("Requests per second (0: no limit)"), 0, 1_000_000, keys.DEFAULT_RATE, step=100)
        if st.form_submit_button(t("Make the key"), type="primary"):
            _create(name or "", wanted, int(rate), who, fmt)


def _create(name: str, wanted: list[str], rate: int, who: Identity, fmt: Format) -> None:
    try:
        raw, made = keys.create(deps.get().waypost.engine, name, wanted, now_us(), who.name, rate)
    except WaypostError as error:
        refusal(error, fmt.t)
        return
    st.session_state[_SHOWN] = (made.name, raw)
    st.rerun()


def _shown(fmt: Format) -> None:
    """A key that was just made, until somebody says that it is kept."""
    shown = st.session_state.get(_SHOWN)
    if shown is None:
        return
    with st.container(border=True, key="admin.keys.shown"):
        st.markdown(fmt.t("Key for **{name}**. It is shown only now; Waypost keeps no copy.", name=shown[0]))
        st.code(shown[1], language=None, wrap_lines=True)
        if st.button(fmt.t("I have kept it"), icon=":material/check:", key="admin.keys.kept"):
            del st.session_state[_SHOWN]
            st.rerun()


def _one(key: ApiKey, who: Identity, fmt: Format) -> None:
    t, now = fmt.t, now_us()
    with st.container(border=True, key="admin.keys.one"):
        st.markdown(f"**{key.name}** · `wp_{key.prefix}_•••` · {scopes(key, t)}")
        if key.revoked_at is not None:
            st.caption(t("Revoked {when}; it opens nothing any more.", when=fmt.instant(key.revoked_at, now)))
            return
        st.caption(t("Systems that still use it are refused within two seconds."))
        sure = st.checkbox(t("Yes, revoke this key for good"), key=f"admin.keys.sure.{key.prefix}")
        if st.button(t("Revoke"), icon=":material/block:", key="admin.keys.revoke", disabled=not sure):
            try:
                keys.revoke(deps.get().waypost.engine, key.prefix, now, who.name)
            except WaypostError as error:
                refusal(error, t)
                return
            note(t("Done. It stands in the audit log."))
            st.rerun()
