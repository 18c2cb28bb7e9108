"""The ladder of roles: each one may do all that the ones before it may.

Configurators come in two grades: editors change drafts, publishers also put journeys live.
"""

from __future__ import annotations

from enum import StrEnum

from waypost.access.errors import AccessError


class Role(StrEnum):
    """A role; the order of the members is the ladder."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "configurator_editor"
    PUBLISHER = "configurator_publisher"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


_RANK = {role: rank for rank, role in enumerate(Role)}
_ALIASES = {"configurator": Role.EDITOR}


def allows(role: str, need: str) -> bool:
    """Whether a holder of `role` may do what needs `need`; a word that is no role allows nothing.

    `configurator` means the editor grade.
    """
    held, needed = _find(role), _find(need)
    return held is not None and needed is not None and _RANK[held] >= _RANK[needed]


def parse_role(text: str) -> Role:
    """The role of that name. Errors: AccessError naming `role`."""
    role = _find(text)
    if role is None:
        known = ", ".join(Role)
        raise AccessError("unknown_role", "role", f"'{text[:40]}' is no role.", f"Choose one of: {known}.")
    return role


def _find(text: str) -> Role | None:
    try:
        return _ALIASES.get(text) or Role(text)
    except ValueError:
        return None
