"""Which role may put a board into force without a second person."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.access.roles import Role
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.web import deps
from waypost.web.administration.table import note, refusal
from waypost.web.format import Format
from waypost.web.words import ROLES, word

NOBODY: Final = ""
_CHOICES: Final = (NOBODY, Role.ADMINISTRATOR, Role.APPROVER, Role.PUBLISHER)


def draw(who: Identity, fmt: Format) -> None:
    """The rule of the second person, and a form to change it."""
    t, boards = fmt.t, deps.get().waypost.boards
    ladder = [role for role in Role if role in boards.alone()]
    held = str(ladder[0]) if ladder else NOBODY  # whoever is above it may, too
    st.markdown(t("A board goes into force when a person other than its last author has approved it."))
    with st.form("admin.publishing", border=False):
        chosen = st.radio(
            t("May publish without a second person"),
            _CHOICES,
            index=list(_CHOICES).index(held) if held in _CHOICES else 0,
            format_func=lambda role: _say(role, fmt),
            key=f"admin.publishing.alone.{held}",
        )
        if st.form_submit_button(t("Save"), type="primary"):
            _save(str(chosen or NOBODY), who, fmt)


def _say(role: str, fmt: Format) -> str:
    t = fmt.t
    if role == NOBODY:
        return t("Nobody: two people, always")
    if role == Role.ADMINISTRATOR:
        return t("Administrators")
    return t("{role}, and every role above", role=word(ROLES, role, t))


def _save(role: str, who: Identity, fmt: Format) -> None:
    try:
        deps.get().waypost.boards.let_alone([role] if role else [], who.name, who.role)
    except WaypostError as error:
        refusal(error, fmt.t)
        return
    note(fmt.t("Done. It stands in the audit log."))
    st.rerun()
