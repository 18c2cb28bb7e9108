"""The ladder of roles."""

from __future__ import annotations

import pytest

from waypost.access.errors import AccessError
from waypost.access.roles import Role, allows, parse_role

LADDER = ["viewer", "operator", "configurator_editor", "configurator_publisher", "approver", "administrator"]


@pytest.mark.parametrize("held", LADDER)
@pytest.mark.parametrize("need", LADDER)
def test_a_role_allows_itself_and_all_below(held: str, need: str) -> None:
    assert allows(held, need) == (LADDER.index(held) >= LADDER.index(need))


@pytest.mark.parametrize(("held", "need"), [("", "viewer"), ("root", "viewer"), ("administrator", "root")])
def test_a_word_that_is_no_role_allows_nothing(held: str, need: str) -> None:
    assert not allows(held, need)


def test_configurator_means_the_editor_grade() -> None:
    assert parse_role("configurator") is Role.EDITOR
    assert allows("configurator_publisher", "configurator")
    assert not allows("operator", "configurator")


def test_an_unknown_role_is_refused_with_the_choices() -> None:
    with pytest.raises(AccessError, match="viewer, operator") as caught:
        parse_role("boss")
    assert caught.value.field == "role"
