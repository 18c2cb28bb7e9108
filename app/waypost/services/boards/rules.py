"""Who may do which step with a board, and how a step is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from waypost.access import audit
from waypost.access.errors import AccessError
from waypost.access.roles import Role, allows, parse_role
from waypost.domain.errors import DocumentError
from waypost.domain.text import storable
from waypost.store.engine import writing
from waypost.store.schema import setting

ALONE = "boards.publish_alone"
DEFAULT_ALONE = (Role.ADMINISTRATOR,)
COMMENT_LIMIT = 2_000
NOT_ALLOWED = ("role", "four_eyes")  # the others are refused because of the state that things are in


class StepRefused(AccessError):
    """A step that is refused; `code` is role, four_eyes, closed, changed, not_in_review, not_approved or
    in_force, and never changes with the wording."""

    @property
    def forbidden(self) -> bool:
        """Whether this person may not, whatever the state."""
        return self.code in NOT_ALLOWED


def need(role: str, wanted: Role) -> None:
    """Let those pass who hold the role. Errors: StepRefused `role`."""
    if not allows(role, wanted):
        raise StepRefused("role", "role", f"This needs the role {wanted}.", "Ask somebody who holds it.")


def said(comment: str, *, field: str = "comment", wanted: bool = False) -> str:
    """A comment, tidied. Errors: DocumentError when it is too long, or missing where it is wanted."""
    words = storable(comment.strip())
    if len(words) > COMMENT_LIMIT:
        raise DocumentError(field, f"it has {len(words)} characters.", f"Write at most {COMMENT_LIMIT}.")
    if wanted and not words:
        raise DocumentError(field, "it is empty.", "Say why, so that the others can act on it.")
    return words


def alone(connection: Connection) -> tuple[Role, ...]:
    """The roles that may publish a draft which nobody else has approved; those above them may, too."""
    found = connection.execute(sa.select(setting.c.value).where(setting.c.name == ALONE)).scalar_one_or_none()
    return DEFAULT_ALONE if found is None else tuple(Role(role) for role in json.loads(found))


def may_alone(connection: Connection, role: str) -> bool:
    """Whether a holder of the role may publish what nobody else has approved."""
    return allows(role, Role.PUBLISHER) and any(allows(role, each) for each in alone(connection))


def let_alone(engine: Engine, roles: Sequence[str], by: str, role: str, now: int) -> tuple[Role, ...]:
    """Say which roles may publish alone; none means that every draft needs a second person.

    Errors: StepRefused `role` for who is no administrator; AccessError for a word that is no role.
    """
    need(role, Role.ADMINISTRATOR)
    wanted = tuple(sorted({parse_role(each) for each in roles}, key=list(Role).index))
    with writing(engine) as connection:
        audit.lock(connection)
        _keep(connection, json.dumps(list(wanted)), now)
        audit.append(connection, now, by, "setting.changed", f"setting/{ALONE}", {"roles": list(wanted)})
    return wanted


def _keep(connection: Connection, value: str, now: int) -> None:
    values = {"value": value, "changed_at": now}
    if connection.execute(sa.update(setting).where(setting.c.name == ALONE).values(values)).rowcount == 0:
        connection.execute(sa.insert(setting).values(name=ALONE, **values))
