"""What stands around every page: styles, navigation by role, language, who is signed in."""

from __future__ import annotations

from html import escape

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.api import mark
from waypost.i18n import N_, translator
from waypost.web import links, session, theme
from waypost.web.words import ROLES, word

# Script, title, icon, path in the address ("" is the start page), role needed, shown in the navigation.
_PAGES = (
    ("control_tower", N_("Control tower"), "dashboard", "", Role.VIEWER, True),
    ("orders", N_("Orders"), "list_alt", "orders", Role.VIEWER, True),
    ("map", N_("Map"), "map", "map", Role.VIEWER, True),
    ("boards", N_("Boards"), "space_dashboard", "boards", Role.VIEWER, True),
    ("board", N_("Board"), "space_dashboard", "board", Role.VIEWER, False),
    ("builder", N_("Board builder"), "account_tree", "builder", Role.VIEWER, False),
    ("vocabulary", N_("Vocabulary"), "menu_book", "vocabulary", Role.VIEWER, True),
    ("order", N_("Order"), "route", "order", Role.VIEWER, False),
    ("connections", N_("Connections"), "cable", "connections", Role.VIEWER, True),
    ("tracking", N_("Customer page"), "share_location", "tracking", Role.OPERATOR, True),
    ("admin", N_("Administration"), "admin_panel_settings", "admin", Role.ADMINISTRATOR, True),
)
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="148" height="28" viewBox="0 0 148 28">'
    f"{mark.way('{accent}')}"
    '<text x="38" y="20" font-family="system-ui" font-size="18" font-weight="650" fill="{ink}">Waypost</text>'
    "</svg>"
)


def pages(who: Identity) -> list[st.Page]:
    """The pages that this role may open, with titles in the reader's language."""
    t = translator(session.language())
    return [
        st.Page(
            links.path(script),
            title=t(title),
            icon=f":material/{icon}:",
            url_path=path or None,
            default=not path,
            visibility="visible" if shown else "hidden",
        )
        for script, title, icon, path, role, shown in _PAGES
        if allows(who.role, role)
    ]


def draw(who: Identity) -> None:
    """Styles, the mark, and the foot of the sidebar."""
    st.html(f"<style>{theme.css()}</style>")
    colours = theme.tokens(st.context.theme.type)
    st.logo(_MARK.format(accent=colours.accent, ink=colours.ink), size="large")
    t = translator(session.language())
    with st.sidebar:
        session.language_switch()
        name, role = escape(who.display), escape(word(ROLES, who.role, t))
        out = escape(t("Sign out"))
        st.html(
            f'<div class="wp-who"><span>{name}</span><small>{role}</small>'
            f'<a href="/logout" target="_self">{out}</a></div>'
        )
