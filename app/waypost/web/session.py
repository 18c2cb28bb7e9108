"""Who is there, in which language and zone; the only module that owns keys of the session state.

The gate tells by trusted headers which session opened the page (`st.user`). That is asked anew at
every run: a role that was taken away or a session that ended counts at once, not at the next login.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.access import accounts
from waypost.access.roles import allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us, zone_of
from waypost.i18n import DEFAULT, LANGUAGES, known_language, translator
from waypost.web import deps
from waypost.web.format import Format

LANG: Final = "lang"  # name of the query parameter too
_CHOSEN: Final = "waypost.lang"
_SWITCH: Final = "waypost.lang_switch"


def identity() -> Identity | None:
    """Whose valid session opened this page; None without one."""
    hashed = st.user.get("session")
    return deps.get().sessions.check(str(hashed), now_us()) if hashed else None


def require(role: str) -> Identity:
    """The signed-in person if they may do what needs `role`; otherwise say so and stop the script."""
    t = translator(language())
    found = identity()
    if found is None:
        st.error(t("Your session is over. Sign in again to go on."), icon=":material/logout:")
        sign_in = t("Sign in")
        st.html(f'<a href="/login" target="_self">{sign_in}</a>')
        st.stop()
    if not allows(found.role, role):
        st.warning(t("Your role does not open this page. An administrator can change it."), icon=":material/lock:")
        st.stop()
    return found


def language() -> str:
    """The language of this run: asked for in the address, chosen before, the account's, the browser's."""
    asked = known_language(st.query_params.get(LANG))
    if asked:
        st.session_state[_CHOSEN] = asked
        return asked
    chosen = st.session_state.get(_CHOSEN)
    if chosen:
        return str(chosen)
    found = identity()
    return known_language(found.lang if found else "") or known_language(st.context.locale) or DEFAULT


def keep_language() -> None:
    """Put a chosen language into the address, so that a shared link opens in it."""
    chosen = st.session_state.get(_CHOSEN)
    if chosen and st.query_params.get(LANG) != chosen:
        st.query_params[LANG] = chosen


def link_language() -> dict[str, str]:
    """What a link to another page carries on, so that a chosen language stays."""
    chosen = st.session_state.get(_CHOSEN)
    return {LANG: str(chosen)} if chosen else {}


def language_switch() -> None:
    """Draw EN / 中文; the choice is kept with the account and in the address."""
    t = translator(language())
    if st.session_state.get(_SWITCH) != t.lang:
        st.session_state[_SWITCH] = t.lang
    st.segmented_control(
        t("Language"),
        LANGUAGES,
        key=_SWITCH,
        required=True,
        format_func=_own_name,
        label_visibility="collapsed",
        on_change=_choose,
    )


def reader() -> Format:
    """How this person sees numbers and times."""
    return Format(translator(language()), zone())


def zone() -> str:
    """The browser's time zone; UTC when it names none that we know."""
    name = st.context.timezone or "UTC"
    try:
        zone_of(name)
    except FieldError:
        return "UTC"
    return name


def _choose() -> None:
    lang = known_language(st.session_state[_SWITCH]) or DEFAULT
    st.session_state[_CHOSEN] = lang
    st.query_params[LANG] = lang
    found = identity()
    if found is not None and found.lang != lang:
        accounts.set_lang(deps.get().waypost.engine, found.name, lang, now_us(), found.name)


def _own_name(lang: str) -> str:
    from babel import Locale

    return str(Locale(lang).get_display_name(lang)).capitalize()
