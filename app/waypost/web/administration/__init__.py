"""The administration page: one module per tab, the tab stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.i18n import N_
from waypost.web import links
from waypost.web.administration import audit_log, health, keys, people, sessions, webhooks
from waypost.web.format import Format

PAGE: Final = "admin"
_TABS: Final[dict[str, tuple[str, str, Callable[[Identity, Format], None]]]] = {
    "people": (N_("People"), "group", people.draw),
    "sessions": (N_("Sessions"), "devices", sessions.draw),
    "keys": (N_("API keys"), "key", keys.draw),
    "webhooks": (N_("Webhooks"), "outbox", webhooks.draw),
    "audit": (N_("Audit log"), "history", audit_log.draw),
    "health": (N_("System check"), "health_and_safety", health.draw),
}


def draw(who: Identity, fmt: Format) -> None:
    """The tabs, and the one that the address asks for."""
    health.warn(fmt)
    held = links.value("tab", tuple(_TABS)) or "people"
    st.segmented_control(
        fmt.t("Area"),
        tuple(_TABS),
        required=True,
        format_func=lambda tab: f":material/{_TABS[tab][1]}: {fmt.t(_TABS[tab][0])}",
        label_visibility="collapsed",
        **links.bound(PAGE, "tab", held, forget=("pick", "page", "who", "action", "object", "from", "to")),
    )
    _TABS[held][2](who, fmt)
